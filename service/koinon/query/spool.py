"""Where a worker writes an answer: in memory while it is small, then in a file without a name."""

import os
import tempfile
from typing import Any, Final

from koinon.query.job import INLINE

_NAME: Final = "koinon-answer"


class TooLargeError(Exception):
    """The answer grew beyond its cap."""


class Spool:
    """A writable that keeps up to INLINE bytes itself and refuses to grow beyond ``cap`` bytes."""

    def __init__(self, cap: int) -> None:
        """Begin empty."""
        self._cap = cap
        self._pieces: list[bytes] = []
        self._file: int | None = None
        self.size = 0

    def write(self, data: Any, /) -> int:
        """Take a piece of the answer; raises TooLargeError beyond the cap."""
        length = len(data)
        self.size += length
        if self.size > self._cap:
            raise TooLargeError
        if self._file is None:
            self._pieces.append(bytes(data))
            if self.size > INLINE:
                self._file = _nameless()
                self._spill(b"".join(self._pieces))
                self._pieces.clear()
        else:
            self._spill(data)
        return length

    def flush(self) -> None:
        """Nothing waits here."""

    def take(self) -> tuple[bytes, int | None]:
        """Return the answer, as bytes or as the number of an open file that the caller closes."""
        file, self._file = self._file, None
        return b"".join(self._pieces), file

    def read(self) -> bytes:
        """Return all that was written."""
        return b"".join(self._pieces) if self._file is None else os.pread(self._file, self.size, 0)

    def close(self) -> None:
        """Let go of what was written."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _spill(self, data: bytes) -> None:
        assert self._file is not None  # noqa: S101  # opened by the only caller
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]


def _nameless() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create(_NAME)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
