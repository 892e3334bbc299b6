"""The audit log: one line for whatever happened to any source, each with the SHA-256 of the line before it.

Whoever changes, drops or inserts a line has to rewrite all that follow; a copy of the last hash, kept elsewhere,
shows even that.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from koinon.build.registry.lines import DamagedLineError, append_line, canonical, read_lines
from koinon.model.errors import StorageError

START = "0" * 64
"""What the first line names as the hash of the line before it."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Whether the chain holds: ``problem`` is None, or the first line that is wrong; ``head`` is the last hash."""

    lines: tuple[Mapping[str, object], ...]
    head: str
    problem: str | None


def read_audit(path: Path) -> AuditReport:
    """Read the audit log and follow its chain."""
    try:
        lines = read_lines(path)
    except DamagedLineError as error:
        return AuditReport((), START, f"line {error.number} is damaged: {error.reason}")
    head, problem = START, None
    for number, line in enumerate(lines, start=1):
        if line.get("before") != head or line.get("line") != number:
            problem = f"line {number} does not follow the line before it: one was changed, removed or inserted"
            break
        head = hash_of(line)
    return AuditReport(tuple(lines), head, problem)


def append_audit(path: Path, event: Mapping[str, object]) -> None:
    """Append an event to the chain; raises StorageError where it is broken, OSError where the disk refuses."""
    report = read_audit(path)
    if report.problem:
        raise StorageError(
            f"The audit log {path} is not whole: {report.problem}. Put it back from a copy; `koinon source log` "
            "shows what it says. Nothing was changed."
        )
    append_line(path, {**event, "line": len(report.lines) + 1, "before": report.head})


def recorded(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield source, time and number of every journal entry that is in the log."""
    for line in read_audit(path).lines:
        source, at, number = line.get("source"), line.get("at"), line.get("number")
        if isinstance(source, str) and isinstance(at, str) and isinstance(number, int):
            yield source, at, number


def hash_of(line: Mapping[str, object]) -> str:
    """Return the SHA-256 of a line as it is written, without its line end."""
    return hashlib.sha256(canonical(line)).hexdigest()
