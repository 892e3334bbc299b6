"""Differences between releases: made beside the pages, one at a time, and few on their way to readers at once.

What differs between two large releases takes minutes and gigabytes: nobody who reads pages may have to wait for it.
"""

import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Final, cast

from koinon.model.errors import BusyError, TooManyRequestsError
from koinon.publish.releases import Difference, difference_of
from koinon.release.current import Release
from koinon.web.press import Press

_IN_MEMORY: Final = 2**20
_WAITING: Final = 8
_FILES: Final = 8
_EACH: Final = 2
"""Differences that may wait, files that may be there until their readers have them, and those of one client."""


class _File(SpooledTemporaryFile[bytes]):
    """A file; its place is free as soon as it is closed, or nobody holds it any more."""

    leave: Callable[[], object]

    def close(self) -> None:
        """Let the content go, and the place."""
        super().close()
        self.leave()


class Differences:
    """Makes differences; for use from one event loop."""

    def __init__(self) -> None:
        """Prepare; nothing is made yet."""
        self._press = Press(1, _WAITING, _EACH)
        self._files: Counter[str] = Counter()
        self._lock = Lock()

    async def between(self, client: str, old: Release, new: Release) -> Difference:
        """Return the difference as a page shows it; raises BusyError and TooManyRequestsError."""
        return await self._press.make(client, lambda: difference_of(old, new), (old.id, new.id))

    async def file(self, client: str, lines: Callable[[], Iterator[bytes]]) -> IO[bytes]:
        """Write all lines to a file, whose place is free when it is let go: an answer is whole or it is none.

        Raises BusyError and TooManyRequestsError where there is no place.
        """

        self._enter(client)
        file = _File(_IN_MEMORY)
        file.leave = weakref.finalize(file, self._leave, client)
        with ExitStack() as unless_done:
            unless_done.callback(file.close)
            await self._press.make(client, lambda: file.writelines(lines()))
            unless_done.pop_all()
        return cast(IO[bytes], file)

    def _enter(self, client: str) -> None:
        with self._lock:
            if self._files[client] >= _EACH:
                raise TooManyRequestsError(
                    f"{_EACH} differences are on their way to you. Wait for one of them.", 5.0
                )
            if self._files.total() >= _FILES:
                raise BusyError("Too many differences are on their way to readers. Try again in a minute.")
            self._files[client] += 1

    def _leave(self, client: str) -> None:
        with self._lock:
            self._files[client] -= 1
            if not self._files[client]:
                del self._files[client]
