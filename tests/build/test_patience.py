"""The builder's work lets others run first once it takes long, and only then."""

import gc
import os
import sys
import threading
import time

import pytest

from koinon.build.patience import LESS_IMPORTANT, giving_way

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.getpriority(os.PRIO_PROCESS, 0) >= LESS_IMPORTANT,
    reason="threads have priorities on Linux alone, and the tests themselves may be of the lowest already",
)


def _priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_short_work_keeps_its_priority_and_returns_what_it_does() -> None:
    before = _priority()
    assert giving_way(_priority, patience=60.0) == before


def test_work_that_takes_long_gives_way_with_the_threads_that_it_started_and_the_next_starts_afresh() -> None:
    before = _priority()

    def long() -> tuple[int, int]:
        of_another: list[int] = []
        ended = threading.Event()
        another = threading.Thread(target=lambda: (ended.wait(30), of_another.append(_priority())))
        another.start()
        deadline = time.monotonic() + 30
        while _priority() == before and time.monotonic() < deadline:
            sum(range(10_000))
        ended.set()
        another.join()
        return _priority(), of_another[0]

    assert giving_way(long, patience=0.05) == (LESS_IMPORTANT, LESS_IMPORTANT)
    assert _priority() == before
    assert giving_way(_priority) == before


def test_what_the_work_raises_is_raised() -> None:
    def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        giving_way(broken)


def test_objects_in_circles_are_looked_for_where_work_takes_long_and_always_afterwards() -> None:
    def long() -> bool:
        deadline = time.monotonic() + 30
        while not gc.isenabled() and time.monotonic() < deadline:
            sum(range(10_000))
        return gc.isenabled()

    assert not giving_way(gc.isenabled, patience=60.0)
    assert gc.isenabled()
    assert giving_way(long, patience=0.05)
