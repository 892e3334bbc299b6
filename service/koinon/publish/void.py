"""What a release is as a data set: size, graphs, and where to get it (VoID, W3C Interest Group Note 2011-03-03)."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import CC_BY, DCT, DEF, FOAF, GRAPH, ID, RDF, SD, VOID, XSD
from koinon.publish.credits import rights_of
from koinon.publish.documents import Document, document_of
from koinon.publish.partitions import Partitions, partition_triples
from koinon.release.manifest import GraphEntry, Manifest

MOST_GRAPHS: Final = 2_000
"""Graphs that are described as subsets; ``/graph`` lists all."""

_FORMATS: Final = "http://www.w3.org/ns/formats/"
_FEATURES: Final = ("Turtle", "N-Triples", "N-Quads", "RDF_XML", "TriG", "JSON-LD")
_TYPE: Final = NamedNode(RDF + "type")


def void_description(
    base: str,
    manifest: Manifest,
    store: GraphStore,
    partitions: Partitions | None = None,
    examples: Iterable[NamedNode] = (),
) -> Document:
    """Return the description of the release that the service at ``base`` serves.

    The data set is ``{base}/.well-known/void#dataset`` (VoID §6.2); it has a subset for each named graph,
    with the licence, the rights and the credit line that ``store`` has of it, and, where they were counted, a
    ``partitions`` of each class and property, and linksets.
    """
    document = NamedNode(f"{base}/.well-known/void")
    dataset = NamedNode(document.value + "#dataset")
    shown = ((dataset, _void("exampleResource"), example) for example in examples)
    counted = partition_triples(dataset, partitions) if partitions else ()
    return document_of(chain(_triples(base, document, manifest, store), shown, counted), document)


def dump_address(base: str, release: str) -> str:
    """Return the address of the N-Quads of a whole release."""
    return f"{base}/data/dumps/{release}/dump.nq"


def subset_node(base: str, graph: GraphEntry) -> NamedNode:
    """Return the node that describes a graph: its IRI where that is ours, else the address that answers with it."""
    return NamedNode(graph.name if graph.name.startswith(GRAPH) else f"{base}/graph/{graph.slug}")


def _triples(base: str, document: NamedNode, manifest: Manifest, store: GraphStore) -> Iterator[Triple]:
    dataset = NamedNode(document.value + "#dataset")
    title = "An imported data set" if manifest.imported else "Koinon"
    yield document, _TYPE, _void("DatasetDescription")
    yield document, _dct("title"), Literal(f"VoID description: {title}", language="en")
    yield document, NamedNode(FOAF + "primaryTopic"), dataset
    yield dataset, _TYPE, _void("Dataset")
    yield dataset, _dct("title"), Literal(title, language="en")
    yield dataset, _dct("identifier"), Literal(manifest.id)
    yield dataset, NamedNode(FOAF + "homepage"), NamedNode(base + "/")
    yield dataset, _void("sparqlEndpoint"), NamedNode(base + "/sparql")
    yield dataset, _void("dataDump"), NamedNode(dump_address(base, manifest.id))
    yield dataset, _void("triples"), _number(manifest.total)
    for name in _FEATURES:
        yield dataset, _void("feature"), NamedNode(_FORMATS + name)
    if not manifest.imported:
        yield dataset, _dct("license"), NamedNode(CC_BY)
        yield dataset, _void("uriSpace"), Literal(ID)
        yield dataset, _void("vocabulary"), NamedNode(DEF)
        if manifest.received is not None:
            yield dataset, _dct("modified"), Literal(manifest.received, datatype=NamedNode(XSD + "date"))
    for graph in manifest.graphs[:MOST_GRAPHS]:
        yield from _subset(base, dataset, graph)
        yield from rights_of(store, NamedNode(graph.name))


def _subset(base: str, dataset: NamedNode, graph: GraphEntry) -> Iterator[Triple]:
    node = subset_node(base, graph)
    yield dataset, _void("subset"), node
    yield node, _TYPE, _void("Dataset")
    yield node, _TYPE, NamedNode(SD + "NamedGraph")
    yield node, NamedNode(SD + "name"), NamedNode(graph.name)
    yield node, _void("triples"), _number(graph.triples)
    yield node, _void("dataDump"), NamedNode(f"{base}/graph/{graph.slug}.nt")
    for tag, title in graph.title.items():
        yield node, _dct("title"), Literal(title, language=tag) if tag else Literal(title)


def _number(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(XSD + "integer"))


def _void(name: str) -> NamedNode:
    return NamedNode(VOID + name)


def _dct(name: str) -> NamedNode:
    return NamedNode(DCT + name)
