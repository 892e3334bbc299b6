"""A request has a size, and one meaning: what is too large or could be read in two ways is refused."""

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest

from answering import GET, GRACE, LIMIT, PART, POST, application, asked, is_healthy
from connections import Client, running
from koinon.model.settings import Settings

pytestmark = pytest.mark.clock


@pytest.fixture(scope="module")
def service() -> Iterator[int]:
    """The port of the server."""
    settings = Settings(request_timeout=LIMIT, idle_timeout=LIMIT, send_timeout=LIMIT, home="unused")
    with running(application, settings) as (port, _):
        yield port


@pytest.fixture
def port(service: int) -> int:
    """The port of the server, which has been asked nothing yet."""
    asked.clear()
    return service


# A request is too large


def test_headers_have_a_limit_in_all_and_a_number(port: int) -> None:
    for headers in (
        b"X: " + b"y" * 70_000,
        b"X" * 70_000 + b": y",
        b"\r\n".join(b"X-%d: y" % n for n in range(120)),
        b"\r\n".join(b"X-%d: y" % n for n in range(20_000)),
        b"Accept: " + b",".join(b"text/x%d" % n for n in range(10_000)),
    ):
        with Client(port) as client:
            client.send(b"GET / HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n\r\n")
            answer = client.answer()
            assert (answer.status, answer.problem) == (431, "headers-too-large")
            assert client.rest() == b""
    assert asked == []


def test_headers_without_end_are_refused_before_they_are_kept(port: int) -> None:
    with Client(port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for _ in range(200):
                client.send(PART)
        assert client.seconds_until_the_end() < LIMIT + GRACE


def test_ninety_headers_and_a_large_one_are_taken(port: int) -> None:
    for headers in (b"\r\n".join(b"X-%d: y" % n for n in range(90)), b"X: " + b"y" * 60_000):
        with Client(port) as client:
            client.send(b"GET /many HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n\r\n")
            assert client.answer().status == 200


@pytest.mark.parametrize("length", [62_000, 70_000, 400_000])
def test_an_address_has_a_limit(port: int, length: int) -> None:
    with Client(port) as client:
        client.send(b"GET /" + b"y" * length + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = client.answer()
        assert (answer.status, answer.problem) == (414, "address-too-long")


def test_an_answer_before_the_end_of_the_body_reaches_a_client_that_sends_on(port: int) -> None:
    with Client(port) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 9_000_000)
        answer = client.answer()
        assert answer.status == 200
        assert answer.headers["connection"] == "close"
        assert client.rest() == b""


def test_a_body_without_end_that_nobody_reads_ends_the_connection(port: int) -> None:
    with Client(port) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        begin = time.monotonic()
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            while time.monotonic() < begin + 10:
                client.send(b"10000\r\n" + PART + b"\r\n")
        assert time.monotonic() - begin < LIMIT + 2 * GRACE
    assert is_healthy(port)


@pytest.mark.parametrize(
    "filler", [b"1;" + b"a" * 4000 + b"\r\nx\r\n", b"0\r\n" + b"X: y\r\n" * 2000, b"1;" + b"a" * 100_000]
)
def test_chunks_that_carry_nothing_are_refused(port: int, filler: bytes) -> None:
    with Client(port) as client:
        client.send(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            for n in range(100):
                client.send(filler if n == 0 or b"\r\n" in filler[-2:] else b"a" * 4000)
        assert client.answer().problem == "bad-request"


def test_bodies_come_whole_in_any_pieces(port: int) -> None:
    body = bytes(range(256)) * 1000
    chunked = b"".join(b"%x\r\n%b\r\n" % (1000, body[n : n + 1000]) for n in range(0, len(body), 1000))
    for request in (
        POST + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunked + b"0\r\n\r\n",
    ):
        with Client(port) as client:
            for size in (len(request), 7001):
                for n in range(0, len(request), size):
                    client.send(request[n : n + size])
                assert client.answer().body == body


def test_a_head_comes_whole_in_any_pieces(port: int) -> None:
    request = b"GET /cut-anywhere HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
    with Client(port) as client:
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for cut in range(1, len(request)):
            client.send(request[:cut])
            time.sleep(0.002)
            client.send(request[cut:] + GET)
            assert b"/cut-anywhere" in client.answer().body
            assert client.answer().status == 200


# A request says two things


@pytest.mark.parametrize(
    "request_bytes",
    [
        POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        POST + b"Content-Length: 3, 3\r\n\r\nabc",
        POST + b"Content-Length: +3\r\n\r\nabc",
        POST + b"Content-Length: -3\r\n\r\nabc",
        POST + b"Content-Length: 99999999999999999999999\r\n\r\nabc",
        POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: identity\r\n\r\nabc",
        POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc",
        GET[:-2] + b"Host: b\r\n\r\n",
        GET[:-2] + b"Host: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        GET[:-2] + b"X: a\0b\r\n\r\n",
        GET[:-2] + b"X: a\x01b\r\n\r\n",
        GET[:-2] + b"X\0: a\r\n\r\n",
        b"GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /é HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
        "GET /?é HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
        b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\nHost: a\n\n",
        b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\n",
        b"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
        b"GET / HTTP/1.1\rHost: a\r\r",
        GET[:-2] + b"X: a\r\n b\r\n\r\n",
        GET[:-2] + b"X: a\r\n\tb\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        GET[:-2] + b"X : a\r\n\r\n",
        GET[:-2] + b"Xabc\r\n\r\n",
        GET[:-2] + b": a\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/0.9\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.2\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"FOO / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET a/b HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"\0" * 100,
    ],
)
def test_a_request_that_two_readers_could_read_in_two_ways_is_refused(port: int, request_bytes: bytes) -> None:
    with Client(port) as client:
        client.send(request_bytes)
        answer = client.answer()
        assert (answer.status, answer.problem) == (400, "bad-request")
        assert answer.headers["connection"] == "close"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert client.rest() == b""
    assert set(asked) <= {"/read"}  # the request before may still reach the application after its refusal


def test_what_hides_in_a_body_is_no_request(port: int) -> None:
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    for request in (
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(smuggled), smuggled),
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + smuggled,
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
        b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: %d\r\n\r\n%b"
        % (len(smuggled), smuggled),
    ):
        with Client(port) as client:
            client.send(request)
            assert client.answer().status == 200
            client.seconds_until_the_end()
    assert set(asked) == {"/"}


def test_trailers_do_not_become_headers(port: int) -> None:
    with Client(port) as client:
        client.send(
            b"POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Forwarded-For: a\r\n\r\n"
        )
        assert b"forwarded" not in client.answer().body


def test_the_host_of_an_absolute_address_counts(port: int) -> None:
    with Client(port) as client:
        client.send(b"GET http://right:81/path?query HTTP/1.1\r\nHost: wrong\r\n\r\n")
        body = client.answer().body
        assert b"GET /path" in body
        assert b"right:81" in body
        assert b"wrong" not in body


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_a_wish_for_another_protocol_is_passed_over(port: int, protocol: bytes) -> None:
    with Client(port) as client:
        for body in (b"SELECT", b"x" * 20_000):
            client.send(
                POST
                + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: %b\r\nHTTP2-Settings: AAMAAABk\r\n" % protocol
                + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            assert client.answer().body == body
        client.send(GET[:-2] + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n" + GET)
        assert client.answer().status == client.answer().status == 200


def test_the_service_is_no_proxy(port: int) -> None:
    with Client(port) as client:
        client.send(b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n")
        answer = client.answer()
        assert (answer.status, answer.problem) == (405, "method-not-allowed")


def test_head_gets_no_body_even_from_a_refusal(port: int) -> None:
    with Client(port) as client:
        client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.answer("HEAD").body == b""
        client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        assert client.answer("HEAD").status == 400
        assert client.rest() == b""


def test_http_1_0_is_answered_without_chunks(port: int) -> None:
    with Client(port) as client:
        client.send(b"GET / HTTP/1.0\r\n\r\n")
        assert b"1.0" in client.answer().body
        assert client.rest() == b""
    with Client(port) as client:
        client.send(b"GET /endless HTTP/1.0\r\n\r\n")
        head = client.came.read(1000)
        assert b"transfer-encoding" not in head
