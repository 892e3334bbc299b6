"""One source on its way into a release: read, normalised, with receipts, written as a graph."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import BlankNode, Triple

from koinon.build.describe import describe, graph_iri
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import GraphFile, Index, index_of, write_graph
from koinon.build.normalise import Normaliser, skolemise
from koinon.build.ownership import Mints, check_own
from koinon.build.reading import read_file
from koinon.build.receipts import Receipt, Receipts, receipt_triples
from koinon.build.sources import Source
from koinon.model.errors import SourceError
from koinon.model.settings import Settings

MAX_FINDINGS = 200
"""Findings kept per source; what is wrong a thousand times needs no thousand lines."""


@dataclass(slots=True)
class Candidate:
    """A source that was read: its graph on the disk, its index, and what was found in it so far."""

    source: Source
    graph: GraphFile
    index: Index
    mints: Mints
    findings: list[Finding] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The slug of the source."""
        return self.source.slug

    @property
    def refused(self) -> bool:
        """Tell whether anything found refuses the source."""
        return any(finding.severity == Severity.REFUSED for finding in self.findings)

    @property
    def minted(self) -> set[str]:
        """The things, not fragments, that the source types and may mint."""
        return {iri for iri in self.index.types if "#" not in iri and self.mints.own(iri)}

    def add(self, findings: Iterable[Finding]) -> None:
        """Take further findings, up to MAX_FINDINGS."""
        for finding in findings:
            if finding in self.findings:
                continue
            if len(self.findings) < MAX_FINDINGS or finding.severity == Severity.REFUSED:
                self.findings.append(finding)


def make_candidate(source: Source, folder: Path, normaliser: Normaliser, settings: Settings) -> Candidate:
    """Read a source and write its graph to ``folder``; raises SourceError where it cannot be read at all."""
    manifest = source.manifest
    graph = graph_iri(source.slug)
    receipts = Receipts(manifest)
    triples = (
        triple
        for path in source.files
        for triple in read_file(
            path, source.slug, graph, max_bytes=settings.max_source, max_literal=settings.max_literal
        )
    )
    plain, annotated = receipts.split(normaliser.triples(triples, source.slug))
    if not plain:
        raise SourceError(source.slug, "empty", str(source.folder), "the source states nothing")
    named = skolemise(plain, source.slug)
    if named is not plain:
        _check_annotated_names(annotated, source.slug)
    mints = Mints(manifest.mints)
    documents = frozenset({manifest.document.iri})
    authority = manifest.kind == "reference"
    findings = list(check_own(named, source.slug, mints, documents, authority=authority))
    description = set(normaliser.triples(describe(manifest), source.slug)) - named
    if manifest.reading.receipts == "every":
        receipts.derive(named, annotated)
        for triple in description:
            annotated[triple] = [Receipt("external", "editorial")]
    everything = named | description | set(receipt_triples(manifest, annotated))
    entry = write_graph(
        everything,
        folder / f"{source.slug}.nt",
        slug=source.slug,
        name=graph,
        kind=manifest.kind,
        title=dict(manifest.title),
    )
    candidate = Candidate(source, entry, index_of(everything), mints)
    candidate.add([*findings, *receipts.findings])
    return candidate


def _check_annotated_names(annotated: Iterable[Triple], slug: str) -> None:
    for triple in annotated:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            detail = "a statement about a blank node is annotated; give the node a fragment of its owner as name"
            raise SourceError(slug, "receipt-form", f"{triple.subject} {triple.predicate}", detail)
