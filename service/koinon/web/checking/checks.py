"""Checks, seen from the service: who may have one, in which order they run, and what becomes of each."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Final

from koinon.model.errors import BusyError, TooManyRequestsError
from koinon.model.settings import Settings
from koinon.query.budgets import Budgets, client_key
from koinon.query.wire import Inbox, send
from koinon.web.checking.parent import PATIENCE, task_of
from koinon.web.press import Press
from koinon.web.problems import ProblemError

_START_SECONDS: Final = 30.0
_GRACE: Final = 2.0
_DYING: Final = 0.5
_EACH: Final = 4
"""Checks of one client that may wait or run at once."""
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108  # a file system that is never written to a disk
_ROOM: Final = 2**28
_FORGOTTEN: Final = 3600.0
_PREFIX: Final = "koinon-handed-in-"


@dataclass(frozen=True, slots=True)
class Job:
    """What one check is asked for: the body with its type, and the form and language of the report.

    ``syntax`` and ``mapping`` are what the address names as its format, or as the mapping of a table.
    """

    body: bytes
    content_type: str
    syntax: str
    wanted: str
    language: str
    mapping: str = ""
    source: "AsSource | None" = None


@dataclass(frozen=True, slots=True)
class AsSource:
    """The body is the ``files`` (name, size) of a source, one after the other, under this manifest and mapping."""

    slug: str
    manifest: str
    mapping: str | None
    files: tuple[tuple[str, int], ...]


class Checks:
    """Runs checks: few at a time, clients in turn, as many waiting as is bounded. For use from one event loop."""

    def __init__(self, settings: Settings, budgets: Budgets) -> None:
        """Prepare; the process behind it is started by the first check. Work is charged to ``budgets``."""
        self._settings = settings
        self._budgets = budgets
        self._here: Counter[str] = Counter()
        self._press = Press(settings.check_workers, settings.check_queue, _EACH)
        self._parent: _Parent | None = None
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
        head, body, seconds = await self._press.make(client, lambda: self._run(job, release))
        self._budgets.charge(client, seconds, failed=False)
        if head["status"] == "body":
            raise ProblemError("bad-request", head["detail"])
        if head["status"] == "failed":
            raise BusyError(f"The check could not be run: {head['detail']}. Try again in a few seconds.")
        if head["status"] != "ok":
            limits = (
                f"{self._settings.check_timeout:.3g} seconds and {self._settings.check_memory / 2**20:,.0f} MiB"
            )
            raise ProblemError(
                "check-too-costly", f"The check was ended. It may take {limits}. Hand in less at once."
            )
        return head, body

    async def close(self) -> None:
        """End the process, and all checks with it."""
        self._closed = True
        parent = self._parent
        if parent is not None:
            await asyncio.to_thread(parent.end)

    def _run(self, job: Job, release: str) -> tuple[dict[str, Any], bytes, float]:
        """Run a check, in a thread that waits for it."""
        began = time.monotonic()
        try:
            with _folder() as folder:
                try:
                    head, body = self._current(release).check(job, folder)
                except ConnectionError:  # the process behind it ended; that is nothing that a check can cause
                    head, body = self._current(release).check(job, folder)
        except OSError as error:
            head, body = {"status": "failed", "detail": error.strerror or "no process could be started"}, b""
        return head, body, head.get("seconds", time.monotonic() - began)

    def _current(self, release: str) -> "_Parent":
        """Return the process that has the release; another one is started where it moved on or was lost."""
        with self._starting:
            parent = self._parent
            if parent is not None and parent.release == release and parent.lives():
                return parent
            if self._closed:
                raise OSError(0, "the service ends")
            fresh = _Parent(self._settings, release)
            if parent is not None:
                parent.leave()
            self._parent = fresh
            return fresh


class _Parent:
    """The process that checks are forked from, seen from the service."""

    def __init__(self, settings: Settings, release: str) -> None:
        self.release = release
        self._timeout = settings.check_timeout * PATIENCE + _GRACE
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "koinon.web.checking.parent", task_of(theirs.fileno(), settings)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, "RUST_BACKTRACE": "0"},
            )
        self._control = ours
        ours.settimeout(_START_SECONDS)
        try:
            head, _, _ = Inbox(ours).wait()
        except (EOFError, OSError) as error:
            self.end()
            raise OSError(0, "its process did not come up") from error
        if head["status"] != "ready":
            self.end()
            raise OSError(0, head["detail"])

    def lives(self, wait: float = 0.0) -> bool:
        """Tell whether the process goes on; one that was killed takes a moment to end."""
        try:
            self._process.wait(wait)
        except subprocess.TimeoutExpired:
            return True
        return False

    def check(self, job: Job, folder: str) -> tuple[dict[str, Any], bytes]:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(self._control, [b"c"], [theirs.fileno()])
            ours.settimeout(self._timeout)
            head = {
                "content_type": job.content_type,
                "syntax": job.syntax,
                "mapping": job.mapping,
                "wanted": job.wanted,
                "language": job.language,
                "folder": folder,
                "source": asdict(job.source) if job.source else None,
            }
            try:
                send(ours, head, job.body)
                answer, report, _ = Inbox(ours).wait()
            except (EOFError, OSError) as error:
                if not self.lives(_DYING):
                    raise ConnectionError(0, "its process was lost") from error
                return {"status": "lost"}, b""
            return answer, report

    def leave(self) -> None:
        """Let checks that run end by themselves: the process ends once nobody hands it any more."""
        self._control.close()
        Thread(target=self._process.wait, name="check-parent", daemon=True).start()

    def end(self) -> None:
        self._control.close()
        self._process.kill()
        self._process.wait()


@contextmanager
def _folder() -> Iterator[str]:
    """Make a folder for one check, in memory where there is room, and remove it with all that is in it."""
    shared = shutil.disk_usage(_IN_MEMORY).free > _ROOM if os.access(_IN_MEMORY, os.W_OK) else False
    root = str(_IN_MEMORY) if shared else None
    _sweep(Path(root or tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=root, ignore_cleanup_errors=True) as folder:
        yield folder


def _sweep(root: Path) -> None:
    """Remove what checks left behind of a service that was killed."""
    for left in root.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _FORGOTTEN and left.stat().st_uid == os.getuid():
                shutil.rmtree(left, ignore_errors=True)
