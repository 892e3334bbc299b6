"""One source on its way into a release: read, normalised, with receipts, written as a graph."""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path

from pyoxigraph import BlankNode, RdfFormat, Triple, parse

from koinon.build.collecting import Findings
from koinon.build.describe import describe, graph_iri, titled
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import GraphFile, Index, indexed, lines_of, write_lines
from koinon.build.mapped import Made, Mapper
from koinon.build.mapping.cleaning import CleaningReport
from koinon.build.mapping.places import Places
from koinon.build.mapping.report import ImportReport
from koinon.build.normalise import Normaliser, skolemise
from koinon.build.odd_names import tell_odd_names
from koinon.build.ownership import Mints, check_own, is_plainly_own
from koinon.build.reading import read_file
from koinon.build.ready import SUFFIX, Lines, NotReadyError, in_order
from koinon.build.receipts import Receipt, Receipts, receipt_triples
from koinon.build.sources import Source
from koinon.model.errors import SourceError
from koinon.model.settings import Settings


@dataclass(slots=True)
class Candidate:
    """A source that was read: its graph on the disk, its index, and what was found in it so far.

    A mapped one has what its mapping ``made``: the report, and in which records its things stand. ``lost`` are the
    IRIs in statements that were left out.
    """

    source: Source
    graph: GraphFile
    index: Index
    mints: Mints
    found: Findings = field(default_factory=Findings)
    made: Made | None = None
    lost: set[str] = field(default_factory=set)
    _minted: set[str] | None = None
    _foreign: dict[str, set[str]] | None = None

    @property
    def slug(self) -> str:
        """The slug of the source."""
        return self.source.slug

    @property
    def refused(self) -> bool:
        """Tell whether anything found refuses the source."""
        return self.found.refused

    @property
    def findings(self) -> list[Finding]:
        """What was found: of each rule the first few."""
        return self.found.kept

    @property
    def counts(self) -> Counter[tuple[Severity, str]]:
        """How often each rule was broken, with the examples that ``findings`` leaves out."""
        return self.found.counts

    @property
    def report(self) -> ImportReport | CleaningReport | None:
        """What the mapping counted, where the source has one."""
        return self.made.report if self.made is not None else None

    @property
    def places(self) -> Places | None:
        """In which records the things stand, where they come from records."""
        return self.made.places if self.made is not None else None

    @property
    def minted(self) -> set[str]:
        """The things, not fragments, that the source types and may mint."""
        if self._minted is None:
            self._minted = {iri for iri in self.index.types if "#" not in iri and self.mints.own(iri)}
        return self._minted

    @property
    def foreign_types(self) -> dict[str, set[str]]:
        """The things that the source types and may not mint."""
        if self._foreign is None:
            types = self.index.types.items()
            self._foreign = {iri: classes for iri, classes in types if not self.mints.own(iri)}
        return self._foreign

    def add(self, findings: Iterable[Finding]) -> None:
        """Take further findings."""
        self.found.add(findings)

    def replace(self, graph: GraphFile, index: Index) -> None:
        """Take another graph in the place of the one that was read."""
        self.graph, self.index = graph, index
        self._minted = self._foreign = None


def make_candidate(
    source: Source, folder: Path, normaliser: Normaliser, settings: Settings, mapper: Mapper | None = None
) -> Candidate:
    """Read a source and write its graph to ``folder``; raises SourceError where it cannot be read at all."""
    if source.manifest.mapping is not None and mapper is not None:
        return _from_mapping(source, folder, mapper, settings)
    if _may_be_ready(source, settings):
        try:
            return _from_lines(source, folder, normaliser, settings)
        except NotReadyError:
            pass  # read as every other format, which tells what is wrong
    return _from_triples(source, folder, normaliser, settings)


def _may_be_ready(source: Source, settings: Settings) -> bool:
    plain = source.manifest.reading.receipts != "every"
    return plain and all(
        path.suffix.lower() == SUFFIX and path.is_file() and path.stat().st_size <= settings.max_source
        for path in source.files
    )


def _from_lines(source: Source, folder: Path, normaliser: Normaliser, settings: Settings) -> Candidate:
    """Read files of N-Triples as streams of lines; raises NotReadyError where they have to be parsed whole."""
    lines = Lines(normaliser, source.slug, settings.max_literal)
    stated = in_order(chain.from_iterable(lines.of(path) for path in source.files), folder)
    first = next(stated, None)
    if first is None:
        raise NotReadyError
    findings = Findings()
    mints = Mints(source.manifest.mints, source.manifest.home)
    judged = _judged(chain([first], stated), source, mints, findings)
    described = [line + b"\n" for line in lines_of(normaliser.triples(describe(source.manifest), source.slug))]
    every = (line for line, _ in groupby(heapq.merge(judged, described)))
    told = tell_odd_names(titled(every, source.manifest), source.slug, findings)
    return _written(source, told, folder, mints, findings)


def _from_mapping(source: Source, folder: Path, mapper: Mapper, settings: Settings) -> Candidate:
    """Map a source; what the mapping writes is sorted, checked and described already."""
    made = folder / f"{source.slug}.mapped"
    try:
        mapped = mapper.map(source, made, settings.max_source)
        findings, mints = Findings(), Mints(source.manifest.mints, source.manifest.home)
        with made.open("rb") as lines:
            candidate = _written(source, _judged(lines, source, mints, findings), folder, mints, findings)
    finally:
        made.unlink(missing_ok=True)
    candidate.made = mapped
    return candidate


def _judged(lines: Iterable[bytes], source: Source, mints: Mints, findings: Findings) -> Iterator[bytes]:
    """Pass sorted lines on; whatever is not plainly a statement about an own thing is judged as a triple."""
    subject, own = b"", False
    for line in lines:
        about, predicate, _ = line.split(b" ", 2)
        if about != subject:
            subject, own = about, mints.own(about[1:-1].decode())
        if not own or not is_plainly_own(predicate):
            triples = (quad.triple for quad in parse(line, RdfFormat.N_TRIPLES))
            findings.add(_own_findings(triples, source, mints))
        yield line


def _own_findings(triples: Iterable[Triple], source: Source, mints: Mints) -> Iterator[Finding]:
    manifest = source.manifest
    documents = frozenset({manifest.document.iri})
    return check_own(triples, source.slug, mints, documents, authority=manifest.kind == "reference")


def _from_triples(source: Source, folder: Path, normaliser: Normaliser, settings: Settings) -> Candidate:
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
    mints = Mints(manifest.mints, manifest.home)
    findings = Findings()
    findings.add(_own_findings(named, source, mints))
    description = set(normaliser.triples(describe(manifest), source.slug)) - named
    if manifest.reading.receipts == "every":
        receipts.derive(named, annotated)
        for triple in description:
            annotated[triple] = [Receipt("external", "editorial")]
    everything = lines_of(chain(named, description, receipt_triples(manifest, annotated)))
    findings.add(receipts.findings)
    every = titled((line + b"\n" for line in everything), manifest)
    return _written(source, tell_odd_names(every, source.slug, findings), folder, mints, findings)


def _written(source: Source, lines: Iterable[bytes], folder: Path, mints: Mints, findings: Findings) -> Candidate:
    index = Index()
    entry = write_lines(
        indexed(lines, index, mints.own),
        folder / f"{source.slug}.nt",
        slug=source.slug,
        name=graph_iri(source.slug),
        kind=source.manifest.kind,
        title=dict(source.manifest.title),
    )
    return Candidate(source, entry, index, mints, findings)


def _check_annotated_names(annotated: Iterable[Triple], slug: str) -> None:
    for triple in annotated:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            detail = "a statement about a blank node is annotated; give the node a fragment of its owner as name"
            raise SourceError(slug, "receipt-form", f"{triple.subject} {triple.predicate}", detail)
