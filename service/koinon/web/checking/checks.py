"""Checks, seen from the service: who may have one, in which order they run, and what becomes of each."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from threading import Lock
from typing import Any, Final, NoReturn

from koinon.model.errors import BusyError, TooManyRequestsError
from koinon.model.settings import Settings
from koinon.query.budgets import Budgets, client_key
from koinon.web.checking.ending import Ending
from koinon.web.checking.folders import folder_for_one
from koinon.web.checking.process import Done, Job, Parent
from koinon.web.press import Press
from koinon.web.problems import ProblemError

_LOG: Final = logging.getLogger("koinon.check")
_TRIES: Final = 2
_EACH: Final = 4
"""Checks of one client that may wait or run at once."""


class Checks:
    """Runs checks: few at a time, clients in turn, as many waiting as is bounded. For use from one event loop."""

    def __init__(self, settings: Settings, budgets: Budgets) -> None:
        """Prepare; the process behind it is started by the first check. Work is charged to ``budgets``."""
        self._settings = settings
        self._budgets = budgets
        self._here: Counter[str] = Counter()
        self._press = Press(settings.check_workers, settings.check_queue, _EACH)
        self._parent: Parent | None = None
        self._starting = Lock()
        self._closed = False

    @asynccontextmanager
    async def place(self, host: str) -> AsyncIterator[str]:
        """Hold a place for a client, before its body is read; yields what it is counted under.

        Raises BusyError where there is none, TooManyRequestsError where the client has used up its share.
        """
        client = client_key(host)
        self._budgets.admit(client)
        if self._here[client] >= _EACH:
            raise TooManyRequestsError(f"{_EACH} checks for you are under way. Wait for one of them.", 1.0)
        if self._here.total() >= self._settings.check_workers + self._settings.check_queue:
            raise BusyError("Too many checks are waiting. Try again in a few seconds.")
        self._here[client] += 1
        try:
            yield client
        finally:
            self._here[client] -= 1
            if not self._here[client]:
                del self._here[client]

    async def run(self, client: str, job: Job, release: str) -> tuple[dict[str, Any], bytes]:
        """Return the head and the body of the report, in the context of the release that is current.

        Raises ProblemError where the body is none, or the check costs too much.
        """
        done = await self._press.make(client, lambda: self._run(job, release))
        self._budgets.charge(client, done.seconds, failed=False)
        if done.ending is not None:
            self._tell_ending(done.ending)
        if done.head["status"] == "body":
            raise ProblemError("bad-request", done.head["detail"])
        if done.head["status"] == "failed":
            raise BusyError(f"The check could not be run: {done.head['detail']}. Try again in a few seconds.")
        if done.head["status"] != "ok":
            self._tell_costs(done.head["detail"])
        return done.head, done.body

    def _tell_ending(self, ending: Ending) -> NoReturn:
        """Raise what the client is told of a check that gave no answer; the service's own logs say how it ended."""
        if ending.is_costly(self._settings.check_timeout, self._settings.check_memory):
            self._tell_costs(str(ending))
        problem: Exception = BusyError("The check could not be run to its end. Try again in a few seconds.")
        if ending.code is not None:
            problem = ProblemError(
                "internal-error", "The check failed by a fault of the service. It is in its log."
            )
        problem.add_note(str(ending))
        raise problem

    def _tell_costs(self, note: str) -> NoReturn:
        settings = self._settings
        limits = f"{settings.check_timeout:.3g} seconds and {settings.check_memory / 2**20:,.0f} MiB"
        problem = ProblemError(
            "check-too-costly", f"The check was ended. It may take {limits}. Hand in less at once."
        )
        problem.add_note(note)
        raise problem

    async def close(self) -> None:
        """End the process, and all checks with it."""
        self._closed = True
        parent = self._parent
        if parent is not None:
            await asyncio.to_thread(parent.end)

    def _run(self, job: Job, release: str) -> Done:
        """Run a check, in a thread that waits for it; once more where it ended for no reason of its own."""
        timeout, memory = self._settings.check_timeout, self._settings.check_memory
        spent = 0.0
        try:
            for tried in range(1, _TRIES + 1):
                parent = self._current(release)
                with folder_for_one() as folder:
                    done = parent.check(job, folder)
                spent += done.seconds
                if done.ending is None:
                    break
                _LOG.warning("a check of %d bytes gave no answer: %s", len(job.body), done.ending)
                if not done.ending.is_accident(timeout, memory):
                    break
                self._forget(parent)
                if tried < _TRIES:
                    _LOG.warning("it is tried once more")
        except OSError as error:
            detail = error.strerror or "no process could be started"
            return Done({"status": "failed", "detail": detail}, b"", spent)  # who waited for nothing owes nothing
        return replace(done, seconds=spent)

    def _forget(self, parent: Parent) -> None:
        """Have later checks run in another process: something may be wrong with this one."""
        with self._starting:
            if self._parent is parent:
                self._parent = None
                parent.leave()

    def _current(self, release: str) -> Parent:
        """Return the process that has the release; another one is started where it moved on or was lost."""
        with self._starting:
            parent = self._parent
            if parent is not None and parent.release == release and parent.lives():
                return parent
            if self._closed:
                raise OSError(0, "the service ends")
            fresh = Parent(self._settings, release)
            if parent is not None:
                parent.leave()
            self._parent = fresh
            return fresh
