"""Verdicts on the sources of a release, kept beside it, so that the next build need not reach them again.

One line of JSON for each source that took part, sorted by slug. A verdict holds findings, which may quote a source,
and no more of it than the release does; purging drops the whole file.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Final, Self

from koinon.build.collecting import Findings
from koinon.build.findings import Finding, Severity
from koinon.build.shacl import Result

FILE: Final = "judged.jsonl"
"""Name of the file in a release folder."""

Types = Mapping[str, set[str]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a build found in one source, as it was under ``key`` (None: it can never be taken over).

    Where it was accepted, ``sha256`` is the hash of its graph; ``findings`` leaves out the ``dangling`` references.
    ``read`` and ``judged`` are the types that stood in its graph beside the final ones when ownership, and when
    shapes were judged; for a refused source, all types of what it handed in. ``lost`` are IRIs in statements that
    were left out.
    """

    slug: str
    kind: str
    key: str | None
    sha256: str | None
    findings: tuple[Finding, ...] = ()
    counts: tuple[tuple[str, str, int], ...] = ()
    dangling: tuple[Finding, ...] = ()
    dangling_count: int = 0
    results: tuple[Result, ...] | None = None
    read: Types = field(default_factory=dict)
    judged: Types = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    line: str = field(default="", compare=False, repr=False)
    """The line that it was read from."""

    @property
    def found(self) -> Findings:
        """All findings."""
        found = Findings()
        found.kept += [*self.findings, *self.dangling]
        for severity, rule, count in self.counts:
            found.counts[Severity(severity), rule] += count
        if self.dangling_count:
            found.counts[Severity.WARNING, "dangling"] += self.dangling_count
        return found

    def with_dangling(self, findings: Iterable[Finding], count: int) -> "Verdict":
        """Return the same with references to what no source defines: examples and their number."""
        return replace(self, line="", dangling=tuple(findings), dangling_count=count)

    def as_line(self) -> str:
        """Return the verdict as one line of JSON."""
        if self.line:
            return self.line
        content = {
            "slug": self.slug,
            "kind": self.kind,
            "key": self.key,
            "sha256": self.sha256,
            "findings": list(map(_fields, self.findings)),
            "counts": self.counts,
            "dangling": list(map(_fields, self.dangling)),
            "dangling_count": self.dangling_count,
            "results": None if self.results is None else list(map(_fields, self.results)),
            "read": {iri: sorted(classes) for iri, classes in sorted(self.read.items())},
            "judged": {iri: sorted(classes) for iri, classes in sorted(self.judged.items())},
            "lost": sorted(self.lost),
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"

    @classmethod
    def of_line(cls, line: str) -> Self:
        """Read a verdict; raises ValueError, KeyError or TypeError where the line is none."""
        content = json.loads(line)
        results = content["results"]
        return cls(
            slug=content["slug"],
            kind=content["kind"],
            key=content["key"],
            sha256=content["sha256"],
            findings=tuple(map(_finding, content["findings"])),
            counts=tuple((severity, rule, count) for severity, rule, count in content["counts"]),
            dangling=tuple(map(_finding, content["dangling"])),
            dangling_count=content["dangling_count"],
            results=None if results is None else tuple(Result(**result) for result in results),
            read={iri: set(classes) for iri, classes in content["read"].items()},
            judged={iri: set(classes) for iri, classes in content["judged"].items()},
            lost=frozenset(content["lost"]),
            line=line,
        )


def _fields(of: Finding | Result) -> dict[str, object]:
    return {each.name: getattr(of, each.name) for each in fields(of)}


def _finding(content: dict[str, object]) -> Finding:
    severity = Severity(str(content["severity"]))
    return Finding(**{**content, "severity": severity})  # type: ignore[arg-type]  # as it was written


def write_verdicts(folder: Path, verdicts: Iterable[Verdict]) -> None:
    """Write the verdicts of a release; raises OSError where the disk refuses."""
    with (folder / FILE).open("w", encoding="utf-8") as file:
        for verdict in sorted(verdicts, key=lambda verdict: verdict.slug):
            file.write(verdict.as_line())


def read_verdicts(folder: Path) -> dict[str, Verdict] | None:
    """Return the verdicts of a release by slug; None where it has none, or none that this version can read."""
    try:
        with (folder / FILE).open(encoding="utf-8") as file:
            verdicts = [Verdict.of_line(line) for line in file]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {verdict.slug: verdict for verdict in verdicts}
