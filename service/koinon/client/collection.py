"""A collection of a node: its things one after the other, its facets, and the whole as a table or a graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from koinon.client.errors import UnreachableError
from koinon.client.rows import Rows
from koinon.client.things import Thing
from koinon.client.transport import Parameters, Transport

if TYPE_CHECKING:
    import pandas
    import polars
    import rdflib

_JSON_LD: Final = "application/ld+json"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that narrows a collection: as a filter names it, its label, and how many things it leaves."""

    value: str
    label: str
    count: int
    id: str | None


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet with its most frequent values; ``total`` is how many values there are."""

    name: str
    total: int
    values: tuple[FacetValue, ...]


class Collection:
    """The things that a choice of facets leaves. Pages are read when somebody gets to them."""

    def __init__(self, transport: Transport, name: str, parameters: Parameters, language: str) -> None:
        """Prepare; nothing is read yet."""
        self._transport = transport
        self._path = f"/{name}"
        self._parameters = {"size": 200, **parameters}
        self._language = language
        self.name = name

    @cached_property
    def _first(self) -> Mapping[str, Any]:
        return self._page(f"{self._path}.jsonld", self._parameters)

    @property
    def total(self) -> int:
        """How many things there are."""
        return int(self._first["total"])

    @property
    def facets(self) -> dict[str, Facet]:
        """The facets by name, with what each value would leave."""
        return {
            facet["name"]: Facet(
                facet["name"],
                facet["total"],
                tuple(FacetValue(v["value"], v["label"], v["count"], v["id"]) for v in facet["values"]),
            )
            for facet in self._first["facets"]
        }

    def __iter__(self) -> Iterator[Thing]:
        """Yield every thing, in order; raises Problem or UnreachableError."""
        for page in self._pages():
            for item in page["items"]:
                yield Thing(item, self._language)

    def first(self, most: int) -> list[Thing]:
        """Return the first things."""
        return list(islice(self, most))

    def to_rows(self) -> Rows:
        """Return a row for each thing: ``id``, ``label`` and the fields; things are their IRIs.

        Fields that were asked for by name are columns also where nothing has them.
        """
        asked = self._parameters.get("fields", ())
        wanted = asked.split(",") if isinstance(asked, str) else asked if isinstance(asked, Sequence) else ()
        things = list(self)
        named = (*filter(None, wanted), *(name for thing in things for name in thing))
        names = dict.fromkeys(name for name in named if name not in ("id", "prefLabel"))
        rows = [{"id": thing.id, "label": thing.label, **{name: thing[name] for name in names}} for thing in things]
        return Rows(("id", "label", *names), rows)

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas frame with a row for each thing."""
        return self.to_rows().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """Return a polars frame with a row for each thing; several values are one text with bars between them."""
        rows = self.to_rows()
        flat = [{name: _flat(value) for name, value in row.items()} for row in rows]
        return Rows(rows.columns, flat).to_polars()

    def to_rdflib(self) -> rdflib.Graph:
        """Return all pages as one rdflib graph."""
        import rdflib

        graph = rdflib.Graph()
        following: str | None = f"{self._path}.nt"
        parameters: Parameters = self._parameters
        while following:
            response = self._transport.get(following, "application/n-triples", parameters)
            graph.parse(data=response.text, format="nt")
            following, parameters = response.links.get("next", {}).get("url"), {}
        return graph

    def __repr__(self) -> str:
        """Return its name and what narrows it."""
        return f"Collection({self.name}, {dict(self._parameters)})"

    def _pages(self) -> Iterator[Mapping[str, Any]]:
        page = self._first
        while True:
            yield page
            following = page["view"].get("next")
            if not following:
                return
            page = self._page(following, {})

    def _page(self, path: str, parameters: Parameters) -> Mapping[str, Any]:
        found = self._transport.get(path, _JSON_LD, parameters).json()
        if not isinstance(found, dict) or "items" not in found:
            raise UnreachableError(f"{self._transport.address}{self._path} is no collection of a Koinon node.")
        return found


def _flat(value: Any) -> Any:
    return (
        " | ".join(map(str, value)) if isinstance(value, list) else str(value) if isinstance(value, dict) else value
    )
