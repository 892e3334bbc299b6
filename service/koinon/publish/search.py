"""What the page of a search shows, and the same for programs."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from koinon.model.namespaces import DCT, DEF, FOAF, ORG, SKOS
from koinon.publish.cells import safe
from koinon.publish.facet_values import read_value, written_value
from koinon.publish.naming import Naming
from koinon.publish.narrowing import Choice, Narrowing
from koinon.publish.text import Text
from koinon.query.search import DEEPEST, Hit, Hits, Index

PAGE_SIZE: Final = 20
_CHOICES: Final = 12
_SAID: Final = 3
"""Countries that stand beside a hit."""
_NAMESPACES: Final = (DEF, ORG, DCT, SKOS, FOAF)
"""Namespaces whose classes addresses name by their last part."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What an address asks for: a text, classes and territories by IRI, and how many hits are passed over."""

    text: str
    types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    start: int = 0
    size: int = PAGE_SIZE

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of the address that asks for this."""
        found = {
            "q": self.text,
            "type": ",".join(map(written_type, self.types)),
            "region": ",".join(written_value("region", each) for each in self.regions),
            "start": str(self.start or ""),
            "size": str(self.size) if self.size != PAGE_SIZE else "",
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """A hit: its IRI, name, kind and countries; ``matched`` is the name that matched, where it is another."""

    iri: str
    label: Text
    kind: Text
    countries: tuple[Text, ...]
    matched: Text | None


@dataclass(frozen=True, slots=True)
class View:
    """The page of a search; ``pages`` are the parameters of those around it."""

    sought: Sought
    hits: Hits
    lines: tuple[Line, ...]
    types: tuple[Choice, ...]
    regions: tuple[Choice, ...]
    chosen: tuple[Narrowing, ...]
    pages: Mapping[str, Mapping[str, str]]


def search_view(index: Index, sought: Sought, naming: Naming, within: Mapping[str, frozenset[str]]) -> View:
    """Search, and return what the page shows; ``within`` are the territories that lie directly in a chosen one."""
    hits = index.search(sought.text, sought.types, sought.regions, naming.language, sought.size, sought.start)
    counts = index.counts(sought.text, sought.types, sought.regions, hits.how)
    types = [_choice(iri, number, sought, naming, "types") for iri, number in counts.types if iri]
    wider = [(iri, number) for iri, number in counts.countries if iri not in sought.regions]
    inner = {part for region in sought.regions for part in within.get(region, ())}
    narrower = [(iri, number) for iri, number in counts.regions if iri in inner or iri in sought.regions]
    regions = [_choice(iri, number, sought, naming, "regions") for iri, number in (*narrower, *wider)]
    return View(
        sought=sought,
        hits=hits,
        lines=tuple(_line(hit, naming) for hit in hits.hits),
        types=tuple(types[:_CHOICES]),
        regions=tuple(regions[:_CHOICES]),
        chosen=tuple(_chosen(sought, naming)),
        pages=pages_around(sought, hits),
    )


def search_document(view: View, absolute: Mapping[str, str]) -> dict[str, object]:
    """Return the answer for programs; ``absolute`` are the addresses of the pages around this one."""
    return {
        "q": view.sought.text,
        "total": view.hits.total,
        "read": view.hits.how,
        "types": [_counted(choice) for choice in view.types],
        "regions": [_counted(choice) for choice in view.regions],
        "hits": [hit_document(hit, line.kind) for hit, line in zip(view.hits.hits, view.lines, strict=True)],
        **absolute,
    }


def hit_document(hit: Hit, kind: Text) -> dict[str, object]:
    """Return one hit for programs."""
    return {
        "id": hit.iri,
        "label": hit.label,
        "lang": hit.tag,
        "type": hit.type,
        "typeLabel": kind.text,
        "matched": hit.matched,
        "matchedLang": hit.matched_tag,
        "score": round(hit.score, 3),
    }


def search_table(view: View) -> bytes:
    """Return the hits of a page as CSV (RFC 4180), in the columns that programs know from JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("id", "label", "lang", "type", "typeLabel", "matched", "matchedLang", "score"))
    for hit, line in zip(view.hits.hits, view.lines, strict=True):
        writer.writerow(safe(str(value)) for value in hit_document(hit, line.kind).values())
    return text.getvalue().encode()


def pages_around(sought: Sought, hits: Hits) -> dict[str, dict[str, str]]:
    """Return the parameters of the pages before and after, where there are any, as ``prev`` and ``next``."""
    found = {}
    if sought.start:
        found["prev"] = replace(sought, start=max(0, sought.start - sought.size)).parameters
    following = sought.start + sought.size
    if following < hits.total and following <= DEEPEST:
        found["next"] = replace(sought, start=following).parameters
    return found


def written_type(iri: str) -> str:
    """Return a class as addresses name it: ``Project``; else its IRI."""
    for namespace in _NAMESPACES:
        if iri.startswith(namespace):
            return iri.removeprefix(namespace)
    return iri


def read_type(text: str) -> Iterator[str]:
    """Yield the classes that a written one may stand for, the likeliest first."""
    if ":" in text:
        yield text
    else:
        yield from (namespace + text for namespace in _NAMESPACES)


def read_region(text: str) -> Iterator[str]:
    """Yield the territories that a written one may stand for, the likeliest first."""
    return read_value("region", text)


def _line(hit: Hit, naming: Naming) -> Line:
    label, matched = Text(hit.label, hit.tag), Text(hit.matched, hit.matched_tag)
    countries = tuple(naming(iri) for iri in hit.countries[:_SAID] if iri != hit.iri)
    kind = naming(hit.type) if hit.type else Text("")
    return Line(hit.iri, label, kind, countries, matched if matched.text != label.text else None)


def _choice(iri: str, number: int, sought: Sought, naming: Naming, field: str) -> Choice:
    chosen = iri in (sought.types if field == "types" else sought.regions)
    values = () if chosen else (iri,)
    wanted = (
        replace(sought, types=values, start=0) if field == "types" else replace(sought, regions=values, start=0)
    )
    return Choice(naming(iri), number, chosen, wanted.parameters)


def _chosen(sought: Sought, naming: Naming) -> Iterator[Narrowing]:
    for iri in sought.types:
        left = _without(sought.types, iri)
        yield Narrowing("type", naming(iri), replace(sought, types=left, start=0).parameters)
    for iri in sought.regions:
        left = _without(sought.regions, iri)
        yield Narrowing("region", naming(iri), replace(sought, regions=left, start=0).parameters)


def _without(values: Sequence[str], one: str) -> tuple[str, ...]:
    return tuple(value for value in values if value != one)


def _counted(choice: Choice) -> dict[str, object]:
    name = choice.parameters
    return {"label": choice.label.text, "count": choice.count, "chosen": choice.chosen, "parameters": dict(name)}
