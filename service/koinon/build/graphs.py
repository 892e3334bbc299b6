"""Graphs as files: sorted canonical N-Triples, one statement a line, without blank nodes.

Sorted by the bytes of UTF-8, which no locale changes. Whatever is larger than one source is streamed from these
files.
"""

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from koinon.model.namespaces import BASE, CODE, DEF, ID, RDF, RDFS

TYPE: Final = NamedNode(RDF + "type")
_QUOTING: Final = frozenset(NamedNode(RDF + name) for name in ("subject", "predicate", "object"))


@dataclass(frozen=True, slots=True)
class GraphFile:
    """One graph on the disk: what the manifest says of it, and where it is."""

    slug: str
    name: str
    kind: str
    title: dict[str, str]
    path: Path
    sha256: str
    triples: int


@dataclass(slots=True)
class Index:
    """What other graphs need to know of one: its types, and what it refers to (IRI to the place that names it)."""

    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    things: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    subjects: set[str] = field(default_factory=set)


def as_text(triples: Iterable[Triple]) -> bytes:
    """Return triples as N-Triples."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def lines_of(triples: Iterable[Triple]) -> list[bytes]:
    """Return the canonical N-Triples lines (RDF 1.2 N-Triples, section 4), sorted, each once, without line ends."""
    return sorted(set(as_text(triples).split(b"\n")) - {b""})


def write_graph(
    triples: Iterable[Triple], path: Path, *, slug: str, name: str, kind: str, title: dict[str, str]
) -> GraphFile:
    """Write a graph and return its entry; raises OSError where the disk refuses."""
    digest = hashlib.sha256()
    lines = lines_of(triples)
    with path.open("wb") as file:
        for line in lines:
            file.write(line + b"\n")
            digest.update(line + b"\n")
    return GraphFile(slug, name, kind, title, path, digest.hexdigest(), len(lines))


def read_graph(path: Path) -> Iterator[Triple]:
    """Yield the triples of a graph file."""
    for triple in parse(path=path, format=RdfFormat.N_TRIPLES):
        yield triple.triple


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def index_of(triples: Iterable[Triple]) -> Index:
    """Index a graph; receipts are left out, as they repeat what is stated beside them."""
    index = Index()
    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if predicate in _QUOTING or not isinstance(subject, NamedNode):
            continue
        index.subjects.add(subject.value)
        place = f"{subject} {predicate}"
        _refer(index, predicate.value, place, codes=False)
        _note_foreign(index, predicate.value, place)
        if not isinstance(value, NamedNode):
            continue
        if predicate == TYPE:
            index.types[subject.value].add(value.value)
            _note_foreign(index, value.value, place)
            _refer(index, value.value, place, codes=True)
        else:
            _refer(index, value.value, place, codes=True)
            if value.value.startswith(ID):
                _note(index.things, value.value, place)
    return index


def _refer(index: Index, iri: str, place: str, *, codes: bool) -> None:
    if iri.startswith(DEF):
        _note(index.terms, iri, place)
    elif codes and iri.startswith(CODE):
        _note(index.codes, iri, place)


def _note_foreign(index: Index, iri: str, place: str) -> None:
    """Note a class or property of another vocabulary."""
    if not iri.startswith((BASE, RDF, RDFS)):
        _note(index.foreign, iri, place)


def _note(places: dict[str, str], iri: str, place: str) -> None:
    """Keep the first place in alphabetical order, so that a report is the same every time."""
    places[iri] = min(place, places.get(iri, place))


def union(paths: Iterable[Path]) -> Iterator[bytes]:
    """Yield the lines of all graph files, sorted, each once: the default graph of a release."""
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("rb")) for path in paths]
        last = b""
        for line in heapq.merge(*files):
            if line != last:
                yield line
            last = line


def difference(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Yield ``(added, line)`` for each line that only one of two sorted streams has."""
    before, after = iter(old), iter(new)
    left, right = next(before, None), next(after, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left < right):
            yield False, left or b""
            left = next(before, None)
        elif left is None or right < left:
            yield True, right
            right = next(after, None)
        else:
            left, right = next(before, None), next(after, None)
