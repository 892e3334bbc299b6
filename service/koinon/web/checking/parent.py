"""The process that checks are forked from: it holds vocabulary, shapes and release, so that each check is quick.

Run as ``python -m koinon.web.checking.parent`` with its task as JSON. Over its socket it is handed, one after the
other, the sockets of the checks to run; each runs in a process of its own, which ends with its answer, at its
deadline, at its limits of memory and processor time, or with this process. How it ended is written into the pipe
that came beside its socket. This process ends when the other side has gone. None of them can open a connection (see
``query.sandbox``).
"""

import gc
import os
import resource
import select
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

from koinon.build.checking import Checker
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError
from koinon.model.settings import Settings
from koinon.query.sandbox import be_the_first_to_go, end_with_parent, give_way, refuse_network
from koinon.query.wire import send
from koinon.web.checking.ending import Ending
from koinon.web.checking.task import PATIENCE, Task
from koinon.web.checking.work import check

_STACK: Final = 64 * 2**20
"""Bytes of stack: parsers work by recursion."""
_ROUNDED_UP: Final = 1
_OPEN_FILES: Final = 256
_FILE_TIMES: Final = 16
"""How many times larger than what is handed in a file may be that lies between."""


def main(argument: str) -> None:
    """Lock the process in, read what checks share, and fork one process for each until the other side goes."""
    task = Task.from_json(argument)
    settings = Settings.model_validate_json(task.settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    refuse_network()
    be_the_first_to_go()
    give_way()
    with socket.socket(fileno=task.descriptor) as control:
        try:
            checker = Checker(settings, Assets.locate(settings))
        except KoinonError as error:
            send(control, {"status": "failed", "detail": str(error)})
            return
        gc.freeze()
        family = _Family(checker, settings, control)
        send(control, {"status": "ready"})
        family.live()


class _Family:
    """The checks that run."""

    def __init__(self, checker: Checker, settings: Settings, control: socket.socket) -> None:
        self._checker = checker
        self._settings = settings
        self._control = control
        self._pipes: dict[int, int] = {}
        self._wake = os.pipe()
        for descriptor in self._wake:
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _noted)

    def live(self) -> None:
        """Fork a check whenever one comes, and tell of each that ends, until the other side and all of them go."""
        wake, control = self._wake[0], self._control.fileno()
        poll = select.poll()  # "select" knows no descriptor above 1023, and the service has many connections
        for descriptor in (wake, control):
            poll.register(descriptor, select.POLLIN)
        there = True
        while there or self._pipes:
            readable = {descriptor for descriptor, _ in poll.poll()}
            if wake in readable:
                with suppress(BlockingIOError):
                    os.read(wake, 4096)
                self._bury()
            if control in readable:
                message, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
                if message:
                    self._fork(*descriptors)
                else:
                    there = False
                    poll.unregister(control)

    def _fork(self, connection: int, pipe: int) -> None:
        """Fork a check that answers over ``connection``."""
        myself = os.getpid()
        try:
            process = os.fork()
        except OSError as error:
            _tell(pipe, Ending(detail=f"no process could be forked: {error.strerror}"))
        else:
            if process == 0:
                self._become_check(connection, pipe, myself)
            self._pipes[process] = pipe
        os.close(connection)

    def _bury(self) -> None:
        while self._pipes:
            process, status, used = os.wait4(-1, os.WNOHANG)
            if process == 0:
                return
            _tell(self._pipes.pop(process), Ending.of(status, used))

    def _become_check(self, connection: int, pipe: int, parent: int) -> NoReturn:
        """Check in the process that was forked; nothing of it ever returns to the loop of its parent."""
        code = 1
        try:
            end_with_parent(parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            for descriptor in (*self._wake, pipe, *self._pipes.values()):
                os.close(descriptor)
            _confine(self._settings)
            answered = threading.Event()
            thread = threading.Thread(target=self._serve, args=(connection, answered))
            thread.start()
            thread.join()
            code = 0 if answered.is_set() else 1
        finally:
            try:
                if sys.exc_info()[0] is not None:
                    traceback.print_exc()
            finally:
                os._exit(code)

    def _serve(self, descriptor: int, answered: threading.Event) -> None:
        with socket.socket(fileno=descriptor) as connection, suppress(ConnectionError):
            check(self._checker, connection, self._settings.check_memory)
            answered.set()


def _confine(settings: Settings) -> None:
    """Set the limits of a check."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, settings.check_timeout * PATIENCE)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, _mapped() + _STACK + settings.check_memory)
    _limit(resource.RLIMIT_CPU, int(settings.check_timeout) + _ROUNDED_UP)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, settings.check_max_bytes * _FILE_TIMES)
    threading.stack_size(_STACK)


def _mapped() -> int:
    """Return the bytes of address space that the process has already.

    Most of that is no memory but only reserved, and how much of it there is may differ by hundreds of MiB from one
    start to the next: it is nothing that a check is charged for.
    """
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:  # not Linux
        return 0


def _tell(pipe: int, ending: Ending) -> None:
    """Write how a check ended, if anybody still waits for that, and close the pipe."""
    with suppress(BrokenPipeError):
        os.write(pipe, ending.as_json())
    os.close(pipe)


def _noted(*_: object) -> None:
    """The loop has been woken; it looks by itself."""


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (soft, hard))


if __name__ == "__main__":
    main(sys.argv[1])
