"""Work of the builder that gives way once it takes long: readers soon have a small change, a large one later."""

import gc
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import get_native_id
from typing import Final, TypeVar

PATIENCE: Final = 10.0
"""Seconds of processor time that work may take before all others run first."""
LESS_IMPORTANT: Final = 10
_LOOK_SECONDS: Final = 0.5
_THREADS: Final = Path("/proc/self/task")


Result = TypeVar("Result")


def giving_way(work: Callable[[], Result], patience: float = PATIENCE) -> Result:
    """Return, or raise, what ``work`` does in a thread of its own, whose priority falls after ``patience`` seconds.

    Priority belongs to a thread (Linux, sched(7)) and cannot be had back: the next piece of work starts afresh.
    The threads that the work started fall with it. Elsewhere nothing falls. Until then circles of objects are not
    looked for, which a small change beside a million statements makes few of and waits a fifth of its time for.
    """
    before, waiting = time.process_time(), get_native_id()
    gc.disable()
    try:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="work") as threads:
            future = threads.submit(work)
            while not _is_over(future):
                if time.process_time() - before >= patience:
                    gc.enable()
                    _lower(waiting)
            return future.result()
    finally:
        gc.enable()


def _is_over(future: Future[Result]) -> bool:
    with suppress(TimeoutError):
        future.exception(_LOOK_SECONDS)
    return future.done()


def _lower(but: int) -> None:
    """Let all other processes run before the threads of this one, ``but`` the one that waits for them."""
    with suppress(OSError):  # a thread may be gone meanwhile, a system may have no such folder
        for thread in _THREADS.iterdir():
            if int(thread.name) != but and os.getpriority(os.PRIO_PROCESS, int(thread.name)) < LESS_IMPORTANT:
                os.setpriority(os.PRIO_PROCESS, int(thread.name), LESS_IMPORTANT)
