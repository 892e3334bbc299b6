"""The tests of the SPARQL 1.1 Protocol, whose requests the manifest spells out."""

from typing import Final

from conformance.http_exchange import Answer, Client
from conformance.manifests import Entry, Request
from conformance.results import read_results
from conformance.verdicts import Outcome, Verdict

_CODES: Final = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
_RESULTS: Final = {"application/sparql-results+json": "srj", "application/sparql-results+xml": "srx"}
_TABLES: Final = frozenset({*_RESULTS, "text/csv", "text/tab-separated-values"})
_GRAPHS: Final = frozenset(
    {
        *("text/turtle", "application/n-triples", "application/rdf+xml"),
        *("application/trig", "application/n-quads", "application/ld+json"),
    }
)
UPDATE_REFUSALS: Final = frozenset({"query-refused", "unsupported-media-type"})


def run_protocol_test(client: Client, entry: Entry) -> Verdict:
    """Send the requests of a test to ``/sparql`` and compare the answers with those expected."""
    for request in entry.requests:
        answer = client.send(
            request.method, "/sparql" + request.target.removeprefix("/sparql/"), request.headers, request.body
        )
        wrong = _difference(request, answer)
        if wrong and (lacks_base(answer) or (_is_update(request) and is_refusal(answer))):
            return Verdict(entry, Outcome.REFUSED, f"answered {answer.status} {answer.problem}")
        if wrong:
            return Verdict(entry, Outcome.FAILED, f"{request.method} {request.target}: {wrong}")
    return Verdict(entry, Outcome.PASSED)


def run_update_test(client: Client, entry: Entry) -> Verdict:
    """Send an update, whose refusal is what this service promises."""
    assert entry.text is not None
    text = entry.text.read_bytes()
    answer = client.send("POST", "/sparql", (("content-type", "application/sparql-update"),), text)
    if is_refusal(answer):
        return Verdict(entry, Outcome.REFUSED, f"answered {answer.status} {answer.problem}")
    return Verdict(entry, Outcome.FAILED, f"an update is answered by {answer}")


def is_refusal(answer: Answer) -> bool:
    """Tell whether an answer says in so many words that updates are not taken."""
    return 400 <= answer.status < 500 and answer.problem in UPDATE_REFUSALS


def status_fits(statuses: tuple[str, ...], status: int) -> bool:
    """Tell whether a status is one of those expected, by name (``OK``) or class (``StatusCode2xx``)."""
    return any(
        _CODES.get(name) == status or (name.startswith("StatusCode") and name[10] == str(status)[0])
        for name in statuses
    )


def lacks_base(answer: Answer) -> bool:
    """Tell whether an answer says that an address is relative and nothing declares what to."""
    return answer.problem == "query-syntax" and b"declare a BASE" in answer.body


def _is_update(request: Request) -> bool:
    return b"update" in request.body[:7] + dict(request.headers).get("content-type", "").encode()


def _difference(request: Request, answer: Answer) -> str:
    if not status_fits(request.statuses, answer.status):
        return f"expected {' or '.join(sorted(request.statuses))}, got {answer}"
    if answer.status >= 400:
        return "" if answer.problem else f"the error is no problem document: {answer}"
    if request.format == "boolean":
        form = _RESULTS.get(answer.media_type)
        if form is None:
            return f"no boolean result: {answer}"
        if request.boolean is not None and read_results(answer.body, form) is not request.boolean:
            return f"expected {request.boolean}, got {answer}"
    if request.format == "tabular" and answer.media_type not in _TABLES:
        return f"no table: {answer}"
    if request.format == "RDF" and answer.media_type not in _GRAPHS:
        return f"no RDF: {answer}"
    return ""
