"""Append-only files whose every line has the SHA-256 of the line before it.

Whoever changes, drops or inserts a line has to rewrite all that follow. A line counts once it is whole and on the
disk; a torn end is what a crash left of a line that nobody was told of.
"""

import fcntl
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from koinon.model.errors import StorageError
from koinon.release.lines import DamagedLineError, append_line, canonical, read_lines

START: Final = "0" * 64
"""What the first line names as the hash of the line before it."""


@dataclass(frozen=True, slots=True)
class Chained:
    """The lines of a file, oldest first, and the hash of its last line (``START`` where there is none)."""

    lines: tuple[Mapping[str, object], ...]
    head: str

    def with_line(self, path: Path, fields: Mapping[str, object]) -> "Chained":
        """Append a line to the file that these are the lines of; call it with the file ``held``. Raises OSError."""
        line = {**fields, "sequence": len(self.lines) + 1, "before": self.head}
        append_line(path, line)
        return Chained((*self.lines, line), hash_of(line))


def read_chained(path: Path) -> Chained:
    """Read a file and follow its chain; no file is an empty one. Raises StorageError where it does not hold."""
    try:
        lines = read_lines(path)
    except DamagedLineError as error:
        raise _broken(path, f"line {error.number} is damaged: {error.reason}") from error
    except OSError as error:
        raise _broken(path, str(error)) from error
    head = START
    for number, line in enumerate(lines, start=1):
        if line.get("before") != head or line.get("sequence") != number:
            raise _broken(path, f"line {number} does not follow the line before it: one was changed or is missing")
        head = hash_of(line)
    return Chained(tuple(lines), head)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder of such files, waiting for others; it ends with the process.

    Raises StorageError for whatever the disk refuses meanwhile.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / ".lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise StorageError(
            f"Nothing can be written to {folder} ({error}), and nothing was. Mend that, then try again."
        ) from error


def hash_of(line: Mapping[str, object]) -> str:
    """Return the SHA-256 of a line as it is written, without its line end."""
    return hashlib.sha256(canonical(line)).hexdigest()


def _broken(path: Path, problem: str) -> StorageError:
    return StorageError(f"{path} cannot be used: {problem}. Put the file back from a copy.")
