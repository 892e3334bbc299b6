"""A 304 that is asked for again, byte for byte, is answered without reading the request anew.

Who follows a node asks the same again and again, and nearly always nothing has changed. Such an answer stands as
long as the service serves the same release, and nothing was written into the change log, the releases or the dumps.
"""

from pathlib import Path
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koinon.release.dumps import folder_of
from koinon.release.paths import Home
from koinon.web.replay import EXTENSION, Replay
from koinon.web.served import Following, Served

_OTHERS: Final = ("/releases", "/cite", "/sources", "/check", "/live", "/ready")
"""Paths whose answers also depend on what no folder's time tells."""

State = tuple[Served, tuple[int, ...]]


class Unchanged:
    """ASGI middleware that leaves a replay with the connection for each 304."""

    def __init__(self, app: ASGIApp, home: Home, following: Following) -> None:
        """Wrap ``app``."""
        self._app = app
        self._following = following
        self._folders = (home.changes, home.releases, folder_of(home, "").parent)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and remember its answer where that is a 304."""
        remember = scope.get("extensions", {}).get(EXTENSION) if scope["type"] == "http" else None
        if not remember or scope["method"] != "GET" or str(scope["path"]).startswith(_OTHERS):
            await self._app(scope, receive, send)
            return
        before = self._state()

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 304:
                remember(self._replay_of(message, before))
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


def _time_of(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
