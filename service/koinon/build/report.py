"""What a build did: each source with its outcome and findings, and the release that came of it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import partial

from koinon.build.findings import Finding, Severity


class Outcome(StrEnum):
    """What became of a source."""

    ACCEPTED = "accepted"
    KEPT = "kept"
    OUT = "out"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One source: ``kept`` is refused with the last accepted graph, ``out`` refused with none to keep.

    ``findings`` are the first of each rule, ``counts`` says how many there are, by severity and rule.
    """

    slug: str
    outcome: Outcome
    triples: int
    findings: tuple[Finding, ...] = ()
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Tell whether the source as handed in was refused."""
        return self.outcome in {Outcome.KEPT, Outcome.OUT}

    def as_json(self) -> dict[str, object]:
        """Return the report on this source as a JSON object."""
        return {**_fields(self), "findings": [_fields(finding) for finding in self.findings]}

    def count(self, severity: Severity) -> int:
        """Return how many findings of one severity there are."""
        return sum(self.counts[severity].values()) if severity in self.counts else len(self.of(severity))

    def of(self, severity: Severity) -> list[Finding]:
        """Return the findings of one severity."""
        return [finding for finding in self.findings if finding.severity == severity]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The whole build; ``published`` tells whether ``current`` changed."""

    release: str
    parent: str | None
    published: bool
    triples: int
    graphs: int
    sources: tuple[SourceReport, ...]

    @property
    def refused(self) -> list[SourceReport]:
        """The sources that were refused."""
        return [source for source in self.sources if source.refused]

    def as_json(self) -> dict[str, object]:
        """Return the report as a JSON object; nothing of it is copied, as there may be many thousand findings."""
        return {**_fields(self), "sources": [source.as_json() for source in self.sources]}

    def lines(self, *, details: bool = True) -> Iterator[str]:
        """Yield the report for people, line by line; without ``details`` only the refusals are spelled out."""
        state = "is current now" if self.published else "was current already; nothing changed"
        if self.release:
            yield f"Release {self.release} {state}: {self.graphs} graphs, {self.triples} statements."
        for source in self.sources:
            notes = source.of(Severity.NOTE)
            warnings = source.of(Severity.WARNING)
            said = f"{source.slug}: {_SAID[source.outcome]}"
            if warnings or notes:
                said += f"; {source.count(Severity.WARNING)} warnings, {source.count(Severity.NOTE)} notes"
            yield said
            for finding in source.of(Severity.REFUSED):
                yield f"  refused: {finding}"
            for finding in (*warnings, *notes) if details else ():
                yield f"  {finding.severity}: {finding}"


def report_text(report: Mapping[str, object], sources: Iterable[object]) -> str:
    """Return a report as JSON with one line for each of its ``sources``: indented, it takes ten times as long."""
    dumped = partial(json.dumps, ensure_ascii=False, sort_keys=True)
    lines = ",\n".join(map(dumped, sources))
    return dumped({**report, "sources": []}).replace('"sources": []', f'"sources": [\n{lines}\n]') + "\n"


def _fields(of: "BuildReport | SourceReport | Finding") -> dict[str, object]:
    return {each.name: getattr(of, each.name) for each in fields(of)}


_SAID = {
    Outcome.ACCEPTED: "accepted",
    Outcome.KEPT: "REFUSED, its last accepted graph stays",
    Outcome.OUT: "REFUSED, and it has no accepted graph yet, so it stays out",
    Outcome.WITHDRAWN: "withdrawn, or its folder is gone: so is its graph",
}
