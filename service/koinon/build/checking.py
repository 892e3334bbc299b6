"""``koinon check``: the judgement of a build on one source or file, without a release."""

import shutil
import tempfile
from pathlib import Path

from koinon.build.candidate import Candidate, make_candidate
from koinon.build.findings import Finding
from koinon.build.graphs import Index, as_text, index_of, read_graph
from koinon.build.judging import dangling, judge_ownership, judge_references, judge_shapes
from koinon.build.normalise import Normaliser
from koinon.build.progress import Silent
from koinon.build.reading import FORMATS
from koinon.build.report import BuildReport, Outcome, SourceReport
from koinon.build.shacl import Validator
from koinon.build.sources import MANIFEST, Source, find_sources, manifest_for_file
from koinon.build.vocabulary import read_vocabulary
from koinon.build.writing import read_owners
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, SourceError
from koinon.model.settings import Settings
from koinon.release.current import current_id, open_current
from koinon.release.manifest import DERIVED
from koinon.release.paths import Home


def check_path(path: Path, settings: Settings, assets: Assets) -> BuildReport:
    """Judge the source folder, or the single RDF file, at ``path`` with the current release as its context.

    A file without a manifest beside it is taken as a source that may mint whatever it types. Raises
    ConfigurationError where there is nothing to check, VocabularyError where ontology or shapes are broken.
    """
    source = _source(path.absolute())
    if isinstance(source, Finding):
        return _report(source.source, [source])
    work = Path(tempfile.mkdtemp(prefix="koinon-check-"))
    try:
        return _judge(source, work, settings, assets)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _source(path: Path) -> Source | Finding:
    if path.is_dir():
        if not (path / MANIFEST).is_file():
            raise ConfigurationError(f"{path} holds no {MANIFEST}. Give a source folder or an RDF file.")
        sources, refused = find_sources([path], FORMATS)
        own = [source for source in sources if source.folder == path]
        return own[0] if own else refused[0]
    if not path.is_file() or path.suffix.lower() not in FORMATS:
        raise ConfigurationError(f"{path} is no RDF file. Known are {', '.join(sorted(FORMATS))}.")
    return Source(path.parent, manifest_for_file(path), (path,))


def _judge(source: Source, work: Path, settings: Settings, assets: Assets) -> BuildReport:
    normaliser = Normaliser()
    vocabulary = read_vocabulary(assets, normaliser)
    try:
        candidate = make_candidate(source, work, normaliser, settings)
    except SourceError as error:
        return _report(source.slug, [Finding.of(error)])
    home = Home(settings.home)
    release = open_current(home) if current_id(home) else None
    kept: dict[str, tuple[str, Path, Index]] = {}
    for entry in release.manifest.graphs if release else ():
        if release and entry.kind not in {"vocabulary", DERIVED} and entry.slug != source.slug:
            path = release.graph_file(entry.slug)
            kept[entry.slug] = (entry.kind, path, index_of(read_graph(path)))
    owners = {thing: slug for thing, slug in (read_owners(release) if release else {}).items() if slug in kept}
    judge_ownership([candidate], {slug: index for slug, (_, _, index) in kept.items()}, owners)
    terms = {t.subject.value for t in vocabulary.ontology if hasattr(t.subject, "value")}
    codes = {t.subject.value for t in vocabulary.codes if hasattr(t.subject, "value")}
    known = {iri for _, _, index in kept.values() for iri in index.types}
    judge_references([candidate], known, terms, codes)
    context = as_text(vocabulary.ontology | vocabulary.codes)
    judge_shapes([candidate], kept, Validator(vocabulary.shapes), context, Silent())
    findings = list(candidate.findings)
    if release is not None:
        findings += dangling(source.slug, candidate.index, known | set(candidate.index.types), codes)
    return _report(source.slug, findings, candidate)


def _report(slug: str, findings: list[Finding], candidate: Candidate | None = None) -> BuildReport:
    refused = candidate is None or candidate.refused
    triples = candidate.graph.triples if candidate else 0
    source = SourceReport(slug, Outcome.OUT if refused else Outcome.ACCEPTED, triples, tuple(findings))
    return BuildReport("", None, False, triples, 1, (source,))
