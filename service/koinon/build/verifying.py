"""Verifying a release: do manifest, graph files and store still agree, statement for statement."""

from collections.abc import Iterator

from pyoxigraph import DefaultGraph, NamedNode

from koinon.build.graphs import hash_of, lines_of, union
from koinon.model.errors import ReleaseError
from koinon.release.current import Release
from koinon.release.manifest import release_id


def verify_release(release: Release) -> list[str]:
    """Return what is wrong with a release, one line each; nothing where it is whole."""
    return list(_problems(release))


def _problems(release: Release) -> Iterator[str]:
    manifest = release.manifest
    versions = {
        "link-model": manifest.link_model_version,
        "ontology": manifest.ontology_version,
        "rules": manifest.rules_version,
        "shapes": manifest.shapes_version,
    }
    if release_id(manifest.graphs, versions) != release.id or release.path.name != release.id:
        yield "the release id is not that of its graphs and versions"
    missing = [entry for entry in manifest.graphs if not release.graph_file(entry.slug).is_file()]
    for entry in missing:
        yield f"the graph file of {entry.slug} is missing"
    for entry in manifest.graphs:
        if entry not in missing and hash_of(release.graph_file(entry.slug)) != entry.sha256:
            yield f"the graph file of {entry.slug} is not the one that was released"
    try:
        store = release.open().raw
    except ReleaseError as error:
        yield str(error)
        return
    for entry in manifest.graphs:
        if entry in missing:
            continue
        quads = store.quads_for_pattern(None, None, None, NamedNode(entry.name))
        held = b"".join(line + b"\n" for line in lines_of(quad.triple for quad in quads))
        if held != release.graph_file(entry.slug).read_bytes():
            yield f"the store's graph {entry.slug} is not the one that was released"
    if not missing:
        default = lines_of(quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph()))
        if [line + b"\n" for line in default] != list(union(release.graph_file(e.slug) for e in manifest.graphs)):
            yield "the store's default graph is not the union of all graphs"
