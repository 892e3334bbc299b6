"""Records from what graphs say: one for each organisation, whichever graphs speak of it, with places looked up."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from koinon.build.linking.described import Described
from koinon.link.records import Record
from koinon.link.text import fold
from koinon.model.namespaces import CODE

_CITY: Final = CODE + "place-type/city"
_EDITED: Final = frozenset(("page", "reference"))
"""Kinds of graphs that editors wrote: they told organisations apart."""
_NUMBERED: Final = 0.9
"""Share of a source's organisations with a number from which on it is a register, which has each of them once."""
_FEW: Final = 30
"""Organisations of a source that somebody looked at one by one."""
_LANGUAGES: Final = ("en", "und", "")
"""Languages in which the name of a town is taken first, as most sources give it so."""
_DEEP: Final = 8
"""Places within places."""
_ISO: Final = 2
_GENERAL: Final = 2
"""Words of a name that is too general, and words that it lacks at least."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one graph says: its slug and kind, organisations and places."""

    slug: str
    kind: str
    organisations: Sequence[Described]
    places: Sequence[Described]


def records_of(spoken: Iterable[Spoken], apart: Mapping[str, bool] | None = None) -> list[Record]:
    """Return the organisations of all graphs that have a name, sorted by IRI.

    A thing belongs to the first graph that gives its class: one by editors before others, then by slug. ``apart``
    says which graphs tell organisations apart, where what is given is not all that they say.
    """
    graphs = sorted(spoken, key=lambda graph: (graph.kind not in _EDITED, graph.slug))
    things = _merged(thing for graph in graphs for thing in graph.organisations)
    places = Places(_merged(place for graph in graphs for place in graph.places))
    source: dict[str, Spoken] = {}
    for graph in graphs:
        for thing in graph.organisations:
            if True in thing.get("agent"):
                source.setdefault(thing.iri, graph)
    distinct = apart if apart is not None else {graph.slug: tells_apart(graph) for graph in graphs}
    records = []
    for iri in sorted(source):
        record = _record(things[iri], source[iri].slug, places, distinct=distinct[source[iri].slug])
        if record.names:
            records.append(record)
    return records


def _merged(described: Iterable[Described]) -> dict[str, Described]:
    found: dict[str, Described] = {}
    for one in described:
        found[one.iri] = found[one.iri].merged(one) if one.iri in found else one
    return found


def tells_apart(graph: Spoken) -> bool:
    """Tell whether a graph has each organisation once: an editor's, a short one, or one that numbers nearly all."""
    own = [thing for thing in graph.organisations if True in thing.get("agent")]
    numbered = sum(1 for thing in own if thing.get("identifiers"))
    return graph.kind in _EDITED or len(own) <= _FEW or numbered >= _NUMBERED * len(own)


class Places:
    """Looks up the country and the town of a place."""

    def __init__(self, places: Mapping[str, Described]) -> None:
        """Know these places."""
        self._places = places
        self._countries: dict[str, str] = {}

    def country(self, iri: str) -> str:
        """Return the code of the country that a place lies in, empty where it is unknown."""
        if iri not in self._countries:
            self._countries[iri] = self._country(iri, 0)
        return self._countries[iri]

    def _country(self, iri: str, depth: int) -> str:
        place = self._places.get(iri)
        if place is None or depth > _DEEP:
            return ""
        codes = [code for code in place.get("country") if len(code) == _ISO]
        found = codes or sorted(filter(None, (self._country(part, depth + 1) for part in place.get("parts"))))
        return found[0] if found else ""

    def town(self, iri: str) -> str:
        """Return the name of a town, empty for another kind of place."""
        place = self._places.get(iri)
        if place is None or _CITY not in place.get("kinds"):
            return ""
        names = sorted(place.get("names"), key=lambda name: (_rank(name[1]), name[0]))
        return str(names[0][0]) if names else ""


def _rank(language: str) -> int:
    return _LANGUAGES.index(language) if language in _LANGUAGES else len(_LANGUAGES)


def _record(thing: Described, source: str, places: Places, *, distinct: bool) -> Record:
    names = [(str(text), str(tag)) for text, tag in thing.get("names")]
    preferred = {text for text, _ in names}
    others = [(str(text), str(tag)) for text, tag in thing.get("others") if text not in preferred]
    seats = thing.get("places")
    countries = {country for seat in seats if (country := places.country(seat))}
    towns = [*thing.get("cities"), *filter(None, map(places.town, seats))]
    apart = {*thing.get("parts"), *thing.get("wholes"), *thing.get("next"), *thing.get("before")}
    return Record(
        iri=thing.iri,
        source=source,
        names=tuple(_once([*names, *(other for other in others if not _is_general(other[0], names))])),
        acronyms=tuple(thing.get("acronyms")),
        country=countries.pop() if len(countries) == 1 else "",
        city=str(towns[0]) if towns else "",
        year=_year(thing.get("years")),
        website=str(_first(thing.get("websites"))),
        postcode=str(_first(thing.get("postcodes"))),
        street=str(_first(thing.get("streets"))),
        identifiers=tuple((str(scheme), str(value)) for scheme, value in thing.get("identifiers")),
        apart=frozenset({*apart, *thing.get("different")}),
        distinct=distinct,
        named=sum(count for _, count in thing.get("named")),
    )


def _once(names: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return each text once, with the first of its languages: how a name is compared does not depend on it."""
    found: dict[str, str] = {}
    for text, tag in names:
        found.setdefault(text, "" if tag == "und" else tag)
    return list(found.items())


def _is_general(other: str, names: Iterable[tuple[str, str]]) -> bool:
    """Tell whether another name is a preferred one without what tells it from its sisters: ``the office``."""
    words = set(fold(other).split())
    return len(words) <= _GENERAL and any(
        words < (whole := set(fold(name).split())) and len(whole) >= len(words) + _GENERAL for name, _ in names
    )


def _year(values: Sequence[Any]) -> int | None:
    years = [int(value[:4]) for value in values if str(value)[:4].isdigit()]
    return min(years) if years else None


def _first(values: Sequence[Any]) -> Any:
    return values[0] if values else ""
