"""The three tests of the service description, which the W3C states in prose."""

from pathlib import Path
from typing import Final

import pyshacl
from rdflib import Graph, URIRef

from conformance.http_exchange import Client
from conformance.manifests import Entry
from conformance.verdicts import Outcome, Verdict

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_SHAPES: Final = Path(__file__).with_name("service-description.ttl")
_FORMS: Final = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
    "application/trig": "trig",
}


def run_description_test(client: Client, entry: Entry) -> Verdict:
    """Fetch ``/sparql`` without a query and check what the test is named after."""
    check = {
        "returns-rdf": _returns_rdf,
        "has-endpoint-triple": _names_its_endpoint,
        "conforms-to-schema": _conforms,
    }[entry.name]
    wrong = check(client)
    return Verdict(entry, Outcome.FAILED if wrong else Outcome.PASSED, wrong)


def _describe(client: Client, accept: str | None = None) -> tuple[str, Graph]:
    answer = client.send("GET", "/sparql", (("accept", accept),) if accept else ())
    assert answer.status == 200, str(answer)
    graph = Graph()
    if answer.media_type in _FORMS:
        graph.parse(data=answer.body, format=_FORMS[answer.media_type], publicID=f"{client.url}/sparql")
    return answer.media_type, graph


def _returns_rdf(client: Client) -> str:
    """A GET of the endpoint returns RDF, asked for or not (SPARQL 1.1 Service Description §2)."""
    for accept in (None, *_FORMS):
        media_type, graph = _describe(client, accept)
        if media_type not in _FORMS or (accept and media_type != accept) or not graph:
            return f"with Accept {accept} it returns {media_type or 'nothing'}, {len(graph)} triples"
    return ""


def _names_its_endpoint(client: Client) -> str:
    endpoints = set(_describe(client, "text/turtle")[1].objects(None, URIRef(_SD + "endpoint")))
    return "" if endpoints == {URIRef(f"{client.url}/sparql")} else f"sd:endpoint is {endpoints}"


def _conforms(client: Client) -> str:
    """The classes and properties of the description are used as the vocabulary (§3) declares them."""
    description = _describe(client, "text/turtle")[1]
    conforms, _, report = pyshacl.validate(description, shacl_graph=str(_SHAPES), ont_graph=str(_SHAPES))
    return "" if conforms else str(report)
