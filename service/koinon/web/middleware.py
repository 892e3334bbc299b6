"""What every answer has in common: security headers, CORS for readers, OPTIONS, and refusal of malformed hosts."""

import json
from collections.abc import MutableMapping
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from koinon.web.problems import KINDS, problem_document
from koinon.web.reader import is_host

SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Location, Content-Language, Content-Location, Memento-Datetime, "
    "Retry-After",
}
API_HEADERS: Final = tuple(
    (name.lower().encode(), value.encode("latin-1"))
    for name, value in {
        **CORS,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": SECURITY["Content-Security-Policy"],
    }.items()
)
"""Those of them that matter for an answer that is data, as ASGI has them."""

_LONGEST_PATH: Final = 2048
_POSTED: Final = (
    *("/sparql", "/check", "/disputes", "/links/review", "/oai"),
    *("/reconcile", "/reconcile/1.0-draft/match", "/reconcile/1.0-draft/extend"),
)
"""The ends of addresses that take POST."""


class CommonHeaders:
    """ASGI middleware around the whole service. Reading is free for every origin, without credentials."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer OPTIONS and malformed requests here; pass everything else on and complete its headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        complete = completed(send)
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if host and not is_host(host):
            await _plain(complete, "bad-request", "The Host header is malformed.")
        elif len(scope.get("raw_path") or scope["path"]) > _LONGEST_PATH:
            await _plain(complete, "address-too-long", "The address is too long.")
        elif scope["method"] == "OPTIONS":
            await self._options(scope, complete)
        else:
            await self._app(scope, receive, complete)

    async def _options(self, scope: Scope, send: Send) -> None:
        methods = methods_of(scope["path"])
        headers = {
            "Allow": methods,
            # Scripts of other origins read; what writes is no matter of browsers.
            "Access-Control-Allow-Methods": methods.replace("PUT, DELETE, ", ""),
            "Access-Control-Allow-Headers": "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match",
            "Access-Control-Max-Age": "86400",
        }
        await _start(send, 204, headers)


def completed(send: Send) -> Send:
    """Return a ``send`` that adds what every answer has in common."""

    async def complete(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            for name, value in {**SECURITY, **CORS}.items():
                headers.setdefault(name, value)
        await send(message)

    return complete


def methods_of(path: str) -> str:
    """Return the methods that the address takes, as Allow names them."""
    if "/sources/" in path:
        return "GET, HEAD, PUT, DELETE, OPTIONS"
    takes_posts = path.rstrip("/").endswith(_POSTED)
    return "GET, HEAD, POST, OPTIONS" if takes_posts else "GET, HEAD, OPTIONS"


async def _plain(send: Send, name: str, text: str) -> None:
    status = KINDS[name].status
    body = json.dumps(problem_document(name, text, "", "", {})).encode()
    headers = {"Content-Type": "application/problem+json", "Content-Length": str(len(body))}
    await _start(send, status, headers, body)


async def _start(send: Send, status: int, headers: MutableMapping[str, Any], body: bytes = b"") -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
