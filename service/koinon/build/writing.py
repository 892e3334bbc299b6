"""Writing a release folder: store, derived graphs, dump, changes against the parent, manifest and reports."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from koinon import __version__
from koinon.build.catalogue import catalogue
from koinon.build.graphs import GraphFile, difference, union, write_graph
from koinon.build.report import BuildReport
from koinon.build.shacl import Result, report_triples
from koinon.build.storing import add_graphs, check_store, fill_store
from koinon.build.territory import territories
from koinon.model.namespaces import GRAPH
from koinon.release.current import Release
from koinon.release.manifest import DERIVED, GraphEntry, Manifest, release_id

OWNERS = "owners.tsv"
"""File of a release that names the source which minted each thing."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a release is made of: its data graphs (with the vocabulary), versions, rules and latest date."""

    graphs: tuple[GraphFile, ...]
    versions: dict[str, str]
    rules: tuple[Path, ...]
    received: str | None

    @property
    def id(self) -> str:
        """The release id."""
        return release_id(map(entry_of, self.graphs), self.versions)


def entry_of(graph: GraphFile) -> GraphEntry:
    """Return what a manifest says of a graph."""
    return GraphEntry(graph.name, graph.slug, graph.kind, graph.sha256, graph.triples, graph.title)


def write_artefacts(folder: Path, inputs: Inputs, parent: Release | None) -> Manifest:
    """Write store, derived graphs, dump, changes and manifest into ``folder``, whose ``graphs/`` is there already.

    Raises OSError where the disk refuses.
    """
    identifier = inputs.id
    store = fill_store(folder / "store", inputs.graphs, parent)
    derived = [_derived(folder, "territory", "Territories, derived by rule", territories(store, inputs.rules))]
    described = catalogue((*inputs.graphs, *derived), identifier, inputs.received, inputs.versions)
    derived.append(_derived(folder, "catalogue", "Catalogue of the graphs", described))
    add_graphs(store, derived)
    store.flush()
    if parent is None:
        store.optimize()
    del store
    graphs = sorted((*inputs.graphs, *derived), key=lambda graph: graph.name)
    check_store(folder / "store", graphs)
    _write_lines(folder / "dump.nq", _quads(graphs))
    _write_changes(folder / "changes", graphs, parent)
    manifest = Manifest(
        id=identifier,
        parent=parent.id if parent else None,
        ontology_version=inputs.versions["ontology"],
        shapes_version=inputs.versions["shapes"],
        rules_version=inputs.versions["rules"],
        link_model_version=inputs.versions["link-model"],
        software_version=__version__,
        received=inputs.received,
        graphs=tuple(map(entry_of, graphs)),
        total=sum(graph.triples for graph in graphs),
    )
    manifest.write(folder / "manifest.json")
    return manifest


def write_report(
    folder: Path, report: BuildReport, results: dict[str, list[Result]], owners: dict[str, str]
) -> None:
    """Write the build report for people and machines, the SHACL report and the owners of things."""
    text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    (folder / "report.txt").write_text("\n".join(report.lines()) + "\n", encoding="utf-8")
    every = [result for slug in sorted(results) for result in results[slug]]
    (folder / "shacl.ttl").write_text("".join(report_triples(every)), encoding="utf-8")
    lines = (f"{thing}\t{slug}\n" for thing, slug in sorted(owners.items()))
    (folder / OWNERS).write_text("".join(lines), encoding="utf-8")


def read_owners(release: Release) -> dict[str, str]:
    """Return the slug of the source that minted each thing of a release."""
    try:
        lines = (release.path / OWNERS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split("\t") for line in lines)


def _derived(folder: Path, slug: str, title: str, triples: Iterable[Triple]) -> GraphFile:
    path = folder / "graphs" / f"{slug}.nt"
    return write_graph(triples, path, slug=slug, name=GRAPH + slug, kind=DERIVED, title={"en": title})


def _quads(graphs: Iterable[GraphFile]) -> Iterator[bytes]:
    for graph in graphs:
        yield from _named(graph.path, graph.name)


def _named(path: Path, name: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        for line in file:
            yield _quad(line, name)


def _quad(line: bytes, name: str) -> bytes:
    return line.removesuffix(b".\n") + f"{NamedNode(name)} .\n".encode()


def _write_changes(folder: Path, graphs: list[GraphFile], parent: Release | None) -> None:
    folder.mkdir()
    old = {entry.slug: entry for entry in parent.manifest.graphs} if parent else {}
    new = {graph.slug: graph for graph in graphs}
    with (folder / "added.nq").open("wb") as added, (folder / "removed.nq").open("wb") as removed:
        for slug in sorted(old.keys() | new.keys()):
            before, after = old.get(slug), new.get(slug)
            if before and after and before.sha256 == after.sha256:
                continue
            name = before.name if before else new[slug].name
            old_lines = union([parent.graph_file(slug)] if parent and before else [])
            for plus, line in difference(old_lines, union([after.path] if after else [])):
                (added if plus else removed).write(_quad(line, name))


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(lines)
