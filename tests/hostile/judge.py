"""The rule that every attack is judged by: what an answer may be, and how the service has to be beside it."""

import csv
import io
import json
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pyoxigraph import RdfFormat, parse

from hostile.attack import Reply, Seen
from hostile.case import Case, End, Reading, Talk

HEALTH_SECONDS: Final = 0.25
MOST_GROWTH: Final = 64 * 2**20
MOST_HELD: Final = 768 * 2**20
"""Bytes of answers that may wait for slow readers in all, wherever they are kept: a machine has an end."""
IDLE_WITHIN: Final = 1.0
IDLE_SHARE: Final = 0.1
INJECTED: Final = "x-injected"
"""The header that attacks try to put into an answer."""

_PROBLEM: Final = "application/problem+json"
_REFUSALS: Final = frozenset({*range(400, 500), 503})
_MEMBERS: Final = {"type": str, "title": str, "status": int, "detail": str}
_GRAPHS: Final = {
    media_type: RdfFormat.from_media_type(media_type)
    for media_type in (
        "text/turtle",
        "application/n-triples",
        "application/n-quads",
        "application/trig",
        "application/rdf+xml",
    )
}
_SECRETS: Final = (b"Traceback (most recent call last)", b"root:x:0:0:", b"root:*:0:0:")
_DEEP: Final = 50_000


def faults_of(case: Case, seen: Seen, marker: bytes) -> list[str]:
    """Return what is wrong with the answers to one talk and their moments."""
    found = [fault for reply in seen.replies for fault in _answer_faults(case, reply, marker)]
    talk = seen.talk
    if seen.fault and not (talk.reading is not Reading.ALL or (talk.end is not End.ANSWER and not seen.replies)):
        found.append(seen.fault)
    match talk.end:
        case End.ANSWER:
            found += _late(seen, talk)
        case End.CLOSED:
            found += _still_open(seen, talk)
        case End.EITHER:
            if not seen.replies:
                found += _still_open(seen, talk)
    return found


def _late(seen: Seen, talk: Talk) -> list[str]:
    if len(seen.replies) < talk.answers:
        how = "the connection was ended" if seen.closed else "nothing came"
        return [f"{len(seen.replies)} of {talk.answers} answers, then {how} after {seen.done - seen.began:.2f} s"]
    spent = max((reply.at for reply in seen.replies), default=seen.began) - (seen.sent or seen.began)
    return [f"answered after {spent:.2f} s, {talk.within:.2f} s are allowed"] if spent > talk.within else []


def _still_open(seen: Seen, talk: Talk) -> list[str]:
    if seen.closed is None:
        return [f"the connection was still open after {seen.done - seen.began:.2f} s"]
    spent = seen.closed - seen.began
    return [f"the connection was open for {spent:.2f} s, {talk.within:.2f} s are allowed"] * (spent > talk.within)


def _answer_faults(case: Case, reply: Reply, marker: bytes) -> list[str]:
    found = []
    if marker in reply.body:
        found.append("the content of a file is in the answer")
    found += [f"the answer holds {secret!r}" for secret in _SECRETS if secret in reply.body]
    if reply.header(INJECTED) or "set-cookie" in dict(reply.headers):
        found.append("a header was injected")
    if case.allowed is not None and reply.status not in case.allowed:
        found.append(f"status {reply.status}, {sorted(case.allowed)} are right: {_start_of(reply)}")
    if 200 <= reply.status < 300:
        return found + _success_faults(case, reply)
    if reply.status == 304:
        return found
    if reply.status in _REFUSALS:
        return found + _refusal_faults(case, reply)
    if case.allowed is None or reply.status not in case.allowed:
        found.append(f"status {reply.status}: {_start_of(reply)}")
    return found


def _refusal_faults(case: Case, reply: Reply) -> list[str]:
    kind = reply.header("content-type")
    if case.page and kind.startswith("text/html"):
        return [] if reply.body.rstrip().endswith(b"</html>") else ["a page of a refusal is cut"]
    if case.talks[0].method == "HEAD":
        return []
    if not kind.startswith(_PROBLEM):
        return [f"status {reply.status} as {kind or 'no type'}, not as a problem: {_start_of(reply)}"]
    try:
        problem = json.loads(reply.body)
    except ValueError as error:
        return [f"a problem document that is not JSON ({error})"]
    wrong = [name for name, kind_of in _MEMBERS.items() if not isinstance(problem.get(name), kind_of)]
    if wrong:
        return [f"status {reply.status} without {', '.join(wrong)}: {_start_of(reply)}"]
    if problem["status"] != reply.status:
        return [f"status {reply.status}, but the problem says {problem['status']}"]
    if reply.status in (429, 503) and not reply.header("retry-after"):
        return [f"status {reply.status} without Retry-After"]
    return []


def _success_faults(case: Case, reply: Reply) -> list[str]:
    if case.talks[0].method in ("HEAD", "OPTIONS") or reply.status == 204:
        return []
    kind = reply.header("content-type").partition(";")[0].strip()
    try:
        value = _read(kind, reply.body)
    except (ValueError, SyntaxError, ElementTree.ParseError, csv.Error) as error:
        return [f"a 200 as {kind} that cannot be read ({str(error)[:200]}): {_start_of(reply)}"]
    if case.value is not None and value != case.value:
        return [f"a 200 that says {value!r}, {case.value!r} is right"]
    return []


def _read(kind: str, body: bytes) -> str | None:
    """Read a body to its end, as its media type says; return the value of its only cell where it has but one."""
    if kind == "application/rdf+xml":
        ElementTree.fromstring(body)  # noqa: S314  what is judged comes from our own service
    if kind in _GRAPHS:
        for _ in parse(body, _GRAPHS[kind], base_iri="http://x.example/"):
            pass
    elif kind.endswith("+xml"):
        ElementTree.fromstring(body)  # noqa: S314  what is judged comes from our own service
    elif kind.endswith("json"):
        with _deep_recursion():
            return _only_cell(json.loads(body))
    elif kind == "text/html":
        if not body.rstrip().endswith(b"</html>"):
            raise ValueError("a page without an end")
    elif kind == "text/csv":
        rows = list(csv.reader(io.StringIO(body.decode(), newline=""), strict=True))
        if {len(row) for row in rows} - {len(rows[0]) if rows else 0, 0}:
            raise ValueError("rows of different lengths")
    elif kind.startswith("text/"):
        body.decode()
    else:
        raise ValueError("a media type that nobody asked for")
    return None


def _only_cell(document: object) -> str | None:
    if not isinstance(document, dict):
        return None
    if "boolean" in document:
        return str(document["boolean"]).lower()
    rows = document.get("results", {}).get("bindings", [])
    if len(rows) == 1 and len(rows[0]) == 1:
        (cell,) = rows[0].values()
        return str(cell["value"])
    return f"{len(rows)} rows"


@contextmanager
def _deep_recursion() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(_DEEP)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _start_of(reply: Reply) -> str:
    return repr(reply.body[:160].decode("utf-8", "replace"))
