"""The query worker: a process that holds read-only releases and answers one query after another.

It is forked by ``forkserver`` and speaks over a socket (see ``wire``). It never answers a part: the answer is whole
before its first byte leaves. A query that costs too much kills this process alone.
"""

import json
import os
import resource
import select
import socket
import threading
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from pyoxigraph import Store

from koinon.query.allocator import giving_back
from koinon.query.dataset import Datasets
from koinon.query.evaluation import Caps, evaluate
from koinon.query.wire import Inbox, send

_STORES: Final = 3
_GRACE: Final = 2
_LONG_SECONDS: Final = 0.03
"""A query that took longer may have needed much memory."""
_SIZES: Final = Path("/proc/self/statm")
_IDLE_MILLISECONDS: Final = 200
"""A worker that nobody has asked for so long gives back what it does not use."""
_GROWN: Final = 96 * 2**20
"""Bytes by which a worker may have grown before it gives back at once: to get again what was given back takes a
twentieth of the time of a busy service."""


@dataclass(frozen=True, slots=True)
class Task:
    """What workers are started for.

    ``descriptor`` is the socket of the process that they are forked from, ``store`` the folder that it opens,
    ``memory`` the bytes of address space and ``seconds`` the processor time that one query may take at most.
    """

    descriptor: int
    store: str
    memory: int
    seconds: float
    caps: Caps

    def as_json(self) -> str:
        """Return the task as the argument of the process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Task":
        """Read the argument of the process."""
        fields = json.loads(text)
        return cls(**{**fields, "caps": Caps(**fields["caps"])})


class _Stores:
    """The stores that are open, those used last."""

    def __init__(self, path: str, datasets: Datasets, max_merged: int) -> None:
        self._max_merged = max_merged
        self._open: OrderedDict[str, Datasets] = OrderedDict({path: datasets})

    def __getitem__(self, path: str) -> Datasets:
        datasets = self._open.get(path)
        if datasets is None:
            datasets = self._open[path] = Datasets(Store.read_only(path), self._max_merged)
            if len(self._open) > _STORES:
                self._open.popitem(last=False)
        self._open.move_to_end(path)
        return datasets


class _Memory:
    """Gives what queries have left unused back to the system: at once where it is much, else between queries."""

    def __init__(self, connection: socket.socket) -> None:
        """Take it that nobody asks while nothing comes over ``connection``."""
        self._coming = select.poll()
        self._coming.register(connection, select.POLLIN)
        self._give_back = giving_back()
        self._most = _resident() + _GROWN
        self._unused = False

    def may_have_grown(self) -> None:
        """Look after a query that may have needed much."""
        self._unused = True
        if _resident() > self._most:
            self._give()

    def give_back_when_idle(self) -> None:
        """Return when the next query comes, or what is unused has been given back."""
        if self._unused and not self._coming.poll(_IDLE_MILLISECONDS):
            self._give()

    def _give(self) -> None:
        self._unused = False
        self._give_back()


def _resident() -> int:
    """Return the bytes of this process that are in memory, or 0 where the system does not tell (proc(5), statm)."""
    try:
        return int(_SIZES.read_bytes().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def serve(descriptor: int, task: Task, datasets: Datasets) -> None:
    """Answer over the socket until its other side goes; ``datasets`` are those of the task's store."""
    stores = _Stores(task.store, datasets, task.caps.rows)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_AS, task.memory)
    with socket.socket(fileno=descriptor) as connection:
        send(connection, {"status": "ready", "process": os.getpid(), "thread": threading.get_native_id()})
        inbox = Inbox(connection)
        memory = _Memory(connection)
        while True:
            memory.give_back_when_idle()
            try:
                job, _, _ = inbox.wait()
            except (EOFError, ConnectionError):
                return
            _limit_processor(task.seconds)
            began = time.perf_counter()
            try:
                _answer(connection, stores, job, task)
            except ConnectionError:
                return
            if time.perf_counter() - began > _LONG_SECONDS:
                memory.may_have_grown()


def _answer(connection: socket.socket, stores: _Stores, job: dict[str, Any], task: Task) -> None:
    spool = None
    try:
        head, spool = evaluate(stores[job["store"] or task.store], job, task.caps)
    except MemoryError:
        head = {"status": "memory", "detail": f"{task.memory:,} bytes"}
    except (OSError, RuntimeError, ValueError) as error:
        head = {"status": "failed", "detail": str(error)}
    if spool is None:
        send(connection, head)
        return
    body, file = spool.take()
    try:
        send(connection, head, body, file)
    finally:
        if file is not None:
            os.close(file)


def _limit_processor(seconds: float) -> None:
    """Let the kernel end this process when it goes on for longer than one query may, whoever still waits for it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + _GRACE)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    soft = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (soft, hard))
