"""An application that answers in the way that the path names, for tests of the server around it."""

import asyncio
import time

from starlette.types import Receive, Scope, Send

from connections import Client

LIMIT = 1.0
"""Seconds of every time limit."""
GRACE = 0.5
HEALTHY = 0.25
BLOCKED = 0.3
"""Seconds in which the server does nothing."""
PART = b"x" * 65536
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /read HTTP/1.1\r\nHost: a\r\n"

left: list[str] = []
"""The paths whose client the application saw leave."""
asked: list[str] = []


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was asked for, in the way that the path names."""
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    path = scope["path"]
    asked.append(path)
    body = b""
    if path == "/read":
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message["more_body"]:
                break
    elif path == "/wait":
        await receive()
        assert (await receive())["type"] == "http.disconnect"
        left.append(path)
        return
    elif path == "/slow":
        await asyncio.sleep(0.3)
    elif path == "/block":
        time.sleep(BLOCKED)  # the server sees afterwards, at once, all that came meanwhile
    elif path == "/fail":
        raise RuntimeError("a fault")
    headers = [(b"content-type", b"text/plain")]
    if path in ("/endless", "/cut", "/short"):
        length = [(b"content-length", b"100")] if path == "/short" else []
        await send({"type": "http.response.start", "status": 200, "headers": headers + length})
        for _ in range(5000 if path == "/endless" else 1):
            await send({"type": "http.response.body", "body": PART[:99], "more_body": True})
            while path == "/endless":
                await send({"type": "http.response.body", "body": PART, "more_body": True})
        if path == "/cut":
            raise RuntimeError("a fault in the midst of an answer")
        return
    if path == "/header":
        headers.append((b"location", b"/a\r\nset-cookie: a=b"))
    body = body or f"{scope['method']} {path} {scope['http_version']} {dict(scope['headers'])}".encode()
    headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def is_healthy(port: int) -> bool:
    """Whether a plain request on a new connection is answered soon."""
    begin = time.monotonic()
    with Client(port) as client:
        assert client.get("/health").status == 200
    return time.monotonic() - begin < HEALTHY
