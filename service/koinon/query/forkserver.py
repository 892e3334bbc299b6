"""The process that query workers are forked from: it opens the store once, and reads from it only before it forks.

Run as ``python -m koinon.query.forkserver`` with its task as JSON (see ``Task``). Over its own socket it is told to
``start`` a worker, whose socket comes beside the message, and to ``end`` one; it tells which have ``ended``, and
how. Workers share what it holds of the store, and end with it. It ends when the other side has gone.
"""

import gc
import os
import select
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any, Final, NoReturn

from pyoxigraph import DefaultGraph, NamedNode, Store

from koinon.query.dataset import Datasets
from koinon.query.sandbox import be_the_first_to_go, end_with_parent, give_way, refuse_network, take_long_turns
from koinon.query.wire import Inbox, send
from koinon.query.worker import Task, serve

_STACK: Final = 128 * 2**20
"""Bytes of stack: the engine parses and plans by recursion, and 8 MiB end at 544 nested groups."""
_WARM_SECONDS: Final = 0.5


class _Family:
    """The workers that live."""

    def __init__(self, task: Task, datasets: Datasets, control: socket.socket, wake: tuple[int, int]) -> None:
        self._task = task
        self._datasets = datasets
        self._control = control
        self._wake = wake
        self._living: dict[int, int] = {}

    def start(self, number: int, connection: int, *, yielding: bool) -> None:
        """Fork a worker, which answers over ``connection``."""
        myself = os.getpid()
        try:
            process = os.fork()
        except OSError as error:
            send(self._control, {"ended": number, "how": str(error)})
            return
        finally:
            if os.getpid() == myself:
                os.close(connection)
        if process == 0:
            self._become_worker(connection, myself, yielding=yielding)
        self._living[process] = number

    def end(self, number: int) -> None:
        """Kill a worker, unless it is gone."""
        for process, its_number in self._living.items():
            if its_number == number:
                os.kill(process, signal.SIGKILL)

    def end_all(self) -> None:
        """Kill all workers and wait for them."""
        for process in self._living:
            os.kill(process, signal.SIGKILL)
        for process in self._living:
            os.waitpid(process, 0)

    def bury(self) -> None:
        """Tell of all that have ended."""
        while self._living:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            code = os.waitstatus_to_exitcode(status)
            how = signal.Signals(-code).name if code < 0 else f"exit {code}"
            send(self._control, {"ended": self._living.pop(process), "how": how})

    def _become_worker(self, connection: int, parent: int, *, yielding: bool) -> NoReturn:
        """Serve in the process that was forked; nothing of it ever returns to the loop of its parent."""
        try:
            end_with_parent(parent)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            for descriptor in self._wake:
                os.close(descriptor)
            be_the_first_to_go()
            if yielding:
                give_way()
                take_long_turns()
            threading.stack_size(_STACK)
            thread = threading.Thread(target=serve, args=(connection, self._task, self._datasets))
            thread.start()
            thread.join()
        finally:
            os._exit(0)  # whatever happened: the parent's loop is not this process's to run


def main(argument: str) -> None:
    """Lock the process in, open the store, and start and end workers until the other side goes."""
    task = Task.from_json(argument)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    refuse_network()
    store = Store.read_only(task.store)
    _warm(store)
    datasets = Datasets(store, task.caps.rows)
    with socket.socket(fileno=task.descriptor) as control:
        wake = os.pipe()
        for descriptor in wake:
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wake[1])
        signal.signal(signal.SIGCHLD, _noted)
        family = _Family(task, datasets, control, wake)
        inbox = Inbox(control)
        gc.freeze()
        send(control, {"status": "ready"})
        try:
            poll = select.poll()  # "select" knows no descriptor above 1023, and the service has many connections
            for descriptor in (wake[0], control.fileno()):
                poll.register(descriptor, select.POLLIN)
            while True:
                readable = {descriptor for descriptor, _ in poll.poll()}
                if wake[0] in readable:
                    with suppress(BlockingIOError):
                        os.read(wake[0], 4096)
                    family.bury()
                if control.fileno() in readable:
                    _obey(family, inbox.read())
        except (EOFError, ConnectionError):
            family.end_all()


def _warm(store: Store) -> None:
    """Read for a moment: what the engine keeps of that, all workers share and need not read again.

    One half of it goes by subjects, the other by properties, as most queries do.
    """
    begun = time.monotonic()
    properties: dict[NamedNode, None] = {}
    for quad in store.quads_for_pattern(None, None, None, DefaultGraph()):
        properties[quad.predicate] = None
        if time.monotonic() > begun + _WARM_SECONDS / 2:
            break
    for name in properties:
        for _ in store.quads_for_pattern(None, name, None, DefaultGraph()):
            if time.monotonic() > begun + _WARM_SECONDS:
                return


def _obey(family: _Family, message: tuple[dict[str, Any], bytes, int | None] | None) -> None:
    if message is None:
        return
    wish, _, connection = message
    if "start" in wish and connection is not None:
        family.start(wish["start"], connection, yielding=wish["yielding"])
    elif "end" in wish:
        family.end(wish["end"])


def _noted(*_: object) -> None:
    """The loop has been woken; it looks by itself."""


if __name__ == "__main__":
    main(sys.argv[1])
