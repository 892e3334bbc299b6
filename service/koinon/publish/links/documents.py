"""Links in RDF: each a mapping of the Simple Standard for Sharing Ontological Mappings (SSSOM), with its evidence.

What is said of a link stands in the graph of its linkset, once it is more than a proposal. A document says the same
of every link, and names the two things.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.build.linking.linksets import mapping
from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import DCT, GRAPH, RDF
from koinon.publish.documents import Document, document_of, named
from koinon.release.links import SSSOM, Link

_TYPE: Final = NamedNode(RDF + "type")


def link_document(store: GraphStore, link: Link) -> Document:
    """Return the document about a link."""
    topic = NamedNode(link.iri)
    return document_of(_described(store, [link]), topic)


def links_document(store: GraphStore, links: Iterable[Link], address: str) -> Document:
    """Return links as a mapping set, whose own address is ``address``."""
    links = tuple(links)
    topic = NamedNode(address)
    mappings = [(topic, NamedNode(SSSOM + "mappings"), NamedNode(link.iri)) for link in links]
    head: list[Triple] = [
        (topic, _TYPE, NamedNode(SSSOM + "MappingSet")),
        (topic, NamedNode(DCT + "title"), Literal("Links", language="en")),
        *mappings,
    ]
    return document_of([*head, *_described(store, links)], topic)


def _described(store: GraphStore, links: Iterable[Link]) -> Iterator[Triple]:
    seen: set[Triple] = set()
    for link in links:
        for triple in _of_link(store, link):
            if triple not in seen:
                seen.add(triple)
                yield triple


def _of_link(store: GraphStore, link: Link) -> Iterator[Triple]:
    graph = GRAPH + link.linkset
    for triple in mapping(link, NamedNode(graph), NamedNode(graph + "#run")):
        yield triple.subject, triple.predicate, triple.object  # type: ignore[misc]  # a mapping has no other terms
    for thing in (link.subject, link.object):
        yield from named(store, NamedNode(thing))
