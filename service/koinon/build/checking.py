"""``koinon check``: the judgement of a build on one source or file, without a release."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from koinon.build.beside import Awaited, Beside, Others, awaiting
from koinon.build.candidate import Candidate, make_candidate
from koinon.build.context import Context, Types
from koinon.build.describe import describe
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import as_text, lines_of
from koinon.build.judging import judge_ownership, validate
from koinon.build.leaving_out import Faults, leaves_out
from koinon.build.normalise import Normaliser
from koinon.build.reading import FORMATS
from koinon.build.references import dangling, judge_references
from koinon.build.scratch import scratch
from koinon.build.shacl import Result, Validator
from koinon.build.sources import MANIFEST, Source, find_sources, manifest_for_file
from koinon.build.tables import findings_of, table_source
from koinon.build.telling import TITLES, suffix_of, suffix_of_content
from koinon.build.vocabulary import read_vocabulary
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError, SourceError
from koinon.model.settings import Settings
from koinon.release.current import current_id, open_current
from koinon.release.paths import Home

NOT_HANDED_IN: Final = "checked, not handed in"
"""What the manifest of a file without one says of its document."""

_LONGEST_NAME: Final = 80
_STRANGE = re.compile(r"[^\w.()-]+")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: in ``findings`` everything, and in ``results`` once more what the shapes say.

    Both hold the first few of each rule; ``counts`` says how often each was broken, by severity and rule.
    ``name`` is the file or folder, ``format`` its format by name, empty for a folder or where it was not told.
    """

    slug: str
    name: str
    format: str
    triples: int
    findings: tuple[Finding, ...]
    counts: Counter[tuple[Severity, str]]
    results: tuple[Result, ...] = ()

    @property
    def refused(self) -> bool:
        """Tell whether a build would refuse it."""
        return bool(self.count(Severity.REFUSED))

    def count(self, severity: Severity) -> int:
        """Return the number of findings of one severity."""
        return sum(number for (found, _), number in self.counts.items() if found == severity)


class Checker:
    """Judges one source after the other with the current release, where there is one, as their context.

    What all checks share is read once. Of the release only what a source speaks of is looked up, so that a check
    costs as much as its source is large. An imported release is no context: nothing in it was judged.
    """

    def __init__(self, settings: Settings, assets: Assets) -> None:
        """Read vocabulary and shapes and open the release; raises VocabularyError where the former are broken."""
        self._settings = settings
        self._assets = assets
        self._home = Home(settings.home)
        self._normaliser = Normaliser()
        vocabulary = read_vocabulary(assets)
        self._terms = {t.subject.value for t in vocabulary.ontology if isinstance(t.subject, NamedNode)}
        self._codes = {t.subject.value for t in vocabulary.codes if isinstance(t.subject, NamedNode)}
        self._context = as_text(vocabulary.ontology | vocabulary.codes)
        self._validator = Validator(vocabulary.shapes)
        self._release: Beside | None = None
        if current_id(self._home):
            release = open_current(self._home)
            self._release = None if release.manifest.imported else Beside(release)
        self._built = self._release.slugs if self._release else frozenset()

    def check(self, source: Source, work: Path) -> Checked:
        """Judge a source; ``work`` is a folder for what lies between, which the caller removes."""
        single = source.files[0] if len(source.files) == 1 else None
        name = single.name if single else source.folder.name
        title = TITLES.get(single.suffix.lower(), "") if single else ""
        try:
            with awaiting(self._home, self._assets, source, self._built) as awaited:
                candidate = make_candidate(source, work, self._normaliser, self._settings, awaited.mapper)
                beside = list(self._made(awaited, work))
        except SourceError as error:
            finding = _hinted(Finding.of(error), source.files)
            return _unread(source.slug, name, title, finding)
        others = Others(self._release, candidate.slug) if self._release else None
        kept, owners = others.about(candidate) if others is not None else ({}, {})
        kept |= {made.slug: made.index for made in beside}
        judge_ownership([candidate], kept, owners)
        known = {iri for index in kept.values() for iri in index.types}
        judge_references([candidate], known, self._terms, self._codes)
        if others is not None:
            typed = known | set(candidate.index.types)
            candidate.add(_news(dangling(source.slug, candidate.index, typed, self._codes), candidate))
        # The shapes are asked whatever else is wrong, so that people can mend everything at once.
        types: list[Types] = [candidate.index.types, *([others] if others is not None else [])]
        types += [made.index.types for made in beside]
        references = [*(others.references if others is not None else ()), *(made.graph.path for made in beside)]
        context = Context(self._context, types, references)
        results = validate(candidate, self._validator, context, Faults() if leaves_out(candidate) else None)
        found, counts = [_placed(finding, candidate) for finding in candidate.findings], candidate.counts
        if candidate.made is not None:
            said, times = findings_of(source.slug, candidate.made.report)
            found, counts = [*found, *said], counts + times
        triples = candidate.graph.triples
        if source.manifest.document.not_held == NOT_HANDED_IN:
            triples -= len(lines_of(self._normaliser.triples(describe(source.manifest), source.slug)))
        return Checked(source.slug, name, title, triples, tuple(found), counts, tuple(results))

    def _made(self, awaited: Awaited, work: Path) -> Iterator[Candidate]:
        """Read the reference sources that are in no release yet; their own checks tell what is wrong."""
        folder = work / "beside"
        folder.mkdir(exist_ok=True)
        for source in awaited.references:
            with suppress(SourceError):
                yield make_candidate(source, folder, self._normaliser, self._settings, awaited.mapper)

    def check_bytes(self, content: bytes, name: str, suffix: str | None, work: Path) -> Checked:
        """Judge what somebody hands in under the ``name``; without a ``suffix`` its format is told."""
        told = suffix or suffix_of(content, name)
        plain = _STRANGE.sub("-", Path(name).stem).strip("-.")[:_LONGEST_NAME] or "input"
        if told is None:
            detail = "this is neither of the formats of RDF nor a table whose mapping is named"
            finding = Finding(plain, "format", name or plain, detail)
            return _unread(plain, name or plain, "", finding)
        file = work / f"{plain}{told}"
        file.write_bytes(content)
        source = Source(work, manifest_for_file(file), (file,))
        return self.check(source, work)

    def check_table(
        self, content: bytes, name: str, mapping: str, work: Path, language: str | None = None
    ) -> Checked:
        """Judge a table that somebody hands in, read by a mapping; ``language`` as in ``table_source``.

        Raises ConfigurationError where there is no such mapping.
        """
        file = work / f"handed-in-{_STRANGE.sub('-', Path(name).name)[-_LONGEST_NAME:] or 'table'}"
        file.write_bytes(content)
        return self.check(table_source(file, mapping, self._assets, work, language), work)


def _placed(finding: Finding, candidate: Candidate) -> Finding:
    """Return a finding with the record that its node came from, where that is known."""
    places = candidate.made.places if candidate.made is not None else None
    place = places.of(finding.where[1:].partition(">")[0]) if places is not None else None
    if place is None or not finding.where.startswith("<"):
        return finding
    return replace(finding, where=f"{place}: {finding.where}")


def _unread(slug: str, name: str, title: str, finding: Finding) -> Checked:
    return Checked(slug, name, title, 0, (finding,), Counter([(finding.severity, finding.rule)]))


def _news(warnings: Iterable[Finding], candidate: Candidate) -> Iterator[Finding]:
    """Yield the warnings about what was not refused already, and not about the document that a bare file lacks."""
    said = {_about(f) for f in candidate.findings if f.rule in {"dangling", "unknown-code", "untyped"}}
    if candidate.source.manifest.document.not_held == NOT_HANDED_IN:
        said.add(f"<{candidate.source.manifest.document.iri}>")
    return (finding for finding in warnings if _about(finding) not in said)


def _about(finding: Finding) -> str:
    """Return the thing that a finding of a reference to nothing is about."""
    words = finding.where if finding.rule == "untyped" else finding.detail
    return words.partition(" ")[0]


def _hinted(finding: Finding, files: Iterable[Path]) -> Finding:
    """Say also which format a file seems to have, where its name says another."""
    for path in files:
        if finding.rule == "syntax" and path.suffix.lower() in TITLES and finding.where.startswith(path.name):
            seems = suffix_of_content(path.read_bytes())
            if seems in {".jsonld", ".rdf"} and seems != path.suffix.lower():
                detail = f"{finding.detail}; read as {TITLES[path.suffix.lower()]}, it looks like {TITLES[seems]}"
                return Finding(finding.source, finding.rule, finding.where, detail)
    return finding


def check_path(
    path: Path,
    settings: Settings,
    assets: Assets,
    suffix: str | None = None,
    mapping: str | None = None,
    language: str | None = None,
) -> Checked:
    """Judge the source folder, or the single RDF file, at ``path`` with the current release as its context.

    A file without a manifest beside it is taken as a source that may mint whatever it types; ``suffix`` names its
    format where its name does not, and ``mapping`` the mapping by which a table is read. Raises ConfigurationError
    where there is nothing to check or no such mapping, VocabularyError where ontology or shapes are broken.
    ``language`` is as in ``table_source``.
    """
    path = path.absolute()
    with scratch("check") as work:
        if path.is_dir():
            source = _source(path)
            if isinstance(source, Finding):
                return _unread(source.source, path.name, "", source)
            return Checker(settings, assets).check(source, work)
        if not path.is_file():
            raise ConfigurationError(f"{path} is not there. Give a source folder or an RDF file.")
        if mapping is not None:
            return Checker(settings, assets).check(table_source(path, mapping, assets, work, language), work)
        if suffix is None and path.suffix.lower() in FORMATS:
            source = Source(path.parent, manifest_for_file(path), (path,))
            return Checker(settings, assets).check(source, work)
        return Checker(settings, assets).check_bytes(_content(path, settings), path.name, suffix, work)


def check_content(
    content: bytes, name: str, settings: Settings, assets: Assets, suffix: str | None = None
) -> Checked:
    """Judge RDF that is no file, such as standard input; raises VocabularyError as ``check_path`` does."""
    with scratch("check") as work:
        return Checker(settings, assets).check_bytes(content, name, suffix, work)


def _content(path: Path, settings: Settings) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(settings.max_source + 1)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}. Put a readable file there.") from error


def _source(path: Path) -> Source | Finding:
    if not (path / MANIFEST).is_file():
        raise ConfigurationError(f"{path} holds no {MANIFEST}. Give a source folder or an RDF file.")
    sources, refused = find_sources([path], FORMATS, mapped=True)
    own = [source for source in sources if source.folder == path]
    return own[0] if own else refused[0]
