"""``koinon build``: from source folders to a published release.

find → read and normalise → judge (ownership, references, shapes) → settle what stays → write → publish. A
source that fails keeps its last accepted graph, or stays out; every other graph is what it would have been
without it.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from koinon.build.candidate import Candidate, make_candidate
from koinon.build.circles_across import tell_of_circles
from koinon.build.dumps.making import make_dumps
from koinon.build.findings import Finding
from koinon.build.fingerprints import Fingerprints
from koinon.build.graphs import GraphFile, Index, write_graph
from koinon.build.judging import judge_ownership, judge_shapes
from koinon.build.keeping import keep_raw
from koinon.build.kept import Kept, link_imports
from koinon.build.linking.stage import Linking
from koinon.build.mapped import Imports, Mapper
from koinon.build.normalise import Normaliser
from koinon.build.outcomes import Judged, outcomes, parts
from koinon.build.progress import Progress, Silent
from koinon.build.quality.measuring import write_quality
from koinon.build.reading import FORMATS
from koinon.build.references import judge_references
from koinon.build.registry.active import all_sources
from koinon.build.report import BuildReport, SourceReport
from koinon.build.sealing import is_sealed, seal
from koinon.build.settled import Settled
from koinon.build.shacl import Result, Validator
from koinon.build.sources import Source
from koinon.build.verdicts import Verdict, write_verdicts
from koinon.build.verifying import check_graph_files
from koinon.build.vocabulary import Vocabulary, read_vocabulary, rule_files
from koinon.build.workspace import whole_release, workspace
from koinon.build.writing import Inputs, read_owners, write_artefacts, write_report
from koinon.model.assets import Assets
from koinon.model.errors import ReleaseError, SourceError
from koinon.model.namespaces import GRAPH
from koinon.model.settings import Settings
from koinon.release.current import QUERIES, Release, current_id, last_built, open_release
from koinon.release.judgements import Judgements
from koinon.release.manifest import DERIVED
from koinon.release.paths import Home
from koinon.release.publishing import make_current, publish
from koinon.release.retention import collect, make_room

VOCABULARY = "vocabulary"


def build(
    settings: Settings,
    assets: Assets,
    folders: Sequence[Path],
    progress: Progress | None = None,
    *,
    wait: bool = False,
) -> BuildReport:
    """Build a release from the sources under ``folders`` and make it current.

    Raises ConfigurationError (a folder is missing), VocabularyError (the ontology, a code list, a shape or a
    rule is broken), BuildLockedError (another build is at work and ``wait`` is false), StorageError (the disk
    is full, over its quota or cannot be written); in each case the current release stays as it was, unless the
    message says that the new one is published. Refused sources don't raise: the report names them.
    """
    home = Home(settings.home.absolute())
    with workspace(home, wait=wait) as work:
        report = _Build(settings, assets, home, work, progress or Silent()).run(folders)
    if settings.dumps:  # readers have the release by now, and other builds may begin
        make_dumps(home, assets, open_release(home, report.release), progress=progress)
    return report


@dataclass(slots=True)
class _Build:
    settings: Settings
    assets: Assets
    home: Home
    work: Path
    progress: Progress
    parent: Release | None = None
    normaliser: Normaliser = field(default_factory=Normaliser)
    owners: dict[str, str] = field(default_factory=dict)
    refused: dict[str, list[Finding]] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    keys: dict[str, str | None] = field(default_factory=dict)
    stamps: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def run(self, folders: Sequence[Path]) -> BuildReport:
        self.parent = self._open_parent()
        (self.work / "graphs").mkdir()
        vocabulary = read_vocabulary(self.assets)
        own = [
            self._vocabulary_graph("ontology", "Ontology of Koinon", vocabulary),
            self._vocabulary_graph("code", "Code lists of Koinon", vocabulary),
        ]
        sources = self._find(folders)
        untouched = self.parent if self.parent is not None and is_sealed(self.parent.path) else None
        settled = Settled.of(untouched, [s for s in sources if s.slug not in self.refused], self.keys)
        before = self.owners
        while True:
            judged, stays = self._judge(sources, settled, vocabulary, own, before)
            touched = judged.settled.touched(parts(judged, self._paths(judged, stays)))
            if not touched:
                break
            settled = judged.settled.without(touched)
        settled = judged.settled
        staying = stays.keys() | settled.sources.keys()
        owners = {thing: slug for thing, slug in before.items() if slug in staying}
        owners.update({thing: candidate.slug for candidate in judged.accepted for thing in candidate.minted})
        folder = self.work / "graphs"
        same = [Kept.of(settled.parent, slug).link(folder) for slug in settled.sources if settled.parent]
        graphs = [
            *own,
            *(c.graph for c in judged.accepted),
            *(k.checked().link(folder) for k in stays.values()),
            *same,
        ]
        link_imports(settled, self.work / "imports")
        linking = Linking(self.assets, Judgements.read(self.home))
        inputs = Inputs(
            graphs=tuple(sorted(graphs, key=lambda graph: graph.name)),
            versions={**vocabulary.versions, **linking.versions},
            rules=tuple(rule_files(self.assets)),
            received=self._received([*(c.source for c in judged.accepted), *settled.sources.values()]),
            linking=linking,
        )
        codes = {t.subject.value for t in vocabulary.codes if hasattr(t.subject, "value")}
        gone = [
            e for e in (self.parent.manifest.graphs if self.parent else ()) if e.kind not in {VOCABULARY, DERIVED}
        ]
        reports, verdicts = outcomes(judged, codes, self.keys, gone)
        results = {verdict.slug: list(verdict.results) for verdict in verdicts if verdict.results is not None}
        return self._finish(inputs, reports, verdicts, results, owners)

    def _open_parent(self) -> Release | None:
        if current_id(self.home) is None:
            return None
        try:
            release = last_built(self.home)
            if release is None:
                return None
            self.owners = read_owners(release)
            if not is_sealed(release.path):
                check_graph_files(release)
        except ReleaseError as error:
            raise ReleaseError(
                f"The current release is damaged: {error} To build without it, remove {self.home.current} first; "
                "refused sources then have no earlier graph to fall back on."
            ) from error
        return release

    def _vocabulary_graph(self, slug: str, title: str, vocabulary: Vocabulary) -> GraphFile:
        triples = vocabulary.ontology if slug == "ontology" else vocabulary.codes
        path = self.work / "graphs" / f"{slug}.nt"
        return write_graph(triples, path, slug=slug, name=GRAPH + slug, kind=VOCABULARY, title={"en": title})

    def _find(self, folders: Sequence[Path]) -> list[Source]:
        """Find all sources, keep their files, and note their keys."""
        sources, refused = all_sources(self.home, folders, FORMATS, mapped=True)
        for finding in refused:
            self.refused.setdefault(finding.source, []).append(finding)
        self.stamps = {source.slug: _stamps(source) for source in sources}
        files = {source.slug: keep_raw(self.home, source, self.settings.max_source) for source in sources}
        fingerprints = Fingerprints(self.assets, self.settings, files)
        self.keys = {source.slug: fingerprints.of(source) for source in sources}
        return sources

    def _read(self, sources: list[Source], settled: Settled) -> tuple[list[Candidate], Settled]:
        """Read what is not settled, and what that touches, for as long as it does."""
        self.findings = {slug: list(findings) for slug, findings in self.refused.items()}
        mapper = Mapper(self.assets, sources)
        candidates: dict[str, Candidate] = {}
        waiting = [source for source in sources if source.slug not in settled]
        while waiting:
            self.progress.stage("read", len(waiting))
            fresh = [candidate for source in waiting if (candidate := self._candidate(source, mapper))]
            candidates.update({candidate.slug: candidate for candidate in fresh})
            read = {c.slug: (c.graph.kind, c.index.types) for c in fresh}
            touched = settled.touched_by_reading(read) if settled.sources else set()
            waiting = [source for source in sources if source.slug in touched]
            settled = settled.without(touched)
        return [candidates[source.slug] for source in sources if source.slug in candidates], settled

    def _candidate(self, source: Source, mapper: Mapper) -> Candidate | None:
        candidate = None
        try:
            candidate = make_candidate(source, self.work / "graphs", self.normaliser, self.settings, mapper)
            if candidate.report is not None:
                Imports(self.work / "imports").write(source.slug, candidate.report)
            if _stamps(source) != self.stamps[source.slug]:
                self.keys[source.slug] = None  # somebody writes to it: what was read may not be what the key says
        except SourceError as error:
            self.findings.setdefault(source.slug, []).append(Finding.of(error))
        self.progress.step(source.slug)
        return candidate

    def _parent_graphs(self, present: set[str]) -> dict[str, Kept]:
        kept = {}
        for entry in self.parent.manifest.graphs if self.parent else ():
            if entry.slug in present and entry.kind not in {VOCABULARY, DERIVED} and self.parent:
                kept[entry.slug] = Kept(entry, self.parent.graph_file(entry.slug))
        return kept

    def _judge(
        self,
        sources: list[Source],
        settled: Settled,
        vocabulary: Vocabulary,
        own: list[GraphFile],
        before: dict[str, str],
    ) -> tuple[Judged, dict[str, Kept]]:
        candidates, settled = self._read(sources, settled)
        kept = self._parent_graphs({candidate.slug for candidate in candidates} | set(self.findings))
        absent = {slug: k for slug, k in kept.items() if slug in self.findings}
        read = {candidate.slug: candidate.index.types for candidate in candidates}
        judge_ownership(candidates, {slug: k.index for slug, k in absent.items()}, before, settled, "read")
        known = {iri for k in absent.values() for iri in k.index.types}
        terms = {t.subject.value for t in vocabulary.ontology if hasattr(t.subject, "value")}
        codes = {t.subject.value for t in vocabulary.codes if hasattr(t.subject, "value")}
        judge_references(candidates, known, terms, codes)
        types = {candidate.slug: candidate.index.types for candidate in candidates}
        self.progress.stage("validate", len(candidates))
        results = judge_shapes(
            candidates,
            # The graph of a candidate stands in only where it is a reference that is refused: by its file.
            {slug: (k.entry.kind, k.path, k.index if slug in absent else Index()) for slug, k in kept.items()},
            Validator(vocabulary.shapes),
            b"".join(graph.path.read_bytes() for graph in own),
            self.progress,
            settled,
        )
        accepted, stays = self._settle(candidates, kept, before, settled)
        graphs = {slug: (k.entry, k.index) for slug, k in stays.items()}
        return Judged(settled, candidates, accepted, graphs, read, types, results, self.findings), stays

    def _settle(
        self, candidates: list[Candidate], kept: dict[str, Kept], before: dict[str, str], settled: Settled
    ) -> tuple[list[Candidate], dict[str, Kept]]:
        """Return what is accepted and what stays; a kept graph keeps its things, whoever else now claims them."""
        while True:
            accepted = [candidate for candidate in candidates if not candidate.refused]
            slugs = {candidate.slug for candidate in accepted}
            stays = {slug: graph for slug, graph in kept.items() if slug not in slugs}
            judge_ownership(accepted, {slug: graph.index for slug, graph in stays.items()}, before, settled)
            if not any(candidate.refused for candidate in accepted):
                return accepted, stays

    def _paths(self, judged: Judged, stays: dict[str, Kept]) -> dict[str, Path]:
        """Return where the graphs are that were not settled."""
        return {c.slug: c.graph.path for c in judged.accepted} | {slug: k.path for slug, k in stays.items()}

    def _received(self, accepted: Sequence[Source]) -> str | None:
        days = [source.manifest.reading.received.isoformat() for source in accepted]
        return max(days, default=self.parent.manifest.received if self.parent else None)

    def _finish(
        self,
        inputs: Inputs,
        sources: tuple[SourceReport, ...],
        verdicts: list[Verdict],
        results: dict[str, list[Result]],
        owners: dict[str, str],
    ) -> BuildReport:
        identifier = inputs.id
        existing = whole_release(self.home, identifier)
        if existing is not None:
            published = make_current(self.home, identifier)
            parent = self.parent.id if self.parent else None
            total, graphs = existing.manifest.total, len(existing.manifest.graphs)
            return BuildReport(identifier, parent, published, total, graphs, sources)
        self.progress.stage("write", 1)
        self._clear_unused(inputs)
        manifest = write_artefacts(self.work, inputs, self._before(identifier))
        sources = tell_of_circles(sources, self.work / "store")
        report = BuildReport(identifier, manifest.parent, True, manifest.total, len(manifest.graphs), sources)
        write_report(self.work, report, results, owners)
        write_quality(self.work, manifest, report, self.assets.shapes, self._before(identifier))
        write_verdicts(self.work, verdicts)
        shutil.copytree(self.assets.queries, self.work / QUERIES)
        seal(self.work)
        make_room(self.home, self.work, self.settings.keep_releases, self.settings.disk_quota)
        publish(self.home, self.work, manifest)
        collect(self.home, self.settings.keep_releases, self.settings.disk_quota)
        self.progress.step(identifier)
        return report

    def _before(self, identifier: str) -> Release | None:
        """Return the parent to write from; for a damaged current release, written anew, the one before it."""
        if self.parent is not None and self.parent.id == identifier:
            return whole_release(self.home, self.parent.manifest.parent)
        return self.parent

    def _clear_unused(self, inputs: Inputs) -> None:
        used = {graph.path.name for graph in inputs.graphs}
        for path in (self.work / "graphs").iterdir():
            if path.name not in used:
                path.unlink()


def _stamps(source: Source) -> list[tuple[int, int]]:
    found = [path.stat() for path in source.files if path.is_file()]
    return [(status.st_size, status.st_mtime_ns) for status in found]
