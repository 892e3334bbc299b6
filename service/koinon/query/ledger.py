"""How many bytes of large answers wait for their readers, and for whose."""

import weakref
from collections import Counter
from typing import Final

from koinon.model.errors import BusyError, TooManyRequestsError
from koinon.query.job import Answer

_SHARE: Final = 4
_AGAIN_SECONDS: Final = 5.0


class Ledger:
    """Counts the spooled answers that are still open; a file is counted until the last one who reads it lets go."""

    def __init__(self, most: int) -> None:
        """Allow ``most`` bytes in all, and a fourth of them to one client."""
        self._most = most
        self._held = Counter[str]()
        self._total = 0

    def admit(self, client: str) -> None:
        """Raise TooManyRequestsError where the client has its share, BusyError where all together have theirs."""
        if client and self._held[client] * _SHARE >= self._most:
            raise TooManyRequestsError(
                f"{self._held[client]:,} bytes of your answers have not been read yet. Read or close them first.",
                _AGAIN_SECONDS,
            )
        if self._total >= self._most:
            raise BusyError("Too many large answers wait for their readers. Try again in a few seconds.")

    def hold(self, client: str, answer: Answer) -> None:
        """Count an answer, as long as its file is open."""
        if answer.file is not None:
            self._held[client] += answer.size
            self._total += answer.size
            weakref.finalize(answer.file, self._release, client, answer.size)

    def _release(self, client: str, size: int) -> None:
        self._total -= size
        self._held[client] -= size
        if not self._held[client]:
            del self._held[client]
