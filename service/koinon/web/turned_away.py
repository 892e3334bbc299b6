"""The answers that the server gives by itself, before or instead of the application: whole problem documents."""

import json
from functools import lru_cache
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from koinon.web.middleware import CORS, SECURITY
from koinon.web.problems import KINDS, problem_document

_RETRY_SECONDS: Final = "2"
_TEXTS: Final = 256
"""Answers that are kept made: each kind and detail, under few addresses of the service."""


class Refused(Exception):
    """The request is refused while it comes in: the name of the problem, and what is wrong with it."""

    def __init__(self, name: str, detail: str) -> None:
        """Keep the name of the problem and the detail."""
        super().__init__(name, detail)
        self.name = name
        self.detail = detail


@lru_cache(_TEXTS)
def answer(name: str, detail: str, base: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body of the problem (RFC 9457); the connection ends with it.

    ``base`` is the service's public address; where there is none, ``type`` is relative (RFC 9457 §3.1.1).
    """
    document = problem_document(name, detail, base, "", {})
    # The request may not have come in far enough to know its address.
    del document["instance"]
    body = json.dumps(document).encode()
    status = KINDS[name].status
    headers = {
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Connection": "close",
        **SECURITY,
        **CORS,
    }
    if status == 503:
        headers["Retry-After"] = _RETRY_SECONDS
    if status == 405:
        headers["Allow"] = "GET, HEAD, POST, OPTIONS"
    return status, [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()], body


def wire(refused: Refused, base: str, common: list[tuple[bytes, bytes]], *, head_only: bool) -> bytes:
    """Return the whole answer to a refused request as bytes; ``common`` are the headers of every answer."""
    status, headers, body = answer(refused.name, refused.detail, base)
    lines = b"".join(b"%b: %b\r\n" % header for header in (*common, *headers))
    return b"%b%b\r\n%b" % (STATUS_LINE[status], lines, b"" if head_only else body)
