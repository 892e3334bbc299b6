"""Files packed with gzip, made of members (RFC 1952, section 2.2): what was packed before is copied as it is."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Self

from koinon.build.differences import copy_part

LEVEL: Final = 6
_GZIP: Final = 31
"""``wbits`` of zlib for a gzip member with the largest window; its time is 0 and it names no file."""
_ENOUGH: Final = 2**18


class Member:
    """Takes what a member holds; ``skip`` bytes at its beginning are left out."""

    def __init__(self, file: IO[bytes], skip: int = 0) -> None:
        """Pack into ``file``."""
        self._file = file
        self._skip = skip
        self._waiting = bytearray()
        self._packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)

    def write(self, content: bytes) -> int:
        """Take some more; returns how many bytes that are, as files do."""
        self._waiting += content[self._skip :]
        self._skip = max(0, self._skip - len(content))
        if len(self._waiting) > _ENOUGH:
            self._pack()
        return len(content)

    def flush(self) -> None:
        """Do nothing: what waits is packed in its time."""

    def _pack(self) -> None:
        self._file.write(self._packer.compress(self._waiting))
        self._waiting.clear()

    def end(self) -> None:
        """Pack the rest."""
        self._pack()
        self._file.write(self._packer.flush())


class Pack:
    """One packed file that is written member by member."""

    def __init__(self, path: Path) -> None:
        """Begin the file ``path``."""
        self.path = path
        self._file = path.open("wb")

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    @property
    def size(self) -> int:
        """How many bytes are written."""
        return self._file.tell()

    @contextmanager
    def member(self, skip: int = 0) -> Iterator[Member]:
        """Give a member to write into; raises OSError where the disk refuses."""
        member = Member(self._file, skip)
        yield member
        member.end()

    def add(self, content: bytes) -> None:
        """Add a member that holds ``content``."""
        with self.member() as member:
            member.write(content)

    def copy(self, source: Path, start: int, length: int) -> None:
        """Add members that are packed already, a part of the file ``source``; raises OSError where it has none."""
        self._file.flush()
        with source.open("rb") as file:
            copy_part(file.fileno(), self._file.fileno(), start, length)
        self._file.seek(0, os.SEEK_END)


def packed(content: bytes) -> bytes:
    """Return ``content`` as one member."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    return packer.compress(content) + packer.flush()
