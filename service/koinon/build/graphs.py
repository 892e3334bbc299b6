"""Graphs as files: sorted canonical N-Triples, one statement a line, without blank nodes.

Sorted by the bytes of UTF-8, which no locale changes. Whatever is larger than one source is streamed from these
files.
"""

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from koinon.build.circles import NESTING
from koinon.model.namespaces import BASES, CODE, DEF, RDF, RDFS, THINGS

TYPE: Final = NamedNode(RDF + "type")
_TYPE: Final = TYPE.value
_QUOTING: Final = frozenset(RDF + name for name in ("subject", "predicate", "object"))
_OURS: Final = tuple(f"<{base}".encode() for base in BASES)
_BATCH: Final = 20_000
"""Lines that are written at a time."""


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
    """What other graphs need to know of one: its types, and what it refers to (IRI to the place that names it).

    ``things`` leaves out those that the graph itself defines; ``untyped`` are subjects without a type. ``wholes``
    says what is a part of what, by property.
    """

    types: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    things: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    foreign: dict[str, str] = field(default_factory=dict)
    untyped: set[str] = field(default_factory=set)
    wholes: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    @property
    def subjects(self) -> set[str]:
        """All subjects."""
        return self.types.keys() | self.untyped

    def speaks_of(self, iri: str) -> bool:
        """Tell whether the graph has a statement about ``iri``."""
        return iri in self.types or iri in self.untyped


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
    return write_lines(
        (line + b"\n" for line in lines_of(triples)), path, slug=slug, name=name, kind=kind, title=title
    )


def write_lines(
    lines: Iterable[bytes], path: Path, *, slug: str, name: str, kind: str, title: dict[str, str]
) -> GraphFile:
    """Write a graph from its sorted lines, each once and with its end; raises OSError where the disk refuses."""
    digest = hashlib.sha256()
    count = 0
    waiting = iter(lines)
    with path.open("wb") as file:
        while batch := list(islice(waiting, _BATCH)):
            count += len(batch)
            block = b"".join(batch)
            file.write(block)
            digest.update(block)
    return GraphFile(slug, name, kind, title, path, digest.hexdigest(), count)


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
    return index_lines(line + b"\n" for line in lines_of(triples))


def index_file(path: Path) -> Index:
    """Index a graph file."""
    with path.open("rb") as file:
        return index_lines(file)


def index_lines(lines: Iterable[bytes], own: Callable[[str], bool] | None = None) -> Index:
    """Index a graph from its sorted lines; the place of a reference is the first line that makes it.

    With ``own``, that tells whose a thing is, references of a source to its own things only count where these are
    not defined.
    """
    index = Index()
    for _ in indexed(lines, index, own):
        pass
    return index


def indexed(lines: Iterable[bytes], index: Index, own: Callable[[str], bool] | None = None) -> Iterator[bytes]:
    """Pass sorted lines on, each with its end, and fill ``index`` on the way; it is complete at the end."""
    shared: dict[frozenset[str], set[str]] = {}
    predicates: dict[bytes, str | None] = {}
    awaited: dict[str, str] = {}
    classes: set[str] = set()
    subject, spoken = b"", False
    for line in lines:
        yield line
        about, predicate, value = line.split(b" ", 2)
        if about != subject:
            _close(index, subject, classes, shared, spoken=spoken)
            subject, classes, spoken = about, set(), False
        if predicate not in predicates:
            predicates[predicate] = _predicate(index, predicate, about)
        name = predicates[predicate]
        if name is None:
            continue
        spoken = True
        if name == _TYPE:
            iri = value[1:-4].decode()
            classes.add(iri)
            if iri not in index.foreign and iri not in index.terms:
                _note_class(index, iri, f"{about.decode()} <{_TYPE}>")
        elif value.startswith(_OURS):
            iri = value[1:-4].decode()
            if name in NESTING:
                index.wholes.setdefault(name, {}).setdefault(about[1:-1].decode(), []).append(iri)
            if not iri.startswith(THINGS):
                _refer(index, iri, about, name)
            elif not (own and own(iri)):
                if iri not in index.things:
                    index.things[iri] = f"{about.decode()} <{name}>"
            elif iri not in index.types and iri not in awaited:
                awaited[iri] = f"{about.decode()} <{name}>"
    _close(index, subject, classes, shared, spoken=spoken)
    index.things.update((iri, place) for iri, place in awaited.items() if iri not in index.types)


def _close(
    index: Index,
    subject: bytes,
    classes: set[str],
    shared: dict[frozenset[str], set[str]],
    *,
    spoken: bool,
) -> None:
    """Note the types of a subject whose statements have all been seen; equal sets of classes are kept once."""
    if not spoken or not subject.startswith(b"<"):
        return
    iri = subject[1:-1].decode()
    if classes:
        index.types[iri] = shared.setdefault(frozenset(classes), classes)
    else:
        index.untyped.add(iri)


def _predicate(index: Index, predicate: bytes, subject: bytes) -> str | None:
    """Note a predicate that was not met before; returns its IRI, or None where it only repeats statements."""
    iri = predicate[1:-1].decode()
    if iri in _QUOTING:
        return None
    place = f"{subject.decode()} <{iri}>"
    if iri.startswith(DEF):
        index.terms.setdefault(iri, place)
    elif not iri.startswith((*BASES, RDF, RDFS)):
        index.foreign.setdefault(iri, place)
    return iri


def _note_class(index: Index, iri: str, place: str) -> None:
    if iri.startswith(DEF):
        index.terms[iri] = place
    elif iri.startswith(CODE):
        index.codes.setdefault(iri, place)
    elif not iri.startswith((*BASES, RDF, RDFS)):
        index.foreign[iri] = place


def _refer(index: Index, iri: str, subject: bytes, predicate: str) -> None:
    places = index.terms if iri.startswith(DEF) else index.codes if iri.startswith(CODE) else None
    if places is not None and iri not in places:
        places[iri] = f"{subject.decode()} <{predicate}>"


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
