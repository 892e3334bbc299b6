"""One node: what can be asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote

import httpx

from koinon.client.collection import Collection
from koinon.client.rows import Rows
from koinon.client.things import Hit, Question, Thing, text_of
from koinon.client.transport import Transport

if TYPE_CHECKING:
    import rdflib

_RESULTS: Final = "application/sparql-results+json"
_TRIPLES: Final = "application/n-triples"
_JSON: Final = "application/json"
_JSON_LD: Final = "application/ld+json"


class Koinon:
    """A node at an address. Use it as a context manager, or call ``close``."""

    def __init__(
        self,
        address: str = "http://127.0.0.1:8000",
        *,
        language: str = "en",
        timeout: float = 60.0,
        retries: int = 3,
        http: httpx.Client | None = None,
    ) -> None:
        """Prepare; nothing is sent yet.

        ``address`` may be that of an earlier release (``…/releases/{id}``). Labels come in ``language``, a BCP 47
        tag. A busy node is asked again up to ``retries`` times. ``http`` is a client of your own.
        """
        self._transport = Transport(address, language, timeout, retries, http)
        self.language = language

    def __enter__(self) -> Self:
        """Return the node."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def actors(self, **choice: str | int | Sequence[str]) -> Collection:
        """Return the actors with the chosen values of facets; ``sort`` and ``fields`` are those of docs/api.md."""
        return self.collection("actors", **choice)

    def projects(self, **choice: str | int | Sequence[str]) -> Collection:
        """Return the projects with the chosen values of facets."""
        return self.collection("projects", **choice)

    def programmes(self, **choice: str | int | Sequence[str]) -> Collection:
        """Return the programmes with the chosen values of facets."""
        return self.collection("programmes", **choice)

    def clusters(self, **choice: str | int | Sequence[str]) -> Collection:
        """Return the clusters with the chosen values of facets."""
        return self.collection("clusters", **choice)

    def regions(self, **choice: str | int | Sequence[str]) -> Collection:
        """Return the territories with the chosen values of facets."""
        return self.collection("regions", **choice)

    def topics(self, **choice: str | int | Sequence[str]) -> Collection:
        """Return the topics with the chosen values of facets."""
        return self.collection("topics", **choice)

    def collection(self, name: str, **choice: str | int | Sequence[str]) -> Collection:
        """Return a collection by its name, such as ``projects``."""
        return Collection(self._transport, name, choice, self.language)

    def thing(self, name: str) -> Thing:
        """Return a thing by its IRI or the end of it (``project/resist``); of a hub, the first page."""
        return Thing(self._transport.get(_document(name) + ".jsonld", _JSON_LD).json(), self.language)

    def graph(self, name: str) -> rdflib.Graph:
        """Return all that a thing's document says as an rdflib graph, page after page."""
        import rdflib

        graph = rdflib.Graph()
        following: str | None = _document(name) + ".nt"
        while following:
            response = self._transport.get(following, _TRIPLES)
            graph.parse(data=response.text, format="nt")
            following = response.links.get("next", {}).get("url")
        return graph

    def questions(self) -> list[Question]:
        """Return the questions of the catalogue."""
        listed = self._transport.get("/queries", _JSON).json()["queries"]
        return [
            Question(
                each["name"],
                text_of(each["title"], self.language),
                text_of(each["description"], self.language),
                each["form"],
                {name: parameter["default"] for name, parameter in each["parameters"].items()},
            )
            for each in listed
        ]

    def ask(self, question: str, **values: str) -> Rows:
        """Return the rows that answer a question of the catalogue; ``values`` are its parameters."""
        return Rows.of(self._transport.get(f"/queries/{quote(question)}.json", _RESULTS, values).json())

    def sparql(self, query: str) -> Rows:
        """Return the rows of a SELECT or ASK query; raises Problem for a query that is wrong or takes too long."""
        return Rows.of(self._transport.post("/sparql", _RESULTS, {"query": query}).json())

    def construct(self, query: str) -> rdflib.Graph:
        """Return the graph of a CONSTRUCT or DESCRIBE query."""
        import rdflib

        text = self._transport.post("/sparql", _TRIPLES, {"query": query}).text
        return rdflib.Graph().parse(data=text, format="nt")

    def search(self, text: str, **choice: str | int) -> list[Hit]:
        """Return the things that a text names, best first, in any script; ``type`` and ``region`` narrow."""
        found = self._transport.get("/search.json", _JSON, {"q": text, **choice}).json()
        return [_hit(each) for each in found["hits"]]

    def bridge(self, one: str, other: str) -> Mapping[str, Any]:
        """Return what two territories share and could share; they are named by slug or NUTS code."""
        path = f"/regions/{quote(one, safe='')}/with/{quote(other, safe='')}.jsonld"
        found: Mapping[str, Any] = self._transport.get(path, _JSON_LD).json()
        return found

    def release(self) -> str:
        """Return the id of the release that answers."""
        return str(self._transport.get("/graph", _JSON).json()["release"])


def _document(name: str) -> str:
    """Return the path of a document, or the whole address where the thing is named by one of another place."""
    for mark, path in (("/id/", "/doc/"), ("/code/", "/code/")):
        if mark in name:
            return path + quote(name.split(mark, 1)[1])
    return ("/" if name.startswith("code/") else "/doc/") + quote(name)


def _hit(found: Mapping[str, Any]) -> Hit:
    return Hit(found["id"], found["label"], found["type"], found["matched"], found)
