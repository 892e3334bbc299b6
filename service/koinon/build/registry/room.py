"""How much room the kept sources take: counted file by file now and then, and between by what comes."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from koinon.model.errors import StorageError

COUNTED_AGAIN: Final = 300.0
"""Seconds after which the files are counted again: commands keep and purge sources too."""


class Room:
    """The room under a folder, up to ``most`` bytes; for one thread."""

    def __init__(self, folder: Path, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is counted yet."""
        self._folder, self._most, self._clock = folder, most, clock
        self._used = 0
        self._counted: float | None = None

    def check(self, more: int) -> None:
        """Raise StorageError where there is no room for so many bytes."""
        now = self._clock()
        if self._counted is None or now - self._counted > COUNTED_AGAIN:
            self._used, self._counted = used_below(self._folder), now
        if self._used + more > self._most:
            raise StorageError(
                f"The kept sources use {self._used} of {self._most} bytes (KOINON_SOURCES_QUOTA): there is no room "
                f"for {more} more. Purge what is not needed, or set it higher."
            )

    def take(self, more: int) -> None:
        """Count what was kept."""
        self._used += more


def used_below(folder: Path) -> int:
    """Return the bytes of all files below a folder; links are not followed."""
    used = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    used += used_below(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    used += entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return used  # it went meanwhile
    return used
