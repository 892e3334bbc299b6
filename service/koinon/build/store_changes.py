"""A store made from the parent's: copied by hard links, and brought to what the graphs of a release state.

What one graph no longer states goes from the default graph once it is known that no other states it. Every change
is remembered, so that what else is written follows it, and is looked up again in the finished store.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, Triple, parse

from koinon.engine import matching
from koinon.model.errors import ReleaseError
from koinon.release.current import Release

MOST: Final = 300_000
"""Statements that may change; beyond that, a store is sooner filled from nothing."""
_BATCH: Final = 50_000
_DEFAULT: Final = DefaultGraph()


class TooMuchError(Exception):
    """More changes than are worth following one by one."""


class StoreChange:
    """The store of a release on its way from the parent's."""

    def __init__(self, path: Path, parent: Release) -> None:
        """Copy the store of ``parent`` to ``path``.

        Raises OSError where the disk refuses, OSError or RuntimeError where the parent's store is damaged.
        """
        self.before = Store.read_only(str(parent.store))
        self.before.backup(path)
        self.store = Store(path)
        self._changes: dict[tuple[str, bytes], bool] = {}

    def apply(self, name: str, changes: Iterable[tuple[bool, bytes]]) -> None:
        """Add and remove statements, given as lines, of the graph ``name``; raises TooMuchError."""
        batch: list[tuple[bool, bytes]] = []
        for change in changes:
            batch.append(change)
            if len(batch) == _BATCH:
                self._apply(name, batch)
                batch = []
        self._apply(name, batch)

    def _apply(self, name: str, batch: list[tuple[bool, bytes]]) -> None:
        node = NamedNode(name)
        added = triples_of(line for plus, line in batch if plus)
        self.store.extend(_quad(triple, node) for triple in added)
        self.store.extend(_quad(triple, _DEFAULT) for triple in added)
        for triple in triples_of(line for plus, line in batch if not plus):
            self.store.remove(_quad(triple, node))
        for plus, line in batch:
            if self._changes.get((name, line)) == (not plus):
                del self._changes[name, line]  # it was there, went, and came back, or the other way round
            else:
                self._changes[name, line] = plus
        if len(self._changes) > MOST:
            raise TooMuchError

    def forget(self, lines: Iterable[bytes]) -> None:
        """Take out of the default graph what no named graph states any more, of the ``lines``."""
        for triple in triples_of(lines):
            if all(isinstance(graph, DefaultGraph) for graph in _graphs(self.store, triple)):
                self.store.remove(_quad(triple, _DEFAULT))

    @property
    def removed(self) -> list[bytes]:
        """The lines that a graph no longer states."""
        return [line for (_, line), plus in self._changes.items() if not plus]

    @property
    def lines(self) -> Iterator[tuple[bool, str, bytes]]:
        """The lines that only the parent's graphs have, or (True) only the new ones, with the name of the graph."""
        return ((plus, name, line) for (name, line), plus in self._changes.items())

    def differing(self, after: Store) -> Iterator[tuple[bool, bytes, Triple]]:
        """Yield the statements that only one default graph has, that of the parent or (True) that of ``after``."""
        lines = sorted({line for _, line in self._changes})
        for line, triple in zip(lines, triples_of(lines), strict=True):
            quad = _quad(triple, _DEFAULT)
            is_there = quad in after
            if is_there != (quad in self.before):
                yield is_there, line, triple

    def check(self, after: Store) -> None:
        """Look every change up in the finished store; raises ReleaseError where it is not there."""
        by_name = list(self._changes.items())
        triples = triples_of(line for (_, line), _ in by_name)
        for ((name, line), plus), triple in zip(by_name, triples, strict=True):
            graphs = {graph.value if isinstance(graph, NamedNode) else "" for graph in _graphs(after, triple)}
            named, default = _quad(triple, NamedNode(name)) in after, _quad(triple, _DEFAULT) in after
            # Each by two indexes, as one may be right while the other is not.
            if {name in graphs, named} != {plus} or {"" in graphs, default} != {bool(graphs - {""})}:
                raise ReleaseError(f"The store does not hold what {name} states: {line.decode().strip()}")


def triples_of(lines: Iterable[bytes]) -> list[Triple]:
    """Return the triples of lines of N-Triples, in their order."""
    return [quad.triple for quad in parse(b"".join(lines), RdfFormat.N_TRIPLES)]


def _graphs(store: Store, triple: Triple) -> Iterator[object]:
    found = matching(store, triple.subject, triple.predicate, triple.object, None)
    return (quad.graph_name for quad in found)


def _quad(triple: Triple, graph: NamedNode | DefaultGraph) -> Quad:
    return Quad(triple.subject, triple.predicate, triple.object, graph)
