"""The worker processes of a pool: brought up, kept warm, replaced when they are lost, ended when not needed."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from koinon.model.errors import WorkerLostError
from koinon.query.forking import Forking
from koinon.query.process import Worker

_LOG: Final = logging.getLogger("koinon.query")
_AGAIN_SECONDS: Final = 1.0
_AT_ONCE: Final = 2
"""Processes that come up at once."""
_IDLE_SECONDS = 60.0
"""How long a worker beyond those at rest may have nothing to do; till then its cache is worth its memory."""


class Crew:
    """At rest ``size`` processes are up; more are started when they are asked for, up to ``most``.

    ``on_ready`` is called when a process has come up, ``on_end`` with why one was lost.
    """

    def __init__(
        self,
        forking: Forking,
        size: int,
        most: int,
        *,
        yielding: bool,
        on_end: Callable[[str], None],
    ) -> None:
        """Prepare; ``start`` brings the processes up. ``yielding`` lets other processes run before them."""
        self.on_ready: Callable[[], None] = _nothing
        self._forking = forking
        self._size = size
        self._most = most
        self._yielding = yielding
        self._on_end = on_end
        self._idle: list[tuple[Worker, float]] = []
        self._alive: set[Worker] = set()
        self._retirement: asyncio.TimerHandle | None = None
        self._coming = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.closed = False

    @property
    def processes(self) -> frozenset[Worker]:
        """The workers that are up."""
        return frozenset(self._alive)

    async def start(self) -> None:
        """Bring up the processes; raises WorkerLostError where the store cannot be opened."""
        begun = await asyncio.gather(*(self._begin() for _ in range(self._size)), return_exceptions=True)
        failed = next((error for error in begun if isinstance(error, BaseException)), None)
        if failed is not None:
            await self.close()
            raise failed
        now = asyncio.get_running_loop().time()
        self._idle = [(worker, now) for worker in begun if isinstance(worker, Worker)]

    def take(self) -> Worker | None:
        """Return a worker that has nothing to do, the one used last first, or None."""
        while self._idle:
            worker, _ = self._idle.pop()
            if not worker.lost:
                return worker
            self._bury(worker)
            self._fill()
        return None

    def give(self, worker: Worker) -> None:
        """Take a worker back; one that was lost, is tired, or has an earlier store open is replaced."""
        if worker.tired or worker.store is not self._forking.store:
            worker.end("retired")
        if worker.lost:
            self._bury(worker)
            self._fill()
            return
        self._idle.append((worker, asyncio.get_running_loop().time()))
        self._plan_retirement()

    def grow(self) -> None:
        """Start one process more, where there may be one and not too many are coming up already."""
        if self._coming < _AT_ONCE and len(self._alive) + self._coming < self._most:
            self._call()

    def renew(self) -> None:
        """Replace those that have nothing to do and an earlier store open, one after another."""
        self._spawn(self._renew())

    async def close(self) -> None:
        """End all processes, and wait until they are gone; queries under way fail."""
        self.closed = True
        if self._retirement is not None:
            self._retirement.cancel()
        for worker in self._alive:
            worker.end("closed")
        await asyncio.gather(*(worker.ended for worker in self._alive))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._alive.clear()
        self._idle.clear()

    def _fill(self) -> None:
        while not self.closed and len(self._alive) + self._coming < self._size:
            self._call()

    def _call(self) -> None:
        self._coming += 1
        self._spawn(self._come())

    async def _renew(self) -> None:
        while any(worker.store is not self._forking.store for worker, _ in self._idle):
            fresh = await self._begin_surely()
            if fresh is None:
                return
            self._idle.append((fresh, asyncio.get_running_loop().time()))
            old = next((place for place in self._idle if place[0].store is not self._forking.store), None)
            if old is not None:
                self._idle.remove(old)
                old[0].end("retired")
                self._bury(old[0])

    async def _come(self) -> None:
        try:
            worker = await self._begin_surely()
        finally:
            self._coming -= 1
        if worker is not None:
            self._idle.append((worker, asyncio.get_running_loop().time()))
            self.on_ready()
            self._fill()

    async def _begin_surely(self) -> Worker | None:
        """Start a worker, as often as it takes; None when the crew is closed meanwhile."""
        while not self.closed:
            try:
                return await self._begin()
            except (WorkerLostError, OSError) as error:
                if not self.closed:
                    _LOG.warning("a query worker does not come up: %s", error)
                    await asyncio.sleep(_AGAIN_SECONDS)
        return None

    async def _begin(self) -> Worker:
        worker = await self._forking.start(yielding=self._yielding)
        self._alive.add(worker)
        worker.ended.add_done_callback(lambda _: self._miss(worker))
        if self.closed:
            worker.end("closed")
            await worker.ended
        return worker

    def _plan_retirement(self) -> None:
        if self._retirement is None and len(self._alive) > self._size:
            self._retirement = asyncio.get_running_loop().call_later(_IDLE_SECONDS / 2, self._retire)

    def _retire(self) -> None:
        """End those beyond the size at rest that have had nothing to do for a while."""
        self._retirement = None
        late = asyncio.get_running_loop().time() - _IDLE_SECONDS
        while not self.closed and len(self._alive) > self._size and self._idle and self._idle[0][1] <= late:
            worker, _ = self._idle.pop(0)
            worker.end("retired")
            self._bury(worker)
        if not self.closed:
            self._plan_retirement()

    def _miss(self, worker: Worker) -> None:
        """Replace a worker that has ended while it had nothing to do."""
        for place in self._idle:
            if place[0] is worker:
                self._idle.remove(place)
                worker.end("crash")
                self._bury(worker)
                self._fill()
                return

    def _bury(self, worker: Worker) -> None:
        if self.closed:
            return
        self._alive.discard(worker)

        async def reap() -> None:
            ended_by = await worker.ended
            if worker.lost != "retired":
                self._on_end(ended_by if worker.lost == "crash" else worker.lost)

        self._spawn(reap())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nothing() -> None:
    """Nobody waits for a worker."""
