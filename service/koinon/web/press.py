"""Where pages and documents are made: beside the event loop, few at once, each once for all who ask for it.

Threads of one interpreter hold each other up, and the event loop: two pages at once are ready no sooner than one
after the other, and everybody else waits longer. What waits is bounded, and one client's wish for a thousand pages
puts nobody else behind a thousand: every client with pages waiting gets the next place in turn.
"""

import asyncio
import gc
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any, Final, TypeVar

from koinon.model.errors import BusyError, TooManyRequestsError

PLACES: Final = 1
WAITING: Final = 256
WAITING_EACH: Final = 64
"""Pages that are made at once, that may wait, and that may wait for one client."""

SWITCH_SECONDS: Final = 0.0005
"""How long a thread that makes a page keeps the interpreter when the event loop wants it (Python's own: 5 ms)."""

Made = TypeVar("Made")


class Press:
    """Makes pages; for use from one event loop."""

    def __init__(self, places: int = PLACES, waiting: int = WAITING, waiting_each: int = WAITING_EACH) -> None:
        """Prepare a press that makes ``places`` pages at once."""
        self._free = places
        self._most, self._most_each = waiting, waiting_each
        self._waiting = 0
        self._turns: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._begun: dict[Hashable, asyncio.Task[Any]] = {}
        self._threads = ThreadPoolExecutor(places, thread_name_prefix="pages")

    @property
    def waiting(self) -> int:
        """Pages that wait for a place."""
        return self._waiting

    def warm(self, work: Callable[[], object]) -> None:
        """Have ``work`` done beside the first pages, without waiting for it."""
        Thread(target=_settle, args=(work,), name="warm", daemon=True).start()

    async def make(self, client: str, work: Callable[[], Made], key: Hashable = None) -> Made:
        """Return what ``work`` makes in a thread; whoever asks for the same ``key`` meanwhile gets the same.

        Raises BusyError when too many pages wait, TooManyRequestsError when too many of this client do, and
        whatever ``work`` raises.
        """
        if key is None:
            return await self._make(client, work)
        task = self._begun.get(key)
        if task is None:
            task = self._begun[key] = asyncio.create_task(self._make(client, work))
            task.add_done_callback(lambda done: self._forget(key, done))
        made: Made = await asyncio.shield(task)  # a reader who leaves takes the page from nobody else
        return made

    async def _make(self, client: str, work: Callable[[], Made]) -> Made:
        if self._free:
            self._free -= 1
        else:
            await self._turn(client)
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._next()

    async def _turn(self, client: str) -> None:
        """Wait until a place is free and handed over."""
        mine = self._turns.get(client, ())
        if len(mine) >= self._most_each:
            raise TooManyRequestsError(f"{len(mine)} pages for you are being made. Wait for one of them.", 1.0)
        if self._waiting >= self._most:
            raise BusyError("Too many pages are being made. Try again in a few seconds.")
        turn = asyncio.get_running_loop().create_future()
        self._turns.setdefault(client, deque()).append(turn)
        self._waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next()  # the place came in the moment in which the reader left
            raise
        finally:
            self._waiting -= 1

    def _next(self) -> None:
        """Hand a place to the client whose turn it is, or keep it free."""
        while self._turns:
            client, turns = self._turns.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._turns[client] = turns
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _forget(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        del self._begun[key]
        if not done.cancelled():
            done.exception()  # it was told to those who still wait, if any


def _settle(work: Callable[[], object]) -> None:
    """Do the work that a start needs, then spare the collector what is there now: it stays as long as the process.

    To look through it again and again held up the event loop for tens of milliseconds each time.
    """
    work()
    gc.collect()
    gc.freeze()
