"""Writing a release folder: store, derived graphs, dump, changes against the parent, manifest and reports."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode, Store

from koinon import __version__
from koinon.build.derived import change_derived, derive
from koinon.build.differences import changed_lines
from koinon.build.dumping import change_dump, write_dump
from koinon.build.facets import add_facets, change_scan, write_scan
from koinon.build.graphs import GraphFile
from koinon.build.indexing.writing import change_index, write_index
from koinon.build.linking.stage import Linking, write_links_of, write_moved
from koinon.build.relating import change_relations, write_relations
from koinon.build.report import BuildReport, report_text
from koinon.build.sealing import is_sealed
from koinon.build.shacl import Result, report_triples
from koinon.build.store_changes import TooMuchError
from koinon.build.storing import change_store, check_store, fill_store
from koinon.model.errors import ReleaseError
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import write_contents
from koinon.release.contents_changes import change_contents
from koinon.release.current import Release
from koinon.release.manifest import GraphEntry, Manifest, release_id
from koinon.release.relations import FILE as RELATIONS
from koinon.release.search_index import FOLDER as SEARCH
from koinon.release.things import FILE as OWNERS

DUMP = "dump.nq"
"""File with all statements of a release."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a release is made of: its data graphs (with the vocabulary), versions, rules and latest date."""

    graphs: tuple[GraphFile, ...]
    versions: dict[str, str]
    rules: tuple[Path, ...]
    received: str | None
    linking: Linking

    @property
    def id(self) -> str:
        """The release id."""
        return release_id(map(entry_of, self.graphs), self.versions)


def entry_of(graph: GraphFile) -> GraphEntry:
    """Return what a manifest says of a graph."""
    return GraphEntry(graph.name, graph.slug, graph.kind, graph.sha256, graph.triples, graph.title)


def write_artefacts(folder: Path, inputs: Inputs, parent: Release | None) -> Manifest:
    """Write store, derived graphs, contents, dump, changes and manifest into ``folder``; ``graphs/`` is there.

    What is the same in ``parent``, if nobody touched it, is taken over. Raises OSError where the disk refuses.
    """
    untouched = parent if parent and is_sealed(parent.path) else None
    links = write_links_of(folder, inputs.graphs, inputs.linking, untouched.path if untouched else None)
    graphs = _change_parent(folder, inputs, links, untouched) if untouched else None
    if graphs is None:
        shutil.rmtree(folder / "store", ignore_errors=True)
        shutil.rmtree(folder / SEARCH, ignore_errors=True)
        graphs = _write_anew(folder, inputs, links)
    add_facets(folder, {graph.name: graph.kind for graph in graphs})
    _write_changes(folder / "changes", graphs, parent)
    write_moved(folder / "changes", parent.path if parent else None, folder)
    manifest = Manifest(
        id=inputs.id,
        parent=parent.id if parent else None,
        ontology_version=inputs.versions["ontology"],
        shapes_version=inputs.versions["shapes"],
        rules_version=inputs.versions["rules"],
        link_model_version=inputs.versions["link-model"],
        judgements=inputs.versions.get("judgements"),
        software_version=__version__,
        received=inputs.received,
        graphs=tuple(map(entry_of, graphs)),
        total=sum(graph.triples for graph in graphs),
    )
    manifest.write(folder / "manifest.json")
    return manifest


def _write_anew(folder: Path, inputs: Inputs, links: list[GraphFile]) -> list[GraphFile]:
    """Write and check the store, with the derived graphs; returns all graphs, sorted by name."""
    derived = derive(
        folder / "graphs",
        inputs.graphs,
        inputs.rules,
        links=links,
        release=inputs.id,
        received=inputs.received,
        versions=inputs.versions,
    )
    graphs = sorted((*inputs.graphs, *derived), key=lambda graph: graph.name)
    store = fill_store(folder / "store", graphs)
    store.flush()
    store.optimize()
    del store
    check_store(folder / "store", graphs)
    write_contents(folder / CONTENTS, folder / "store")
    write_index(folder / SEARCH, folder / "store")
    write_relations(folder / RELATIONS, folder / "store")
    write_scan(folder)
    write_dump(folder / DUMP, graphs)
    return graphs


def _change_parent(folder: Path, inputs: Inputs, links: list[GraphFile], parent: Release) -> list[GraphFile] | None:
    """Write the same as the parent's with the difference; None where that is too much, or the parent is damaged."""
    try:
        change = change_store(folder / "store", inputs.graphs, parent)
        derived = change_derived(
            folder / "graphs",
            inputs.graphs,
            inputs.rules,
            change,
            parent,
            links=links,
            release=inputs.id,
            received=inputs.received,
            versions=inputs.versions,
        )
        change.store.flush()
        del change.store
        graphs = sorted((*inputs.graphs, *derived), key=lambda graph: graph.name)
        after = Store.read_only(str(folder / "store"))
        change.check(after)
        differing = [(plus, triple) for plus, _, triple in change.differing(after)]
        change_contents(parent.path / CONTENTS, folder / CONTENTS, change.before, after, differing)
        change_index(parent.path / SEARCH, folder / SEARCH, after, differing)
        change_relations(parent.path / RELATIONS, folder / RELATIONS, differing)
        change_scan(parent.path, folder, differing, change.lines)
        change_dump(folder / DUMP, graphs, parent)
    except (OSError, RuntimeError, ReleaseError, TooMuchError):
        return None  # what else is wrong, a full disk say, shows again when all is written from nothing
    return graphs


def write_report(
    folder: Path, report: BuildReport, results: dict[str, list[Result]], owners: dict[str, str]
) -> None:
    """Write the build report for people and machines, the SHACL report and the owners of things."""
    sources = [source.as_json() for source in report.sources]
    (folder / "report.json").write_text(report_text(report.as_json(), sources), encoding="utf-8")
    (folder / "report.txt").write_text("\n".join(report.lines()) + "\n", encoding="utf-8")
    every = [result for slug in sorted(results) for result in results[slug]]
    (folder / "shacl.ttl").write_text("".join(report_triples(every)), encoding="utf-8")
    lines = (f"{thing}\t{slug}\n" for thing, slug in sorted(owners.items()))
    (folder / OWNERS).write_text("".join(lines), encoding="utf-8")


def read_owners(release: Release) -> dict[str, str]:
    """Return the slug of the source that minted each thing of a release; raises ReleaseError for a damaged file."""
    path = release.path / OWNERS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return dict(line.split("\t") for line in lines)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ReleaseError(
            f"{path} is damaged ({error}). Put it back from a copy, or remove the folder."
        ) from error


def _write_changes(folder: Path, graphs: list[GraphFile], parent: Release | None) -> None:
    folder.mkdir()
    old = {entry.slug: entry for entry in parent.manifest.graphs} if parent else {}
    new = {graph.slug: graph for graph in graphs}
    with (folder / "added.nq").open("wb") as added, (folder / "removed.nq").open("wb") as removed:
        for slug in sorted(old.keys() | new.keys()):
            before, after = old.get(slug), new.get(slug)
            if before and after and before.sha256 == after.sha256:
                continue
            end = f"{NamedNode(before.name if before else new[slug].name)} .\n".encode()
            old_path = parent.graph_file(slug) if parent and before else None
            for plus, line in changed_lines(old_path, after.path if after else None):
                (added if plus else removed).write(line.removesuffix(b".\n") + end)
