"""The head of a request: what its parser lets pass, and two readers could still understand in two ways."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import unquote

import httptools

from koinon.web.turned_away import Refused

LARGEST_HEAD: Final = 64 * 1024
LONGEST_TARGET: Final = 60 * 1024
MOST_HEADERS: Final = 100
WATCHED: Final = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect"})
"""The headers that ``framing`` looks at."""

Headers = list[tuple[bytes, bytes]]


def framing(version: str, watched: Sequence[tuple[bytes, bytes]]) -> tuple[int | None, bool]:
    """Return the length of the body, None where it comes in chunks, and whether the client waits to send it.

    The parser has refused all that RFC 9112 §6 forbids except what is refused here. Raises Refused.
    """
    if version not in ("1.1", "1.0"):
        raise Refused("bad-request", "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    length: int | None = 0
    hosts, waits = 0, False
    for name, value in watched:
        if name == b"host":
            hosts += 1
        elif name == b"content-length":
            length = int(value)
        elif name == b"expect":
            waits = value.lower() == b"100-continue" and version == "1.1"
        elif value.lower() != b"chunked" or version == "1.0":
            raise Refused("bad-request", "The only Transfer-Encoding that is read is chunked, of HTTP/1.1.")
        else:
            length = None
    if hosts > 1 or (not hosts and version == "1.1"):
        raise Refused("bad-request", "A request has exactly one Host header.")
    return length, waits


def target(method: bytes, url: bytes, headers: Headers) -> tuple[str, bytes, bytes]:
    """Return the path, the path as it was sent, and the query of a request target. Raises Refused.

    A host in the target takes the place of the one in ``headers`` (RFC 9112 §3.2.2).
    """
    if not url.startswith(b"/") and not (url == b"*" and method == b"OPTIONS"):
        url = _absolute(url, headers)
    raw_path, _, query = url.partition(b"#")[0].partition(b"?")
    if not url.isascii():
        raise Refused("bad-request", "The address holds characters that are not encoded.")
    path = raw_path.decode("ascii")
    return unquote(path) if "%" in path else path, raw_path, query


def too_large(url: bytes, read: int, headers: Headers) -> Refused | None:
    """Return the refusal of a head that is too large; ``read`` are its bytes so far."""
    if len(url) > LONGEST_TARGET:
        return Refused("address-too-long", f"It is longer than {LONGEST_TARGET} bytes.")
    if read > LARGEST_HEAD or len(headers) > MOST_HEADERS:
        return Refused("headers-too-large", f"At most {MOST_HEADERS} headers, of {LARGEST_HEAD} bytes in all.")
    return None


def _absolute(url: bytes, headers: Headers) -> bytes:
    try:
        parsed = httptools.parse_url(url)
    except httptools.HttpParserInvalidURLError as error:
        raise Refused("bad-request", "The address is malformed.") from error
    if parsed.schema not in (b"http", b"https") or not parsed.host or parsed.userinfo:
        raise Refused("bad-request", "The address is malformed.")
    host = b"%b:%d" % (parsed.host, parsed.port) if parsed.port else parsed.host
    headers[:] = [(name, host if name == b"host" else value) for name, value in headers]
    return (parsed.path or b"/") + (b"?" + parsed.query if parsed.query else b"")
