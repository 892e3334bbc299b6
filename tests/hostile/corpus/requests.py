"""Many requests over one connection, and heads of requests that lie, inject or do not end."""

from typing import Final

from hostile.case import (
    GRACE,
    QUERY_TIMEOUT,
    REQUEST_TIMEOUT,
    RESULTS,
    UNIQUE,
    Case,
    End,
    Reading,
    Say,
    Wait,
    asking,
    raw_case,
    request,
)

_LIVE: Final = request("GET", "/live")
_ASK: Final = asking("ASK { ?s ?p ?o }", "get")
_HEAVY: Final = asking("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }" + UNIQUE, "get")
_KEPT: Final = asking("SELECT * { ?s ?p ?o } LIMIT 2000" + UNIQUE, "get")
_SHORT: Final = asking("SELECT * { ?s ?p ?o } LIMIT 200" + UNIQUE, "get")
_LONG_ACCEPT: Final = request(
    "GET", "/sparql?query=ASK%7B%7D", (("Accept", "text/csv, a@NUMBER@/b;q=0.1" + ", c/d;q=0.1" * 3_000),)
)
_SMALL: Final = "/sparql?query=ASK%7B%7D"


def _either(family: str, name: str, *steps: object, **given: object) -> Case:
    return raw_case(family, name, *steps, end=End.EITHER, **given)  # type: ignore[arg-type]


def _head(name: str, lines: bytes, target: bytes = b"/live", **given: object) -> Case:
    whole = b"GET " + target + b" HTTP/1.1\r\nHost: @HOST@\r\n" + lines + b"\r\n"
    return _either("headers", name, whole, **given)


_PIPELINING: Final = [
    raw_case("pipelining", "a-hundred", _LIVE * 100, answers=100),
    _either("pipelining", "ten-thousand", Say(_LIVE * 100, 100), answers=10_000, within=10.0),
    _either(
        "pipelining", "ten-thousand-unread", Say(_LIVE * 100, 100), reading=Reading.NEVER, answers=0, within=6.0
    ),
    _either("pipelining", "queries", _ASK * 50, answers=50, within=QUERY_TIMEOUT + GRACE + 1),
    _either("pipelining", "heavy-queries", _HEAVY * 50, answers=1),
    _either("pipelining", "heavy-queries-of-twenty", _HEAVY * 50, answers=1, times=20),
    _either("pipelining", "heavy-then-light", _HEAVY + _LIVE * 50, answers=2, within=QUERY_TIMEOUT + GRACE),
    _either("pipelining", "after-close", request("GET", "/live", (("Connection", "close"),)) + _LIVE * 10),
    _either("pipelining", "then-garbage", _LIVE + b"\x00\xff" * 1_000, answers=2),
    _either("pipelining", "large-answers", asking("SELECT * { ?s ?p ?o }" + UNIQUE, "get") * 20, answers=1),
    _either(
        "pipelining",
        "large-answers-unread",
        asking("SELECT * { ?s ?p ?o }" + UNIQUE, "get") * 20,
        reading=Reading.NEVER,
        answers=0,
        within=8.0,
    ),
    _either("pipelining", "answers-to-keep", _KEPT * 20, answers=20, times=10, within=15.0),
    _either("pipelining", "short-answers-to-keep", _SHORT * 100, answers=100, times=10, within=15.0),
    _either("pipelining", "accept-headers-to-keep", _LONG_ACCEPT * 20, answers=20, times=20, within=10.0),
    _either("pipelining", "head-requests", request("HEAD", "/live") * 100, answers=100, method="HEAD"),
    _either("pipelining", "flood-of-twenty", Say(_LIVE * 50, 20), answers=1_000, times=20, within=10.0),
]

_LINES: Final = {
    "line-ends-in-values": b"X-A: b\rX-Injected: 1\r\n",
    "line-feed-in-values": b"X-A: b\nX-Injected: 1\r\n",
    "nul-in-values": b"X-A: b\x00c\r\n",
    "folded": b"X-A: b\r\n c\r\n",
    "space-in-names": b"X A: b\r\n",
    "space-before-colon": b"X-A : b\r\n",
    "no-name": b": b\r\n",
    "no-colon": b"X-A\r\n",
    "bytes": b"X-\xff: \xfe\r\n",
    "two-hosts": b"Host: x.example\r\n",
    "upgrade-to-websocket": b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    "upgrade-to-http-2": b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
    b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
    "expectations": b"Expect: 200-ok\r\nExpect: 100-continue\r\n",
    "hop-by-hop": b"Connection: Host, Accept, close, keep-alive\r\nKeep-Alive: timeout=99999, max=99999\r\n",
    "ranges": b"Range: bytes=" + b"0-," * 5_000 + b"0-\r\nIf-Range: x\r\n",
    "tags": b"If-None-Match: " + b'"a",' * 10_000 + b"\r\n",
    "tags-open": b'If-None-Match: W/"' + b"\\" * 40_000 + b"\r\n",
    "dates": b"If-Modified-Since: " + b"9" * 30_000 + b"\r\nIf-Unmodified-Since: Mon, 99 Foo 0000 99:99:99 GMT\r\n",
    "cookies": b"Cookie: " + b"a=b; " * 10_000 + b"\r\n",
    "authorization": b"Authorization: Basic " + b"QUFB" * 10_000 + b"\r\n",
    "languages": b"Accept-Language: " + b"xx-yy;q=0.1," * 4_000 + b"\r\n",
    "encodings": b"Accept-Encoding: " + b"gzip;q=0.1," * 4_000 + b"\r\n",
    "forwarded": b"X-Forwarded-For: "
    + b"1.2.3.4, " * 5_000
    + b"\r\nX-Forwarded-Proto: javascript\r\nForwarded: for=x\r\n",
    "forwarded-odd": b"X-Forwarded-For: \xff\x00, [::1, unknown, 127.0.0.1:99999\r\nX-Forwarded-Host: x\r\n",
    "one-large": b"X: " + b"a" * 70_000 + b"\r\n",
    "one-large-name": b"X" * 70_000 + b": a\r\n",
    "ten-thousand": b"".join(b"X-%d: a\r\n" % n for n in range(10_000)),
    "two-thousand-the-same": b"Accept: text/csv\r\n" * 2_000,
}

_HOSTS: Final = {
    "none": b"",
    "empty": b"Host:\r\n",
    "script": b'Host: "><script>alert(1)</script>\r\n',
    "injected": b"Host: x.example\x0d\x0aX-Injected: 1\r\nHost: y\r\n",
    "long": b"Host: " + b"a" * 20_000 + b"\r\n",
    "port": b"Host: x.example:99999999999999999999\r\n",
    "ipv6": b"Host: [::1%25lo]:@CANARY@\r\n",
    "path": b"Host: x.example/a?b#c\r\n",
    "user": b"Host: user:word@x.example\r\n",
    "script-of-another": "Host: κοινόν.example\r\n".encode(),
}

_LINES_OF_REQUESTS: Final = {
    "version-0.9": b"GET /live\r\n\r\n",
    "version-1.0": b"GET /live HTTP/1.0\r\n\r\n",
    "version-9.9": b"GET /live HTTP/9.9\r\nHost: x\r\n\r\n",
    "version-none": b"GET /live HTTP/\r\nHost: x\r\n\r\n",
    "version-of-another": b"GET /live ICY/1.1\r\nHost: x\r\n\r\n",
    "method-long": b"A" * 20_000 + b" /live HTTP/1.1\r\nHost: x\r\n\r\n",
    "method-of-bytes": b"\xff\xfe /live HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-long": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-of-megabytes": b"GET /" + b"a" * 5_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "query-long": b"GET /sparql?query=" + b"%20" * 30_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-none": b"GET  HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-relative": b"GET live HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-with-nul": b"GET /li\x00ve HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-with-spaces": b"GET /live /ready HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-of-bytes": b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "address-absolute": b"GET http://x.example/live HTTP/1.1\r\nHost: y.example\r\n\r\n",
    "address-absolute-broken": b"GET http://[::1/live HTTP/1.1\r\nHost: x\r\n\r\n",
    "line-feeds-only": b"GET /live HTTP/1.1\nHost: x\n\n",
    "carriage-returns-only": b"GET /live HTTP/1.1\rHost: x\r\r",
    "spaces-everywhere": b" GET   /live   HTTP/1.1  \r\nHost: x\r\n\r\n",
}

_INJECTIONS: Final = {
    "graph": "/sparql?query=ASK%7B%7D&default-graph-uri=http://x.example/%0d%0aX-Injected:%201",
    "query": "/sparql?query=ASK%7B%7D%0d%0aX-Injected:%201",
    "name": "/sparql?%0d%0aX-Injected:%201=1&query=ASK%7B%7D",
    "path": "/doc/project/x%0d%0aX-Injected:%201",
    "path-in-a-redirect": "/id/project/x%0d%0aX-Injected:%201",
    "slash": "/x%0d%0aX-Injected:%201/",
    "unicode": "/id/project/x%E5%98%8D%E5%98%8AX-Injected:%201",
    "language": "/?lang=en%0d%0aX-Injected:%201",
}

CASES: list[Case] = [
    *_PIPELINING,
    *(_head(name, lines) for name, lines in _LINES.items()),
    *(
        _head(f"{name}-for-a-query", _LINES[name], _SMALL.encode())
        for name in ("ranges", "tags", "tags-open", "two-thousand-the-same", "forwarded", "expectations")
    ),
    *(
        _either("headers", f"host-{name}", b"GET /sparql HTTP/1.1\r\nAccept: text/turtle\r\n" + line + b"\r\n")
        for name, line in _HOSTS.items()
    ),
    *(
        _either("headers", name, line, Wait(3), within=REQUEST_TIMEOUT + GRACE)
        for name, line in _LINES_OF_REQUESTS.items()
    ),
    *(
        _either(
            "headers",
            f"injected-by-{name}",
            request("GET", address, (("Accept", RESULTS),)),
            allowed=(200, 303, 308, 400, 404, 406),
        )
        for name, address in _INJECTIONS.items()
    ),
    _either(
        "headers",
        "without-end",
        b"GET /live HTTP/1.1\r\nHost: @HOST@\r\n",
        Say(b"X-A: " + b"b" * 1_000 + b"\r\n", 20_000),
    ),
    _either("headers", "one-without-end", b"GET /live HTTP/1.1\r\nHost: @HOST@\r\nX: ", Say(b"b" * 10_000, 5_000)),
    _either("headers", "address-without-end", b"GET /", Say(b"b" * 10_000, 5_000)),
    _either("headers", "method-without-end", Say(b"B" * 10_000, 5_000)),
]
