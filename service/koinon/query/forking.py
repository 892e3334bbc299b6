"""Workers come from here: the processes that they are forked from, seen from the side that asks."""

import asyncio
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from koinon.model.errors import WorkerLostError
from koinon.model.settings import Settings
from koinon.query.allocator import allocator_environment
from koinon.query.evaluation import Caps
from koinon.query.process import Worker
from koinon.query.wire import Inbox, pack
from koinon.query.worker import Task

_START_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Begun:
    """A process that has begun to open a store. It can be begun before there is a loop to speak to it from."""

    store: Path
    place: int | None
    connection: socket.socket
    process: "subprocess.Popen[bytes]"

    def is_of(self, store: Path) -> bool:
        """Tell whether it opens this very store: purging writes one anew at the place of the one before."""
        return store == self.store and self.place is not None and _place(store) == self.place

    def end(self) -> None:
        """End the process, which takes no longer than it takes to notice."""
        self.connection.close()
        self.process.wait()


def begin(store: Path, settings: Settings) -> Begun:
    """Start the process that workers on ``store`` will be forked from; blocks for a moment."""
    place = _place(store)
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    task = Task(
        descriptor=theirs.fileno(),
        store=str(store),
        memory=settings.query_memory,
        seconds=settings.query_timeout,
        caps=Caps(
            rows=settings.query_max_rows,
            size=settings.query_max_bytes,
            depth=settings.query_max_depth,
            operators=settings.query_max_operators,
        ),
    )
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "koinon.query.forkserver", task.as_json()],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **allocator_environment(), "RUST_BACKTRACE": "0"},
        )
    ours.setblocking(False)
    return Begun(store, place, ours, process)


def _place(store: Path) -> int | None:
    try:
        return store.stat().st_ino
    except OSError:
        return None


class ForkServer:
    """A process that has one store open, and forks workers on it."""

    def __init__(self, store: Path, begun: Begun, loop: asyncio.AbstractEventLoop) -> None:
        """Speak to a process that has begun; ``ready`` waits until it can fork."""
        self.store = store
        self._process = begun.process
        self._connection = begun.connection
        self._inbox = Inbox(begun.connection)
        self._numbers = count()
        self._workers: dict[int, Worker] = {}
        self._ready: asyncio.Future[None] = loop.create_future()
        self._waiting: asyncio.Future[int] | None = None
        self._leaving = self.lost = False
        """Whether the process has ended, and can fork no more."""

    async def ready(self) -> None:
        """Wait until the store is open; raises WorkerLostError where that does not come about."""
        asyncio.get_running_loop().add_reader(self._connection, self._read)
        try:
            await asyncio.wait_for(self._ready, _START_SECONDS)
        except TimeoutError:
            self._end()
        if self.lost:
            raise WorkerLostError(
                "A query worker could not open the store of the release. Run `koinon release verify`."
            )

    def fork(self, *, yielding: bool) -> Worker:
        """Return a new worker, which is not ready yet; raises WorkerLostError where there can be none."""
        number = next(self._numbers)
        ours, theirs = socket.socketpair()
        with theirs:
            worker = Worker(ours, partial(self._kill, number), store=self.store, yielding=yielding)
            self._workers[number] = worker
            try:
                message = pack({"start": number, "yielding": yielding})
                socket.send_fds(self._connection, [message], [theirs.fileno()])
            except OSError as error:
                del self._workers[number]
                ours.close()
                raise WorkerLostError("No query worker can be started now.") from error
        return worker

    def leave(self) -> None:
        """End the process as soon as the last of its workers has ended."""
        self._leaving = True
        if not self._workers:
            self._end()

    async def close(self) -> None:
        """End the process and all its workers, and wait until they are gone."""
        self._end()
        if self._waiting is not None:
            await self._waiting

    def _kill(self, number: int) -> None:
        if number in self._workers and not self.lost:
            try:
                self._connection.send(pack({"end": number}))
            except OSError:
                self._end()

    def _read(self) -> None:
        try:
            found = self._inbox.read()
        except BlockingIOError:
            return
        except (EOFError, OSError):
            self._end()
            return
        if found is None:
            return
        head = found[0]
        if "ended" in head:
            self._gone(head["ended"], head["how"])
            if self._leaving and not self._workers:
                self._end()
        elif not self._ready.done():
            self._ready.set_result(None)

    def _gone(self, number: int, how: str) -> None:
        worker = self._workers.pop(number, None)
        if worker is not None and not worker.ended.done():
            worker.ended.set_result(how)

    def _end(self) -> None:
        """Close the connection, at which the process ends all its workers and itself."""
        if self.lost:
            return
        self.lost = True
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._connection)
        self._connection.close()
        self._waiting = loop.run_in_executor(None, self._process.wait)
        for number in [*self._workers]:
            self._gone(number, "SIGKILL")
        if not self._ready.done():
            self._ready.set_result(None)


class Forking:
    """Starts workers on the store that is set, each time from a process that has it open already."""

    def __init__(self, store: Path, settings: Settings, begun: Begun | None = None) -> None:
        """Prepare; the first worker that is started brings up the process behind it, where none has begun."""
        self.store = store
        self._settings = settings
        self._begun = begun
        self._server: ForkServer | None = None
        self._leaving: list[ForkServer] = []
        self._starting = asyncio.Lock()
        self._closed = False

    async def start(self, *, yielding: bool) -> Worker:
        """Return a worker that is ready; raises WorkerLostError where none comes up."""
        async with self._starting:
            server = await self._current()
        worker = server.fork(yielding=yielding)
        try:
            await worker.ready()
        except WorkerLostError:
            await worker.ended
            raise
        return worker

    async def close(self) -> None:
        """End all processes, and wait until they are gone."""
        self._closed = True
        async with self._starting:
            if self._begun is not None:
                await asyncio.get_running_loop().run_in_executor(None, self._begun.end)
            servers = [*self._leaving, *([self._server] if self._server else [])]
            await asyncio.gather(*(server.close() for server in servers))

    async def _current(self) -> ForkServer:
        server = self._server
        if self._closed:
            raise WorkerLostError("The service ends. Send the query again in a few seconds.")
        if server is not None and server.store is self.store and not server.lost:
            return server
        loop = asyncio.get_running_loop()
        begun, self._begun = self._begun, None
        if begun is not None and not begun.is_of(self.store):
            await loop.run_in_executor(None, begun.end)
            begun = None
        if begun is None:
            begun = await loop.run_in_executor(None, begin, self.store, self._settings)
        fresh = ForkServer(self.store, begun, loop)
        try:
            await fresh.ready()
        except WorkerLostError:
            await fresh.close()
            raise
        if server is not None:
            server.leave()
        self._leaving = [old for old in (*self._leaving, server) if old is not None and not old.lost]
        self._server = fresh
        return fresh
