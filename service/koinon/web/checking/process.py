"""The process that checks are forked from, seen from the service; and a check that is handed to it."""

import os
import select
import socket
import subprocess
import sys
from dataclasses import asdict, dataclass
from threading import Thread
from typing import Any, BinaryIO, Final

from koinon.model.settings import Settings
from koinon.query.allocator import ONE_ARENA
from koinon.query.wire import Inbox, send
from koinon.web.checking.ending import Ending
from koinon.web.checking.task import PATIENCE, task_of

_START_SECONDS: Final = 30.0
_GRACE: Final = 2.0
_DYING: Final = 5000
"""Milliseconds in which the system takes a process away that has closed its socket."""


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


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a check: head and body of its answer, or how it ended without one; and the work it was."""

    head: dict[str, Any]
    body: bytes
    seconds: float
    ending: Ending | None = None


class Parent:
    """The process that checks are forked from, seen from the service."""

    def __init__(self, settings: Settings, release: str) -> None:
        """Start it and wait until it has read what checks share; raises OSError where it does not come up."""
        self.release = release
        self._timeout = settings.check_timeout * PATIENCE + _GRACE
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "koinon.web.checking.parent", task_of(theirs.fileno(), settings)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env={**os.environ, **ONE_ARENA, "RUST_BACKTRACE": "0"},
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

    def lives(self) -> bool:
        """Tell whether the process goes on."""
        return self._process.poll() is None

    def check(self, job: Job, folder: str) -> Done:
        """Have a check run, with ``folder`` for what lies between, and wait for its end."""
        ours, theirs = socket.socketpair()
        pipe, told = os.pipe()
        with ours, os.fdopen(pipe, "rb") as ending:
            try:
                socket.send_fds(self._control, [b"c"], [theirs.fileno(), told])
            except OSError as error:  # it was left for another one a moment ago, or it was lost
                return _lost(f"the process that forks checks is gone: {error.strerror}")
            finally:
                theirs.close()
                os.close(told)
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
            except (EOFError, OSError):
                return _ended(ending)
            return Done(answer, report, answer["seconds"])

    def leave(self) -> None:
        """Let checks that run end by themselves: the process ends once nobody hands it any more."""
        self._control.close()
        Thread(target=self._process.wait, name="check-parent", daemon=True).start()

    def end(self) -> None:
        """End it, and all checks with it."""
        self._control.close()
        self._process.kill()
        self._process.wait()


def _ended(pipe: BinaryIO) -> Done:
    """Read how a check ended whose socket is closed, or which is long over its time."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    if not poll.poll(_DYING):
        return _lost("its process gives no answer and does not end")
    line = pipe.readline()
    if not line:
        return _lost("the process that it was forked from was lost")
    ending = Ending.from_json(line)
    return Done({}, b"", ending.seconds, ending)


def _lost(detail: str) -> Done:
    return Done({}, b"", 0.0, Ending(detail=detail))
