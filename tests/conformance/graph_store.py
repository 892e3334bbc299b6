"""The reading part of the Graph Store Protocol tests.

A test writes a graph and reads it back. Koinon takes no writes, so the state that the writes before a reading
request lead to is imported, under a graph name of its own (``…/gsp/…`` becomes ``…/gsp/{test}/{step}/…``, and for
direct identification Koinon's ``/graph/{test}-{step}``), and the reading request is sent for that graph. The writes
themselves are sent too, and have to be refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from typing import Final
from urllib.parse import parse_qs, urlsplit

from pyoxigraph import RdfFormat

from conformance.comparing import compare
from conformance.http_exchange import Answer, Client
from conformance.manifests import Entry, Request
from conformance.protocol import status_fits
from conformance.results import read_graph
from conformance.verdicts import Outcome, Verdict
from koinon.model.namespaces import GRAPH

DEFAULT: Final = ""
_BASE: Final = "http://www.example/gsp/"
_WRITES: Final = ("PUT", "POST", "DELETE")


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a test; one that reads finds ``documents`` (Turtle) in ``graph``, where it exists."""

    request: Request
    graph: str = DEFAULT
    documents: tuple[bytes, ...] | None = None


def steps(entry: Entry) -> Iterator[Step]:
    """Yield the requests of a test; those that read, with the state that they find."""
    state: dict[str, tuple[bytes, ...]] = {}
    for number, request in enumerate(entry.requests, 1):
        graph = _graph(request.target)
        if request.method == "DELETE":
            state.pop(graph, None)
        elif request.method in _WRITES:
            kept = state.get(graph, ()) if request.method == "POST" else ()
            state[graph] = (*kept, *_documents(request))
        if request.method in _WRITES:
            yield Step(replace(request, target=_served(request.target, _name(entry, number))[0]))
        else:
            target, name = _served(request.target, _name(entry, number))
            yield Step(replace(request, target=target), name, state.get(graph))


def run_graph_store_test(client: Client, entry: Entry) -> Verdict:
    """Send the requests of a test and compare what is read; every write has to be refused with 405."""
    outcome = Outcome.PASSED
    for step in steps(entry):
        request = step.request
        answer = client.send(request.method, request.target, request.headers, request.body)
        if request.method in _WRITES:
            outcome = Outcome.READ
            wrong = (
                ""
                if answer.status == 405 and answer.problem and "GET" in answer.headers.get("Allow", "")
                else (f"a write is refused with 405 and Allow, not with {answer}")
            )
        else:
            wrong = _difference(request, answer)
        if wrong:
            return Verdict(entry, Outcome.FAILED, f"{request.method} {request.target}: {wrong}")
    return Verdict(entry, outcome)


def _difference(request: Request, answer: Answer) -> str:
    if not status_fits(request.statuses, answer.status):
        return f"expected {' or '.join(sorted(request.statuses))}, got {answer}"
    if request.content_type and answer.media_type != request.content_type.partition(";")[0]:
        return f"expected {request.content_type}, got {answer}"
    if request.method == "HEAD" and (answer.body or "Content-Length" not in answer.headers):
        return f"HEAD has no body and says how long it would be, not {answer}"
    if request.content:
        expected = read_graph(request.content.encode(), RdfFormat.TURTLE, _BASE)
        if not compare(expected, read_graph(answer.body, RdfFormat.TURTLE, _BASE), ordered=False).same:
            return f"another graph: {answer}"
    return ""


def _name(entry: Entry, number: int) -> str:
    return f"{entry.name.replace('_', '-')}-{number}"


def _graph(target: str) -> str:
    """Return the graph that a request of the suite names; the default graph has the empty name."""
    parts = urlsplit(target)
    query = parse_qs(parts.query, keep_blank_values=True)
    if "default" in query:
        return DEFAULT
    if "graph" in query:
        return query["graph"][0]
    return f"http://www.example{parts.path}" if parts.path != "/gsp" else "$LOCATION$"


def _served(target: str, name: str) -> tuple[str, str]:
    """Return the address to ask this service at, and the graph that it names."""
    parts = urlsplit(target)
    if not parts.query:
        return (f"/graph/{name}", GRAPH + name) if parts.path != "/gsp" else ("/graph", DEFAULT)
    query = re.sub(r"(www\.example(%2F|/)gsp)", rf"\1\g<2>{name}", parts.query)
    query = query.replace("$LOCATION$", f"{_BASE}{name}/new")
    return f"/graph?{query}", _graph(f"?{query}")


def _documents(request: Request) -> tuple[bytes, ...]:
    """Return the Turtle documents of a body, which may be a form with several (RFC 7578)."""
    sent = dict(request.headers)["content-type"]
    if not sent.startswith("multipart/"):
        return (request.body,)
    form = message_from_bytes(f"Content-Type: {sent}\r\n\r\n".encode() + request.body)
    return tuple(bytes(part.get_payload(decode=True)) for part in form.get_payload())  # type: ignore[union-attr]  # a form has parts
