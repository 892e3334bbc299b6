"""What differs between two sorted files of lines, and how a file is written from another by what differs.

What is the same is compared and copied in blocks, so that the cost follows the differences, not the files.
"""

import hashlib
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_LEAST: Final = 512
_MOST: Final = 2**20
_SHRINK: Final = 16


def changed_lines(old: Path | None, new: Path | None) -> Iterator[tuple[bool, bytes]]:
    """Yield ``(added, line)``, in order, for each line that only one of two sorted files has; None has no lines."""
    with mapped(old) as before, mapped(new) as after:
        yield from _changes(before, after)


@contextmanager
def mapped(path: Path | None) -> Iterator[mmap.mmap | bytes]:
    """Give the content of a file without reading it; None and an empty file are no bytes."""
    if path is None or not path.stat().st_size:
        yield b""
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        yield content


def _changes(old: mmap.mmap | bytes, new: mmap.mmap | bytes) -> Iterator[tuple[bool, bytes]]:
    left, right, block = 0, 0, _LEAST
    while left < len(old) and right < len(new):
        length = min(block, len(old) - left, len(new) - right)
        if old[left : left + length] == new[right : right + length]:
            same = old.rfind(b"\n", left, left + length) + 1 - left
            if same > 0:
                left, right, block = left + same, right + same, min(block * 2, _MOST)
                continue
        elif block > _LEAST:
            block = max(block // _SHRINK, _LEAST)
            continue
        before, after = _line(old, left), _line(new, right)
        if before <= after:
            left += len(before)
        if after <= before:
            right += len(after)
        if before != after:
            yield (False, before) if before < after else (True, after)
    while left < len(old):
        line = _line(old, left)
        left += len(line)
        yield False, line
    while right < len(new):
        line = _line(new, right)
        right += len(line)
        yield True, line


def _line(content: mmap.mmap | bytes, start: int) -> bytes:
    return content[start : content.find(b"\n", start) + 1]


def first_from(content: mmap.mmap | bytes, start: bytes) -> int:
    """Return where in sorted lines the first one begins that is not before ``start``."""
    low, high = 0, len(content)
    while low < high:
        middle = content.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = content.find(b"\n", middle) + 1
        if content[middle : middle + len(start)] < start:
            low = end
        else:
            high = middle
    return low


def lines_from(content: mmap.mmap | bytes, start: bytes) -> Iterator[bytes]:
    """Yield the sorted lines that begin with ``start``."""
    place = first_from(content, start)
    while content[place : place + len(start)] == start:
        line = _line(content, place)
        place += len(line)
        yield line


def write_changed(old: Path, new: Path, removed: set[bytes], added: set[bytes]) -> str:
    """Write a sorted file from another, without the lines ``removed`` and with ``added``; returns its SHA-256.

    Raises OSError where the disk refuses.
    """
    digest = hashlib.sha256()
    with mapped(old) as content, new.open("wb") as file:

        def put(part: bytes) -> None:
            file.write(part)
            digest.update(part)

        done = 0
        for line in sorted(removed ^ added):
            place = first_from(content, line)
            for start in range(done, place, _MOST):
                put(content[start : min(start + _MOST, place)])
            done = max(done, place)
            if line in added:
                put(line)
            else:
                done = place + len(line)
        for start in range(done, len(content), _MOST):
            put(content[start : start + _MOST])
    return digest.hexdigest()


def copy_part(source: int, target: int, start: int, length: int) -> None:
    """Append ``length`` bytes of the open file ``source``, from ``start``, to the open file ``target``.

    Raises OSError where the disk refuses or ``source`` is shorter.
    """
    while length:
        done = os.copy_file_range(source, target, length, offset_src=start)
        if not done:
            raise OSError(f"the file to copy from ends {length} bytes too early")
        start, length = start + done, length - done
