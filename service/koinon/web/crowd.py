"""Which connection gives way when there are as many as are allowed."""

from collections import deque
from collections.abc import Iterable
from enum import IntEnum
from typing import Final, Protocol

_AGAIN: Final = 0.1
"""Seconds that nobody is asked again after all connections were found at work."""


class Use(IntEnum):
    """What a connection does; those with a lower number give way first."""

    IDLE = 0
    """No request is under way."""
    SLOW = 1
    """A request has been coming in for a while, and nothing works on it yet."""
    BUSY = 2
    """Something works for it: it never gives way."""


class Seat(Protocol):
    """A connection that takes one of the places."""

    def use(self, now: float) -> tuple[Use, float]:
        """Return what it does and since when."""
        ...

    def give_way(self) -> None:
        """Leave the place."""
        ...


class Crowd:
    """Finds the connection that has been idle for longest, or the slowest to send its request.

    All are looked at and ordered once; after that each of them gives way in turn if it still does the same. Those
    that became idle later stand behind all of them, so the order is exact, and a flood of new connections costs
    little for each.
    """

    def __init__(self) -> None:
        """Begin with nobody in line."""
        self._line: deque[tuple[Use, float, Seat]] = deque()
        self._all_busy_until = 0.0

    def make_room(self, seats: Iterable[Seat], now: float) -> bool:
        """Let one of the connections give way; returns whether one could."""
        if self._next(now):
            return True
        if now < self._all_busy_until:
            return False
        found = [(*seat.use(now), seat) for seat in seats]
        self._line.extend(
            sorted((entry for entry in found if entry[0] is not Use.BUSY), key=lambda entry: entry[:2])
        )
        if self._next(now):
            return True
        self._all_busy_until = now + _AGAIN
        return False

    def forget(self) -> None:
        """Forget the order, once there are fewer connections than are allowed."""
        self._line.clear()

    def _next(self, now: float) -> bool:
        while self._line:
            use, since, seat = self._line.popleft()
            if seat.use(now) == (use, since):
                seat.give_way()
                return True
        return False
