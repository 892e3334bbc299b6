"""Connections that give little, take little, or never end; and requests that are not what HTTP says they are."""

import gzip
import zlib
from typing import Final

from hostile.case import (
    GRACE,
    IDLE_TIMEOUT,
    QUERY_TIMEOUT,
    REQUEST_TIMEOUT,
    RESULTS,
    SEND_TIMEOUT,
    UNIQUE,
    Case,
    End,
    Finish,
    Leave,
    Reading,
    Say,
    Talk,
    Wait,
    asking,
    raw_case,
    request,
)

_HEAD: Final = b"POST /sparql HTTP/1.1\r\nHost: @HOST@\r\nContent-Type: application/sparql-query\r\n"
_GET: Final = asking("ASK { ?s ?p ?o }", "get")
_LIVE: Final = request("GET", "/live")
_HEAVY: Final = asking("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }" + UNIQUE, "get")
_LARGE: Final = asking("SELECT * { GRAPH ?g { ?s ?p ?o } }" + UNIQUE, "get")
_HUGE: Final = asking(
    "SELECT ?x22 { BIND('xxxxxxxx' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(22))
    + " }"
    + UNIQUE,
    "form",
)
"""An answer of 32 MB that takes no time to make."""
_IN: Final = REQUEST_TIMEOUT + GRACE
_IDLE: Final = IDLE_TIMEOUT + GRACE
_ANSWERED_AND_IDLE: Final = QUERY_TIMEOUT + IDLE_TIMEOUT + 2 * GRACE


def _ends(name: str, *steps: object, within: float = _IN, family: str = "slow", **given: object) -> Case:
    """Return a case whose connections have to be ended by the service, with a refusal or without one."""
    return raw_case(family, name, *steps, end=End.CLOSED, answers=0, within=within, **given)  # type: ignore[arg-type]


def _answers(family: str, name: str, *steps: object, **given: object) -> Case:
    """Return a case that gets an answer or the end of its connection."""
    return raw_case(family, name, *steps, end=End.EITHER, **given)  # type: ignore[arg-type]


def _bomb(kind: str) -> bytes:
    zeros = b"ASK {} #" + b" " * 50_000_000
    return gzip.compress(zeros, 9) if kind == "gzip" else zlib.compress(zeros, 9)


_SLOW: Final = [
    Case(
        "slow",
        "readers-of-huge-answers",
        tuple(
            Talk((Say(_HUGE),), "POST", reading=Reading.SLOWLY, end=End.NOTHING, within=12.0, after=number * 0.3)
            for number in range(40)
        ),
    ),
    _ends("nothing-said", Wait(60)),
    _ends("nothing-said-600", Wait(60), times=600),
    _ends("nothing-said-1200", Wait(60), times=1_200),
    _ends("request-line", Say(b"G", pause=0.2), Say(b"E", 100, 0.2)),
    _ends("one-byte", b"G", Wait(60)),
    _ends("headers", b"GET /live HTTP/1.1\r\nHost: @HOST@\r\n", Say(b"X-A: b\r\n", 100, 0.2)),
    _ends("headers-by-bytes", b"GET /live HTTP/1.1\r\nHost: @HOST@\r\nX: ", Say(b"a", 200, 0.1)),
    _ends("headers-200", b"GET /live HTTP/1.1\r\nHost: @HOST@\r\n", Say(b"X-A: b\r\n", 40, 0.5), times=200),
    _ends("body", _HEAD + b"Content-Length: 1000\r\n\r\n", Say(b"A", 100, 0.2), method="POST"),
    _ends("body-200", _HEAD + b"Content-Length: 1000\r\n\r\n", Say(b"A", 20, 0.5), times=200, method="POST"),
    _ends("body-never", _HEAD + b"Content-Length: 1000\r\n\r\n", Wait(60), method="POST"),
    _ends("body-cut", _HEAD + b"Content-Length: 1000\r\n\r\nASK {", Finish(), Wait(60), method="POST"),
    _ends("chunks", _HEAD + b"Transfer-Encoding: chunked\r\n\r\n", Say(b"1\r\nA\r\n", 100, 0.2), method="POST"),
    _ends("chunks-never", _HEAD + b"Transfer-Encoding: chunked\r\n\r\n", Wait(60), method="POST"),
    _ends(
        "trailers",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n0\r\n",
        Say(b"X: y\r\n", 100, 0.2),
        method="POST",
        within=_IN + QUERY_TIMEOUT,
    ),
    _ends(
        "body-for-a-page",
        request("POST", "/projects")[:-2] + b"Content-Length: 1000\r\n\r\n",
        Say(b"A", 100, 0.2),
        method="POST",
    ),
    _ends(
        "body-of-a-get", _GET[:-2] + b"Content-Length: 1000\r\n\r\n", Say(b"A", 100, 0.2), within=_ANSWERED_AND_IDLE
    ),
    _ends("idle-after-an-answer", _LIVE, Wait(60), within=_IDLE),
    _ends("idle-after-an-answer-600", _LIVE, Wait(60), within=_IDLE + GRACE, times=600),
    _ends("second-request-never-whole", _LIVE + b"GET /live HT", Wait(60), within=_IN + GRACE),
    _ends("half-closed-at-once", Finish(), Wait(60), within=_IDLE),
    _ends("half-closed-in-the-head", b"GET /live HTTP/1.1\r\nHo", Finish(), Wait(60)),
    raw_case("slow", "half-closed-after-a-request", _GET, Finish(), end=End.EITHER),
    raw_case("slow", "half-closed-after-a-heavy-request", _HEAVY, Finish(), end=End.EITHER),
    raw_case(
        "slow",
        "expect-and-wait",
        _HEAD + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\n",
        Wait(0.3),
        b"ASK {}",
        method="POST",
    ),
    _ends(
        "expect-and-nothing", _HEAD + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\n", Wait(60), method="POST"
    ),
    _ends("tls", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500, Wait(60)),
    _ends("http-2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 100, Wait(60)),
    _ends("binary", bytes(range(256)) * 100, Wait(60)),
    _ends("lines-without-end", Say(b"\r\n" * 1_000, 50, 0.1), Wait(60)),
    *(
        raw_case(
            "slow",
            f"reader-{name}",
            sent,
            reading=Reading.NEVER,
            end=End.CLOSED,
            answers=0,
            times=times,
            within=making + SEND_TIMEOUT + 2 * GRACE,
        )
        for name, sent, times, making in (
            ("of-nothing", _LARGE, 1, QUERY_TIMEOUT),
            ("of-nothing-twenty", _LARGE, 20, QUERY_TIMEOUT),
            ("of-a-document", request("GET", "/graph/sea4neb-article.nt"), 1, QUERY_TIMEOUT),
            ("of-fifty-documents", request("GET", "/graph/sea4neb-article.nt"), 50, 15.0),
            ("of-a-dump", request("GET", "/data/dumps/@RELEASE@/dump.nq"), 1, 0.0),
            ("of-fifty-dumps", request("GET", "/data/dumps/@RELEASE@/dump.nq"), 50, 1.0),
        )
    ),
    *(
        raw_case("slow", f"reader-{name}", sent, reading=Reading.SLOWLY, end=End.NOTHING, times=times, within=1.0)
        for name, sent, times in (
            ("of-little", _LARGE, 1),
            ("of-little-fifty", _LARGE, 50),
            ("of-a-short-answer", _GET, 50),
        )
    ),
    *(
        raw_case("slow", name, sent, Wait(0.3), Leave(reset), end=End.NOTHING, times=times)
        for name, sent, times, reset in (
            ("leaves-a-heavy-query", _HEAVY, 1, True),
            ("leaves-a-heavy-query-politely", _HEAVY, 1, False),
            ("leaves-many-heavy-queries", _HEAVY, 40, True),
            ("leaves-a-large-answer", _LARGE, 10, True),
        )
    ),
    raw_case("slow", "connects-and-leaves", Leave(), end=End.NOTHING, times=500),
    raw_case("slow", "sends-and-leaves", _LIVE, Leave(), end=End.NOTHING, times=500),
]

_BODIES: Final = [
    *(
        raw_case(
            "bodies",
            f"{kind}-bomb-{how}",
            request(
                "POST",
                "/sparql",
                (("Accept", RESULTS), ("Content-Encoding", kind), ("Content-Type", content)),
                _bomb(kind),
            ),
            method="POST",
            allowed=(400, 413, 415),
        )
        for kind in ("gzip", "deflate")
        for how, content in (("direct", "application/sparql-query"), ("form", "application/x-www-form-urlencoded"))
    ),
    *(
        raw_case(
            "bodies",
            f"encoded-{kind[:8]}",
            request(
                "POST",
                "/sparql",
                (("Content-Encoding", kind), ("Content-Type", "application/sparql-query")),
                b"\x1f\x8b" * 50,
            ),
            method="POST",
            allowed=(400, 413, 415),
        )
        for kind in ("br", "zstd", "gzip, gzip, gzip", "x" * 5_000)
    ),
    _answers(
        "bodies",
        "chunks-without-end",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        Say(b"4000\r\n" + b"x" * 0x4000 + b"\r\n", 4_000),
        method="POST",
        allowed=(400, 408, 413),
    ),
    _answers(
        "bodies",
        "chunks-of-one-byte",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        Say(b"1\r\n \r\n" * 500, 800),
        method="POST",
    ),
    _answers(
        "bodies",
        "chunk-extension",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;",
        Say(b"a=b;" * 2_000, 2_000),
        method="POST",
    ),
    _answers(
        "bodies",
        "trailers",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n0\r\n",
        Say(b"X: y\r\n" * 2_000, 500),
        method="POST",
    ),
    *(
        _answers(
            "bodies",
            f"chunk-size-{name}",
            _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + size + b"\r\nASK {}\r\n0\r\n\r\n",
            Wait(3),
            method="POST",
            within=_IN,
            allowed=(400, 408, 413),
        )
        for name, size in {
            "huge": b"FFFFFFFFFFFFFFFF",
            "over": b"1FFFFFFFFFFFFFFFF",
            "negative": b"-6",
            "hex": b"0x6",
            "empty": b"",
            "word": b"six",
            "spaces": b" 6",
            "zeros": b"0" * 70_000 + b"6",
        }.items()
    ),
    *(
        _answers(
            "bodies",
            f"length-{name}",
            _HEAD + b"Content-Length: " + length + b"\r\n\r\nASK {}",
            Wait(3),
            method="POST",
            within=_IN,
            allowed=allowed,
        )
        for name, length, allowed in (
            ("huge", b"999999999999999999", (400, 408, 413)),
            ("over", b"99999999999999999999999999", (400, 408, 413)),
            ("negative", b"-6", (400,)),
            ("plus", b"+6", (400,)),
            ("hex", b"0x6", (400,)),
            ("list", b"6, 6", (400, 200)),
            ("two", b"6\r\nContent-Length: 7", (400,)),
            ("empty", b"", (400, 411)),
            ("spaces", b"6 6", (400,)),
            ("arabic", "٦".encode(), (400,)),
        )
    ),
    _answers("bodies", "length-too-small", _HEAD + b"Content-Length: 2\r\n\r\nASK {}", method="POST"),
    *(
        _answers(
            "bodies",
            f"smuggled-{name}",
            _HEAD + framing + b"\r\n0\r\n\r\nGET /live HTTP/1.1\r\nHost: @HOST@\r\n\r\n",
            method="POST",
            allowed=(400, 413, 501),
        )
        for name, framing in {
            "length-and-chunks": b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
            "chunks-and-length": b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n",
            "identity": b"Transfer-Encoding: identity\r\n",
            "chunked-twice": b"Transfer-Encoding: chunked, chunked\r\n",
            "chunked-not-last": b"Transfer-Encoding: chunked, gzip\r\n",
            "unknown": b"Transfer-Encoding: xchunked\r\n",
            "space-before-colon": b"Transfer-Encoding : chunked\r\n",
            "folded": b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 6\r\n",
            "vertical-tab": b"Transfer-Encoding: \x0bchunked\r\n",
            "bare-line-ends": b"Transfer-Encoding: chunked\nContent-Length: 6\n",
        }.items()
    ),
]

CASES: list[Case] = [*_SLOW, *_BODIES]
