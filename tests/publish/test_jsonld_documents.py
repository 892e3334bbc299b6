"""JSON-LD is compact, framed around its thing, and says exactly what Turtle says: for every resource."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld as processor
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from described import described
from koinon.engine import OxigraphStore
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError
from koinon.model.namespaces import DEF, ID, SKOS, XSD
from koinon.model.settings import Settings
from koinon.publish import jsonld
from koinon.publish.context import Context
from koinon.publish.documents import Document, document_of, thing_document
from koinon.publish.vocabulary import shape_triples
from koinon.release.contents import Contents
from koinon.release.current import Release

ADDRESS = "https://service.example/context/v1.jsonld"
CONTEXT = Assets.locate(Settings.from_environment({})).ontology / "context" / "v1.jsonld"


@pytest.fixture(scope="module")
def context() -> Context:
    return Context.read(CONTEXT)


@pytest.fixture(scope="module")
def store(release: Release) -> OxigraphStore:
    return release.open()


@pytest.fixture(scope="module")
def contents(store: OxigraphStore) -> Contents:
    return Contents.read(store)


def load(path: Path, url: str, _: object = None) -> dict[str, Any]:
    """Stand for the network: our context is at its address, and nothing else is anywhere."""
    assert url == ADDRESS, f"the document names {url}"
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": json.loads(path.read_text()),
    }


def expanded(body: bytes, path: Path = CONTEXT) -> set[tuple[object, ...]]:
    """The triples that a stock JSON-LD processor makes of a document."""
    options = {"format": "application/n-quads", "documentLoader": partial(load, path)}
    quads = parse(processor.to_rdf(json.loads(body), options), RdfFormat.N_QUADS)
    return {(quad.subject, quad.predicate, quad.object) for quad in quads}


def test_json_ld_says_what_turtle_says_for_every_resource(
    store: OxigraphStore, contents: Contents, context: Context
) -> None:
    count = 0
    for iri in described(store):
        document = thing_document(store, contents, NamedNode(iri))
        assert expanded(jsonld.write(document, context, ADDRESS)) == set(document.triples), iri
        count += 1
    assert count > 300


def test_a_graph_streams_as_json_ld_with_the_same_triples(store: OxigraphStore, context: Context) -> None:
    graph = NamedNode("https://w3id.org/koinon/graph/resist-kristiansand-article")
    triples = sorted(store.triples(graph=graph), key=lambda triple: str(triple[0]))
    body = b"".join(jsonld.stream(iter(triples), context, ADDRESS))
    assert expanded(body) == set(triples)
    assert json.loads(b"".join(jsonld.stream(iter([]), context, ADDRESS))) == {"@context": ADDRESS, "@graph": []}


def test_shapes_with_blank_nodes_become_json_ld(context: Context) -> None:
    triples = shape_triples(CONTEXT.parents[2] / "shapes", "project")
    body = jsonld.write(document_of(triples, NamedNode("https://w3id.org/koinon/shapes/project")), context, ADDRESS)
    assert len(expanded(body)) == len(set(triples))


def test_the_thing_stands_at_the_top_with_plain_keys(
    store: OxigraphStore, contents: Contents, context: Context
) -> None:
    document = thing_document(store, contents, NamedNode(ID + "project/respondet"))
    body = json.loads(jsonld.write(document, context, ADDRESS))
    assert body["id"] == ID + "project/respondet"
    assert body["type"] == "Project"
    assert body["prefLabel"] == {"en": "RESPONDET", "pl": "RESPONDET"}
    assert body["startDate"] == "2022-05-01"
    assert body["participantCount"] == 8
    coordinator = next(part for part in body["hasParticipation"] if part["id"].endswith("#coordinator"))
    assert coordinator["hasParticipant"]["prefLabel"]["ca"].startswith("Departament")
    assert not [key for key in body if ":" in key]


def test_a_neighbour_is_embedded_once(store: OxigraphStore, contents: Contents, context: Context) -> None:
    document = thing_document(store, contents, NamedNode(ID + "project/respondet"))
    body = jsonld.write(document, context, ADDRESS).decode()
    for subject in {subject.value for subject, _, _ in document.triples}:
        assert body.count(f'"id": "{subject}"') == 1, subject


P = NamedNode(DEF + "anything")


@pytest.mark.parametrize(
    "value",
    [
        Literal("plain"),
        Literal("Ελληνικά", language="el-latn"),
        Literal("5", datatype=NamedNode(XSD + "integer")),
        Literal("05", datatype=NamedNode(XSD + "integer")),
        Literal("-0", datatype=NamedNode(XSD + "integer")),
        Literal("123456789012345678901234567890", datatype=NamedNode(XSD + "integer")),
        Literal("true", datatype=NamedNode(XSD + "boolean")),
        Literal("1", datatype=NamedNode(XSD + "boolean")),
        Literal("1.50", datatype=NamedNode(XSD + "decimal")),
        Literal("1.0E3", datatype=NamedNode(XSD + "double")),
        Literal("2023-01-01", datatype=NamedNode(XSD + "date")),
        Literal("x", datatype=NamedNode("https://example.org/own")),
        Literal('"\\\n\u2028</script>'),
        NamedNode("urn:x:y"),
        NamedNode("https://example.org/é?a=b#c"),
        BlankNode("b0"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "predicate",
    [
        P,
        NamedNode(SKOS + "prefLabel"),
        NamedNode(DEF + "fundedUnder"),
        NamedNode("https://schema.org/startDate"),
        NamedNode("https://example.org/p"),
    ],
    ids=str,
)
def test_any_value_of_any_property_survives(predicate: NamedNode, value: Any, context: Context) -> None:
    thing = NamedNode(ID + "project/x")
    document = Document(thing, (thing,), ((thing, predicate, value),))
    found = expanded(jsonld.write(document, context, ADDRESS))
    if isinstance(value, BlankNode):
        assert len(found) == 1
    else:
        assert found == {(thing, predicate, value)}


@pytest.mark.parametrize(
    "body",
    [
        '{"@context": {"x": {"@id": "https://e.org/x", "@container": "@list"}}}',
        '{"@context": {"x": {"@reverse": "https://e.org/x"}}}',
        '{"@context": {"@language": "en"}}',
        '{"@context": {"x": {"@id": "https://e.org/x", "@context": {}}}}',
        '{"@context": ["https://e.org/"]}',
        '{"@context": {"x": {"@type": "@id"}}}',
        "{}",
        "no json",
    ],
)
def test_a_context_that_is_not_understood_is_refused(tmp_path: Path, body: str) -> None:
    path = tmp_path / "context.jsonld"
    path.write_text(body)
    with pytest.raises(ConfigurationError):
        Context.read(path)
