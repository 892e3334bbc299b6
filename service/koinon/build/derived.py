"""The graphs that a build computes from all others: territories by the published rules, and the catalogue."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import Triple

from koinon.build.catalogue import SLUG, TITLE, catalogue
from koinon.build.differences import changed_lines
from koinon.build.graphs import GraphFile, write_graph
from koinon.build.rule_inputs import rule_store
from koinon.build.store_changes import StoreChange
from koinon.build.territory import territories
from koinon.build.territory_changes import change_territories
from koinon.model.namespaces import GRAPH
from koinon.release.current import Release
from koinon.release.manifest import DERIVED

DERIVATION: Final = "4"
"""Version of the code that derives. It enters the release id beside the rules: raise it whenever the same sources
and rules come to give other derived graphs, or old releases would be taken for new ones."""
TERRITORY: Final = "territory"


def derive(
    folder: Path,
    graphs: Sequence[GraphFile],
    rules: Sequence[Path],
    *,
    links: Sequence[GraphFile],
    release: str,
    received: str | None,
    versions: dict[str, str],
) -> list[GraphFile]:
    """Write the derived graphs of the release ``release`` into ``folder`` and return their entries.

    ``links`` are those of the linksets, which are written already. Raises VocabularyError where a rule is broken.
    """
    territory = _territory(folder, graphs, rules)
    described = catalogue((*graphs, territory, *links), release, received, versions)
    return [territory, *links, _write(folder, SLUG, TITLE, described)]


def change_derived(
    folder: Path,
    graphs: Sequence[GraphFile],
    rules: Sequence[Path],
    change: StoreChange,
    parent: Release,
    *,
    links: Sequence[GraphFile],
    release: str,
    received: str | None,
    versions: dict[str, str],
) -> list[GraphFile]:
    """Write the derived graphs as ``derive`` does, from those of ``parent``, and bring its store to them."""
    before = {
        e.slug: GraphFile(e.slug, e.name, e.kind, dict(e.title), parent.graph_file(e.slug), e.sha256, e.triples)
        for e in parent.manifest.derived
    }
    territory = None
    if TERRITORY in before:
        territory = change_territories(before[TERRITORY], folder / f"{TERRITORY}.nt", change, rules)
    made = [territory] if territory else []
    if territory is None:
        territory = _territory(folder, graphs, rules)
    entries = catalogue((*graphs, territory, *links), release, received, versions)
    described = _write(folder, SLUG, TITLE, entries)
    removed: list[bytes] = []
    left = {graph.slug for graph in (territory, *links, described)}
    for gone in (old for slug, old in before.items() if slug not in left):
        lines = list(changed_lines(gone.path, None))
        change.apply(gone.name, lines)
        removed += [line for _, line in lines]
    for graph in (territory, *links, described):
        if graph not in made:
            old = before[graph.slug].path if graph.slug in before else None
            lines = list(changed_lines(old, graph.path))
            change.apply(graph.name, lines)
            removed += [line for added, line in lines if not added]
    change.forget(removed)
    return [territory, *links, described]


def _territory(folder: Path, graphs: Sequence[GraphFile], rules: Sequence[Path]) -> GraphFile:
    made = territories(rule_store(graphs, rules), rules)
    return _write(folder, TERRITORY, "Territories, derived by rule", made)


def _write(folder: Path, slug: str, title: str, triples: Iterable[Triple]) -> GraphFile:
    path = folder / f"{slug}.nt"
    return write_graph(triples, path, slug=slug, name=GRAPH + slug, kind=DERIVED, title={"en": title})
