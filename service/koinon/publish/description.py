"""What the SPARQL service says of itself (SPARQL 1.1 Service Description).

Its limits, for which that vocabulary has no terms, are ``schema:PropertyValue``s with a name, a highest value and a
UN/CEFACT unit code, so that a program can read them.
"""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import Triple
from koinon.model.namespaces import DCT, RDF, RDFS, SCHEMA, SD, VOID, XSD
from koinon.publish.documents import Document, document_of
from koinon.query.limits import Limit, Limits
from koinon.release.manifest import GraphEntry, Manifest

MOST_GRAPHS: Final = 2_000
"""Named graphs that are listed; a release of foreign data may have any number."""

_FORMATS: Final = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "TriG",
    "N-Quads",
    "JSON-LD",
)
_SIMPLE: Final = "http://www.w3.org/ns/entailment/Simple"
_UNIT_CODES: Final = {"second": "SEC", "byte": "AD", "": "C62"}
"""Units by their codes in UN/CEFACT Recommendation 20, which schema:unitCode takes."""

_TYPE: Final = NamedNode(RDF + "type")
_COMMENT: Final = NamedNode(RDFS + "comment")
_ALL_GRAPHS: Final = "SELECT DISTINCT ?graph { GRAPH ?graph { ?s ?p ?o } } ORDER BY ?graph LIMIT 1000"


def service_description(endpoint: str, manifest: Manifest, limits: Limits, void: str) -> Document:
    """Return the description of the service at ``endpoint``: language, formats, features, limits and graphs.

    ``void`` is the address of the VoID description of the data. The service offers neither federation nor
    dereferencing nor entailment, so it claims no such feature.
    """
    service = NamedNode(endpoint)
    return document_of((*_service(service, manifest, limits, void), *_dataset(service, manifest, void)), service)


def _service(service: NamedNode, manifest: Manifest, limits: Limits, void: str) -> Iterator[Triple]:
    dataset = _part(service, "dataset")
    yield service, _TYPE, _sd("Service")
    yield service, _sd("endpoint"), service
    yield service, _sd("supportedLanguage"), _sd("SPARQL11Query")
    yield service, _sd("defaultEntailmentRegime"), NamedNode(_SIMPLE)
    for name in _RESULT_FORMATS:
        yield service, _sd("resultFormat"), NamedNode(_FORMATS + name)
    if not manifest.imported:
        yield service, _sd("feature"), _sd("UnionDefaultGraph")
    yield service, _sd("defaultDataset"), dataset
    # Only these graphs can be named in FROM, or by the parameters of the protocol.
    yield service, _sd("availableGraphs"), dataset
    yield service, NamedNode(RDFS + "seeAlso"), NamedNode(void)
    yield service, _COMMENT, _english(limits.sentence)
    for limit in limits:
        yield service, _schema("additionalProperty"), _part(service, f"limit-{limit.name}")
        yield from _limit(_part(service, f"limit-{limit.name}"), limit)


def _limit(node: NamedNode, limit: Limit) -> Iterator[Triple]:
    yield node, _TYPE, _schema("PropertyValue")
    yield node, _schema("propertyID"), Literal(limit.name)
    yield node, _schema("name"), _english(limit.text)
    yield node, _schema("maxValue"), _number(limit.value)
    yield node, _schema("unitCode"), Literal(_UNIT_CODES[limit.unit])


def _dataset(service: NamedNode, manifest: Manifest, void: str) -> Iterator[Triple]:
    dataset, default = _part(service, "dataset"), _part(service, "default-graph")
    graphs = [entry for entry in manifest.graphs if entry.triples]
    yield dataset, _TYPE, _sd("Dataset")
    yield dataset, _TYPE, NamedNode(VOID + "Dataset")
    yield dataset, NamedNode(VOID + "sparqlEndpoint"), service
    yield dataset, NamedNode(RDFS + "seeAlso"), NamedNode(void)
    yield dataset, NamedNode(DCT + "identifier"), Literal(manifest.id)
    yield dataset, _sd("defaultGraph"), default
    yield default, _TYPE, _sd("Graph")
    if manifest.imported:
        yield default, _COMMENT, _english("The default graph of the imported files.")
    else:
        yield default, _COMMENT, _english("Every statement of all named graphs, once.")
    if manifest.default_triples is not None:
        yield default, NamedNode(VOID + "triples"), _number(manifest.default_triples)
    for entry in graphs[:MOST_GRAPHS]:
        yield from _named_graph(service, dataset, entry)
    if len(graphs) > MOST_GRAPHS:
        told = f"{MOST_GRAPHS:,} of {len(graphs):,} named graphs are described here. {_ALL_GRAPHS} lists them all."
        yield dataset, _COMMENT, _english(told)


def _named_graph(service: NamedNode, dataset: NamedNode, entry: GraphEntry) -> Iterator[Triple]:
    named, graph = _part(service, f"graph-{entry.slug}"), NamedNode(entry.name)
    yield dataset, _sd("namedGraph"), named
    yield named, _TYPE, _sd("NamedGraph")
    yield named, _sd("name"), graph
    yield named, _sd("graph"), graph
    yield graph, _TYPE, _sd("Graph")
    yield graph, NamedNode(VOID + "triples"), _number(entry.triples)
    for language, title in entry.title.items():
        yield graph, NamedNode(DCT + "title"), Literal(title, language=language or None)


def _part(service: NamedNode, name: str) -> NamedNode:
    return NamedNode(f"{service.value}#{name}")


def _english(text: str) -> Literal:
    return Literal(text, language="en")


def _number(value: float) -> Literal:
    if float(value).is_integer():
        return Literal(str(int(value)), datatype=NamedNode(XSD + "integer"))
    return Literal(str(value), datatype=NamedNode(XSD + "double"))


def _schema(name: str) -> NamedNode:
    return NamedNode(SCHEMA + name)


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)
