"""Filling the store of a release: from scratch, or as a copy of the parent's with the difference applied.

Each graph stands under its own name, and all of them, deduplicated, in the default graph.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from koinon.build.graphs import GraphFile, difference, union
from koinon.model.errors import ReleaseError
from koinon.release.current import Release

BATCH = 50_000


def fill_store(path: Path, graphs: Iterable[GraphFile], parent: Release | None) -> Store:
    """Make the store at ``path`` hold exactly ``graphs``, and return it, open for writing.

    With a ``parent`` whose graphs are mostly the same, its store is copied (by hard links) and only what differs is
    written. Raises OSError where the disk refuses, OSError or RuntimeError where the parent's store is damaged.
    """
    graphs = list(graphs)
    if parent is None or not _mostly_same(graphs, parent):
        store = Store(path)
        add_graphs(store, graphs)
        return store
    Store.read_only(str(parent.store)).backup(path)
    store = Store(path)
    new = {graph.slug: graph for graph in graphs}
    old = {entry.slug: entry for entry in parent.manifest.graphs}
    for slug in sorted(old.keys() | new.keys()):
        before, after = old.get(slug), new.get(slug)
        if before is None or after is None or before.sha256 != after.sha256:
            name = NamedNode(before.name if before is not None else new[slug].name)
            _apply(store, _stream(parent, [slug] if before else []), union([after.path] if after else []), name)
            if after is None:
                store.remove_graph(name)
    _apply(store, _stream(parent, old), union(graph.path for graph in graphs), DefaultGraph())
    return store


def add_graphs(store: Store, graphs: Iterable[GraphFile]) -> None:
    """Load graphs under their names and into the default graph."""
    for graph in graphs:
        store.bulk_load(path=graph.path, format=RdfFormat.N_TRIPLES, to_graph=NamedNode(graph.name))
        store.bulk_load(path=graph.path, format=RdfFormat.N_TRIPLES)


def check_store(path: Path, graphs: Iterable[GraphFile]) -> None:
    """Compare a closed store with the graph files it was filled from; raises ReleaseError where they differ."""
    store = Store.read_only(str(path))
    graphs = list(graphs)
    for graph in graphs:
        held = sum(1 for _ in store.quads_for_pattern(None, None, None, NamedNode(graph.name)))
        if held != graph.triples:
            raise ReleaseError(f"The store holds {held} statements of {graph.name}, its file {graph.triples}.")
    held = sum(1 for _ in store.quads_for_pattern(None, None, None, DefaultGraph()))
    wanted = sum(1 for _ in union(graph.path for graph in graphs))
    if held != wanted:
        raise ReleaseError(f"The default graph of the store holds {held} statements instead of {wanted}.")


def _mostly_same(graphs: list[GraphFile], parent: Release) -> bool:
    if not all(parent.graph_file(entry.slug).is_file() for entry in parent.manifest.graphs):
        return False
    known = {entry.sha256 for entry in parent.manifest.graphs}
    changed = sum(graph.triples for graph in graphs if graph.sha256 not in known)
    return changed * 2 < sum(graph.triples for graph in graphs)


def _stream(parent: Release, slugs: Iterable[str]) -> Iterator[bytes]:
    return union(parent.graph_file(slug) for slug in slugs)


def _apply(store: Store, old: Iterator[bytes], new: Iterator[bytes], graph: NamedNode | DefaultGraph) -> None:
    changes = difference(old, new)
    while batch := list(islice(changes, BATCH)):
        for quad in _quads((line for added, line in batch if not added), graph):
            store.remove(quad)
        store.extend(_quads((line for added, line in batch if added), graph))


def _quads(lines: Iterable[bytes], graph: NamedNode | DefaultGraph) -> Iterator[Quad]:
    for quad in parse(b"".join(lines), RdfFormat.N_TRIPLES):
        yield Quad(quad.subject, quad.predicate, quad.object, graph)
