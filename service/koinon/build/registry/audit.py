"""The audit log: one line for whatever happened to any source, each with the SHA-256 of the line before it.

Whoever changes, drops or inserts a line has to rewrite all that follow; a copy of the last hash, kept elsewhere,
shows even that.
"""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from koinon.model.errors import StorageError
from koinon.release.lines import (
    NOTHING,
    DamagedLineError,
    State,
    append_line,
    canonical,
    read_lines,
    state_of,
)

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


@dataclass(frozen=True, slots=True)
class Chain:
    """The end of a chain that was followed from its beginning: the last line's number and hash.

    ``state`` is how the file was left (inode, size, time of its last change): while it is so, it holds.
    """

    number: int
    head: str
    state: State


_FOLLOWED: Final[dict[Path, Chain]] = {}
"""The chains that this process has followed and that have every line of every journal (``hold``), so that a further
line costs the same however long the log is."""


def is_followed(path: Path) -> bool:
    """Tell whether nobody has touched the log since this process knew that it has all (``hold``)."""
    followed = _FOLLOWED.get(path)
    return followed is not None and followed.state == state_of(path)


def follow(path: Path) -> Chain:
    """Return the end of the chain, which is read from its beginning where somebody has touched it meanwhile.

    Raises StorageError where it is broken.
    """
    state = state_of(path)
    followed = _FOLLOWED.get(path)
    if followed is None or followed.state != state:
        report = read_audit(path)
        if report.problem:
            raise StorageError(
                f"The audit log {path} is not whole: {report.problem}. Put it back from a copy; `koinon source "
                "log` shows what it says. Nothing was changed."
            )
        return Chain(len(report.lines), report.head, state)
    return followed


def hold(path: Path, chain: Chain) -> None:
    """Keep the end of a chain that has every line of every journal: it need not be read while nobody touches it."""
    if chain.state != NOTHING:  # nobody can touch a log that is not there
        _FOLLOWED[path] = chain


def announce(path: Path) -> None:
    """Touch the log before a journal gets a line: should the log not get it, all who followed it read it anew."""
    with suppress(FileNotFoundError):
        os.utime(path, ns=(time.time_ns(), time.time_ns()))


def append_audit(path: Path, event: Mapping[str, object], chain: Chain | None = None) -> Chain:
    """Append an event to the chain; raises StorageError where it is broken, OSError where the disk refuses."""
    chain = chain or follow(path)
    line = {**event, "line": chain.number + 1, "before": chain.head}
    append_line(path, line)
    longer = Chain(chain.number + 1, hash_of(line), state_of(path))
    if _FOLLOWED.get(path) is chain:
        hold(path, longer)
    return longer


def recorded(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield source, time and number of every journal entry that is in the log."""
    for line in read_audit(path).lines:
        source, at, number = line.get("source"), line.get("at"), line.get("number")
        if isinstance(source, str) and isinstance(at, str) and isinstance(number, int):
            yield source, at, number


def hash_of(line: Mapping[str, object]) -> str:
    """Return the SHA-256 of a line as it is written, without its line end."""
    return hashlib.sha256(canonical(line)).hexdigest()
