"""What the SPARQL service says of itself (SPARQL 1.1 Service Description)."""

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import Triple
from koinon.model.namespaces import DCT, RDF, SD, VOID, XSD
from koinon.publish.documents import Document, document_of
from koinon.release.manifest import Manifest

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


def service_description(endpoint: str, manifest: Manifest, graphs: Iterable[str]) -> Document:
    """Return the description of the service at ``endpoint``: languages, formats, its named graphs with sizes."""
    service = NamedNode(endpoint)
    return document_of(_triples(endpoint, manifest, graphs), service)


def _triples(endpoint: str, manifest: Manifest, graphs: Iterable[str]) -> Iterator[Triple]:
    service, dataset, default = (NamedNode(endpoint + part) for part in ("", "#dataset", "#default-graph"))
    sizes = {entry.name: entry.triples for entry in manifest.graphs}
    yield service, _rdf("type"), _sd("Service")
    yield service, _sd("endpoint"), service
    yield service, _sd("supportedLanguage"), _sd("SPARQL11Query")
    for name in _RESULT_FORMATS:
        yield service, _sd("resultFormat"), NamedNode(_FORMATS + name)
    yield service, _sd("defaultDataset"), dataset
    yield dataset, _rdf("type"), _sd("Dataset")
    yield dataset, NamedNode(DCT + "identifier"), Literal(manifest.id)
    yield dataset, _sd("defaultGraph"), default
    yield default, _rdf("type"), _sd("Graph")
    for graph in graphs:
        description = NamedNode(f"{endpoint}#graph-{graph.rsplit('/', 1)[-1]}")
        yield dataset, _sd("namedGraph"), description
        yield description, _rdf("type"), _sd("NamedGraph")
        yield description, _sd("name"), NamedNode(graph)
        yield description, _sd("graph"), NamedNode(graph)
        if graph in sizes:
            size = Literal(str(sizes[graph]), datatype=NamedNode(XSD + "integer"))
            yield NamedNode(graph), NamedNode(VOID + "triples"), size


def _rdf(name: str) -> NamedNode:
    return NamedNode(RDF + name)


def _sd(name: str) -> NamedNode:
    return NamedNode(SD + name)
