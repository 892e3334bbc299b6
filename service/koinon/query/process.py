"""One worker process, seen from the side that asks."""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from koinon.model.errors import (
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooComplexError,
    ResultTooLargeError,
    WorkerLostError,
)
from koinon.query.job import Answer, Job, SpooledFile
from koinon.query.wire import Inbox, pack

_START_SECONDS: Final = 30.0
_PATIENCE: Final = 1.0
"""Seconds of processor time after which a query lets all others run first."""
_LEAST_IMPORTANT: Final = 15
_LONGEST_KEPT: Final = 4096
"""Characters of a query whose message is kept for the next time that it is asked."""
_ELSEWHERE: Final = (
    "Ask in pages, with ORDER BY, LIMIT and OFFSET; read one thing at its /doc/ address; or download the dump of "
    "the whole graph: /data/dumps/latest.nq"
)


class NotAcceptableError(QueryError):
    """The query's form has no answer in a media type that the reader takes; the message lists what there is."""


class Worker:
    """A worker process and the query that it has under way, if any."""

    def __init__(self, connection: socket.socket, kill: Callable[[], None], *, store: Path, yielding: bool) -> None:
        """Speak over ``connection`` to a process that ``kill`` ends; ``ready`` waits until it can answer.

        ``store`` is what it shares with the process that it was forked from.
        One that is ``yielding`` lets shorter queries of others run first when its own takes long, and is not asked
        again (``tired``): a process cannot take back its place in the row.
        """
        connection.setblocking(False)
        self.store = store
        self._connection = connection
        self._kill = kill
        self._yielding = yielding
        self._inbox = Inbox(connection)
        self._answer: asyncio.Future[tuple[dict[str, Any], bytes, int | None]] | None = None
        self._loop = asyncio.get_running_loop()
        self._patience: asyncio.TimerHandle | None = None
        self.process = self._thread = 0
        self.ended: asyncio.Future[str] = self._loop.create_future()
        """The signal that ended the process, or its exit code, once it is gone."""
        self.tired = False
        self.lost = ""
        """Why the process was ended, or empty while it was not: one of ``deadline``, ``gone``,
        ``closed``, ``crash`` and ``retired``."""

    async def ready(self) -> None:
        """Wait until the store is open; raises WorkerLostError where that does not come about."""
        self._loop.add_reader(self._connection, self._read)
        self._answer = self._loop.create_future()
        try:
            head, _, _ = await asyncio.wait_for(self._answer, _START_SECONDS)
            self.process, self._thread = head["process"], head["thread"]
        except (WorkerLostError, TimeoutError) as error:
            self.end("crash")
            raise WorkerLostError(
                "A query worker could not open the store of the release. Run `koinon release verify`."
            ) from error
        finally:
            self._answer = None

    async def ask(self, job: Job, timeout: float) -> Answer:
        """Answer the job within ``timeout`` seconds, or raise the QueryError that happened.

        The process is ended when the time is over, and when the task that waits here is cancelled; ``lost`` tells.
        """
        answer = self._answer = self._loop.create_future()
        timer = self._loop.call_later(timeout, self._expire, timeout)
        if self._yielding:
            self._patience = self._loop.call_later(_PATIENCE, self._look, self._used())
        try:
            await self._send(job)
            return _answer_of(*await answer)
        except asyncio.CancelledError:
            self.end("gone")
            raise
        finally:
            timer.cancel()
            if self._patience is not None:
                self._patience.cancel()
            self._answer = None

    async def _send(self, job: Job) -> None:
        message = _message(job) if len(job.text) <= _LONGEST_KEPT else _message.__wrapped__(job)
        try:
            sent = self._connection.send(message)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._fail(WorkerLostError("The worker had ended. Send the query again."))
            return
        if sent < len(message):
            await self._loop.sock_sendall(self._connection, memoryview(message)[sent:])

    def _read(self) -> None:
        try:
            found = self._inbox.read()
        except BlockingIOError:
            return
        except (EOFError, OSError):
            self.end("crash")
            return
        if found is None:
            return
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(found)
        elif found[2] is not None:
            os.close(found[2])

    def _look(self, before: float) -> None:
        """Put the process behind all others where its query has cost much; or look again when it may have."""
        if self.lost or self._answer is None:
            return
        left = _PATIENCE - (self._used() - before)
        if left > 0:
            self._patience = self._loop.call_later(max(left, _PATIENCE / 10), self._look, before)
            return
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._thread, _LEAST_IMPORTANT)
        self.tired = True

    def _used(self) -> float:
        """Return the seconds of processor time that the process has had (clock_getcpuclockid(3))."""
        with suppress(OSError):
            return time.clock_gettime(~self.process << 3 | 2)
        return 0.0

    def _expire(self, timeout: float) -> None:
        self._fail(
            QueryTimeoutError(
                f"The query was stopped after {timeout:.3g} seconds. Name a subject, a graph or a LIMIT; "
                "or download the dump of the whole graph: /data/dumps/latest.nq"
            )
        )
        self.end("deadline")

    def _fail(self, error: QueryError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def end(self, cause: str) -> None:
        """End the process at once; a query under way fails."""
        if self.lost:
            return
        self.lost = cause
        self._loop.remove_reader(self._connection)
        self._connection.close()
        self._kill()
        if cause == "closed":
            self._fail(WorkerLostError("The service ends. Send the query again in a few seconds."))
        else:
            self._fail(
                WorkerLostError(
                    "The query ended its worker: it needs too much memory or nests too deeply. Split it, or narrow "
                    "it: name a subject, a graph or a LIMIT, and avoid joins without a common variable."
                )
            )


@lru_cache(maxsize=256)
def _message(job: Job) -> bytes:
    return pack(
        {
            "text": job.text,
            "types": job.media_types,
            "default": job.default_graphs,
            "named": job.named_graphs,
            "store": str(job.store) if job.store else None,
        }
    )


def _answer_of(head: dict[str, Any], body: bytes, file: int | None) -> Answer:
    match head["status"]:
        case "ok":
            spooled = SpooledFile(file) if file is not None else None
            return Answer(head["type"], head["form"], head["seconds"], head["size"], body, spooled)
        case "syntax":
            raise QuerySyntaxError(head["detail"], head["line"], head["column"])
        case "unacceptable":
            raise NotAcceptableError(f"An answer to this query comes as {head['detail']}.")
        case "too-large":
            raise ResultTooLargeError(
                f"The answer is larger than {head['detail']}, the most that one answer may have. {_ELSEWHERE}"
            )
        case "memory":
            raise WorkerLostError(f"The query needs more memory than {head['detail']}. Narrow it.")
        case "complex":
            raise QueryTooComplexError(head["detail"])
        case "refused":
            raise QueryRefusedError(head["detail"])
        case _:
            raise QueryRefusedError(f"The query failed: {head['detail']}")
