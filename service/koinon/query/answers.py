"""Answers that were given already: a release never changes, so neither does what a query gets from it."""

import re
from collections import OrderedDict
from typing import Final

from koinon.query.guard import unescape
from koinon.query.job import INLINE, Answer, Job

_VOLATILE: Final = re.compile(r"(?:now|rand|uuid|bnode)\s*(?:\(|\#)", re.IGNORECASE)
_SHARE: Final = 4
_OVERHEAD: Final = 1024


def is_lasting(text: str) -> bool:
    """Tell whether a query gives the same answer every time: it calls none of NOW, RAND, UUID, STRUUID, BNODE."""
    return _VOLATILE.search(unescape(text)) is None


class Answers:
    """The answers used last, up to ``capacity`` bytes in all, with the text of their queries."""

    def __init__(self, capacity: int) -> None:
        """Begin empty; a capacity of 0 keeps nothing."""
        self._capacity = capacity
        self._size = 0
        self._kept: OrderedDict[Job, Answer] = OrderedDict()

    def get(self, job: Job) -> Answer | None:
        """Return the answer to the job, or None where it is not kept."""
        answer = self._kept.get(job)
        if answer is not None:
            self._kept.move_to_end(job)
        return answer

    def put(self, job: Job, answer: Answer) -> None:
        """Keep an answer unless it is larger than a fourth of all; those not used for longest make room."""
        size = _cost(job, answer)
        if size * _SHARE > self._capacity or job in self._kept:
            return
        self._kept[job] = answer
        self._size += size
        while self._size > self._capacity:
            self._size -= _cost(*self._kept.popitem(last=False))


def _cost(job: Job, answer: Answer) -> int:
    return answer.size + 4 * len(job.text) + _OVERHEAD + (INLINE if answer.file is not None else 0)
