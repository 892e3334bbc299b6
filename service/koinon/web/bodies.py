"""Bodies that were made already: a release never changes, so neither does a document of it."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import Final

CAPACITY: Final = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Body:
    """What was made: its bytes, and where the next page of the same begins (empty on the last one)."""

    content: bytes
    following: str = ""


class Bodies:
    """The bodies used last, up to ``capacity`` bytes in all. Safe to use from any thread."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Begin empty."""
        self._capacity = capacity
        self._size = 0
        self._kept: OrderedDict[tuple[str, ...], Body] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, ...]) -> Body | None:
        """Return the body kept under the key, or None."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[str, ...], body: Body) -> None:
        """Keep the body unless it is larger than an eighth of all; those not used for longest make room."""
        if len(body.content) > self._capacity // 8:
            return
        with self._lock:
            self._size += _size(key, body) - (_size(key, self._kept.pop(key)) if key in self._kept else 0)
            self._kept[key] = body
            while self._size > self._capacity:
                self._size -= _size(*self._kept.popitem(last=False))


def _size(key: tuple[str, ...], body: Body) -> int:
    return sum(map(len, key)) + len(body.content)
