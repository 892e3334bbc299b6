"""Requests that come again byte for byte, and what answers them without reading them anew.

A request that is the same in every byte, from the same address, means the same. Where its answer is kept, the
application leaves a ``Replay`` with the connection (the ASGI extension ``EXTENSION``), which tells each time
whether it still stands: so the limits of a client hold, queries are counted, and a new release is seen.
"""

from collections.abc import Callable
from typing import Final

EXTENSION: Final = "koinon.replay"
"""The ASGI extension: a function that takes a Replay for the request that is being answered."""

Replay = Callable[[], bytes | None]
"""Returns an answer from its status line on, without the headers that all answers share, or None."""

LARGEST: Final = 8 * 1024
"""Bytes of a request, and of an answer, that are kept so."""
_MOST: Final = 1000


class Replays:
    """What answers the requests that came last."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[tuple[str, bytes], Replay] = {}

    def get(self, peer: str, request: bytes) -> bytes | None:
        """Return the answer to a request of the address ``peer``, or None where it has to be read."""
        replay = self._kept.get((peer, request))
        return None if replay is None else replay()

    def put(self, peer: str, request: bytes, replay: Replay) -> None:
        """Keep a replay; when there are too many, all are forgotten, which costs each request one reading."""
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[peer, request] = replay
