"""The endpoint's description of itself conforms to its vocabulary, and says what is so."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld as processor
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from koinon.engine import Triple
from koinon.model.assets import Assets
from koinon.model.namespaces import DCT, GRAPH, RDF, RDFS, SCHEMA, SD, VOID, XSD
from koinon.model.settings import Settings
from koinon.publish import jsonld, rdf
from koinon.publish.context import Context
from koinon.publish.description import MOST_GRAPHS, service_description
from koinon.query.job import ALL_TYPES
from koinon.query.limits import Limits
from koinon.release.manifest import BUILT, IMPORTED, GraphEntry, Manifest

ENDPOINT = "https://data.example.org/koinon/sparql"
VOID_PAGE = "https://data.example.org/koinon/.well-known/void"
ADDRESS = "https://data.example.org/koinon/context/v1.jsonld"
CONTEXT = Assets.locate(Settings.from_environment({})).ontology / "context" / "v1.jsonld"
LIMITS = Limits.of(Settings.from_environment({}))

# Domain and range of the properties (SPARQL 1.1 Service Description §3.3, §3.4), where they are classes of ours.
SCHEMA_OF_SD = {
    "endpoint": ("Service", None),
    "feature": ("Service", None),
    "supportedLanguage": ("Service", None),
    "defaultEntailmentRegime": ("Service", None),
    "resultFormat": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}
FORMATS = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/ld+json": "JSON-LD",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF_XML",
    "application/trig": "TriG",
    "application/n-quads": "N-Quads",
}
"""Media types and their IRIs under http://www.w3.org/ns/formats/."""


def manifest(*sizes: int, kind: str = BUILT, default: int | None = None) -> Manifest:
    graphs = tuple(
        GraphEntry(
            f"{GRAPH}source-{n}", f"source-{n}", "page", "0" * 64, size, {"en": f"Source {n}", "pl": "Źródło"}
        )
        for n, size in enumerate(sizes)
    )
    versions = ("1.0.0", "1.0.0", "1", "0", "0")
    return Manifest("ab" * 32, None, *versions, None, graphs, sum(sizes), kind, default)


def description(about: Manifest, limits: Limits = LIMITS) -> set[Triple]:
    return set(service_description(ENDPOINT, about, limits, VOID_PAGE).triples)


def objects(triples: set[Triple], subject: str, predicate: str) -> set[str]:
    return {o.value for s, p, o in triples if s.value == subject and p.value == predicate}


def test_every_term_of_the_vocabulary_stands_where_it_may() -> None:
    triples = description(manifest(7, 8))
    types: dict[str, set[str]] = {}
    for subject, predicate, value in triples:
        if predicate.value == RDF + "type":
            types.setdefault(subject.value, set()).add(value.value)
    used = {p.value.removeprefix(SD) for _, p, _ in triples if p.value.startswith(SD)}
    assert used == SCHEMA_OF_SD.keys(), "a property is unknown, or one that is promised is not told"
    for subject, predicate, value in triples:
        if not predicate.value.startswith(SD):
            continue
        domain, kind = SCHEMA_OF_SD[predicate.value.removeprefix(SD)]
        assert SD + domain in types[subject.value], (subject, predicate)
        assert isinstance(value, NamedNode)
        assert kind is None or SD + kind in types[value.value], (predicate, value)
    assert not any(isinstance(term, BlankNode) for triple in triples for term in triple)


def test_it_names_its_endpoint_language_formats_and_the_data() -> None:
    triples = description(manifest(7))
    assert objects(triples, ENDPOINT, SD + "endpoint") == {ENDPOINT}
    assert objects(triples, ENDPOINT, SD + "supportedLanguage") == {SD + "SPARQL11Query"}
    assert objects(triples, ENDPOINT, SD + "defaultEntailmentRegime") == {"http://www.w3.org/ns/entailment/Simple"}
    formats = {f"http://www.w3.org/ns/formats/{FORMATS[media_type]}" for media_type in ALL_TYPES}
    assert objects(triples, ENDPOINT, SD + "resultFormat") == formats
    assert objects(triples, ENDPOINT, RDFS + "seeAlso") == {VOID_PAGE}
    assert objects(triples, ENDPOINT + "#dataset", VOID + "sparqlEndpoint") == {ENDPOINT}
    assert objects(triples, ENDPOINT + "#dataset", DCT + "identifier") == {"ab" * 32}


def test_it_claims_the_union_only_where_the_default_graph_is_one() -> None:
    assert objects(description(manifest(7)), ENDPOINT, SD + "feature") == {SD + "UnionDefaultGraph"}
    imported = description(manifest(7, kind=IMPORTED, default=3))
    assert not objects(imported, ENDPOINT, SD + "feature")
    assert objects(imported, ENDPOINT + "#default-graph", VOID + "triples") == {"3"}


def test_every_graph_has_its_name_size_and_title_and_empty_ones_are_left_out() -> None:
    triples = description(manifest(7, 0, 9))
    named = objects(triples, ENDPOINT + "#dataset", SD + "namedGraph")
    assert {name for node in named for name in objects(triples, node, SD + "name")} == {
        GRAPH + "source-0",
        GRAPH + "source-2",
    }
    assert objects(triples, GRAPH + "source-2", VOID + "triples") == {"9"}
    assert objects(triples, GRAPH + "source-2", DCT + "title") == {"Source 2", "Źródło"}


def test_of_very_many_graphs_it_describes_some_and_says_how_to_list_all() -> None:
    triples = description(manifest(*[1] * (MOST_GRAPHS + 5)))
    assert len(objects(triples, ENDPOINT + "#dataset", SD + "namedGraph")) == MOST_GRAPHS
    (comment,) = objects(triples, ENDPOINT + "#dataset", RDFS + "comment")
    assert f"{MOST_GRAPHS + 5:,}" in comment
    assert "SELECT DISTINCT ?graph" in comment


def test_programs_can_read_every_limit_and_people_all_in_one_sentence() -> None:
    triples = description(manifest(7))
    limits = objects(triples, ENDPOINT, SCHEMA + "additionalProperty")
    told = {
        next(iter(objects(triples, node, SCHEMA + "propertyID"))): (
            next(iter(objects(triples, node, SCHEMA + "maxValue"))),
            next(iter(objects(triples, node, SCHEMA + "unitCode"))),
        )
        for node in limits
    }
    assert len(told) == len(limits) == 10
    assert told["time"] == ("15", "SEC")
    assert told["rows"] == ("1000000", "C62")
    assert told["size"] == (str(64 * 2**20), "AD")
    (comment,) = objects(triples, ENDPOINT, RDFS + "comment")
    assert "15 seconds" in comment
    assert "64 MiB" in comment


def test_a_limit_that_is_no_whole_number_is_still_a_number() -> None:
    triples = description(manifest(7), Limits.of(Settings(query_timeout=0.25)))
    (value,) = (o for s, p, o in triples if s.value.endswith("#limit-time") and p.value == SCHEMA + "maxValue")
    assert value == Literal("0.25", datatype=NamedNode(XSD + "double"))


def load(path: Path, url: str, _: object = None) -> dict[str, Any]:
    """Stand for the network: our context is at its address, and nothing else is anywhere."""
    assert url == ADDRESS
    return {"contentType": None, "contextUrl": None, "documentUrl": url, "document": json.loads(path.read_text())}


@pytest.mark.parametrize("kind", [BUILT, IMPORTED])
def test_it_says_the_same_in_every_syntax(kind: str) -> None:
    about = replace(manifest(7, 8), kind=kind)
    document = service_description(ENDPOINT, about, LIMITS, VOID_PAGE)
    wanted = set(document.triples)
    for media_type, syntax in rdf.SYNTAXES.items():
        quads = parse(rdf.write(document, media_type), syntax)
        assert {(quad.subject, quad.predicate, quad.object) for quad in quads} == wanted, media_type
    options = {"format": "application/n-quads", "documentLoader": partial(load, CONTEXT)}
    body = jsonld.write(document, Context.read(CONTEXT), ADDRESS)
    quads = parse(processor.to_rdf(json.loads(body), options), RdfFormat.N_QUADS)
    assert {(quad.subject, quad.predicate, quad.object) for quad in quads} == wanted
