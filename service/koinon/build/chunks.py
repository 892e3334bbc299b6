"""A large graph in parts that can be judged one by one: a thing stands in one part, with all its fragments.

Which part is told by a hash of the thing's IRI, so that the cost is linear and no more than a share of the graph is
in memory, whatever its size and order.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from zlib import crc32

CHUNK: Final = 10_000
"""Statements of one part, about: the engine's cost per statement grows with what it is given at once."""
SHARE: Final = 400_000
"""Statements that are in memory at a time."""


def chunks(path: Path, triples: int, *, size: int = CHUNK, share: int = SHARE) -> Iterator[list[bytes]]:
    """Yield the lines of the graph file, which has ``triples``, in parts of about ``size``.

    Raises OSError where the disk refuses what has to wait there.
    """
    shares = -(-triples // share)
    with ExitStack() as stack:
        lines = stack.enter_context(path.open("rb"))
        if shares <= 1:
            yield from _parts(lines, -(-triples // size))
            return
        files = [stack.enter_context(tempfile.TemporaryFile(dir=path.parent)) for _ in range(shares)]
        for place, line in _placed(lines, shares, salt=1):
            files[place].write(line)
        for file in files:
            file.seek(0)
            yield from _parts(file, -(-share // size))


def _parts(lines: Iterable[bytes], count: int) -> Iterator[list[bytes]]:
    parts: list[list[bytes]] = [[] for _ in range(max(count, 1))]
    for place, line in _placed(lines, max(count, 1)):
        parts[place].append(line)
    while parts:
        part = parts.pop()
        if part:
            yield part


def _placed(lines: Iterable[bytes], count: int, salt: int = 0) -> Iterator[tuple[int, bytes]]:
    last, place = b"", 0
    for line in lines:
        subject = line[: line.index(b" ")]
        if subject != last:
            last = subject
            place = crc32(subject.rstrip(b">").partition(b"#")[0], salt) % count
        yield place, line
