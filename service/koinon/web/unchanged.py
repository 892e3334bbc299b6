"""``Last-Modified`` and ``If-Modified-Since`` for what is made of a release, and cheap answers to who asks again.

Who follows a node asks the same again and again, and nearly always nothing has changed. A 304 that is asked for
again, byte for byte, is answered without reading the request anew: it stands as long as the service serves the same
release, and nothing was written into the change log, the releases or the dumps. So is a document or a list that was
asked for a moment ago, up to a size and a sum of sizes.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koinon.publish.mementos import http_date, read_http_date
from koinon.release.paths import Home
from koinon.web.bodies import Bodies, Body
from koinon.web.replay import EXTENSION, Replay
from koinon.web.served import Following, Served

_OTHERS: Final = ("/releases", "/cite", "/sources", "/check", "/live", "/ready")
"""Paths whose answers also depend on what no folder's time tells."""

_MADE_OF_RELEASE: Final = (
    *("/doc/", "/code/", "/graph/", "/def/", "/context/"),
    *("/actors", "/projects", "/programmes", "/clusters", "/regions", "/topics"),
)
"""How paths begin whose answers hold nothing but what the release says: they are kept whole."""
_LARGEST: Final = 256 * 1024
_CAPACITY: Final = 8 * 2**20
"""Bytes of an answer that is kept whole, and of all of them."""

State = tuple[Served, tuple[int, ...]]


class Unchanged:
    """ASGI middleware that dates answers, and leaves a replay with the connection for each 304."""

    def __init__(self, app: ASGIApp, home: Home, following: Following) -> None:
        """Wrap ``app``."""
        self._app = app
        self._following = following
        self._folders = (home.changes, home.releases, home.dumps)
        self._answers = Bodies(_CAPACITY)
        self._number = 0

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
        whole = str(scope["path"]).startswith(_MADE_OF_RELEASE)
        head: Message | None = None

        async def told(message: Message) -> None:
            nonlocal dropped, head
            if message["type"] == "http.response.start" and message["status"] in {200, 304}:
                message, dropped = _dated(message, before[0].modified, since)
                if remember and message["status"] == 304:
                    remember(self._replay_of(message, before))
                head = message if whole and message["status"] == 200 else None
            elif dropped:
                if message.get("more_body"):
                    return
                message = {"type": "http.response.body", "body": b""}
            elif remember and head and not message.get("more_body") and _is_whole(head, message["body"]):
                remember(self._repetition_of(head, message["body"], before))
            await send(message)

        await self._app(scope, receive, told)

    def _replay_of(self, message: Message, before: State) -> Replay:
        wire = b"HTTP/1.1 304 Not Modified\r\n%b\r\n" % _lines(message)

        def replay() -> bytes | None:
            return wire if self._still(before) else None

        return replay

    def _repetition_of(self, message: Message, body: bytes, before: State) -> Replay:
        """Return what gives the same answer again, as long as there is room for it."""
        self._number += 1
        key = (str(self._number),)
        self._answers.put(key, Body(b"HTTP/1.1 200 OK\r\n%b\r\n%b" % (_lines(message), body)))

        def replay() -> bytes | None:
            kept = self._answers.get(key)
            return kept.content if kept and self._still(before) else None

        return replay

    def _still(self, before: State) -> bool:
        now = self._state()
        return now[0] is before[0] and now[1] == before[1]

    def _state(self) -> State:
        return self._following.now(), tuple(map(_time_of, self._folders))


def _lines(message: Message) -> bytes:
    return b"".join(b"%b: %b\r\n" % (name, value) for name, value in message["headers"])


def _is_whole(message: Message, body: bytes) -> bool:
    """Tell whether the one part of a body is all of it, and whether the answer may be kept at all."""
    headers = Headers(raw=message["headers"])
    return (
        "etag" in headers
        and "must-revalidate" in headers.get("cache-control", "")
        and headers.get("content-length") == str(len(body))
        and len(body) <= _LARGEST
    )


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
