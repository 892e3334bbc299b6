"""Whom to credit, told with every answer that is data: a Link to the licence and to the credit lines of sources.

A document about a thing names its own sources within. Tables, lists, feeds and figures have no room for that, so
their headers lead to ``/graph``, which has the licence and the credit line of each source (RFC 8288).
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koinon.web.representations import CSV, HTML, credit_links
from koinon.web.served import Following

_DATA: Final = frozenset(
    {"actors", "changes", "data", "ldes", "links", "quality", "reconcile", "regions", "releases", "search"}
    | {"suggest", "timemap", "version"}
)
"""First parts of the addresses whose data come from the sources, and do not name them."""
_HISTORY: Final = "/history.json"


class Crediting:
    """ASGI middleware around the pages of the service, within what chooses the release."""

    def __init__(self, app: ASGIApp, following: Following) -> None:
        """Wrap ``app``; ``following`` tells the release that is read."""
        self._app = app
        self._following = following

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and complete the headers of what is data."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")).rstrip("/"))

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 206}:
                headers = MutableHeaders(raw=message["headers"])
                kind, given = headers.get("Content-Type", ""), headers.get("Link", "")
                wanted = _is_data(path, kind) and 'rel="license"' not in given
                if wanted and not self._following.now().release.manifest.imported:
                    links = credit_links("../" * (path.count("/") - 1))
                    headers["Link"] = f"{given}, {links}" if given else links
            await send(message)

        await self._app(scope, receive, told)


def _is_data(path: str, media_type: str) -> bool:
    if media_type.startswith(HTML):
        return False
    return (
        media_type.startswith(CSV)
        or path.strip("/").split("/")[0].split(".")[0] in _DATA
        or path.endswith(_HISTORY)
    )
