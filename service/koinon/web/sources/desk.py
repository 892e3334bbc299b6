"""The desk of a service where sources are handed in: one thread that writes, in turn, and a log of what became."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, TypeVar

from koinon.build.registry.contributing import Contributions
from koinon.build.registry.registry import Registry
from koinon.build.registry.tokens import Keeper
from koinon.model.assets import Assets
from koinon.model.errors import BusyError, TooManyRequestsError
from koinon.model.settings import Settings
from koinon.release.paths import Home
from koinon.web.querylog import LogFile, network_of
from koinon.web.sources.rates import Rates

Done = TypeVar("Done")
_LOG: Final = logging.getLogger("koinon.sources")
_MOST: Final = 64
"""Requests that may wait for the thread."""
_BODIES: Final = 16
"""Bodies of sources that may be in memory at once."""
_EACH: Final = 4
"""How many of them with one token."""
_BY: Final = "contributor"


class Desk:
    """Where contributions are kept, and tokens looked up; for use from one event loop.

    Nothing of the disk is touched but in the thread of the desk: a slow disk holds up contributors, and no reader.
    """

    def __init__(self, settings: Settings, assets: Assets, count: Callable[[str, str], None]) -> None:
        """Prepare; ``count`` is told what was asked for (``put``, ``delete``, ``get``) and what became of it."""
        home = Home(settings.home.absolute())
        self.contributions = Contributions.of(Registry(settings, assets, _BY))
        self.keeper = Keeper(home)
        self.rates = Rates(settings.token_changes)
        self._count = count
        self._file = LogFile(home.root / "logs" / "contributions.jsonl")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._waiting = 0
        self._bodies: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """Requests that wait for the thread, or have it."""
        return self._waiting

    async def work(self, work: Callable[[], Done]) -> Done:
        """Have ``work`` done in the thread and return what it gives; raises BusyError where too many wait.

        What was begun is done to its end, also when the client leaves.
        """
        if self._waiting >= _MOST:
            raise BusyError("Too many contributions are being kept. Try again in a few seconds.")
        self._waiting += 1
        try:
            return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, work))
        finally:
            self._waiting -= 1

    @contextmanager
    def receiving(self, token: str) -> Iterator[None]:
        """Hold a place for a body, which takes memory and may take long to come in.

        Raises BusyError where there is none, TooManyRequestsError where the token has enough of them.
        """
        if self._bodies[token] >= _EACH:
            raise TooManyRequestsError(f"{_EACH} sources are being handed in with this token. Wait for one.", 1.0)
        if self._bodies.total() >= _BODIES:
            raise BusyError("Too many sources are being handed in. Try again in a few seconds.")
        self._bodies[token] += 1
        try:
            yield
        finally:
            self._bodies[token] -= 1
            if not self._bodies[token]:
                del self._bodies[token]

    def note(self, act: str, outcome: str, host: str, **facts: object) -> None:
        """Count what became of a request and write a line of the log, without waiting for it."""
        self._count(act, outcome)
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "act": act, "outcome": outcome, "client": network_of(host), **facts}
        self._thread.submit(self._write, json.dumps(line).encode() + b"\n")

    def close(self) -> None:
        """Do what was begun, and end."""
        self._thread.shutdown(wait=True)

    def _write(self, line: bytes) -> None:
        try:
            self._file.append(line)
        except OSError as error:
            _LOG.warning("the log of contributions cannot be written, they are kept all the same: %s", error)
