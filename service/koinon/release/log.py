"""The release log: append-only lines that say what was current when.

A line is whole or it does not count: what a crash cut off is dropped by the next build.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from koinon.model.errors import ReleaseError


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Release ``id`` became current at ``published_at`` (ISO 8601, UTC) after ``parent``."""

    sequence: int
    id: str
    parent: str | None
    published_at: str


def read_log(path: Path) -> list[LogEntry]:
    """Return all entries, oldest first; a torn last line is left out. Raises ReleaseError for a damaged line."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    entries = []
    for number, line in enumerate(text.split(b"\n")[:-1], start=1):
        try:
            entries.append(LogEntry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise ReleaseError(
                f"{path}, line {number}, is damaged ({error}). Mend or remove the line, then build again."
            ) from error
    return entries


def append_log(path: Path, entry: LogEntry) -> None:
    """Append ``entry`` and wait until it is on the disk; a torn last line is cut off first."""
    with path.open("a+b") as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(0)
            whole = file.read().rfind(b"\n") + 1
            if whole != end:
                file.truncate(whole)
        file.write(json.dumps(asdict(entry), sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
