"""Run all suites against ``koinon serve``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance.describing import run_description_test
from conformance.evaluating import run_evaluation_test, run_syntax_test
from conformance.graph_store import run_graph_store_test
from conformance.http_exchange import Client
from conformance.manifests import Entry, read_suite
from conformance.preparing import Prepared, prepare
from conformance.protocol import run_protocol_test, run_update_test
from conformance.verdicts import Verdict
from serving import serving

GROUPS: Final = {
    "Protocols": ("protocol", "service-description", "graph-store-protocol"),
    "Result formats": ("csv-tsv-res", "json-res"),
    "Query language": (
        *("syntax-query", "aggregates", "bind", "bindings", "cast", "construct", "exists", "functions"),
        *("grouping", "negation", "project-expression", "property-path", "subquery"),
    ),
    "Federation": ("service", "syntax-fed"),
    "Update": (
        *("syntax-update-1", "syntax-update-2", "basic-update", "add", "clear", "copy", "delete", "delete-data"),
        *("delete-insert", "delete-where", "drop", "move", "update-silent"),
    ),
}
"""The folders that are run, as the page shows them. ``http-rdf-update`` is not: all of it is deprecated by the W3C
in favour of ``graph-store-protocol``."""

_SETTINGS: Final = {"KOINON_CLIENT_REQUESTS": "0", "KOINON_CLIENT_ERRORS": "0", "KOINON_CLIENT_SECONDS": "0"}
_SYNTAX: Final = ("PositiveSyntaxTest11", "NegativeSyntaxTest11")


def all_entries() -> list[Entry]:
    """Return the tests of all suites."""
    return [entry for suites in GROUPS.values() for suite in suites for entry in read_suite(suite)]


def run_all(folder: Path) -> list[Verdict]:
    """Prepare the data in ``folder``, serve them and run every test."""
    entries = all_entries()
    prepared = prepare(folder, entries)
    with serving(prepared.home, **_SETTINGS) as service, Client(service.url) as client:
        return list(_run(client, prepared, entries))


def _run(client: Client, prepared: Prepared, entries: list[Entry]) -> Iterator[Verdict]:
    for entry in entries:
        if entry.kind == "ProtocolTest":
            yield run_protocol_test(client, entry)
        elif entry.kind == "ServiceDescriptionTest":
            yield run_description_test(client, entry)
        elif entry.kind == "GraphStoreProtocolTest":
            yield run_graph_store_test(client, entry)
        elif entry.suite in GROUPS["Update"]:
            yield run_update_test(client, entry)
        elif entry.kind in _SYNTAX:
            yield run_syntax_test(client, entry)
        else:
            yield run_evaluation_test(client, entry, prepared.address(entry))
