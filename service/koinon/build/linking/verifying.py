"""Whether the links of a release are whole: the table, the graphs that follow from it, and the shapes of links."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from koinon.build.graphs import GraphFile
from koinon.build.linking.linksets import CANONICAL, sources_of, write_canonical, write_linkset
from koinon.build.linking.stage import CONCEPTS
from koinon.build.shacl import Validator
from koinon.link.decisions import LINKSET
from koinon.link.undertakings import LINKSET as UNDERTAKINGS
from koinon.release.current import Release
from koinon.release.links import FILE, Links

SLUGS = (LINKSET, CONCEPTS, UNDERTAKINGS, CANONICAL)
"""The graphs that follow from the table of links."""


def link_problems(release: Release, shapes: Validator | None) -> Iterator[str]:
    """Yield what is wrong with the links of a release, one line each.

    ``shapes`` are those that the release was built with, None where they are not at hand. Raises ReleaseError for
    a table that cannot be read, OSError where the disk refuses.
    """
    entries = {entry.slug: entry for entry in release.manifest.graphs if entry.slug in SLUGS}
    if not (release.path / FILE).is_file():
        if entries:
            yield f"the table of links ({FILE}) is missing"
        return
    links = Links.of(release.path)
    try:
        if not links.is_whole():
            yield f"the table of links ({FILE}) is not the one that was written"
            return
        with tempfile.TemporaryDirectory(prefix="koinon-links-") as folder:
            made = {graph.slug: graph for graph in _graphs(links, Path(folder))}
    finally:
        links.close()
    for slug, entry in sorted(entries.items()):
        if made[slug].sha256 != entry.sha256:
            yield f"the graph {slug} does not follow from the table of links ({FILE})"
    if shapes is not None and entries:
        paths = [release.graph_file(slug) for slug in sorted(entries)]
        text = b"".join(path.read_bytes() for path in paths if path.is_file())
        for result in shapes.validate(text):
            if result.severity == "Violation" and "/links" in result.focus:
                yield f"{result.focus}: {result.message()}"


def _graphs(links: Links, folder: Path) -> Iterator[GraphFile]:
    run = links.run()
    every = list(links.everything())
    slugs = {iri: said.source for iri in links.things() if (said := links.said(iri))}
    for slug in (LINKSET, CONCEPTS, UNDERTAKINGS):
        own = [link for link in every if link.linkset == slug]
        yield write_linkset(folder, slug, own, run, sources_of(own, slugs))
    yield write_canonical(folder, links.members())
