"""The worker pool: raw SPARQL runs in processes that can be killed, never in the process that serves.

Twice as many workers are warm as short queries run, to take the place of those that are ended or busy for long; and
one answers nothing but the probes of ``/ready``, so that these never wait behind a heavy query.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from koinon.model.errors import BusyError, QueryError, TooManyRequestsError, WorkerLostError
from koinon.model.settings import Settings
from koinon.query.crew import Crew
from koinon.query.forking import Begun, Forking
from koinon.query.guard import check_length
from koinon.query.job import Answer, Job
from koinon.query.ledger import Ledger
from koinon.query.process import NotAcceptableError, Worker

__all__ = ["NotAcceptableError", "WorkerPool", "run_once"]

_LEAST_SECONDS: Final = 0.05
_SHORT_SECONDS: Final = 0.024
"""How long a query counts as a short one."""

_Turn = asyncio.Future[Worker]


def _unheard(_: str) -> None:
    """Nobody wants to know why a worker ended."""


class WorkerPool:
    """Warm workers behind a bounded queue in which every client gets its turn.

    ``query_workers`` short queries run at a time. One that has been running for longer than a moment does not count
    any more, so that short ones need not wait behind long ones; but no more than ``query_workers_most`` run in all.
    """

    def __init__(
        self,
        store: Path,
        settings: Settings,
        *,
        on_end: Callable[[str], None] = _unheard,
        spare: bool = True,
        begun: Begun | None = None,
    ) -> None:
        """Prepare a pool whose workers open ``store`` first; ``start`` brings them up.

        ``begun`` is the process that they are forked from, where it was begun before. ``on_end`` hears why each
        worker was lost. Without ``spare`` there is neither a warm worker nor a prober.
        """
        self._settings = settings
        self._short = settings.query_workers
        self._most = max(settings.query_workers_most, self._short) if spare else self._short
        spares = 1 if spare else 0
        self._forking = Forking(store, settings, begun)
        self._crew = Crew(self._forking, self._short * (1 + spares), self._most, yielding=spare, on_end=on_end)
        self._crew.on_ready = self._dispatch
        self._prober = Crew(self._forking, spares, spares, yielding=False, on_end=on_end)
        self._probing = asyncio.Lock()
        self._turns: OrderedDict[str, deque[_Turn]] = OrderedDict()
        self._pending: dict[str, int] = {}
        self._ledger = Ledger(settings.query_spool)
        self._begun: dict[Worker, float] = {}
        self._waiting = 0
        self._look_again: asyncio.TimerHandle | None = None

    @property
    def running(self) -> int:
        """Queries that a worker is answering."""
        return len(self._begun)

    @property
    def waiting(self) -> int:
        """Queries that wait for a worker."""
        return self._waiting

    def open_first(self, store: Path) -> None:
        """Let workers have ``store`` open before they are asked, those that are up one after another.

        They open it anew also where its path is the one before: purging writes a store anew at its place.
        """
        self._forking.store = store
        for crew in (self._crew, self._prober):
            crew.renew()

    @property
    def processes(self) -> frozenset[Worker]:
        """All workers that are up."""
        return self._crew.processes | self._prober.processes

    async def start(self) -> None:
        """Start all workers; raises WorkerLostError when the store cannot be opened."""
        try:
            await asyncio.gather(self._crew.start(), self._prober.start())
        except WorkerLostError:
            await self.close()
            raise

    async def close(self) -> None:
        """End all workers and wait until their processes are gone; queries under way fail."""
        for turns in self._turns.values():
            for turn in turns:
                if not turn.done():
                    turn.set_exception(WorkerLostError("The service ends. Send the query again in a few seconds."))
        self._turns.clear()
        if self._look_again is not None:
            self._look_again.cancel()
        await asyncio.gather(self._crew.close(), self._prober.close())
        await self._forking.close()

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
        if self._waiting >= settings.query_queue and not self._has_room():
            raise BusyError("Too many queries are waiting. Try again in a few seconds.")
        self._pending[client] = pending + 1
        loop = asyncio.get_running_loop()
        deadline = loop.time() + settings.query_timeout
        try:
            worker = self._take() or await self._turn(client, deadline)
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
                self._release(worker)
        finally:
            if self._pending[client] == 1:
                del self._pending[client]
            else:
                self._pending[client] -= 1

    async def probe(self, job: Job, timeout: float) -> Answer:
        """Answer a short query of our own by the worker that is kept for that."""
        async with self._probing:
            worker = self._prober.take()
            if worker is None:
                raise WorkerLostError("The worker for probes has ended; another one is coming up.")
            try:
                return await worker.ask(job, timeout)
            finally:
                self._prober.give(worker)

    def _has_room(self) -> bool:
        """Tell whether one query more may run now."""
        running = len(self._begun)
        if running < self._short or running >= self._most:
            return running < self._short
        late = asyncio.get_running_loop().time() - _SHORT_SECONDS
        return sum(begun > late for begun in self._begun.values()) < self._short

    def _take(self) -> Worker | None:
        """Return a worker to a query that need not wait."""
        if self._turns or not self._has_room():
            return None
        worker = self._crew.take()
        if worker is not None:
            self._begun[worker] = asyncio.get_running_loop().time()
        return worker

    def _release(self, worker: Worker) -> None:
        del self._begun[worker]
        self._crew.give(worker)
        if self._turns:
            self._dispatch()

    def _dispatch(self) -> None:
        """Give workers to those who wait, as long as there is room; look again soon if somebody still waits."""
        while self._turns and self._has_room():
            worker = self._crew.take()
            if worker is None:
                self._crew.grow()
                break
            client, turns = self._turns.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self._turns[client] = turns
            if turn.done():
                self._crew.give(worker)
                continue
            self._begun[worker] = asyncio.get_running_loop().time()
            turn.set_result(worker)
        if self._turns and self._look_again is None and not self._crew.closed:
            self._look_again = asyncio.get_running_loop().call_later(_SHORT_SECONDS / 2, self._look)

    def _look(self) -> None:
        self._look_again = None
        self._dispatch()

    async def _turn(self, client: str, deadline: float) -> Worker:
        """Wait for a worker: first the client that has waited longest since its last turn."""
        loop = asyncio.get_running_loop()
        turn: _Turn = loop.create_future()
        self._turns.setdefault(client, deque()).append(turn)
        self._dispatch()
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
