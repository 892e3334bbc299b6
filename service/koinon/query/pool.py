"""The worker pool: raw SPARQL runs in processes that can be killed, never in the process that serves."""

import asyncio
import contextlib
import os
import queue
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from koinon.model.errors import (
    BusyError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    ResultTooLargeError,
    WorkerLostError,
)
from koinon.model.settings import Settings
from koinon.query.guard import check_length
from koinon.query.job import Answer, Job
from koinon.query.wire import receive, send

_START_SECONDS = 30.0
_LEAST_SECONDS = 0.05


class NotAcceptableError(QueryError):
    """The query's form has no answer in a media type that the reader takes; the message lists what there is."""


class Worker:
    """One worker process on one store, seen from the side that asks."""

    def __init__(self, store: Path, settings: Settings) -> None:
        """Start the process; raises WorkerLostError when it does not come up."""
        self._store = store
        self._settings = settings
        self._closed = False
        self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        arguments = (theirs.fileno(), self._store, self._settings.query_memory, self._settings.query_max_bytes)
        self._connection = ours
        self._process = subprocess.Popen(
            [sys.executable, "-m", "koinon.query.worker", *map(str, arguments)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "RUST_BACKTRACE": "0"},
        )
        theirs.close()
        try:
            receive(ours, time.monotonic() + _START_SECONDS)
        except (EOFError, OSError) as error:
            self._end()
            raise WorkerLostError(
                f"A query worker could not open the store {self._store}. Run `koinon release verify`."
            ) from error

    def close(self) -> None:
        """End the process for good; a query under way fails, and no other process takes its place."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        """End the process at once, by its own process id, and wait for it."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def run(self, job: Job, timeout: float) -> Answer:
        """Ask and wait at most ``timeout`` seconds; a worker that did not survive the job is replaced."""
        if self._process.poll() is not None:
            self._replace()
        head, body = self._ask(job, timeout)
        match head["status"]:
            case "ok":
                return Answer(body, head["media_type"], head["seconds"])
            case "syntax":
                raise QuerySyntaxError(head["detail"], head["line"], head["column"])
            case "unacceptable":
                raise NotAcceptableError(f"An answer to this query comes as {head['detail']}.")
            case "too-large":
                raise ResultTooLargeError(
                    f"The answer is larger than {head['detail']}. Add LIMIT and OFFSET, or download the dump."
                )
            case "memory":
                self._replace()
                raise WorkerLostError(f"The query needs more memory than {head['detail']}. Narrow it.")
            case "refused":
                raise QueryRefusedError(head["detail"])
            case _:
                raise QueryRefusedError(f"The query failed: {head['detail']}")

    def _ask(self, job: Job, timeout: float) -> tuple[dict[str, Any], bytes]:
        deadline = time.monotonic() + timeout
        try:
            self._connection.settimeout(timeout)
            send(self._connection, asdict(job))
            return receive(self._connection, deadline)
        except TimeoutError as error:
            self._replace()
            raise QueryTimeoutError(
                f"The query was stopped after {timeout:.2g} seconds. Narrow it: name a subject, a graph or a LIMIT."
            ) from error
        except (EOFError, OSError) as error:
            self._replace()
            raise WorkerLostError(
                "The query ended its worker: it nests too deeply or needs too much memory. Split or narrow it."
            ) from error

    def _replace(self) -> None:
        self._end()
        if self._closed:
            raise WorkerLostError("The service moved on while the query ran. Send it again.")
        self._start()


class WorkerPool:
    """A fixed number of warm workers behind a bounded queue."""

    def __init__(self, store: Path, settings: Settings) -> None:
        """Prepare a pool on the store folder of a release; ``start`` brings its workers up."""
        self._store = store
        self._settings = settings
        self._idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        self._workers: list[Worker] = []
        self._threads = ThreadPoolExecutor(settings.query_workers, thread_name_prefix="query")
        self._free = asyncio.Semaphore(settings.query_workers)
        self._pending = 0

    def start(self) -> None:
        """Start all workers; raises WorkerLostError when the store cannot be opened."""
        for _ in range(self._settings.query_workers):
            worker = Worker(self._store, self._settings)
            self._workers.append(worker)
            self._idle.put(worker)

    def close(self) -> None:
        """End all workers and wait for the queries under way, which fail."""
        for worker in self._workers:
            worker.close()
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def run(self, job: Job, timeout: float | None = None) -> Answer:
        """Answer the job without blocking the event loop.

        ``timeout`` is the seconds that the worker has for it, by default and at most the setting ``query_timeout``,
        which counts from now: waiting for a worker takes from it. Raises a QueryError of the kind that happened;
        BusyError when the queue is full, or no worker came free in time.
        """
        check_length(job.text, self._settings.query_max_length)
        if self._pending >= self._settings.query_workers + self._settings.query_queue:
            raise BusyError("Too many queries are waiting. Try again in a few seconds.")
        deadline = time.monotonic() + self._settings.query_timeout
        self._pending += 1
        try:
            async with self._slot(deadline):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, self._take, job, timeout, deadline)
        finally:
            self._pending -= 1

    @contextlib.asynccontextmanager
    async def _slot(self, deadline: float) -> AsyncIterator[None]:
        try:
            await asyncio.wait_for(self._free.acquire(), deadline - time.monotonic())
        except TimeoutError as error:
            raise BusyError("All workers were busy with other queries. Try again in a few seconds.") from error
        try:
            yield
        finally:
            self._free.release()

    def _take(self, job: Job, timeout: float | None, deadline: float) -> Answer:
        with self._borrowed() as worker:
            left = max(deadline - time.monotonic(), _LEAST_SECONDS)
            return worker.run(job, left if timeout is None else min(timeout, left))

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[Worker]:
        worker = self._idle.get()
        try:
            yield worker
        finally:
            self._idle.put(worker)


def run_once(store: Path, job: Job, settings: Settings) -> Answer:
    """Answer one job in a worker of its own, for the command line."""
    check_length(job.text, settings.query_max_length)
    worker = Worker(store, settings)
    try:
        return worker.run(job, settings.query_timeout)
    finally:
        worker.close()
