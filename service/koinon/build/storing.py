"""Filling the store of a release: from scratch, or as a copy of the parent's with the difference applied.

Each graph stands under its own name, and all of them, deduplicated, in the default graph.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, QuerySolutions, RdfFormat, Store, parse

from koinon.build.graphs import GraphFile, difference, union
from koinon.model.errors import ReleaseError
from koinon.release.current import Release

BATCH = 50_000
_SMALL = 20_000
"""Statements of a graph that is loaded together with others: each load has a cost of its own."""
_TOGETHER = 2**25
"""Bytes that are loaded together."""
_COUNTS = "SELECT ?graph (COUNT(*) AS ?count) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"


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
    changed = [
        slug
        for slug in sorted(old.keys() | new.keys())
        if slug not in old or slug not in new or old[slug].sha256 != new[slug].sha256
    ]
    for slug in changed:
        name = NamedNode(old[slug].name if slug in old else new[slug].name)
        for added, lines in _changes(parent, slug, new.get(slug)):
            if added:
                store.extend(_quads(lines, name))
                store.extend(_quads(lines, DefaultGraph()))
            else:
                for quad in _quads(lines, name):
                    store.remove(quad)
        if slug not in new:
            store.remove_graph(name)
    # What one graph no longer states goes from the default graph only once it is known that no other states it.
    for slug in changed:
        for added, lines in _changes(parent, slug, new.get(slug)):
            if not added:
                _forget(store, lines)
    return store


def add_graphs(store: Store, graphs: Iterable[GraphFile]) -> None:
    """Load graphs under their names and into the default graph."""
    # Their lines are canonical, so the store need not look at each IRI again (lenient).
    small: list[bytes] = []
    for graph in graphs:
        if graph.triples <= _SMALL:
            content = graph.path.read_bytes()
            small += [content, content.replace(b" .\n", f" {NamedNode(graph.name)} .\n".encode())]
            if sum(map(len, small)) > _TOGETHER:
                store.bulk_load(b"".join(small), RdfFormat.N_QUADS, lenient=True)
                small = []
        else:
            name = NamedNode(graph.name)
            store.bulk_load(path=graph.path, format=RdfFormat.N_TRIPLES, to_graph=name, lenient=True)
            store.bulk_load(path=graph.path, format=RdfFormat.N_TRIPLES, lenient=True)
    if small:
        store.bulk_load(b"".join(small), RdfFormat.N_QUADS, lenient=True)


def check_store(path: Path, graphs: Iterable[GraphFile]) -> None:
    """Compare the numbers of a closed store with the graph files it was filled from.

    All of it is read. Raises ReleaseError where they differ, OSError or RuntimeError where it is damaged.
    """
    store = Store.read_only(str(path))
    graphs = list(graphs)
    counts = store.query(_COUNTS)
    assert isinstance(counts, QuerySolutions)  # noqa: S101  # what a SELECT gives
    held = {row["graph"].value: int(row["count"].value) for row in counts}
    for graph in graphs:
        if held.get(graph.name, 0) != graph.triples:
            detail = f"{held.get(graph.name, 0)} statements of {graph.name}, its file {graph.triples}"
            raise ReleaseError(f"The store holds {detail}.")
    default = len(store) - sum(held.values())
    wanted = sum(1 for _ in union(graph.path for graph in graphs))
    if default != wanted:
        raise ReleaseError(f"The default graph of the store holds {default} statements instead of {wanted}.")


def _mostly_same(graphs: list[GraphFile], parent: Release) -> bool:
    if not all(parent.graph_file(entry.slug).is_file() for entry in parent.manifest.graphs):
        return False
    known = {entry.sha256 for entry in parent.manifest.graphs}
    changed = sum(graph.triples for graph in graphs if graph.sha256 not in known)
    return changed * 2 < sum(graph.triples for graph in graphs)


def _changes(parent: Release, slug: str, after: GraphFile | None) -> Iterator[tuple[bool, list[bytes]]]:
    """Yield what a graph states that it did not before (True), and the other way round, in batches."""
    before = parent.graph_file(slug)
    changes = difference(union([before] if before.is_file() else []), union([after.path] if after else []))
    while batch := list(islice(changes, BATCH)):
        for wanted in (True, False):
            yield wanted, [line for added, line in batch if added == wanted]


def _forget(store: Store, lines: Iterable[bytes]) -> None:
    """Take out of the default graph what no named graph states any more."""
    for quad in _quads(lines, DefaultGraph()):
        stated = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if all(isinstance(found.graph_name, DefaultGraph) for found in stated):
            store.remove(quad)


def _quads(lines: Iterable[bytes], graph: NamedNode | DefaultGraph) -> Iterator[Quad]:
    for quad in parse(b"".join(lines), RdfFormat.N_TRIPLES):
        yield Quad(quad.subject, quad.predicate, quad.object, graph)
