"""One request and its answer on a connection: what the application receives, and what goes on the wire."""

import contextlib
import socket
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect
from uvicorn._types import (
    ASGI3Application,
    ASGIReceiveEvent,
    ASGISendEvent,
)
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle
from uvicorn.protocols.utils import ClientDisconnected, get_client_addr, get_path_with_query_string

from koinon.web import turned_away

if TYPE_CHECKING:
    import asyncio

_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding", b"connection"})
_AT_ONCE: Final = struct.pack("ii", 1, 0)
_FAILED: Final = "The request could not be answered."
_BODILESS: Final = (204, 304)
_UNTIL_THE_END: Final = -1
"""Bytes that an answer without a stated length still has to send: any number, the connection's end ends it."""


def break_off(transport: "asyncio.Transport") -> None:
    """End a connection in a way that no client takes for the end of an answer: with a reset."""
    peer = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()


class Flow(FlowControl):
    """Flow control that also counts what was handed to the connection, so that one sees what a reader takes."""

    def __init__(self, transport: "asyncio.Transport") -> None:
        """Begin with nothing written."""
        super().__init__(transport)
        self.written = 0


class Exchange(RequestResponseCycle):
    """A request and its answer (RFC 9112). An answer that cannot be completed is aborted, never ended."""

    flow: Flow
    base = ""
    """The service's public address, for problems."""
    delivered = False
    """Whether the application has got the request's whole body."""
    head = b""
    """The head of the answer while it waits for the first part of the body."""
    left = False
    """Whether the client sends no more: it may be gone, or only waits for the answer."""

    async def run_asgi(self, app: ASGI3Application) -> None:
        """Run the application; what ends without a whole answer is a 500, or a broken connection if it began.

        Whatever the application raises is passed on, to be logged, except that its client is gone.
        """
        try:
            await app(self.scope, self.receive, self.send)
        except (ClientDisconnected, ClientDisconnect):
            if not (self.disconnected or self.left):
                raise
        finally:
            if not self.response_complete and not self.disconnected:
                self._break_off()

    def _break_off(self) -> None:
        if self.response_started or self.left:
            self.disconnected = True
            break_off(self.transport)
        else:
            status, headers, body = turned_away.answer("internal-error", _FAILED, self.base)
            self._write_head(status, headers)
            self._write_body(body, False)

    async def receive(self) -> ASGIReceiveEvent:
        """Return the next part of the body; after the body wait until the client leaves or has its answer."""
        if self.waiting_for_100_continue and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.waiting_for_100_continue = False
        while not self._is_over():
            if not self.delivered and (self.body or not self.more_body):
                return self._part()
            if self.more_body:
                self.flow.resume_reading()
            self.message_event.clear()
            await self.message_event.wait()
        return {"type": "http.disconnect"}

    def _is_over(self) -> bool:
        return self.disconnected or self.response_complete or (self.left and self.delivered)

    def _part(self) -> ASGIReceiveEvent:
        body, self.body = bytes(self.body), bytearray()
        self.delivered = not self.more_body
        return {"type": "http.request", "body": body, "more_body": self.more_body}

    async def send(self, message: ASGISendEvent) -> None:
        """Write the next part of the answer, once the reader has taken enough of those before.

        Raises OSError where the client is gone (ASGI 2.4), so that nobody goes on to make an answer for them.
        """
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            raise ClientDisconnected
        if message["type"] == "http.response.start" and not self.response_started:
            self._write_head(message["status"], message.get("headers", ()))
        elif message["type"] == "http.response.body" and self.response_started and not self.response_complete:
            self._write_body(message.get("body", b""), message.get("more_body", False))
        else:
            raise RuntimeError(f"Unexpected ASGI message {message['type']!r}.")

    def _write_head(self, status: int, given: Iterable[tuple[bytes, bytes]]) -> None:
        headers = [*self.default_headers, *given]
        version_1_0 = self.scope["http_version"] == "1.0"
        for name, value in headers:
            if name in _FRAMING:
                self._frame(name, value)
        if self.scope["method"] == "HEAD" or status in _BODILESS:
            self.chunked_encoding, self.expected_content_length = False, 0
        elif self.chunked_encoding is None:
            if version_1_0:
                self.chunked_encoding, self.expected_content_length = False, _UNTIL_THE_END
            else:
                self.chunked_encoding = True
                headers.append((b"transfer-encoding", b"chunked"))
        if self.more_body:
            self.keep_alive = False
        if not self.keep_alive:
            headers.append((b"connection", b"close"))
        lines = [b": ".join(header) for header in headers]
        head = b"\r\n".join(lines)
        # Three searches of the whole are cheaper than a look at each header, and see the same: no line is two.
        if head.count(b"\n") != len(lines) - 1 or head.count(b"\r") != len(lines) - 1 or b"\0" in head:
            raise RuntimeError("A header of the answer holds a line break.")
        if self.access_log:
            self._log(status)
        self.response_started = True
        self.waiting_for_100_continue = False
        # It leaves together with what comes first of the body: one packet, and one call of the system.
        self.head = b"%b%b\r\n\r\n" % (STATUS_LINE[status], head)

    def _frame(self, name: bytes, value: bytes) -> None:
        if name == b"content-length":
            self.expected_content_length = int(value)
            self.chunked_encoding = False
        elif name == b"connection":
            self.keep_alive = self.keep_alive and b"close" not in value.lower()
        else:
            raise RuntimeError("The server frames answers itself: an application names no Transfer-Encoding.")

    def _write_body(self, body: bytes, more_body: bool) -> None:
        if self.chunked_encoding:
            if body:
                body = b"%x\r\n%b\r\n" % (len(body), body)
            if not more_body:
                body += b"0\r\n\r\n"
        elif self.scope["method"] == "HEAD":
            body = b""
        elif self.expected_content_length != _UNTIL_THE_END:
            if len(body) > self.expected_content_length:
                raise RuntimeError("Response content longer than Content-Length")
            self.expected_content_length -= len(body)
        if self.head:
            body = self.head + body
            self.head = b""
        if body:
            self.flow.written += len(body)
            self.transport.write(body)
        if not more_body:
            if self.expected_content_length > 0:
                raise RuntimeError("Response content shorter than Content-Length")
            self.response_complete = True
            self.message_event.set()
            self.on_response()

    def _log(self, status: int) -> None:
        self.access_logger.info(
            '%s - "%s %s HTTP/%s" %d',
            get_client_addr(self.scope),
            self.scope["method"],
            get_path_with_query_string(self.scope),
            self.scope["http_version"],
            status,
        )
