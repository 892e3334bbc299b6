"""The store of a release: filled from scratch, or the parent's with the difference applied.

Each graph stands under its own name, and all of them, deduplicated, in the default graph.
"""

from collections.abc import Collection, Iterable
from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from koinon.build.differences import changed_lines
from koinon.build.graphs import GraphFile, union
from koinon.build.store_changes import StoreChange, TooMuchError
from koinon.model.errors import ReleaseError
from koinon.release.current import Release
from koinon.release.manifest import DERIVED

_SMALL = 20_000
"""Statements of a graph that is loaded together with others: each load has a cost of its own."""
_TOGETHER = 2**25
"""Bytes that are loaded together."""
_COUNTS = "SELECT ?graph (COUNT(*) AS ?count) { GRAPH ?graph { ?s ?p ?o } } GROUP BY ?graph"


def fill_store(path: Path, graphs: Iterable[GraphFile]) -> Store:
    """Fill a store at ``path`` and return it, open for writing; raises OSError where the disk refuses."""
    store = Store(path)
    add_graphs(store, graphs)
    return store


def change_store(path: Path, graphs: Iterable[GraphFile], parent: Release) -> StoreChange:
    """Make a store at ``path`` from that of ``parent``, with these data graphs; the derived ones are still its own.

    Raises OSError where the disk refuses, OSError or RuntimeError where the parent's store is damaged, and
    TooMuchError where too much has changed.
    """
    new = {graph.slug: graph for graph in graphs}
    old = {entry.slug: entry for entry in parent.manifest.graphs if entry.kind != DERIVED}
    if not _mostly_same(new.values(), parent):
        raise TooMuchError
    change = StoreChange(path, parent)
    for slug in sorted(old.keys() | new.keys()):
        before, after = old.get(slug), new.get(slug)
        if before and after and before.sha256 == after.sha256:
            continue
        name = before.name if before else new[slug].name
        files = parent.graph_file(slug) if before else None, after.path if after else None
        change.apply(name, changed_lines(*files))
        if after is None:
            change.store.remove_graph(NamedNode(name))
    change.forget(change.removed)
    return change


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


def _mostly_same(graphs: Collection[GraphFile], parent: Release) -> bool:
    known = {entry.sha256 for entry in parent.manifest.graphs}
    changed = sum(graph.triples for graph in graphs if graph.sha256 not in known)
    return changed * 2 < sum(graph.triples for graph in graphs)
