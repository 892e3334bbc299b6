"""Asking on behalf of a client: its share, answers given before, one query for all who ask the same at once."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from koinon.model.errors import BusyError, QueryError, TooManyRequestsError
from koinon.model.settings import Settings
from koinon.query.answers import Answers, is_lasting
from koinon.query.budgets import Budgets, client_key
from koinon.query.job import Answer, Job
from koinon.query.outcome import Outcome
from koinon.query.pool import WorkerPool
from koinon.web.observing import Observer
from koinon.web.problems import kind_of

_PATIENCE: Final = 0.1
"""Seconds that a query runs before anyone looks whether its client is still there."""

Receive = Callable[[], Awaitable[Any]]


class ClientGoneError(Exception):
    """The client left before it had its answer; nobody is there to read another."""


class Asked(NamedTuple):
    """One query of one client.

    ``release`` is the id of the release that answers, ``door`` where the query came in (see ``Outcome``),
    ``client`` the address that it came from, and ``receive`` the ASGI channel that tells when the client leaves.
    """

    job: Job
    release: str
    door: str
    client: str
    receive: Receive
    timeout: float | None = None


class Asking:
    """The one way from a request to the workers."""

    def __init__(self, settings: Settings, pool: WorkerPool, observer: Observer) -> None:
        """Ask ``pool``; tell ``observer`` how each query ended."""
        self._pool = pool
        self._observer = observer
        self._budgets = Budgets(settings)
        self._answers = Answers(settings.query_cache)
        self._keeps = settings.query_cache > 0
        self._flights: dict[Job, _Flight] = {}

    @property
    def budgets(self) -> Budgets:
        """The shares of all clients, for whatever else they cause work with."""
        return self._budgets

    async def ask(self, asked: Asked) -> Answer:
        """Return the whole answer.

        Raises the QueryError that happened, TooManyRequestsError where the client is beyond its share, and
        ClientGoneError where it left; the query then ends with it, unless others wait for the same.
        """
        started = time.perf_counter()
        client = client_key(asked.client)
        kept = self.known(asked, client)
        if kept is not None:
            return kept
        try:
            answer = await self._run(asked, client)
        except QueryError as error:
            self._budgets.charge(client, error.work, failed=True)
            self._end(asked, client, started, kind_of(error), work=error.work)
            raise
        except ClientGoneError:
            spent = time.perf_counter() - started
            self._budgets.charge(client, spent, failed=False)
            self._end(asked, client, started, "gone", work=spent)
            raise
        self._budgets.charge(client, answer.seconds, failed=False)
        self._end(asked, client, started, "ok", answer, work=answer.seconds)
        return answer

    def known(self, asked: Asked, client: str | None = None) -> Answer | None:
        """Count a query, and return its answer where that was given already and is kept.

        Raises TooManyRequestsError where the client is beyond its share.
        """
        started = time.perf_counter()
        client = client_key(asked.client) if client is None else client
        try:
            self._budgets.admit(client)
        except TooManyRequestsError as error:
            self._end(asked, client, started, kind_of(error))
            raise
        kept = self._answers.get(asked.job) if self._keeps else None
        if kept is not None:
            self._end(asked, client, started, "cached", kept)
        return kept

    def keeps(self, job: Job) -> bool:
        """Tell whether the answer to the job is kept."""
        return self._keeps and self._answers.get(job) is not None

    def unchanged(self, asked: Asked) -> None:
        """Count a query whose answer the client has already."""
        client = client_key(asked.client)
        self._budgets.admit(client)
        self._end(asked, client, time.perf_counter(), "not-modified")

    async def _run(self, asked: Asked, client: str) -> Answer:
        if not self._keeps or not is_lasting(asked.job.text):
            return await _unless_gone(self._pool.run(asked.job, asked.timeout, client=client), asked.receive)
        flight = self._flights.get(asked.job)
        if flight is None:
            flight = self._flights[asked.job] = _Flight(
                asyncio.ensure_future(self._pool.run(asked.job, asked.timeout, client=client))
            )
        flight.waiting += 1
        try:
            answer = await _unless_gone(asyncio.shield(flight.task), asked.receive)
            self._answers.put(asked.job, answer)
            return answer
        finally:
            flight.waiting -= 1
            if self._flights.get(asked.job) is flight and (flight.task.done() or flight.waiting == 0):
                del self._flights[asked.job]
            if flight.waiting == 0:
                flight.task.cancel()

    def _end(
        self,
        asked: Asked,
        client: str,
        started: float,
        result: str,
        answer: Answer | None = None,
        work: float = 0.0,
    ) -> None:
        self._observer.query(
            Outcome(
                door=asked.door,
                form=answer.form if answer else "",
                result=result,
                seconds=time.perf_counter() - started,
                work=work,
                size=answer.size if answer else 0,
                text=asked.job.text,
                client=client,
                release=asked.release,
            )
        )


@dataclass(slots=True, eq=False)
class _Flight:
    """A query under way, and how many wait for it."""

    task: asyncio.Future[Answer]
    waiting: int = 0


def answer_tag(edition: str, job: Job, media_type: str) -> str:
    """Return the ETag of an answer: of the edition that gives it, the query, its graphs and the media type.

    It is weak, as rows without ORDER BY may come in another order when they are asked for again.
    """
    parts = (edition, media_type, *job.default_graphs, "", *job.named_graphs, "", job.text)
    digest = hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass"))
    return f'W/"{digest.hexdigest()[:24]}"'


async def _unless_gone(answer: "Coroutine[Any, Any, Answer] | asyncio.Future[Answer]", receive: Receive) -> Answer:
    """Wait for the answer, or raise ClientGoneError, and cancel it, when the client leaves."""
    loop = asyncio.get_running_loop()
    here = asyncio.current_task()
    watch: asyncio.Task[None] | None = None
    gone = False

    async def wait_for_the_end() -> None:
        nonlocal gone
        while (await receive())["type"] != "http.disconnect":
            pass
        gone = True
        if here is not None:
            here.cancel()

    def begin() -> None:
        nonlocal watch
        watch = loop.create_task(wait_for_the_end())

    timer = loop.call_later(_PATIENCE, begin)
    try:
        return await answer
    except asyncio.CancelledError:
        if here is None:
            raise
        here.uncancel()
        if gone:
            raise ClientGoneError from None
        # Nobody else cancels a request but the server, when it ends and has waited long enough.
        raise BusyError("The service ends. Send the query again in a few seconds.") from None
    finally:
        timer.cancel()
        if watch is not None and not watch.done():
            watch.cancel()
