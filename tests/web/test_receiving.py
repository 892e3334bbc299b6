"""The body of a request is read whole, or refused as soon as it is known to be too long."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from koinon.web.asking import ClientGoneError
from koinon.web.problems import ProblemError
from koinon.web.receiving import whole_body

REFUSED = b"check-too-large: At most 10 bytes are taken at once."


def read(*pieces: bytes | None, most: int = 10, length: str = "") -> tuple[bytes, int]:
    """Read a body that comes in ``pieces`` (None: the client leaves); returns it, and how many were taken."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        piece = pieces[taken]
        taken += 1
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": taken < len(pieces)}

    headers = [(b"content-length", length.encode())] if length else []
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)
    try:
        return asyncio.run(whole_body(request, most, "check-too-large")), taken
    except ProblemError as problem:
        return f"{problem.name}: {problem}".encode(), taken


def test_pieces_are_put_together_up_to_the_limit() -> None:
    assert read(b"0123", b"", b"456789") == (b"0123456789", 3)
    assert read(b"") == (b"", 1)


def test_what_is_too_long_is_refused_at_once() -> None:
    assert read(b"0123456789", b"x", b"never asked for") == (REFUSED, 2)
    assert read(b"never asked for", length="11") == (REFUSED, 0)
    assert read(b"0123456789", b"x", length="10") == (REFUSED, 2)


def test_a_client_that_leaves_hands_in_nothing() -> None:
    with pytest.raises(ClientGoneError):
        read(b"0123", None)
