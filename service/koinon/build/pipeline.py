"""``koinon build``: from source folders to a published release.

find → read and normalise → judge (ownership, references, shapes) → settle what stays → write → publish. A
source that fails keeps its last accepted graph, or stays out; every other graph is what it would have been
without it.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from koinon.build.candidate import Candidate, make_candidate
from koinon.build.collecting import Findings
from koinon.build.findings import Finding
from koinon.build.graphs import GraphFile, Index, hash_of, index_file, write_graph
from koinon.build.judging import dangling, judge_ownership, judge_references, judge_shapes
from koinon.build.keeping import keep_raw
from koinon.build.mapped import Imports, Mapper
from koinon.build.normalise import Normaliser
from koinon.build.progress import Progress, Silent
from koinon.build.quality.measuring import write_quality
from koinon.build.reading import FORMATS
from koinon.build.registry.active import all_sources
from koinon.build.report import BuildReport, Outcome, SourceReport
from koinon.build.sealing import is_sealed, seal
from koinon.build.shacl import Result, Validator
from koinon.build.verifying import check_graph_files
from koinon.build.vocabulary import Vocabulary, read_vocabulary, rule_files
from koinon.build.workspace import whole_release, workspace
from koinon.build.writing import Inputs, read_owners, write_artefacts, write_report
from koinon.model.assets import Assets
from koinon.model.errors import ReleaseError, SourceError
from koinon.model.namespaces import GRAPH
from koinon.model.settings import Settings
from koinon.release.current import Release, current_id, last_built
from koinon.release.manifest import DERIVED, GraphEntry
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
    is full, over its quota or cannot be written); in each case the current release stays as it was. Refused
    sources don't raise: the report names them.
    """
    home = Home(settings.home.absolute())
    with workspace(home, wait=wait) as work:
        return _Build(settings, assets, home, work, progress or Silent()).run(folders)


@dataclass
class _Kept:
    """A graph of the parent release that stays, or may."""

    entry: GraphEntry
    path: Path

    @cached_property
    def index(self) -> Index:
        """What others need to know of it; read once it is needed."""
        return index_file(self.path)


@dataclass(slots=True)
class _Build:
    settings: Settings
    assets: Assets
    home: Home
    work: Path
    progress: Progress
    parent: Release | None = None
    normaliser: Normaliser = field(default_factory=Normaliser)
    findings: dict[str, list[Finding]] = field(default_factory=dict)

    def run(self, folders: Sequence[Path]) -> BuildReport:
        self.parent = self._open_parent()
        (self.work / "graphs").mkdir()
        vocabulary = read_vocabulary(self.assets, self.normaliser)
        own = [
            self._vocabulary_graph("ontology", "Ontology of Koinon", vocabulary),
            self._vocabulary_graph("code", "Code lists of Koinon", vocabulary),
        ]
        candidates = self._read(folders)
        present = {candidate.slug for candidate in candidates} | set(self.findings)
        kept = self._parent_graphs(present)
        results, before = self._judge(candidates, kept, vocabulary, own)
        accepted, stays = self._settle(candidates, kept, before)
        owners = {thing: slug for thing, slug in before.items() if slug in stays}
        owners.update({thing: candidate.slug for candidate in accepted for thing in candidate.minted})
        graphs = [*own, *(c.graph for c in accepted), *(self._link(k) for k in stays.values())]
        inputs = Inputs(
            graphs=tuple(sorted(graphs, key=lambda graph: graph.name)),
            versions=vocabulary.versions,
            rules=tuple(rule_files(self.assets)),
            received=self._received(accepted),
        )
        sources = self._source_reports(candidates, accepted, stays, vocabulary)
        return self._finish(inputs, sources, results, owners)

    def _open_parent(self) -> Release | None:
        if current_id(self.home) is None:
            return None
        try:
            release = last_built(self.home)
            if release is None:
                return None
            read_owners(release)
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

    def _read(self, folders: Sequence[Path]) -> list[Candidate]:
        sources, refused = all_sources(self.home, folders, FORMATS, mapped=True)
        for finding in refused:
            self.findings.setdefault(finding.source, []).append(finding)
        self.progress.stage("read", len(sources))
        mapper = Mapper(self.assets, sources)
        imports = Imports(self.work / "imports")
        candidates = []
        for source in sources:
            keep_raw(self.home, source, self.settings.max_source)
            try:
                candidate = make_candidate(source, self.work / "graphs", self.normaliser, self.settings, mapper)
                if candidate.report is not None:
                    imports.write(source.slug, candidate.report)
                candidates.append(candidate)
            except SourceError as error:
                self.findings.setdefault(source.slug, []).append(Finding.of(error))
            self.progress.step(source.slug)
        return candidates

    def _parent_graphs(self, present: set[str]) -> dict[str, _Kept]:
        kept = {}
        for entry in self.parent.manifest.graphs if self.parent else ():
            if entry.slug in present and entry.kind not in {VOCABULARY, DERIVED} and self.parent:
                path = self.parent.graph_file(entry.slug)
                kept[entry.slug] = _Kept(entry, path)
        return kept

    def _judge(
        self, candidates: list[Candidate], kept: dict[str, _Kept], vocabulary: Vocabulary, own: list[GraphFile]
    ) -> tuple[dict[str, list[Result]], dict[str, str]]:
        before = read_owners(self.parent) if self.parent else {}
        absent = {slug: k for slug, k in kept.items() if slug in self.findings}
        judge_ownership(candidates, {slug: k.index for slug, k in absent.items()}, before)
        known = {iri for k in absent.values() for iri in k.index.types}
        terms = {t.subject.value for t in vocabulary.ontology if hasattr(t.subject, "value")}
        codes = {t.subject.value for t in vocabulary.codes if hasattr(t.subject, "value")}
        judge_references(candidates, known, terms, codes)
        self.progress.stage("validate", len(candidates))
        validator = Validator(vocabulary.shapes)
        context = b"".join(graph.path.read_bytes() for graph in own)
        results = judge_shapes(
            candidates,
            # The graph of a candidate stands in only where it is a reference that is refused: by its file.
            {slug: (k.entry.kind, k.path, k.index if slug in absent else Index()) for slug, k in kept.items()},
            validator,
            context,
            self.progress,
        )
        return results, before

    def _settle(
        self, candidates: list[Candidate], kept: dict[str, _Kept], before: dict[str, str]
    ) -> tuple[list[Candidate], dict[str, _Kept]]:
        """Return what is accepted and what stays; a kept graph keeps its things, whoever else now claims them."""
        while True:
            accepted = [candidate for candidate in candidates if not candidate.refused]
            slugs = {candidate.slug for candidate in accepted}
            stays = {slug: graph for slug, graph in kept.items() if slug not in slugs}
            judge_ownership(accepted, {slug: graph.index for slug, graph in stays.items()}, before)
            if not any(candidate.refused for candidate in accepted):
                return accepted, stays

    def _link(self, kept: _Kept) -> GraphFile:
        path = self.work / "graphs" / f"{kept.entry.slug}.nt"
        path.unlink(missing_ok=True)
        if hash_of(kept.path) != kept.entry.sha256:
            raise ReleaseError(f"{kept.path} is not the graph that was released. Run `koinon release verify`.")
        try:
            os.link(kept.path, path)
        except OSError:
            shutil.copyfile(kept.path, path)
        e = kept.entry
        return GraphFile(e.slug, e.name, e.kind, dict(e.title), path, e.sha256, e.triples)

    def _received(self, accepted: list[Candidate]) -> str | None:
        days = [c.source.manifest.reading.received.isoformat() for c in accepted]
        return max(days, default=self.parent.manifest.received if self.parent else None)

    def _source_reports(
        self,
        candidates: list[Candidate],
        accepted: list[Candidate],
        stays: dict[str, _Kept],
        vocabulary: Vocabulary,
    ) -> tuple[SourceReport, ...]:
        indexes = {c.slug: c.index for c in accepted} | {slug: k.index for slug, k in stays.items()}
        typed = {iri for index in indexes.values() for iri in index.types}
        codes = {t.subject.value for t in vocabulary.codes if hasattr(t.subject, "value")}
        found: dict[str, Findings] = {candidate.slug: candidate.found for candidate in candidates}
        for slug, findings in self.findings.items():
            found.setdefault(slug, Findings()).add(findings)
        reports = []
        ok = {c.slug: c.graph.triples for c in accepted}
        for slug in sorted(found):
            outcome = Outcome.ACCEPTED if slug in ok else Outcome.KEPT if slug in stays else Outcome.OUT
            if slug in indexes:
                found[slug].add(dangling(slug, indexes[slug], typed, codes))
            triples = ok.get(slug, stays[slug].entry.triples if slug in stays else 0)
            reports.append(SourceReport(slug, outcome, triples, tuple(found[slug].kept), found[slug].by_rule))
        for entry in self.parent.manifest.graphs if self.parent else ():
            if entry.kind not in {VOCABULARY, DERIVED} and entry.slug not in found:
                reports.append(SourceReport(entry.slug, Outcome.WITHDRAWN, 0))
        return tuple(reports)

    def _finish(
        self,
        inputs: Inputs,
        sources: tuple[SourceReport, ...],
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
        report = BuildReport(identifier, manifest.parent, True, manifest.total, len(manifest.graphs), sources)
        write_report(self.work, report, results, owners)
        write_quality(self.work, manifest, report, self.assets.shapes, self._before(identifier))
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
