"""The releases of a node, and what differs between any two of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, parse

from koinon.build.graphs import difference, union
from koinon.engine import Term
from koinon.release.changelog import ChangeLog, Step
from koinon.release.current import Release, current_id, release_folders
from koinon.release.log import read_log
from koinon.release.paths import PIN, Home

RDF_PATCH: Final = "application/rdf-patch"
SHOWN: Final = 200
"""Subjects of a difference that a page shows; all of it is downloaded."""
_LINES: Final = 20
"""Statements of one of them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of the release log: ``state`` is current, kept, pinned or gone; ``step`` is what it changed."""

    sequence: int
    id: str
    published_at: str
    state: str
    step: Step | None
    before: str | None


def releases(home: Home, changes: ChangeLog) -> list[Listed]:
    """Return every entry of the release log, the newest first."""
    log = read_log(home.log)
    kept = {path.name: (path / PIN).exists() for path in release_folders(home)}
    current = current_id(home)
    listed = []
    for entry in log:
        state = "gone" if entry.id not in kept else "pinned" if kept[entry.id] else "kept"
        if entry.id == current:
            state = "current"
        listed.append(
            Listed(entry.sequence, entry.id, entry.published_at, state, changes.step(entry.sequence), entry.parent)
        )
    return listed[::-1]


def differing(old: Release, new: Release) -> Iterator[tuple[bool, bytes]]:
    """Yield every quad that only one of two releases states: whether the newer one does, and its N-Quads line.

    Graph by graph in the order of their names, each sorted; memory stays small. Imported releases have no graph
    files: their quads are not compared, and ValueError is raised.
    """
    if old.manifest.imported or new.manifest.imported:
        raise ValueError("Only releases that were built from sources can be compared.")
    before = {entry.name: entry for entry in old.manifest.graphs}
    after = {entry.name: entry for entry in new.manifest.graphs}
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if one and other and one.sha256 == other.sha256:
            continue
        end = f"{NamedNode(name)} .\n".encode()
        lines = difference(
            union([old.graph_file(one.slug)] if one else []), union([new.graph_file(other.slug)] if other else [])
        )
        for added, line in lines:
            yield added, line.removesuffix(b".\n") + end


def rdf_patch(old: Release, new: Release) -> Iterator[bytes]:
    """Yield the difference as an RDF Patch: first what goes, then what comes (https://afs.github.io/rdf-patch/)."""
    yield f"H id <urn:koinon:patch:{old.id}:{new.id}> .\nTX .\n".encode()
    for wanted, letter in ((False, b"D "), (True, b"A ")):
        for added, line in differing(old, new):
            if added == wanted:
                yield letter + line
    yield b"TC .\n"


@dataclass(frozen=True, slots=True)
class Differing:
    """What differs about one subject in one graph: predicates and values that came and went, and how many more."""

    subject: str
    graph: str
    added: tuple[tuple[str, Term], ...]
    removed: tuple[tuple[str, Term], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How many statements came and went, and the first subjects that differ."""

    added: int
    removed: int
    shown: tuple[Differing, ...]
    subjects: int


def difference_of(old: Release, new: Release) -> Difference:
    """Return the difference for a page: all counted, the first subjects shown."""
    counts = {True: 0, False: 0}
    shown: list[Differing] = []
    subjects = 0
    for _, group in groupby(differing(old, new), key=_subject_and_graph):
        subjects += 1
        kept: list[tuple[bool, bytes]] = []
        total = 0
        for added, line in group:
            counts[added] += 1
            total += 1
            if subjects <= SHOWN and len(kept) < _LINES:
                kept.append((added, line))
        if subjects <= SHOWN:
            shown.append(_differing(kept, total))
    return Difference(counts[True], counts[False], tuple(shown), subjects)


def _subject_and_graph(found: tuple[bool, bytes]) -> tuple[bytes, bytes]:
    _, line = found
    return line[: line.index(b" ")], line[line.rindex(b" <") :]


def _differing(kept: list[tuple[bool, bytes]], total: int) -> Differing:
    sides: dict[bool, list[tuple[str, Term]]] = {True: [], False: []}
    subject = graph = ""
    for added, line in kept:
        (quad,) = parse(line, RdfFormat.N_QUADS)
        subject, graph = str(quad.subject).strip("<>"), str(quad.graph_name).strip("<>")
        sides[added].append((quad.predicate.value, quad.object))
    return Differing(subject, graph, tuple(sides[True]), tuple(sides[False]), total - len(kept))
