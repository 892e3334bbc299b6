"""The tests that ask a query of given data, and those that ask whether a text is a query at all."""

import json
import re
from typing import Final
from urllib.parse import quote

from pyoxigraph import RdfFormat

from conformance.comparing import Triples, compare
from conformance.http_exchange import Client
from conformance.manifests import Entry, iri_of
from conformance.protocol import is_refusal, lacks_base
from conformance.results import Table, read_graph, read_result_set, read_results
from conformance.verdicts import Outcome, Remark, Verdict

_TYPES: Final = {
    "srx": "application/sparql-results+xml",
    "srj": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
}
_DIRECT: Final = ("content-type", "application/sparql-query")


def run_evaluation_test(client: Client, entry: Entry, address: str) -> Verdict:
    """Ask the query at the address that holds the data of the test, in the form of the expected answer.

    Relative addresses in a query are relative to its file, which no protocol can say: a BASE is put before it.
    """
    assert entry.text is not None
    assert entry.result is not None
    text = f"BASE <{iri_of(entry.text)}>\n{entry.text.read_text('utf-8')}"
    form = entry.result.suffix[1:]
    expected: Table | bool | Triples
    if form == "ttl":
        graph = read_graph(entry.result.read_bytes(), RdfFormat.TURTLE, iri_of(entry.result))
        expected = read_result_set(graph) or graph
        form = "srj" if isinstance(expected, Table) else form
    else:
        expected = read_results(entry.result.read_bytes(), form)
    answer = client.send("POST", address, (_DIRECT, ("accept", _TYPES[form])), text.encode())
    if answer.status != 200 or answer.media_type != _TYPES[form]:
        if entry.suite == "service" and answer.problem == "query-refused":
            return Verdict(entry, Outcome.REFUSED, f"answered {answer.status} {answer.problem}")
        return Verdict(entry, Outcome.FAILED, str(answer))
    actual = (
        read_graph(answer.body, RdfFormat.TURTLE, f"{client.url}/sparql")
        if form == "ttl"
        else read_results(answer.body, form)
    )
    ordered = re.search(r"order\s+by[^{}]*$", text, re.IGNORECASE) is not None
    likeness = compare(expected, actual, ordered=ordered)
    if not likeness.same:
        return Verdict(entry, Outcome.FAILED, f"expected {expected}, got {actual}")
    return Verdict(entry, Outcome.PASSED, remark=Remark.NONE if likeness.exact else Remark.BY_VALUE)


def run_syntax_test(client: Client, entry: Entry) -> Verdict:
    """Send a text that has to be answered or, where it is no query, refused as a syntax error."""
    assert entry.text is not None
    target = f"/sparql?query={quote(entry.text.read_bytes())}"
    answer = client.send("GET", target)
    if entry.kind == "PositiveSyntaxTest11":
        if answer.status == 200:
            return Verdict(entry, Outcome.PASSED)
        if is_refusal(answer) or lacks_base(answer):
            return Verdict(entry, Outcome.REFUSED, f"answered {answer.status} {answer.problem}")
        return Verdict(entry, Outcome.FAILED, str(answer))
    if answer.status != 400 or answer.problem != "query-syntax":
        return Verdict(entry, Outcome.FAILED, f"expected a syntax error, got {answer}")
    place = json.loads(answer.body)
    if any(not isinstance(place.get(name), int) or place[name] < 1 for name in ("line", "column")):
        return Verdict(entry, Outcome.PASSED, remark=Remark.UNPLACED)
    return Verdict(entry, Outcome.PASSED)
