"""Keeps the builder: started when there is something to build, started again, later and later, where it fails.

Beside it, once a day, the process that asks for new editions of the sources that are due by their schedule.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import Event, Thread
from typing import Final

from koinon.build.pending import LONGEST_WAIT, LOOK_SECONDS, Status, is_pending, read_status, status_file
from koinon.model.settings import Settings
from koinon.release.paths import Home
from koinon.web.observing import Observer

_LOG: Final = logging.getLogger("koinon.builder")
_END_SECONDS: Final = 5.0


@contextmanager
def building(settings: Settings, observer: Observer) -> Iterator[None]:
    """Have releases built as long as the block lasts, if the settings want that."""
    if not settings.builder:
        yield
        return
    keeper = Building(settings)
    observer.watch("builds_pending", lambda: float(keeper.pending))
    observer.watch("build_seconds", lambda: keeper.status.seconds)
    observer.watch("build_failures", lambda: float(keeper.status.failures))
    observer.watch("builders_lost", lambda: float(keeper.lost))
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class Building:
    """The builder of a service, looked after by a thread: the process is a child of it and ends with it."""

    def __init__(self, settings: Settings) -> None:
        """Prepare; nothing runs before ``start``."""
        self._settings = settings.model_copy(update={"home": settings.home.absolute()})
        self._home = Home(self._settings.home)
        self._ended = Event()
        self._thread = Thread(target=self._run, name="builder", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None
        self._asking: subprocess.Popen[bytes] | None = None
        self._asked = date.min
        self._status: tuple[int, Status] = (-1, Status())
        self._deaths = 0
        self._wait_until = 0.0
        self.lost = 0
        """How often the process ended that was not to end."""

    def start(self) -> None:
        """Begin to look after what there is to build."""
        self._thread.start()

    def stop(self) -> None:
        """End the builder, whatever it does: a build that is broken off leaves nothing behind."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(_END_SECONDS * 2)

    @property
    def running(self) -> bool:
        """Tell whether the process is there."""
        process = self._process
        return process is not None and process.poll() is None

    @property
    def status(self) -> Status:
        """What the builder did last."""
        try:
            changed = status_file(self._home).stat().st_mtime_ns
        except OSError:
            changed = -1
        if changed != self._status[0]:
            self._status = (changed, read_status(self._home))
        return self._status[1]

    @property
    def pending(self) -> bool:
        """Tell whether something is decided that no build has considered."""
        return is_pending(self._home, self.status)

    def _run(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            try:
                self._look()
                self._ask_for_editions(date.today())
            except OSError as error:
                _LOG.warning("the builder could not be started: %s", error)
                self._wait_longer()
        for process in (self._process, self._asking):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait(_END_SECONDS)

    def _look(self) -> None:
        process = self._process
        if process is not None:
            code = process.poll()
            if code is None:
                return
            self._process = None
            if code:
                self.lost += 1
                self._wait_longer()
                _LOG.warning("the builder ended with %s; it is started again", code)
            else:
                self._deaths = 0
        if time.monotonic() >= self._wait_until and self.pending:
            self._process = self._started("builder")

    def _ask_for_editions(self, today: date) -> None:
        """Have new editions asked for that are due: on the day of the start, and then once a day.

        Without a host that the operator allows, there is nobody to ask.
        """
        if self._asked == today or not self._settings.allowed_hosts:
            return
        if self._asking is not None and self._asking.poll() is None:
            return  # that of yesterday is still at it
        self._asked = today
        self._asking = self._started("scheduler")

    def _started(self, name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"koinon.web.sources.{name}",
                self._settings.model_dump_json(),
                str(os.getpid()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def _wait_longer(self) -> None:
        self._deaths += 1
        self._wait_until = time.monotonic() + min(LONGEST_WAIT, 2.0**self._deaths)
