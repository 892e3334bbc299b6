"""Append-only files of JSON lines: a line is whole and on the disk, or it does not count."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from koinon.release.current import sync_folder


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


def append_line(path: Path, fields: Mapping[str, object]) -> None:
    """Append one object and wait until it is on the disk; a torn end is cut off first. Raises OSError."""
    fresh = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "r+b") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            file.truncate(whole)
        try:
            file.write(canonical(fields) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.truncate(path, whole)
            raise
    if fresh:
        sync_folder(path.parent)


def canonical(fields: Mapping[str, object]) -> bytes:
    """Return the one form of an object on a line: sorted keys, no blanks, ASCII."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
