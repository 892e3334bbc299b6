"""Counts what becomes of requests that are no queries, but that operators want to see: probes and checks."""

from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATHS: Final = {"/live": "live", "/ready": "ready", "/check": "check"}
"""Paths that are counted, and their names in the metrics; of ``/check`` only what is handed in."""


class Counting:
    """Passes requests on and tells ``count`` the name and the status of those that are counted."""

    def __init__(self, app: ASGIApp, count: Callable[[str, int], None]) -> None:
        """Stand before ``app``."""
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application behind does."""
        name = PATHS.get(str(scope.get("path", "")).removeprefix(str(scope.get("root_path", "")).rstrip("/")))
        if scope["type"] != "http" or name is None or (name == "check" and scope["method"] != "POST"):
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(name, message["status"])
            await send(message)

        await self._app(scope, receive, counted)
