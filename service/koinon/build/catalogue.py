"""The derived catalogue graph: every graph as a data set with size, hash and licence, and the release."""

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from koinon.build.graphs import GraphFile
from koinon.engine import Term
from koinon.model.namespaces import BASE, CC0, CC_BY, DCAT, DCT, DEF, GRAPH, OWL, RDF, VOID, XSD

SLUG = "catalogue"
DATASET = GRAPH + SLUG
TITLE = "Catalogue of the graphs"


def catalogue(
    graphs: Iterable[GraphFile], release: str, received: str | None, versions: dict[str, str]
) -> Iterator[Triple]:
    """Yield the description of the release and of its graphs (DCAT 3, VoID).

    ``graphs`` are all others; the catalogue's own entry has neither size nor hash, which would change it.
    """
    release_node = NamedNode(f"{BASE}releases/{release}")
    yield _said(release_node, RDF + "type", NamedNode(DCAT + "Catalog"))
    yield _said(release_node, RDF + "type", NamedNode(DCAT + "Dataset"))
    yield _said(release_node, DCT + "title", Literal("Koinon", language="en"))
    yield _said(release_node, DCT + "license", NamedNode(CC_BY))
    yield _said(release_node, DCAT + "version", Literal(release))
    for name, version in versions.items():
        yield _said(release_node, OWL + "versionInfo", Literal(f"{name} {version}"))
    if received is not None:
        day = Literal(received, datatype=NamedNode(XSD + "date"))
        yield _said(release_node, DCT + "modified", day)
    own = NamedNode(DATASET)
    yield _said(release_node, DCAT + "dataset", own)
    yield _said(own, RDF + "type", NamedNode(DCAT + "Dataset"))
    yield _said(own, DCT + "title", Literal(TITLE, language="en"))
    yield _said(own, DCT + "license", NamedNode(CC_BY))
    yield _said(own, DEF + "graphKind", Literal("derived"))
    for graph in graphs:
        node = NamedNode(graph.name)
        yield _said(release_node, DCAT + "dataset", node)
        yield _said(node, RDF + "type", NamedNode(DCAT + "Dataset"))
        yield _said(node, RDF + "type", NamedNode(VOID + "Dataset"))
        yield _said(node, VOID + "triples", Literal(str(graph.triples), datatype=NamedNode(XSD + "integer")))
        yield _said(node, DEF + "graphHash", Literal(graph.sha256))
        yield _said(node, DEF + "graphKind", Literal(graph.kind))
        if graph.kind in {"vocabulary", "derived"}:
            for tag, title in graph.title.items():
                yield _said(node, DCT + "title", Literal(title, language=tag))
            yield _said(node, DCT + "license", NamedNode(CC0 if graph.slug == "code" else CC_BY))


def _said(subject: NamedNode, predicate: str, value: Term) -> Triple:
    return Triple(subject, NamedNode(predicate), value)
