"""The worker pool: raw SPARQL runs in processes that can be killed, never in the process that serves.

A fixed number of workers answers queries; one more is warm, to take the place of a worker that was ended; and one
answers nothing but the probes of ``/ready``, so that these never wait behind a heavy query.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from koinon.model.errors import BusyError, QueryError, TooManyRequestsError, WorkerLostError
from koinon.model.settings import Settings
from koinon.query.guard import check_length
from koinon.query.job import Answer, Job
from koinon.query.ledger import Ledger
from koinon.query.process import NotAcceptableError, Worker

__all__ = ["NotAcceptableError", "WorkerPool", "run_once"]

_LOG: Final = logging.getLogger("koinon.query")
_LEAST_SECONDS: Final = 0.05
_AGAIN_SECONDS: Final = 1.0

_Turn = asyncio.Future[Worker]


def _unheard(_: str) -> None:
    """Nobody wants to know why a worker ended."""


class WorkerPool:
    """Warm workers behind a bounded queue in which every client gets its turn."""

    def __init__(
        self, store: Path, settings: Settings, *, on_end: Callable[[str], None] = _unheard, spare: bool = True
    ) -> None:
        """Prepare a pool whose workers open ``store`` first; ``start`` brings them up.

        ``on_end`` hears why each worker ended. Without ``spare`` there is neither a warm worker nor one for probes.
        """
        self.store = store
        self._settings = settings
        self._on_end = on_end
        self._spares = 1 if spare else 0
        self._idle: list[Worker] = []
        self._warm: deque[Worker] = deque()
        self._probe: Worker | None = None
        self._probing = asyncio.Lock()
        self._alive: set[Worker] = set()
        self._missing = 0
        self._turns: OrderedDict[str, deque[_Turn]] = OrderedDict()
        self._pending: dict[str, int] = {}
        self._ledger = Ledger(settings.query_spool)
        self._running = 0
        self._waiting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="workers")
        self._closed = False

    @property
    def running(self) -> int:
        """Queries that a worker is answering."""
        return self._running

    @property
    def waiting(self) -> int:
        """Queries that wait for a worker."""
        return self._waiting

    async def start(self) -> None:
        """Start all workers; raises WorkerLostError when the store cannot be opened."""
        count = self._settings.query_workers + 2 * self._spares
        started = await asyncio.gather(*(self._begin() for _ in range(count)), return_exceptions=True)
        failed = next((error for error in started if isinstance(error, BaseException)), None)
        if failed is not None:
            await self.close()
            raise failed
        workers = [worker for worker in started if isinstance(worker, Worker)]
        if self._spares:
            self._probe = workers.pop()
            self._warm.append(workers.pop())
        self._idle = workers

    async def close(self) -> None:
        """End all workers and wait until their processes are gone; queries under way fail."""
        self._closed = True
        for turns in self._turns.values():
            for turn in turns:
                if not turn.done():
                    turn.set_exception(WorkerLostError("The service ends. Send the query again in a few seconds."))
        self._turns.clear()
        for worker in self._alive:
            worker.end("closed")
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._threads, worker.wait) for worker in self._alive))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._alive.clear()
        self._threads.shutdown()

    async def run(self, job: Job, timeout: float | None = None, *, client: str = "") -> Answer:
        """Answer the job without blocking the event loop.

        ``timeout`` is the seconds that the worker has for it, by default and at most the setting ``query_timeout``,
        which counts from now: waiting for a worker takes from it. Clients take turns. Raises a QueryError of the
        kind that happened; BusyError when the queue is full, or no worker came free in time; TooManyRequestsError
        when too many queries of this client are under way. Cancelling it ends the query and its worker.
        """
        settings = self._settings
        check_length(job.text, settings.query_max_length)
        pending = self._pending.get(client, 0)
        if client and pending >= settings.client_pending:
            raise TooManyRequestsError(
                f"{pending} queries of yours are under way, the most that a client may have at once. "
                "Wait for one of them.",
                1.0,
            )
        self._ledger.admit(client)
        if not self._idle and self._waiting >= settings.query_queue:
            raise BusyError("Too many queries are waiting. Try again in a few seconds.")
        self._pending[client] = pending + 1
        loop = asyncio.get_running_loop()
        deadline = loop.time() + settings.query_timeout
        try:
            worker = self._idle.pop() if self._idle else await self._turn(client, deadline)
            self._running += 1
            begun = loop.time()
            try:
                left = max(deadline - begun, _LEAST_SECONDS)
                answer = await worker.ask(job, left if timeout is None else min(timeout, left))
            except QueryError as error:
                error.work = loop.time() - begun
                raise
            else:
                self._ledger.hold(client, answer)
                return answer
            finally:
                self._running -= 1
                self._release(worker)
        finally:
            if self._pending[client] == 1:
                del self._pending[client]
            else:
                self._pending[client] -= 1

    async def probe(self, job: Job, timeout: float) -> Answer:
        """Answer a short query of our own by the worker that is kept for that."""
        async with self._probing:
            if self._probe is None or self._probe.lost:
                raise WorkerLostError("The worker for probes has ended; another one is coming up.")
            worker = self._probe
            try:
                return await worker.ask(job, timeout)
            finally:
                if worker.lost:
                    self._probe = None
                    self._bury(worker)
                    self._spawn(self._replace_probe())

    async def _turn(self, client: str, deadline: float) -> Worker:
        """Wait for a worker: first the client that has waited longest since its last turn."""
        loop = asyncio.get_running_loop()
        turn: _Turn = loop.create_future()
        self._turns.setdefault(client, deque()).append(turn)
        timer = loop.call_at(deadline, self._give_up, turn)
        self._waiting += 1
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._release(turn.result())
            raise
        finally:
            timer.cancel()
            self._waiting -= 1
            turns = self._turns.get(client)
            if turns and turn in turns:
                turns.remove(turn)
            if turns is not None and not turns:
                self._turns.pop(client, None)

    @staticmethod
    def _give_up(turn: _Turn) -> None:
        if not turn.done():
            turn.set_exception(BusyError("All workers were busy with other queries. Try again in a few seconds."))

    def _release(self, worker: Worker) -> None:
        """Take a worker back, or let another take its place where it was lost."""
        if worker.lost:
            if self._closed:
                return
            self._bury(worker)
            self._spawn(self._replace())
            if not self._warm:
                self._missing += 1
                return
            worker = self._warm.popleft()
        while self._turns:
            client, turns = self._turns.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._turns[client] = turns
            if not turn.done():
                turn.set_result(worker)
                return
        self._idle.append(worker)

    async def _begin(self) -> Worker:
        loop = asyncio.get_running_loop()
        worker = await loop.run_in_executor(self._threads, self._start_process)
        self._alive.add(worker)
        if self._closed:
            worker.end("closed")
        try:
            await worker.ready()
        except WorkerLostError:
            self._alive.discard(worker)
            await loop.run_in_executor(self._threads, worker.wait)
            raise
        return worker

    def _start_process(self) -> Worker:
        return Worker(self.store, self._settings, yielding=self._spares > 0)

    async def _begin_surely(self) -> Worker | None:
        """Start a worker, as often as it takes; None when the pool is closed meanwhile."""
        while not self._closed:
            try:
                return await self._begin()
            except (WorkerLostError, OSError) as error:
                if not self._closed:
                    _LOG.warning("a query worker does not come up: %s", error)
                    await asyncio.sleep(_AGAIN_SECONDS)
        return None

    async def _replace(self) -> None:
        """Bring up a worker for one that was lost: it takes a missing place, or waits warm."""
        worker = await self._begin_surely()
        if worker is None:
            return
        if self._missing or not self._spares:
            self._missing = max(0, self._missing - 1)
            self._release(worker)
        else:
            self._warm.append(worker)

    async def _replace_probe(self) -> None:
        self._probe = await self._begin_surely()

    def _bury(self, worker: Worker) -> None:
        self._alive.discard(worker)
        loop = asyncio.get_running_loop()

        async def reap() -> None:
            ended_by = await loop.run_in_executor(self._threads, worker.wait)
            self._on_end(ended_by if worker.lost == "crash" else worker.lost)

        self._spawn(reap())

    def _spawn(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def run_once(store: Path, job: Job, settings: Settings) -> Answer:
    """Answer one job in a worker of its own, for the command line."""

    async def once() -> Answer:
        pool = WorkerPool(store, settings.model_copy(update={"query_workers": 1}), spare=False)
        await pool.start()
        try:
            return await pool.run(job)
        finally:
            await pool.close()

    return asyncio.run(once())
