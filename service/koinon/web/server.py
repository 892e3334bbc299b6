"""The HTTP server: uvicorn with our connections, their limits and the clock that keeps them."""

import asyncio
import logging
import resource
import socket
from collections import deque
from collections.abc import Callable
from typing import Final, cast

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings
from koinon.web.connection import Connection, Limits, Rules
from koinon.web.crowd import Crowd
from koinon.web.proxies import TrustedProxies, trusted_proxies
from koinon.web.replay import Replays

_LOG: Final = logging.getLogger("koinon.web")
_DRAIN_SECONDS: Final = 10
_OTHER_FILES: Final = 256
"""Open files that are not connections: the store, workers, spooled answers."""
_BACKLOG: Final = 1024
_UNREAD: Final = 64 * 1024
_UNSENT: Final = 128 * 1024
"""Bytes that the system keeps for a connection, which one does not see in the memory of the process."""


class Server(uvicorn.Server):
    """uvicorn's server, which also looks after its connections ten times a second: no request needs a timer."""

    config: Rules

    async def on_tick(self, counter: int) -> bool:
        """Hold every connection to its time limits; returns whether to end."""
        connections = self.server_state.connections
        if len(connections) <= self.config.limits.connections:
            self.config.crowd.forget()
        now = asyncio.get_running_loop().time()
        for connection in (*connections, *self.config.leaving):
            cast(Connection, connection).look(now)
        return await super().on_tick(counter)


def _unheard(_: str) -> None:
    """Nobody counts what was refused."""


def make_server(
    app: ASGIApp,
    settings: Settings,
    log_level: str | None = "warning",
    on_refused: Callable[[str], None] = _unheard,
) -> Server:
    """Return the server of an application, ready to run on listening sockets.

    ``log_level`` None leaves logging as it is. ``on_refused`` hears the name of each problem that the server
    answers by itself. Raises ConfigurationError for a wrong setting.
    """
    trusted = trusted_proxies(settings.trusted_proxies)
    rules = Rules(
        TrustedProxies(app, trusted) if trusted else app,
        http=Connection,
        ws="none",
        loop="uvloop",
        lifespan="on",
        interface="asgi3",
        proxy_headers=False,
        server_header=False,
        access_log=log_level in ("info", "debug"),
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        **({"log_config": None} if log_level is None else {"log_level": log_level}),
    )
    rules.limits = Limits(
        request=settings.request_timeout,
        idle=settings.idle_timeout,
        send=settings.send_timeout,
        connections=_places(settings.max_connections),
        base=settings.public_url.rstrip("/"),
    )
    rules.crowd = Crowd()
    rules.leaving = set()
    rules.replays = Replays()
    rules.turns = deque()
    rules.refused = on_refused
    return Server(rules)


def serve(app: FastAPI, listener: socket.socket, settings: Settings, log_level: str = "warning") -> None:
    """Serve the application, one of ``create_app``, until SIGINT or SIGTERM.

    Raises ConfigurationError for a wrong setting, and where the application does not start.
    """
    server = make_server(app, settings, log_level, app.state.observer.turned_away)
    prepare(listener)
    server.run(sockets=[listener])
    if not server.started:
        raise ConfigurationError("The service did not start; the lines above say why.")


def prepare(listener: socket.socket) -> None:
    """Bound what the system keeps for each connection that the socket accepts."""
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _UNREAD)
    if hasattr(socket, "TCP_NOTSENT_LOWAT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)


def _places(wanted: int) -> int:
    """Return how many connections there can be, with as many open files as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY or wanted + _OTHER_FILES <= hard:
        return wanted
    places = hard - _OTHER_FILES
    if places < 1:
        raise ConfigurationError(
            f"The system allows {hard} open files; the service needs more than {_OTHER_FILES}. Raise the limit "
            "(`ulimit -n 1024`), then start it again."
        )
    _LOG.warning("The system allows %s open files: at most %s connections at once, not %s.", hard, places, wanted)
    return places
