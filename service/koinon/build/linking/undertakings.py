"""The projects and programmes of all graphs that another source may describe too, and the links between them.

Of a graph only what has an acronym or a number that another source has as well is read whole: two sources of a
million projects cost two searches of their files.
"""

import mmap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.build.graphs import GraphFile
from koinon.link.undertakings import Undertaking, acronym_key, matches
from koinon.model.namespaces import ADMS, DEF, FRAPO, RDF, SCHEMA, SKOS
from koinon.release.judgements import Judgements
from koinon.release.manifest import DERIVED
from koinon.release.mappings import Link, Said

KINDS: Final = {DEF + "Project": "project", DEF + "FundingProgramme": "programme"}
_ACRONYM: Final = FRAPO + "hasAcronym"
_GRANT: Final = FRAPO + "hasGrantNumber"
_NOTATION: Final = SKOS + "notation"
_PLACES: Final = (b"/project/", b"/programme/")
_VALUES: Final = {
    SKOS + "prefLabel": "names",
    SKOS + "altLabel": "names",
    _ACRONYM: "acronyms",
    _GRANT: "grants",
    DEF + "fundedUnder": "programmes",
    SCHEMA + "startDate": "starts",
    SCHEMA + "endDate": "ends",
    RDF + "type": "types",
    _NOTATION: "notations",
    ADMS + "schemeAgency": "agencies",
}
_VOCABULARY: Final = "vocabulary"


@dataclass(frozen=True, slots=True)
class UndertakingLinks:
    """The links, and what is known of their sides."""

    links: tuple[Link, ...] = ()
    said: tuple[Said, ...] = ()


def undertaking_links(graphs: Iterable[GraphFile], judgements: Judgements) -> UndertakingLinks:
    """Return the links between projects, and between programmes, of different graphs."""
    sources = [graph for graph in graphs if graph.kind not in {_VOCABULARY, DERIVED} and graph.triples]
    holders: dict[tuple[bytes, str], set[str]] = {}
    subjects: dict[tuple[bytes, str], set[str]] = {}
    for graph in sources:
        for key, subject in _keys(graph.path):
            holders.setdefault(key, set()).add(graph.slug)
            subjects.setdefault(key, set()).add(subject)
    wanted = {one for key, slugs in holders.items() if len(slugs) > 1 for one in subjects[key]}
    wanted |= {iri for pair in judgements.pairs for iri in pair if any(p.decode() in iri for p in _PLACES)}
    if len(wanted) < 2:
        return UndertakingLinks()
    known = _undertakings(sources, wanted)
    links = matches(known, judgements)
    sides = {side for link in links for side in (link.subject, link.object)}
    return UndertakingLinks(links, tuple(_said(one) for one in known if one.iri in sides))


def _keys(path: Path) -> Iterator[tuple[tuple[bytes, str], str]]:
    """Yield acronyms and numbers of projects and programmes in a graph file, and whose they are."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for predicate in (_ACRONYM, _GRANT, _NOTATION):
            needle = f"> <{predicate}> ".encode()
            place = text.find(needle)
            while place >= 0:
                start, end = text.rfind(b"\n", 0, place) + 1, text.find(b"\n", place)
                subject = text[start + 1 : place]
                place = text.find(needle, place + len(needle))
                if any(part in subject for part in _PLACES):
                    value = _literal(text[start : end if end >= 0 else len(text)])
                    key = acronym_key(value) if predicate == _ACRONYM else value.strip()
                    if key:
                        kind = b"acronym" if predicate == _ACRONYM else b"number"
                        yield (kind, key), subject.partition(b"#")[0].decode()


def _literal(line: bytes) -> str:
    (quad,) = parse(line, RdfFormat.N_TRIPLES)
    return quad.object.value if isinstance(quad.object, Literal) else ""


def _undertakings(graphs: Sequence[GraphFile], wanted: set[str]) -> list[Undertaking]:
    said: dict[str, dict[str, set[tuple[str, str]]]] = {}
    defined: dict[str, tuple[str, str]] = {}
    numbers: dict[str, set[tuple[str, str]]] = {}
    for graph in graphs:
        fragments: dict[str, dict[str, str]] = {}
        for subject, name, value, language in _statements(graph.path, wanted):
            iri, _, fragment = subject.partition("#")
            if fragment:
                fragments.setdefault(subject, {})[name] = value
            elif name == "types" and value in KINDS:
                defined[iri] = min(defined.get(iri, (graph.slug, "")), (graph.slug, KINDS[value]))
            elif name == "grants":
                numbers.setdefault(iri, set()).add(("grant", value.strip()))
            else:
                said.setdefault(iri, {}).setdefault(name, set()).add((value, language))
        for subject, part in fragments.items():
            if "notations" in part and "agencies" in part:
                pair = (part["agencies"], part["notations"].strip())
                numbers.setdefault(subject.partition("#")[0], set()).add(pair)
    found = []
    for iri, (source, kind) in sorted(defined.items()):
        values = said.get(iri, {})
        plain = {name: frozenset(value for value, _ in values.get(name, ())) for name in _VALUES.values()}
        found.append(
            Undertaking(
                iri=iri,
                source=source,
                kind=kind or "project",
                names=tuple(sorted(values.get("names", ()))),
                acronyms=plain["acronyms"],
                numbers=frozenset(numbers.get(iri, ())),
                programmes=plain["programmes"],
                starts=plain["starts"],
                ends=plain["ends"],
            )
        )
    return found


def _statements(path: Path, wanted: set[str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a graph says of the wanted things and their parts: subject, field, value and language."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        for iri in sorted(wanted):
            for end in (b"#", b"> "):
                start = f"<{iri}".encode() + end
                place = stop = _first(text, start)
                while text[stop : stop + len(start)] == start:
                    stop = text.find(b"\n", stop) + 1 or len(text)
                yield from _said_in(text[place:stop])


def _first(text: mmap.mmap, start: bytes) -> int:
    """Return where the first line stands that is not before ``start``; lines are sorted."""
    low, high = 0, len(text)
    while low < high:
        middle = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
        if text[middle : middle + len(start)] < start:
            low = text.find(b"\n", middle) + 1 or len(text)
        else:
            high = middle
    return low


def _said_in(block: bytes) -> Iterator[tuple[str, str, str, str]]:
    for quad in parse(block, RdfFormat.N_TRIPLES):
        name = _VALUES.get(quad.predicate.value)
        if name is not None and isinstance(quad.subject, NamedNode):
            if isinstance(quad.object, Literal):
                yield quad.subject.value, name, quad.object.value, quad.object.language or ""
            elif isinstance(quad.object, NamedNode):
                yield quad.subject.value, name, quad.object.value, ""


def _said(one: Undertaking) -> Said:
    (name, language), *others = one.names or (("", ""),)
    return Said(
        iri=one.iri,
        source=one.source,
        name=name or one.iri,
        language=language,
        types=(next(iri for iri, kind in KINDS.items() if kind == one.kind),),
        identifiers=tuple(f"{agency} {value}" for agency, value in sorted(one.numbers)),
        other_names=tuple(dict.fromkeys((*(text for text, _ in others), *sorted(one.acronyms))))[:20],
    )
