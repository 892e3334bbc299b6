"""Sending the answer to a query: whole, from memory or from where it was spooled."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from koinon.query.job import Answer
from koinon.web.representations import content_type

Header = tuple[bytes, bytes]

END: Final[Message] = {"type": "http.response.body", "body": b""}


def answer_head(answer: Answer, name: str, headers: Sequence[Header]) -> list[Header]:
    """Return the headers of an answer that is sent as the media type ``name``."""
    return [
        (b"content-type", _content_type(name)),
        (b"content-length", b"%d" % answer.size),
        (b"server-timing", b"query;dur=%.1f" % (answer.seconds * 1000)),
        *headers,
    ]


async def send_answer(send: Send, answer: Answer, head: Sequence[Header]) -> None:
    """Send an answer under its head.

    All of it is there before its first byte leaves, so that a 200 is never cut but by the connection, which its
    Content-Length tells. It leaves as fast as the reader takes it, a piece at a time.
    """
    await send({"type": "http.response.start", "status": 200, "headers": head})
    if answer.file is None:
        await send({"type": "http.response.body", "body": answer.inline})
        return
    for chunk in answer.chunks():
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await asyncio.sleep(0)  # a reader who has gone takes all pieces at once; others get their turn between them
    await send(END)


@lru_cache(64)
def _content_type(name: str) -> bytes:
    return content_type(name).encode()


class AnswerResponse(Response):
    """The answer to a query as a response of a route."""

    def __init__(self, answer: Answer, name: str, headers: Mapping[str, str]) -> None:
        """Send ``answer`` as the media type ``name``."""
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._answer = answer
        self._name = name

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        """Send it."""
        await send_answer(send, self._answer, answer_head(self._answer, self._name, self.raw_headers))
