"""How attacks are sent and what their senders see, byte by byte; h11, which forgives little, reads the answers."""

import asyncio
import contextlib
import re
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final

import h11

from hostile.case import Finish, Leave, Reading, Say, Step, Talk, Wait

_PATIENCE: Final = 6.0
"""Seconds beyond the allowed ones after which an attack that got nothing is given up."""

_NUMBERS: Final = count(1)
_CHUNK: Final = 1 << 18
_SIP, _SIP_SECONDS = 1500, 0.2
"""What a slow reader takes at a time: just enough to be seen to take something."""
_SMALL_WINDOW: Final = 4096


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole answer; ``at`` is the moment of its last byte, on the clock of ``time.monotonic``."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    at: float

    def header(self, name: str) -> str:
        """Return the first header of that name, or nothing."""
        return next((value for given, value in self.headers if given == name), "")


@dataclass(slots=True)
class Seen:
    """What one connection saw, with moments on the clock of ``time.monotonic``."""

    talk: Talk
    began: float
    replies: list[Reply] = field(default_factory=list)
    fault: str = ""
    """Why the bytes that came are not whole HTTP answers."""
    sent: float | None = None
    closed: float | None = None
    """When the service ended the connection."""
    done: float = 0.0
    port: int = 0
    """Our port, by which the service's side of the connection is known."""


def filled(data: bytes, values: Mapping[str, str]) -> bytes:
    """Return the bytes of a request with its ``@NAMES@`` resolved."""
    for name, value in values.items():
        data = data.replace(f"@{name}@".encode(), value.encode())
    data = re.sub(b"@NUMBER@", lambda _: str(next(_NUMBERS)).encode(), data)
    if b"@LENGTH@" in data:
        head, _, body = data.partition(b"\r\n\r\n")
        data = head.replace(b"@LENGTH@", str(len(body)).encode()) + b"\r\n\r\n" + body
    return data


class _Reader:
    """The answers of one connection, read as they come."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._parser = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
        self._begun: h11.Response | None = None
        self._body = bytearray()
        self._expect_next()

    def _expect_next(self) -> None:
        # The parser has to believe that it sent a request; what was truly sent may be no HTTP at all.
        self._parser.send(h11.Request(method=self._seen.talk.method, target="/", headers=[("Host", "x")]))
        self._parser.send(h11.EndOfMessage())
        self._begun = None
        self._body = bytearray()

    @property
    def complete(self) -> bool:
        return len(self._seen.replies) >= self._seen.talk.answers

    def take(self, data: bytes) -> None:
        """Read what came; no bytes are the end of the connection."""
        if self._seen.fault:
            return
        try:
            self._parser.receive_data(data)
            while self._next():
                pass
        except h11.RemoteProtocolError as error:
            if self._begun is not None or data or self._body:
                self._seen.fault = f"a broken answer ({error})"

    def _next(self) -> bool:
        match self._parser.next_event():
            case h11.NEED_DATA | h11.PAUSED | h11.ConnectionClosed():
                return False
            case h11.Response() as response:
                self._begun = response
            case h11.Data() as part:
                self._body += part.data
            case h11.EndOfMessage():
                return self._finish()
        return True

    def _finish(self) -> bool:
        begun = self._begun
        assert begun is not None
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in begun.headers)
        self._seen.replies.append(Reply(begun.status_code, headers, bytes(self._body), time.monotonic()))
        if self._parser.our_state is h11.DONE and self._parser.their_state is h11.DONE:
            self._parser.start_next_cycle()
            self._expect_next()
            return True
        return False


async def hold(seen: Seen, address: tuple[str, int], values: Mapping[str, str]) -> None:
    """Hold the talk of ``seen`` with the service and note what comes; raises no error, however the talk ends."""
    talk = seen.talk
    await asyncio.sleep(talk.after)
    seen.began = time.monotonic()
    with socket.socket() as connection:
        connection.setblocking(False)
        if talk.reading is not Reading.ALL:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_WINDOW)
        try:
            await asyncio.wait_for(asyncio.get_running_loop().sock_connect(connection, address), _PATIENCE)
        except OSError as error:  # TimeoutError is one
            seen.fault, seen.done = f"no connection ({error!r})", time.monotonic()
            return
        seen.port = connection.getsockname()[1]
        steps = [replace(s, data=filled(s.data, values)) if isinstance(s, Say) else s for s in talk.steps]
        if any(isinstance(step, Leave) for step in steps):
            await _speak(connection, steps, seen)
        else:
            await _talk(connection, steps, seen)
    seen.done = time.monotonic()


async def _talk(connection: socket.socket, steps: list[Step], seen: Seen) -> None:
    speaking = asyncio.create_task(_speak(connection, steps, seen))
    lasting = sum(step.times * step.pause for step in steps if isinstance(step, Say))
    lasting += sum(step.seconds for step in steps if isinstance(step, Wait))
    patience = seen.talk.within + min(lasting, _PATIENCE) + _PATIENCE
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_listen(connection, seen), patience)
    speaking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await speaking


async def _speak(connection: socket.socket, steps: list[Step], seen: Seen) -> None:
    loop = asyncio.get_running_loop()
    try:
        for step in steps:
            match step:
                case Say(data, times, pause):
                    for _ in range(times):
                        await loop.sock_sendall(connection, data)
                        await asyncio.sleep(pause)
                case Wait(seconds):
                    await asyncio.sleep(seconds)
                case Finish():
                    connection.shutdown(socket.SHUT_WR)
                case Leave(reset):
                    if reset:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    connection.close()
    except OSError:
        return  # the service has ended the connection: what it said before is read beside this
    seen.sent = time.monotonic()


async def _listen(connection: socket.socket, seen: Seen) -> None:
    loop = asyncio.get_running_loop()
    reader = _Reader(seen)
    if seen.talk.reading is Reading.NEVER:
        await asyncio.sleep(seen.talk.within + 2.0)
    pause = _SIP_SECONDS if seen.talk.reading is Reading.SLOWLY else 0.0
    while not (reader.complete and seen.talk.answers):
        try:
            data = await loop.sock_recv(connection, _SIP if pause else _CHUNK)
        except OSError:
            data = b""
        if not data and seen.closed is None:
            seen.closed = time.monotonic()
        reader.take(data)
        if not data or seen.fault:
            return
        await asyncio.sleep(pause)
