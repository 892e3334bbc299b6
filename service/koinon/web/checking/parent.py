"""The process that checks are forked from: it holds vocabulary, shapes and release, so that each check is quick.

Run as ``python -m koinon.web.checking.parent`` with its task as JSON. Over its socket it is handed, one after the
other, the sockets of the checks to run; each runs in a process of its own, which ends with its answer, at its
deadline, at its limits of memory and processor time, or with this process. This process ends when the other side
has gone. None of them can open a connection (see ``query.sandbox``).
"""

import gc
import json
import os
import resource
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Final, NoReturn, Self

from koinon.build.checking import Checker
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError
from koinon.model.settings import Settings
from koinon.query.sandbox import be_the_first_to_go, end_with_parent, give_way, refuse_network
from koinon.query.wire import send
from koinon.web.checking.work import check

_STACK: Final = 64 * 2**20
"""Bytes of stack: parsers work by recursion."""
PATIENCE: Final = 3
"""How many times longer than it may work a check may take in all, on a machine that has other things to do."""
_ROUNDED_UP: Final = 1
_OPEN_FILES: Final = 256
_FILE_TIMES: Final = 16
"""How many times larger than what is handed in a file may be that lies between."""


@dataclass(frozen=True, slots=True)
class Task:
    """What the process is started for: the socket by its number, and the settings of the node."""

    descriptor: int
    settings: str

    def as_json(self) -> str:
        """Return the task as the argument of the process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the argument of the process."""
        return cls(**json.loads(text))


def task_of(descriptor: int, settings: Settings) -> str:
    """Return the argument that starts the process."""
    placed = settings.model_copy(update={"home": settings.home.absolute()})
    return Task(descriptor, placed.model_dump_json()).as_json()


def main(argument: str) -> None:
    """Lock the process in, read what checks share, and fork one process for each until the other side goes."""
    task = Task.from_json(argument)
    settings = Settings.model_validate_json(task.settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries what has ended
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
        send(control, {"status": "ready"})
        while True:
            message, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not message:
                with suppress(ChildProcessError):  # which says that the last has ended
                    os.wait()
                return
            _fork(checker, settings, control, descriptors[0])


def _fork(checker: Checker, settings: Settings, control: socket.socket, descriptor: int) -> None:
    """Fork a check; where that fails, its socket closes without an answer, which tells as much."""
    myself = os.getpid()
    with suppress(OSError):
        if os.fork() == 0:
            _become_check(checker, settings, control, descriptor, myself)
    os.close(descriptor)


def _become_check(
    checker: Checker, settings: Settings, control: socket.socket, descriptor: int, parent: int
) -> NoReturn:
    """Check in the process that was forked; nothing of it ever returns to the loop of its parent."""
    try:
        end_with_parent(parent)
        control.close()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, settings.check_timeout * PATIENCE)
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_AS, settings.check_memory)
        _limit(resource.RLIMIT_CPU, int(settings.check_timeout) + _ROUNDED_UP)
        _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
        _limit(resource.RLIMIT_FSIZE, settings.check_max_bytes * _FILE_TIMES)
        threading.stack_size(_STACK)
        thread = threading.Thread(target=_serve, args=(checker, settings, descriptor))
        thread.start()
        thread.join()
    finally:
        os._exit(0)


def _serve(checker: Checker, settings: Settings, descriptor: int) -> None:
    with socket.socket(fileno=descriptor) as connection, suppress(ConnectionError):
        check(checker, connection, settings.check_memory)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (soft, hard))


if __name__ == "__main__":
    main(sys.argv[1])
