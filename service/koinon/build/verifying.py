"""Verifying a release: do manifest, graph files, dump, store and tables still agree, statement for statement.

Of an imported release: id, files, dump and store.
"""

from collections.abc import Iterator
from contextlib import closing

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store, parse

from koinon.build.dumping import quads_of
from koinon.build.facets import same_facets
from koinon.build.graphs import hash_of, lines_of, union
from koinon.build.indexing.verifying import index_problems
from koinon.build.linking.verifying import link_problems
from koinon.build.relating import same_relations
from koinon.build.shacl import Validator
from koinon.build.vocabulary import read_vocabulary
from koinon.build.writing import read_owners
from koinon.engine import OxigraphStore
from koinon.model.assets import Assets
from koinon.model.errors import ReleaseError
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import Contents
from koinon.release.current import Release
from koinon.release.facets import FILE as FACETS
from koinon.release.imported import Origin, import_id
from koinon.release.manifest import release_id
from koinon.release.relations import FILE as RELATIONS
from koinon.release.search_index import FOLDER as SEARCH


def verify_release(release: Release, assets: Assets | None = None) -> list[str]:
    """Return what is wrong with a release, one line each; nothing where it is whole.

    Where the shapes of ``assets`` are those that it was built with, its links are held to them too.
    """
    return list(_problems(release, assets))


def check_graph_files(release: Release) -> None:
    """Raise ReleaseError for the first graph file that is not the one that was released."""
    for problem in _file_problems(release):
        raise ReleaseError(f"In {release.path}, {problem}.")


def _problems(release: Release, assets: Assets | None) -> Iterator[str]:
    if release.manifest.imported:
        yield from _import_problems(release)
        return
    manifest = release.manifest
    versions = {
        "link-model": manifest.link_model_version,
        "ontology": manifest.ontology_version,
        "rules": manifest.rules_version,
        "shapes": manifest.shapes_version,
        **({"judgements": manifest.judgements} if manifest.judgements else {}),
    }
    if release_id(manifest.graphs, versions) != release.id or release.path.name != release.id:
        yield "the release id is not that of its graphs and versions"
    yield from _file_problems(release)
    if not _dump_agrees(release):
        yield "the dump is not that of the graph files"
    try:
        read_owners(release)
        store = release.open()
        yield from _store_problems(release, store.raw)
        yield from _contents_problems(release, store)
        yield from index_problems(release.path / SEARCH, store.raw)
        if not same_facets(release.path, {entry.name: entry.kind for entry in manifest.graphs}):
            yield f"the facets ({FACETS}) are not those of the store"
        yield from link_problems(release, _shapes(assets, manifest.shapes_version))
        relations = release.path / RELATIONS
        if relations.is_file() and not same_relations(relations, store.raw):
            yield f"the table of relations ({RELATIONS}) is not that of the store"
    except (ReleaseError, OSError, RuntimeError) as error:
        yield str(error)


def _shapes(assets: Assets | None, version: str) -> Validator | None:
    """Return the shapes of this version, None where others are at hand."""
    if assets is None:
        return None
    vocabulary = read_vocabulary(assets)
    return Validator(vocabulary.shapes) if vocabulary.shapes_version == version else None


def _contents_problems(release: Release, store: OxigraphStore) -> Iterator[str]:
    """Compare the table of contents with what the store says; an earlier version's release may have none."""
    path = release.path / CONTENTS
    if path.is_file():
        with closing(Contents.of(path, store)) as kept, closing(Contents.read(store)) as read:
            if kept.differs_from(read):
                yield f"the table of contents ({CONTENTS}) is not that of the store"


def _import_problems(release: Release) -> Iterator[str]:
    try:
        origin = Origin.read(release.path)
        if import_id(origin.files) != release.id or release.path.name != release.id:
            yield "the release id is not that of its files"
        if not release.dump.is_file() or hash_of(release.dump) != origin.dump_sha256:
            yield "the dump is not the one that was released"
            return
        store = release.open().raw
        held = len(store)
        if held != release.manifest.total:
            yield f"the store holds {held} statements instead of {release.manifest.total}"
        missing = sum(1 for quad in parse(path=release.dump, format=RdfFormat.N_QUADS) if quad not in store)
        if missing:
            yield f"the store lacks {missing} statements of the dump"
        for entry in release.manifest.graphs:
            if next(store.quads_for_pattern(None, None, None, NamedNode(entry.name)), None) is None:
                yield f"the store has no graph {entry.name}"
    except (ReleaseError, OSError, RuntimeError) as error:
        yield str(error)


def _file_problems(release: Release) -> Iterator[str]:
    for entry in release.manifest.graphs:
        path = release.graph_file(entry.slug)
        if not path.is_file():
            yield f"the graph file of {entry.slug} is missing"
        elif hash_of(path) != entry.sha256:
            yield f"the graph file of {entry.slug} is not the one that was released"


def _dump_agrees(release: Release) -> bool:
    graphs = ((release.graph_file(entry.slug), entry.name) for entry in release.manifest.graphs)
    try:
        with (release.path / "dump.nq").open("rb") as dump:
            return all(dump.read(len(wanted)) == wanted for wanted in quads_of(graphs)) and not dump.read(1)
    except OSError:
        return False


def _store_problems(release: Release, store: Store) -> Iterator[str]:
    graphs = [entry for entry in release.manifest.graphs if release.graph_file(entry.slug).is_file()]
    for entry in graphs:
        quads = store.quads_for_pattern(None, None, None, NamedNode(entry.name))
        held = b"".join(line + b"\n" for line in lines_of(quad.triple for quad in quads))
        if held != release.graph_file(entry.slug).read_bytes():
            yield f"the store's graph {entry.slug} is not the one that was released"
    if len(graphs) < len(release.manifest.graphs):
        return
    default = lines_of(quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph()))
    if [line + b"\n" for line in default] != list(union(release.graph_file(entry.slug) for entry in graphs)):
        yield "the store's default graph is not the union of all graphs"
