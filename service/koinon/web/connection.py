"""The HTTP/1.1 connection: uvicorn's, with bounds on time, size and number, so that no client can hold it up."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from uvicorn.config import Config
from uvicorn.server import ServerState

from koinon.web.crowd import Crowd, Use
from koinon.web.exchange import Flow, break_off
from koinon.web.incoming import ANSWER, BODY, HEAD, IDLE, LEAVING, PIECE, Incoming
from koinon.web.replay import Replays
from koinon.web.turned_away import Refused, wire

_WRITE_HIGH: Final = 32 * 1024
_WRITE_LOW: Final = 8 * 1024
_LEAST_TAKEN: Final = 16 * 1024
"""Bytes that a reader has to take within the time limit; a reader of single bytes takes nothing in effect."""
_LINGER_SECONDS: Final = 1.0
"""How long a client that still sends is listened to, so that it can read the answer (RFC 9112 §9.6)."""
_SLOW_SECONDS: Final = 1.0
"""A request that takes longer to come in gives way when there are too many connections."""
_MOST_TURNED_AWAY: Final = 64
"""Connections without a place that are told so; further ones are only closed."""
_CLOSED_BY_CLIENT: Final = (7, 8)  # TCP_CLOSE, TCP_CLOSE_WAIT (linux/tcp_states.h), first byte of TCP_INFO


@dataclass(frozen=True, slots=True)
class Limits:
    """What a connection is held to: seconds, the number of connections, and the address that problems link to."""

    request: float
    idle: float
    send: float
    connections: int
    base: str


class Rules(Config):
    """The server's configuration, with what all connections share.

    ``leaving`` are those that have their last answer: they hold no place any more, and are looked after still.
    ``turns`` are those that sent on before their answer was complete, and wait to be read further.
    ``refused`` hears the name of the problem of each request that the server refuses by itself.
    """

    limits: Limits
    crowd: Crowd
    leaving: "set[Connection]"
    replays: Replays
    turns: "deque[Connection]"
    refused: Callable[[str], None]


class Connection(Incoming):
    """One client's connection. ``look`` is called a few times a second and holds it to its time limits."""

    config: Rules

    def __init__(
        self,
        config: Rules,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Make the protocol of a connection that comes next."""
        super().__init__(config, server_state, app_state, _loop)
        self.limits = config.limits
        self.base = config.limits.base
        self.replays = config.replays
        self._taken = 0
        self._stalled_since = 0.0

    # The connection begins and ends

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP
        """Take a place, or turn the client away where there is none."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(_WRITE_HIGH, _WRITE_LOW)
        self.flow = Flow(transport)
        self._peer = self.client[0] if self.client else ""
        self.since = self.loop.time()
        above = len(self.connections) - self.limits.connections
        others = (cast(Connection, other) for other in self.connections if other is not self)
        if above > 0 and not self.config.crowd.make_room(others, self.since):
            if len(self.config.leaving) > _MOST_TURNED_AWAY:
                self.connections.discard(self)
                transport.abort()
            else:
                self.refuse(Refused("busy", "All connections of the service are in use."))

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the application that nobody waits any more."""
        self.phase = LEAVING
        self.rest = b""
        self.config.leaving.discard(self)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]  # asyncio asks whether to stay open
        """Go on where an answer is under way: a client may close its side and still read (RFC 9112 §9.6)."""
        if self.phase in (HEAD, BODY):
            self.refuse(Refused("bad-request", "The request ended before it was whole."))
            self.transport.close()
        if self.phase == ANSWER:
            self.cycle.left = True
            self.cycle.message_event.set()
        self.ended = self.phase == ANSWER or (self.phase == IDLE and self.rest != b"")
        if self.phase == IDLE and not self.ended:
            self._leave()  # its place is free from now on, not only when the system has closed it
        return self.ended

    def shutdown(self) -> None:
        """End after the answer that is under way, or at once."""
        self.rest = b""
        super().shutdown()

    # What goes out

    def on_response_complete(self) -> None:
        """Go on with the next request, or end the connection."""
        self.server_state.total_requests += 1
        self.since = self.loop.time()
        self.served = True
        transport = self.transport
        if transport.is_closing():
            return
        if self.phase == BODY:
            self._linger()
        elif not self.cycle.keep_alive or (self.ended and not self.rest):
            self.phase = LEAVING
            if self.flow.read_paused:
                self._linger()
            else:
                transport.close()
        else:
            self.phase = IDLE
            if self.rest:
                self.config.turns.append(self)
                if len(self.config.turns) == 1:
                    self.loop.call_soon(self._next_turn)
            else:
                self.flow.resume_reading()

    def _next_turn(self) -> None:
        """Let one of those that sent on go on, so that all of them together hold up a plain request by little."""
        turns = self.config.turns
        connection = turns.popleft()
        if turns:
            self.loop.call_soon(self._next_turn)
        connection._go_on()

    def _go_on(self) -> None:
        """Take what came in during the last answer."""
        if self.phase == IDLE and not self.transport.is_closing():
            rest, self.rest = self.rest, b""
            self._take(rest)
            if self.ended and self.phase != ANSWER:
                self.transport.close()
            elif len(self.rest) <= PIECE:
                self.flow.resume_reading()

    def refuse(self, refused: Refused) -> None:
        """Answer by ourselves and end the connection; an answer that has begun is broken off."""
        self.config.refused(refused.name)
        cycle = self.cycle if self.phase in (BODY, ANSWER) else None
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                break_off(self.transport)
                return
        head_only = self.phase != IDLE and self.parser.get_method() == b"HEAD"
        data = wire(refused, self.base, self.server_state.default_headers, head_only=head_only)
        self.flow.written += len(data)
        self.transport.write(data)
        self._linger()

    def _leave(self) -> None:
        """Give the place to others; the rest of this connection is looked after all the same."""
        self.phase = LEAVING
        self.since = self.loop.time()
        self.rest = b""
        self.connections.discard(self)
        self.config.leaving.add(self)

    def _linger(self) -> None:
        """Send no more, and drop what still comes for a moment: a close at once would take the answer back."""
        self._leave()
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self.transport.write_eof()

    # Time

    def look(self, now: float) -> None:
        """Hold the connection to its time limits."""
        pending = self.transport.get_write_buffer_size()
        if pending:
            self._look_at_reader(now, pending)
            return
        self._stalled_since = 0.0
        waited = now - self.since
        if self.phase == IDLE:
            if waited > (self.limits.idle if self.served else self.limits.request):
                self.transport.close()
        elif self.phase == LEAVING:
            if waited > _LINGER_SECONDS:
                self.transport.abort()
        elif self.phase == ANSWER:
            if self.flow.read_paused and not self.cycle.left and self._is_closed_by_client():
                self.left = self.cycle.left = True
                self.cycle.message_event.set()
        elif waited > self.limits.request + self.patience:
            self.refuse(_too_late(self.limits.request + self.patience))

    def _is_closed_by_client(self) -> bool:
        """Tell whether the client has closed its side, which reading would only tell after all that it has sent."""
        connected: socket.socket | None = self.transport.get_extra_info("socket")
        with suppress(OSError, AttributeError):
            return connected is not None and (
                connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] in _CLOSED_BY_CLIENT
            )
        return False

    def _look_at_reader(self, now: float, pending: int) -> None:
        taken = self.flow.written - pending
        if not self._stalled_since or taken - self._taken >= _LEAST_TAKEN:
            self._stalled_since, self._taken = now, taken
        elif now - self._stalled_since > self.limits.send:
            break_off(self.transport)

    def use(self, now: float) -> tuple[Use, float]:
        """Return whether the connection could give way, and since when."""
        if self.phase == IDLE and not self.rest and not self.transport.is_closing():
            return Use.IDLE, self.since
        if self.phase in (HEAD, BODY) and now - self.since > _SLOW_SECONDS:
            return Use.SLOW, self.since
        return Use.BUSY, self.since

    def give_way(self) -> None:
        """Leave the place to another client."""
        if self.phase == IDLE:
            self.connections.discard(self)
            if self.transport.get_write_buffer_size():
                break_off(self.transport)
            else:
                self.transport.abort()
        else:
            self.refuse(_too_late(_SLOW_SECONDS))


def _too_late(seconds: float) -> Refused:
    return Refused("request-timeout", f"It was not here whole after {seconds:g} seconds.")
