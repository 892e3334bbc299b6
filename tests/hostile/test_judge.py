"""The rule sees what it is for: each of these answers comes from a server that does one thing wrong."""

import asyncio
import time
from typing import Final

import pytest

from hostile.attack import Seen, hold
from hostile.case import Case, End, Say, Talk, request
from hostile.judge import faults_of

MARKER: Final = b"the content of a file"
PROBLEM: Final = b'{"type": "x", "title": "x", "status": 400, "detail": "x"}'


def answer(
    body: bytes, kind: str = "text/csv", status: str = "200 OK", length: int | None = None, more: str = ""
) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n{more}\r\n".encode() + body


def judged(
    said: bytes, *, end: End = End.ANSWER, delay: float = 0.0, within: float = 1.0, **case: object
) -> list[str]:
    """Return the faults of a server that says these bytes and hangs up."""

    async def served() -> Seen:
        async def talk_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(delay)
            writer.write(said)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(talk_back, "127.0.0.1", 0)
        async with server:
            address = server.sockets[0].getsockname()
            await hold(seen, (address[0], address[1]), {"HOST": "x"})
        return seen

    talk = Talk((Say(request("GET", "/")),), end=end, within=within)
    seen = Seen(talk, time.monotonic())
    asyncio.run(served())
    return faults_of(Case("judge", "fake", (talk,), **case), seen, MARKER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        answer(b"x\r\n1\r\n"),
        answer(b'{"boolean": true}', "application/sparql-results+json"),
        answer(PROBLEM, "application/problem+json", "400 Bad Request"),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nx\r\n\r\n0\r\n\r\n",
    ],
)
def test_whole_answers_are_right(said: bytes) -> None:
    assert judged(said) == []


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(answer(b"x\r\n1", length=100), id="shorter-than-it-says"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nx\r\n\r\n",
            id="chunks-without-end",
        ),
        pytest.param(
            answer(b'{"head": {}, "results": {"bindings": [', "application/sparql-results+json"), id="json-cut"
        ),
        pytest.param(answer(b"<sparql><results>", "application/sparql-results+xml"), id="xml-cut"),
        pytest.param(answer(b"<x:a> <x:b> <x:", "application/n-triples"), id="triples-cut"),
        pytest.param(answer(b"x,y\r\n1,2\r\n3\r\n", "text/csv"), id="row-cut"),
        pytest.param(answer(b"<html><body>", "text/html"), id="page-cut"),
        pytest.param(answer(b"{}", "application/json", "400 Bad Request"), id="refusal-of-another-type"),
        pytest.param(answer(b"{}", "application/problem+json", "400 Bad Request"), id="refusal-without-members"),
        pytest.param(answer(PROBLEM, "application/problem+json", "404 Not Found"), id="refusal-of-another-status"),
        pytest.param(
            answer(PROBLEM.replace(b"400", b"503"), "application/problem+json", "503 Busy"), id="busy-for-how-long"
        ),
        pytest.param(
            answer(PROBLEM.replace(b"400", b"500"), "application/problem+json", "500 Oh"), id="fault-of-ours"
        ),
        pytest.param(answer(b"x\r\n" + MARKER + b"\r\n"), id="content-of-a-file"),
        pytest.param(answer(b"x\r\n1\r\n", more="X-Injected: 1\r\n"), id="header-injected"),
    ],
)
def test_every_wrong_answer_is_seen(said: bytes) -> None:
    assert judged(said) != []


def test_a_late_answer_is_seen() -> None:
    assert judged(answer(b"x\r\n"), delay=0.4, within=0.2) != []


def test_a_connection_that_stays_is_seen() -> None:
    assert judged(b"", end=End.CLOSED, delay=0.5, within=0.2) != []
    assert judged(b"", end=End.CLOSED, delay=0.0, within=0.4) == []


def test_a_success_that_says_something_else_is_seen() -> None:
    body = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "4"}}]}}'
    assert judged(answer(body, "application/sparql-results+json"), value="5") != []
    assert judged(answer(body, "application/sparql-results+json"), value="4") == []
    assert judged(answer(body, "application/sparql-results+json"), allowed=frozenset({400})) != []
