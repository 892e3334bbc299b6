"""What an attack is: data, without the means to send it (``attack``) or to judge it (``judge``).

Texts may hold ``@CANARY@`` (the port of a listener that must never be reached), ``@FILE@`` (the address of a file
that must never be read), ``@HOST@`` (host and port of the service) and ``@RELEASE@`` (the id of the release it
serves). ``@NUMBER@`` is another number each time, so that no answer was given before. ``@LENGTH@`` is the
length of what follows the header block, once the others are known.
"""

import zlib
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from urllib.parse import quote, urlencode

QUERY_TIMEOUT: Final = 1.5
REQUEST_TIMEOUT: Final = 2.0
IDLE_TIMEOUT: Final = 2.0
SEND_TIMEOUT: Final = 2.0
GRACE: Final = 0.5
"""Seconds beyond a limit within which the service has to have kept it."""

RESULTS: Final = "application/sparql-results+json, application/n-triples;q=0.9"
UNIQUE: Final = " # @NUMBER@"
"""What is added to a query so that its text is like no other."""

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_LONGEST_ADDRESS: Final = 4000


class Reading(Enum):
    """What an attacker does with the answer."""

    ALL = auto()
    SLOWLY = auto()
    NEVER = auto()


class End(Enum):
    """What the service owes an attack."""

    ANSWER = auto()
    """A whole answer: a complete success, or a refusal as a problem document."""
    CLOSED = auto()
    """The end of the connection, with or without a refusal before it."""
    EITHER = auto()
    """One of the two."""
    NOTHING = auto()
    """Nothing, as the client has left or keeps within its rights; the rest of the rule holds."""


@dataclass(frozen=True, slots=True)
class Say:
    """Send ``data`` ``times`` times, with a ``pause`` in seconds after each."""

    data: bytes
    times: int = 1
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for some seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Finish:
    """Close the sending half of the connection."""


@dataclass(frozen=True, slots=True)
class Leave:
    """End the connection; ``reset`` breaks it off."""

    reset: bool = True


Step = Say | Wait | Finish | Leave


@dataclass(frozen=True, slots=True)
class Talk:
    """One connection: what is sent over it, and how many answers are expected."""

    steps: tuple[Step, ...]
    method: str = "GET"
    answers: int = 1
    reading: Reading = Reading.ALL
    end: End = End.ANSWER
    within: float = QUERY_TIMEOUT + GRACE
    """Seconds: for an answer since the request was sent, for the end of a connection since it began."""
    after: float = 0.0
    """Seconds from the beginning of the case to that of the connection."""


@dataclass(frozen=True, slots=True)
class Case:
    """One attack: its talks begin at the same moment."""

    family: str
    name: str
    talks: tuple[Talk, ...]
    allowed: frozenset[int] | None = None
    """Status codes that are right; by default every one that the rule allows."""
    value: str | None = None
    """Where the answer is a success, the value of its only cell, or its only boolean."""
    stray: bool = False
    """Whether open sockets of the service are watched all the time, beside the canary."""
    page: bool = False
    """Whether a reader asks for HTML, so that a refusal may be a page."""

    def __str__(self) -> str:
        """Return the name by which the case is chosen."""
        return f"{self.family}-{self.name}"


def request(
    method: str, target: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b"", *, host: bool = True
) -> bytes:
    """Return an HTTP/1.1 request with a true Content-Length where it has a body."""
    lines = [f"{method} {target} HTTP/1.1", *(["Host: @HOST@"] if host else [])]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append("Content-Length: @LENGTH@")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def asking(
    query: str | bytes,
    how: str = "",
    accept: str = RESULTS,
    extra: tuple[tuple[str, str], ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
    path: str = "/sparql",
    method: str = "",
) -> bytes:
    """Return a SPARQL Protocol request: ``get``, ``form`` or ``direct``, drawn by the text where it is not said."""
    raw = query.encode("utf-8", "surrogatepass") if isinstance(query, str) else query
    how = how or ("get", "form", "direct")[zlib.crc32(raw) % 3]
    if how == "get" and len(quote(raw)) > _LONGEST_ADDRESS:
        how = "form"
    head = (("Accept", accept), *headers)
    if how == "direct":
        address = f"{path}?{urlencode(extra)}" if extra else path
        return request(method or "POST", address, (*head, ("Content-Type", _DIRECT)), raw)
    form = urlencode([("query", raw), *extra], quote_via=quote, safe="@")
    if how == "get":
        return request(method or "GET", f"{path}?{form}", head)
    return request(method or "POST", path, (*head, ("Content-Type", _FORM)), form.encode())


def query_case(
    family: str,
    name: str,
    query: str | bytes,
    *,
    allowed: tuple[int, ...] = (),
    value: str | None = None,
    times: int = 1,
    stray: bool = False,
    page: bool = False,
    how: str = "",
    accept: str = RESULTS,
    extra: tuple[tuple[str, str], ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
    path: str = "/sparql",
    method: str = "",
) -> Case:
    """Return the case of one query, sent ``times`` times at once, each with a text of its own."""
    if times > 1 and isinstance(query, str):
        query += UNIQUE
    sent = asking(query, how, accept, extra, headers, path, method)
    talk = Talk((Say(sent),), method or ("GET" if sent.startswith(b"GET") else "POST"))
    return Case(family, name, (talk,) * times, frozenset(allowed) or None, value, stray, page)


def raw_case(
    family: str,
    name: str,
    *steps: Step | bytes,
    method: str = "GET",
    answers: int = 1,
    reading: Reading = Reading.ALL,
    end: End = End.ANSWER,
    within: float = QUERY_TIMEOUT + GRACE,
    allowed: tuple[int, ...] = (),
    times: int = 1,
    stray: bool = False,
    page: bool = False,
) -> Case:
    """Return the case of a script for raw connections, ``times`` of them at once."""
    said = tuple(Say(step) if isinstance(step, bytes) else step for step in steps)
    talk = Talk(said, method, answers, reading, end, within)
    return Case(family, name, (talk,) * times, frozenset(allowed) or None, stray=stray, page=page)
