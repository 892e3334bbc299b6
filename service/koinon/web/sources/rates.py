"""How much one token may change in an hour: a bucket that holds an hour's worth (``query.budgets`` tells how)."""

import math
import time
from collections.abc import Callable
from typing import Final

from koinon.model.errors import TooManyRequestsError

_HOUR: Final = 3600.0


class Rates:
    """The accounts of all tokens; what changes nothing, or is refused, costs nothing here."""

    def __init__(self, an_hour: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow so many changes an hour; 0 sets no limit."""
        self._each = _HOUR / an_hour if an_hour else 0.0
        self._clock = clock
        self._full: dict[str, float] = {}

    def admit(self, token: str) -> None:
        """Raise TooManyRequestsError where the token has used up its share."""
        now = self._clock()
        ahead = max(self._full.get(token, now), now) + self._each - now
        if self._each and ahead > _HOUR:
            wait = math.ceil(ahead - _HOUR)
            raise TooManyRequestsError(
                f"This token has made {_HOUR / self._each:.0f} changes within an hour. Wait {wait} seconds.", wait
            )

    def charge(self, token: str) -> None:
        """Count a change."""
        now = self._clock()
        self._full[token] = max(self._full.get(token, now), now) + self._each
