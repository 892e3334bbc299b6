"""The service's own HTTP server in a thread, around any application, and clients that speak to it byte by byte."""

import contextlib
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Self

from starlette.types import ASGIApp

from koinon.model.settings import Settings
from koinon.web.server import Server, make_server, prepare

_START_SECONDS = 30
_GET = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"


@contextmanager
def running(app: ASGIApp, settings: Settings, host: str = "127.0.0.1") -> Iterator[tuple[int, Server]]:
    """Run the application on the server of the service; yields its port and the server."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.bind((host, 0))
    prepare(listener)
    server = make_server(app, settings, None)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        assert thread.is_alive(), "the service ended while it started"
        assert time.monotonic() < deadline, "the service did not start"
        time.sleep(0.02)
    try:
        yield listener.getsockname()[1], server
    finally:
        server.should_exit = True
        thread.join(_START_SECONDS)
        listener.close()
    assert not thread.is_alive(), "the service did not end"


class _Kept(io.BufferedReader):
    """A file that stays open when the reader of one answer closes it."""

    def close(self) -> None:
        """Stay open."""

    def end(self) -> None:
        """Close."""
        super().close()


@dataclass
class Answer:
    """One answer, read whole."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> str:
        """The name of the problem that the answer is, after a check that it is a whole one."""
        assert self.headers["content-type"] == "application/problem+json", self
        document = json.loads(self.body)
        assert set(document) >= {"type", "title", "status", "detail"}, document
        assert document["status"] == self.status
        assert "date" in self.headers
        assert "server" not in self.headers
        name: str = document["type"].rpartition("/problems/")[2]
        return name


@dataclass
class Client:
    """A connection on which a test says any bytes."""

    port: int
    receive_buffer: int = 0
    sock: socket.socket = field(init=False)
    came: "_Kept" = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        self.sock = socket.socket()
        if self.receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        self.sock.settimeout(10)
        self.sock.connect(("127.0.0.1", self.port))
        self.came = _Kept(self.sock.makefile("rb", buffering=0))

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.came.end()
        self.sock.close()

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.sock.sendall(data)

    def get(self, path: str = "/") -> Answer:
        """Ask for a path and read the answer."""
        self.send(_GET % path.encode())
        return self.answer()

    def answer(self, method: str = "GET") -> Answer:
        """Read one whole answer."""
        response = HTTPResponse(self, method=method)  # type: ignore[arg-type]  # it only asks for a file
        try:
            response.begin()
            body = response.read()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, body)
        finally:
            response.close()

    def makefile(self, _: str) -> "_Kept":
        """Return what came in, for the reader of one answer: the next one may be in it already."""
        return self.came

    def rest(self) -> bytes:
        """Read until the other side ends; raises ConnectionResetError where it breaks off."""
        return self.came.read()

    def seconds_until_the_end(self) -> float:
        """Return how long it takes until the other side ends the connection, in whatever way."""
        begin = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            self.rest()
        return time.monotonic() - begin
