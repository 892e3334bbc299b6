"""How long this process itself stood still: frozen with its machine, or without a processor.

A machine that is shared may stop for half a minute and more. What is measured meanwhile by the clock is nobody's
fault; what this process could not do in that time, the one that it watches could not do either.
"""

import time
from threading import Thread
from typing import Final

_BEAT: Final = 0.05
_LATE: Final = 0.5
"""Seconds between two beats above which this process stood still."""


class Heartbeat:
    """Beats in a thread of its own for as long as the process lives."""

    def __init__(self) -> None:
        """Begin."""
        self._still, self._last = 0.0, time.monotonic()
        Thread(target=self._beat, name="heartbeat", daemon=True).start()

    @property
    def still(self) -> float:
        """Seconds that this process stood still so far."""
        return self._still + self._missed(time.monotonic())

    def _missed(self, now: float) -> float:
        gap = now - self._last
        return gap - _BEAT if gap > _LATE else 0.0

    def _beat(self) -> None:
        while True:
            time.sleep(_BEAT)
            now = time.monotonic()
            self._still, self._last = self._still + self._missed(now), now


HEART: Final = Heartbeat()
