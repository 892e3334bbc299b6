"""What comes in on a connection: requests, strictly one at a time and bounded in size.

What a client sends after a whole request waits, unparsed, until the answer is complete. So a connection never holds
more than a request and a piece of what follows.
"""

import asyncio
from typing import Any, Final

import httptools
from uvicorn._types import ASGI3Application, ASGIVersions, HTTPScope
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from koinon.web.exchange import Exchange, Flow
from koinon.web.head import WATCHED, framing, target, too_large
from koinon.web.replay import EXTENSION, Replay, Replays
from koinon.web.turned_away import Refused

# What a connection waits for; plain numbers, since these are asked several times for each request.
IDLE: Final = 0
HEAD: Final = 1
BODY: Final = 2
ANSWER: Final = 3
LEAVING: Final = 4

PIECE: Final = 8 * 1024
"""Bytes that are parsed at once where they are not one plain request: so far limits can be overrun."""
_LARGEST_PENDING_BODY: Final = 32 * 1024
"""Bytes of a body that nobody has asked for yet."""
_CHUNK_ROOM: Final = 64 * 1024
_CHUNK_SHARE: Final = 8
"""Chunked coding may add this many bytes in all and to each byte of content: sizes, extensions, trailers."""
_END_OF_HEAD: Final = b"\r\n\r\n"
PATIENCE: Final = "koinon.patience"
"""ASGI extension of a PUT: called with seconds, it gives the body so much longer to come in."""
_ASGI: Final[ASGIVersions] = {"version": "3.0", "spec_version": "2.4"}


class Incoming(HttpToolsProtocol):
    """Reads requests and starts the application for each; ``since`` is when the connection began what it does.

    ``rest`` is what came after the request that is being answered; ``ended`` tells that nothing more comes,
    ``left`` that nothing more will come after what the system still holds.
    """

    flow: Flow
    cycle: Exchange
    base = ""
    """The service's public address, for problems."""
    replays: Replays
    """What answers requests that are known byte for byte, shared by all connections."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Make the protocol of a connection that comes next."""
        super().__init__(config, server_state, app_state, _loop)
        self.phase: int = IDLE
        self.since = 0.0
        self.patience = 0.0
        self.rest = b""
        self.ended = self.left = False
        self.served = False
        self._peer = ""
        self._whole = b""
        self._event = asyncio.Event()
        self._head_read = 0
        self._seam = b""
        self._watched: list[tuple[bytes, bytes]] = []
        self._body_left: int | None = 0
        self._coded = 0
        self._content = 0

    def refuse(self, refused: Refused) -> None:
        """Answer by ourselves and end the connection."""
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        """Take what came in: at best one whole plain request, which is the usual case."""
        if self.phase == IDLE and self.rest:
            self.rest += data  # what came before it is about to be read
            return
        if self.phase == IDLE and len(data) <= PIECE and data.find(_END_OF_HEAD) == len(data) - len(_END_OF_HEAD):
            if self._replay(data):
                return
            self._whole = data
            self._feed(data)
            if self._is_arriving():
                self.since = self.loop.time()
        else:
            self._take(data)

    def _replay(self, request: bytes) -> bool:
        """Answer a request that is known byte for byte."""
        if self.access_log or self.ended or self.flow.write_paused or self.transport.is_closing():
            return False
        answer = self.replays.get(self._peer, request)
        if answer is None:
            return False
        end = answer.index(b"\r\n") + 2
        common = b"".join(b"%b: %b\r\n" % header for header in self.server_state.default_headers)
        answer = b"%b%b%b" % (answer[:end], common, answer[end:])
        self.flow.written += len(answer)
        self.transport.write(answer)
        self.served = True
        self.since = self.loop.time()
        self.server_state.total_requests += 1
        return True

    def _remember(self, replay: Replay) -> None:
        if self._whole and self.cycle.keep_alive:
            self.replays.put(self._peer, self._whole, replay)

    def _be_patient(self, seconds: float) -> None:
        self.patience = seconds

    def _take(self, data: bytes) -> None:
        """Parse a request piece by piece, up to its end; what follows waits."""
        self._whole = b""
        while data and self.phase != LEAVING:
            if self.phase == ANSWER:
                self._keep(data)
                return
            if self.phase == BODY:
                end = PIECE if self._body_left is None else min(PIECE, self._body_left or PIECE)
            else:
                end = self._end_of_head(data)
            piece, data = data[:end], data[end:]
            before = self.phase
            if before in (IDLE, HEAD):
                self._head_read += len(piece)
            if not self._feed(piece):
                return
            if before == IDLE and self._is_arriving():
                self.since = self.loop.time()
            self._measure(before, piece)

    def _is_arriving(self) -> bool:
        return self.phase == HEAD or self.phase == BODY

    def _keep(self, data: bytes) -> None:
        self.rest += data
        # Below that reading goes on, so that one sees the client leave.
        if len(self.rest) > PIECE:
            self.flow.pause_reading()

    def _end_of_head(self, data: bytes) -> int:
        """Return how much of the data to parse now: up to the end of the head, but one piece at most."""
        seam = self._seam if self.phase == HEAD else b""
        found = (seam + data[:PIECE]).find(_END_OF_HEAD)
        return PIECE if found < 0 else found + len(_END_OF_HEAD) - len(seam)

    def _measure(self, before: int, piece: bytes) -> None:
        """Hold what has been parsed of a request to its limits of size."""
        if self.phase == HEAD:
            self._seam = piece[-3:] if len(piece) > 2 else (self._seam + piece)[-3:]
            refused = too_large(self.url, self._head_read, self.headers)
            if refused:
                self.refuse(refused)
        elif before == BODY and self._body_left is None:
            self._coded += len(piece)
            if self._coded > _CHUNK_ROOM + _CHUNK_SHARE * self._content:
                self.refuse(Refused("bad-request", "The chunks of the body are almost empty."))
        elif before == BODY and self._body_left is not None:
            self._body_left -= len(piece)

    def _feed(self, data: bytes) -> bool:
        """Let the parser read; returns whether to go on."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            return self._ignore_upgrade()
        except httptools.HttpParserError as error:
            if self.phase == ANSWER:
                # The request is whole; what follows its chunks is not read: the connection ends with the answer.
                self.cycle.keep_alive = False
                self.flow.pause_reading()
            elif isinstance(error.__context__, Refused):
                self.refuse(error.__context__)
            else:
                self.refuse(Refused("bad-request", f"It is not HTTP/1.1: {error}."))
            return False
        return True

    def _ignore_upgrade(self) -> bool:
        """Read the request as if it asked for no other protocol, as a server may (RFC 9110 §7.8).

        The parser takes what follows the head for the other protocol, so it gets the head again without that wish.
        """
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        if method == b"CONNECT":
            self.refuse(Refused("method-not-allowed", "The service is no proxy."))
            return False
        lines = [b"%b %b HTTP/%b" % (method, self.url, version)]
        lines += [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        self.parser = httptools.HttpRequestParser(self)
        self.phase = IDLE
        return self._feed(b"\r\n".join(lines) + _END_OF_HEAD)

    # What the parser finds

    def on_message_begin(self) -> None:
        """Begin a request."""
        if self.phase != IDLE:
            raise Refused("bad-request", "Something follows a request that is not answered yet.")
        self.phase = HEAD
        self.patience = 0.0
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._seam = b""
        if self._watched:
            self._watched = []

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header of the request; trailers are dropped (RFC 9110 §6.5.1)."""
        if self.phase == HEAD:
            name = name.lower()
            if name in WATCHED:
                self._watched.append((name, value))
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Judge the head, and start the application."""
        if self.parser.should_upgrade():
            # The parser says so again after the head, in a way that lets us go on.
            return
        version = self.parser.get_http_version()
        refused = too_large(self.url, self._head_read, self.headers)
        if refused:
            raise refused
        self._head_read = 0
        self._body_left, self.expect_100_continue = framing(version, self._watched)
        self._coded = self._content = 0
        path, raw_path, query = target(self.parser.get_method(), self.url, self.headers)
        scope: HTTPScope = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": "http",
            "method": self.parser.get_method().decode("ascii"),
            "root_path": "",
            "path": path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": self.headers,
            "state": self.app_state.copy(),
        }
        if self._whole:
            scope["extensions"] = {EXTENSION: self._remember}  # type: ignore[dict-item]  # a function, not a dict
        elif scope["method"] == "PUT":
            scope["extensions"] = {PATIENCE: self._be_patient}  # type: ignore[dict-item]
        self.phase = BODY
        self.scope = scope
        self.cycle = cycle = Exchange(
            scope=scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=self._event,
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        cycle.base = self.base
        cycle.left = self.ended or self.left
        self._start_asgi_task(cycle, self.app)

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body until the application asks for it; nobody sends on before that."""
        if self.phase == BODY:
            self._content += len(body)
            self.cycle.body += body
            if len(self.cycle.body) > _LARGEST_PENDING_BODY:
                self.flow.pause_reading()
            self.cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request is whole."""
        if self.phase == BODY:
            self.phase = ANSWER
            self.cycle.more_body = False
            self.flow.resume_reading()
            self.cycle.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self._ended)
        self.tasks.add(task)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self.tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.logger.error("An application failed", exc_info=error)
