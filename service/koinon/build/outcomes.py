"""What became of each source of a build: the report on it, and the verdict that the next build may take over."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from koinon.build.candidate import Candidate
from koinon.build.collecting import Findings
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import Index
from koinon.build.references import dangling
from koinon.build.report import Outcome, SourceReport
from koinon.build.settled import Part, Settled
from koinon.build.shacl import Result
from koinon.build.verdicts import Types, Verdict
from koinon.release.manifest import GraphEntry

_DANGLING = (Severity.WARNING, "dangling")


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging came to: the candidates, what is accepted, and the graphs of the parent that stay (by slug).

    ``read`` and ``judged`` hold the types of each candidate as ownership, and as shapes were judged; ``findings``
    those of sources that could not be read.
    """

    settled: Settled
    candidates: Sequence[Candidate]
    accepted: Sequence[Candidate]
    stays: Mapping[str, tuple[GraphEntry, Index]]
    read: Mapping[str, Types]
    judged: Mapping[str, Types]
    results: Mapping[str, list[Result]]
    findings: Mapping[str, list[Finding]]


class _Typed(Container[str]):
    """The things that the release types."""

    def __init__(self, indexes: Iterable[Index], settled: Types) -> None:
        self._here = {iri for index in indexes for iri in index.types}
        self._settled = settled

    def __contains__(self, iri: object) -> bool:
        return iri in self._here or iri in self._settled


def parts(judged: Judged, graphs: Mapping[str, Path]) -> dict[str, Part]:
    """Return what each source that is not settled brings into the release; ``graphs`` are their files there."""
    found = {}
    accepted = {candidate.slug: candidate for candidate in judged.accepted}
    for candidate in judged.candidates:
        slug = candidate.slug
        found[slug] = Part(
            candidate.graph.kind,
            judged.read[slug],
            judged.judged[slug],
            candidate.index.types if slug in accepted else {},
            graphs.get(slug),
            refused=slug not in accepted,
            lost=frozenset(candidate.lost),
        )
    for slug, (entry, _) in judged.stays.items():
        if slug not in found or slug in judged.findings:
            found[slug] = Part(entry.kind, {}, {}, {}, graphs[slug], absent=True)
    return found


def outcomes(
    judged: Judged, codes: set[str], keys: Mapping[str, str | None], before: Iterable[GraphEntry]
) -> tuple[tuple[SourceReport, ...], list[Verdict]]:
    """Return a report on every source by slug, at the end on those of ``before`` that are gone, and the verdicts.

    References to what no accepted source defines are found here, as it is known now which these are.
    """
    settled, accepted = judged.settled, {c.slug: c for c in judged.accepted}
    indexes = {slug: c.index for slug, c in accepted.items()}
    indexes.update({slug: index for slug, (_, index) in judged.stays.items()})
    typed = _Typed(indexes.values(), settled.types())
    found = {candidate.slug: candidate.found for candidate in judged.candidates}
    for slug, findings in judged.findings.items():
        found.setdefault(slug, Findings()).add(findings)
    triples = {slug: c.graph.triples for slug, c in accepted.items()}
    triples.update({slug: entry.triples for slug, (entry, _) in judged.stays.items()})
    verdicts = {}
    for candidate in judged.candidates:
        verdicts[candidate.slug] = _verdict(candidate, judged, keys.get(candidate.slug))
    for slug in found:
        if slug in indexes:
            kept, counts = len(found[slug].kept), Counter(found[slug].counts)
            found[slug].add(dangling(slug, indexes[slug], typed, codes))
            if slug in accepted:
                number = found[slug].counts[_DANGLING] - counts[_DANGLING]
                verdicts[slug] = verdicts[slug].with_dangling(found[slug].kept[kept:], number)
    for slug, (findings_of, number) in settled.found().items():
        found[slug], triples[slug], verdicts[slug] = findings_of, number, settled.verdicts[slug]
    reports = []
    for slug in sorted(found):
        outcome = Outcome.KEPT if slug in judged.stays else Outcome.OUT
        outcome = Outcome.ACCEPTED if slug in accepted or slug in settled else outcome
        reports.append(
            SourceReport(slug, outcome, triples.get(slug, 0), tuple(found[slug].kept), found[slug].by_rule)
        )
    reports += [SourceReport(entry.slug, Outcome.WITHDRAWN, 0) for entry in before if entry.slug not in found]
    return tuple(reports), list(verdicts.values())


def _verdict(candidate: Candidate, judged: Judged, key: str | None) -> Verdict:
    slug = candidate.slug
    accepted = any(candidate is one for one in judged.accepted)
    final: Types = candidate.index.types if accepted else {}
    results = judged.results.get(slug)
    return Verdict(
        slug=slug,
        kind=candidate.graph.kind,
        key=key,
        sha256=candidate.graph.sha256 if accepted else None,
        findings=tuple(candidate.found.kept),
        counts=tuple((str(severity), rule, count) for (severity, rule), count in candidate.found.counts.items()),
        results=None if results is None else tuple(results),
        read=_beside(judged.read[slug], final),
        judged=_beside(judged.judged[slug], final),
        lost=frozenset(candidate.lost),
    )


def _beside(types: Types, final: Types) -> Types:
    """Return the types that are not in the final graph."""
    if types is final:
        return {}
    rest = ((iri, classes - final.get(iri, set())) for iri, classes in types.items())
    return {iri: classes for iri, classes in rest if classes}
