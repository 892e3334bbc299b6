"""The desk of a service where sources are handed in: one thread that writes, in turn, and a log of what became."""

import asyncio
import json
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final, TypeVar

from koinon.build.registry.contributing import Contributions
from koinon.build.registry.registry import Registry
from koinon.build.registry.tokens import Keeper
from koinon.model.assets import Assets
from koinon.model.errors import BusyError
from koinon.model.settings import Settings
from koinon.release.paths import Home
from koinon.web.querylog import LogFile, network_of
from koinon.web.sources.rates import Rates

Done = TypeVar("Done")
_LOG: Final = logging.getLogger("koinon.sources")
_MOST: Final = 64
"""Requests that may wait for the thread."""
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
