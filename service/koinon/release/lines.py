"""Append-only files of JSON lines: a line is whole and on the disk, or it does not count."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from koinon.release.current import sync_folder

_PIECE: Final = 2**16

State = tuple[int, int, int]
"""Inode, size and time of the last change of a file."""
NOTHING: Final[State] = (0, 0, 0)
"""The state of a file that is not there."""


@dataclass
class DamagedLineError(ValueError):
    """A line inside the file is not what was written; ``number`` counts from 1."""

    number: int
    reason: str


def read_lines(path: Path) -> list[dict[str, object]]:
    """Return the objects of all whole lines, oldest first, none where there is no file; a torn end is left out.

    Raises DamagedLineError.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    found = []
    for number, line in enumerate(content.split(b"\n")[:-1], start=1):
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DamagedLineError(number, str(error)) from error
        if not isinstance(fields, dict):
            raise DamagedLineError(number, "it is no JSON object")
        found.append(fields)
    return found


def append_line(path: Path, fields: Mapping[str, object]) -> int:
    """Append one object and wait until it is on the disk; a torn end is cut off first.

    Returns the size of the file before, for ``take_back``. Raises OSError, and the line is not there then.
    """
    fresh = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        whole = _whole(file, size)
        if whole != size:
            file.truncate(whole)
        try:
            file.write(canonical(fields) + b"\n")
            file.flush()
            os.fsync(file.fileno())
            if fresh:
                sync_folder(path.parent)
        except OSError as error:
            take_back(path, whole)
            error.filename = error.filename or str(path)  # a write that fails does not name its file
            raise
    return whole


def take_back(path: Path, size: int) -> None:
    """Let a file end where it did before a line was appended, as what goes with the line could not be done."""
    with suppress(OSError):
        os.truncate(path, size)


def _whole(file: BinaryIO, size: int) -> int:
    """Return how many bytes at the beginning of a file are whole lines; it is looked at from its end."""
    end = size
    while end:
        start = max(0, end - _PIECE)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def state_of(path: Path) -> State:
    """Return how a file is now; whoever has read it need not read it again while it stays so."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return NOTHING
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def canonical(fields: Mapping[str, object]) -> bytes:
    """Return the one form of an object on a line: sorted keys, no blanks, ASCII."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
