"""Findings as they come, each once: counted all, kept as examples up to a number per rule."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from koinon.build.findings import Finding, Severity

MOST_EXAMPLES: Final = 50
"""Findings that are kept per rule; what is wrong a thousand times needs no thousand lines."""


class Findings:
    """The findings of one source: ``kept`` are the first of each rule, ``counts`` says how many there are."""

    def __init__(self) -> None:
        """Start with none."""
        self.kept: list[Finding] = []
        self.counts: Counter[tuple[Severity, str]] = Counter()
        self._seen: set[int] = set()

    def add(self, findings: Iterable[Finding]) -> None:
        """Take further findings; one that was taken before is the same finding."""
        for finding in findings:
            self.count(finding.severity, finding.rule, (finding.where, finding.detail), finding)

    def count(self, severity: Severity, rule: str, what: tuple[str | None, ...], finding: Finding | None) -> bool:
        """Count what was found, once; ``finding`` is kept where the rule has few. Tells whether it is new."""
        key = hash((severity, rule, what))
        if key in self._seen:
            return False
        self._seen.add(key)
        self.counts[severity, rule] += 1
        if finding is not None and self.counts[severity, rule] <= MOST_EXAMPLES:
            self.kept.append(finding)
        return True

    def wanted(self, severity: Severity, rule: str) -> bool:
        """Tell whether a further finding of the rule would be kept as an example."""
        return self.counts[severity, rule] < MOST_EXAMPLES

    @property
    def by_rule(self) -> dict[str, dict[str, int]]:
        """How often each rule was broken, by severity: examples that are not kept count too."""
        found: dict[str, dict[str, int]] = {}
        for (severity, rule), count in sorted(self.counts.items()):
            found.setdefault(severity.value, {})[rule] = count
        return found

    @property
    def refused(self) -> bool:
        """Tell whether anything found refuses the source."""
        return any(severity == Severity.REFUSED for severity, _ in self.counts)
