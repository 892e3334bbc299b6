"""``Last-Modified`` and ``If-Modified-Since`` for what is made of a release, and cheap answers to who asks again.

Who follows a node asks the same again and again, and nearly always nothing has changed. A 304 that is asked for
again, byte for byte, is answered without reading the request anew: it stands as long as the service serves the same
release, and nothing was written into the change log, the releases or the dumps.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koinon.publish.mementos import http_date, read_http_date
from koinon.release.paths import Home
from koinon.web.replay import EXTENSION, Replay
from koinon.web.served import Following, Served

_OTHERS: Final = ("/releases", "/cite", "/sources", "/check", "/live", "/ready")
"""Paths whose answers also depend on what no folder's time tells."""

State = tuple[Served, tuple[int, ...]]


class Unchanged:
    """ASGI middleware that dates answers, and leaves a replay with the connection for each 304."""

    def __init__(self, app: ASGIApp, home: Home, following: Following) -> None:
        """Wrap ``app``."""
        self._app = app
        self._following = following
        self._folders = (home.changes, home.releases, home.dumps)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; date its answer, and remember it where it is a 304."""
        reads = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        if not reads or str(scope["path"]).startswith(_OTHERS):
            await self._app(scope, receive, send)
            return
        remember = scope.get("extensions", {}).get(EXTENSION) if scope["method"] == "GET" else None
        before = self._state()
        since = _since(scope)
        dropped = False

        async def told(message: Message) -> None:
            nonlocal dropped
            if message["type"] == "http.response.start" and message["status"] in {200, 304}:
                message, dropped = _dated(message, before[0].modified, since)
                if remember and message["status"] == 304:
                    remember(self._replay_of(message, before))
            elif dropped:
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self._app(scope, receive, told)

    def _replay_of(self, message: Message, before: State) -> Replay:
        lines = b"".join(b"%b: %b\r\n" % (name, value) for name, value in message["headers"])
        wire = b"HTTP/1.1 304 Not Modified\r\n%b\r\n" % lines

        def replay() -> bytes | None:
            now = self._state()
            return wire if now[0] is before[0] and now[1] == before[1] else None

        return replay

    def _state(self) -> State:
        return self._following.now(), tuple(map(_time_of, self._folders))


def _since(scope: Scope) -> datetime | None:
    """Return the time of If-Modified-Since, which counts only without If-None-Match (RFC 9110 §13.1.3)."""
    headers = Headers(scope=scope)
    text = headers.get("if-modified-since", "")
    if not text or "if-none-match" in headers:
        return None
    try:
        return read_http_date(text)
    except ValueError:
        return None


def _dated(message: Message, modified: datetime, since: datetime | None) -> tuple[Message, bool]:
    """Return the start of an answer with the time of its last change, and whether it became a 304, without body."""
    headers = MutableHeaders(raw=list(message["headers"]))
    if "etag" not in headers or "immutable" in headers.get("cache-control", ""):
        return message, False
    headers.setdefault("last-modified", http_date(modified))
    unchanged = message["status"] == 200 and since is not None and modified.replace(microsecond=0) <= since
    if unchanged:
        for name in ("content-length", "content-type", "content-encoding"):
            if name in headers:
                del headers[name]
    return {**message, "status": 304 if unchanged else message["status"], "headers": headers.raw}, unchanged


def _time_of(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
