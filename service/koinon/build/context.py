"""What stands beside a source when it is judged: of all others, only what it refers to.

That is the types of the things, concepts and classes that it names, the order of the classes, and what reference
graphs say of the things that it speaks of itself.
"""

import mmap
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from koinon.build.differences import lines_from
from koinon.build.graphs import TYPE
from koinon.model.namespaces import M8G, RDFS

_REFERRED: Final = re.compile(rb"> <([^>]*)> \.\n\Z")
_TAKES_PART: Final = f" <{M8G}hasParticipation> ".encode()
_TYPED: Final = f" {TYPE} <".encode()
_NARROWS: Final = f" <{RDFS}subClassOf> ".encode()

Types = Mapping[str, set[str]]


class Context:
    """The vocabulary, the types of all sources, and the reference graphs."""

    def __init__(self, vocabulary: bytes, types: Sequence[Types], references: Iterable[Path] = ()) -> None:
        """Take the N-Triples of the ontology and code lists, the typed things of each source, and graph files."""
        self._classes = b""
        self._types = [_vocabulary_types(vocabulary), *types]
        self._references = tuple(references)
        self._classes = b"".join(line for line in vocabulary.splitlines(keepends=True) if _NARROWS in line)

    def with_references(self, references: Iterable[Path]) -> "Context":
        """Return the same with other reference graphs."""
        other = Context(b"", (), references)
        other._classes, other._types = self._classes, self._types
        return other

    def types_of(self, iri: str) -> set[str]:
        """Return the classes that any source, or the vocabulary, says that a thing is of."""
        found: set[str] = set()
        for types in self._types:
            if iri in types:
                found |= types[iri]
        return found

    def beside(self, lines: list[bytes], graph: Path, foreign: Iterable[str]) -> bytes:
        """Return what stands beside these lines of the graph file; ``foreign`` are subjects that are others'."""
        subjects = {line[: line.index(b" ")] for line in lines}
        referred, parts = set(), set()
        for line in lines:
            found = _REFERRED.search(line)
            if found:
                referred.add(found[1])
                if _TAKES_PART in line:
                    parts.add(found[1])
        out = [self._classes]
        foreign = list(foreign)
        wanted = [iri.decode() for iri in referred if b"<" + iri + b">" not in subjects]
        for iri in sorted({*wanted, *foreign}):
            out.extend(f"<{iri}> {TYPE} <{cls}> .\n".encode() for cls in sorted(self.types_of(iri)))
        # Rules on taking part look one step further than all others.
        out.extend(
            line for part in sorted(parts) if b"<" + part + b">" not in subjects for line in said_of(graph, part)
        )
        out.extend(line for path in self._references for iri in foreign for line in said_of(path, iri.encode()))
        return b"".join(out)


def said_of(path: Path, iri: bytes) -> Iterator[bytes]:
    """Yield the lines of a graph file that are about ``iri``; the length of the file costs next to nothing."""
    start = b"<" + iri + b"> "
    with path.open("rb") as file:
        if not path.stat().st_size:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from lines_from(data, start)


def _vocabulary_types(vocabulary: bytes) -> dict[str, set[str]]:
    types: dict[str, set[str]] = {}
    for line in vocabulary.splitlines():
        subject, typed, value = line.partition(_TYPED)
        if typed and subject.startswith(b"<"):
            types.setdefault(subject[1:-1].decode(), set()).add(value[:-3].decode())
    return types
