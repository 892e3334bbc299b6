"""Links in RDF: each a mapping of the Simple Standard for Sharing Ontological Mappings (SSSOM), with its evidence.

What is said of a link stands in the graph of its linkset; a document about it has all of that, its reasons, and the
names of the two things.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import DCT, RDF, XSD
from koinon.publish.documents import Document, document_of, named
from koinon.release.links import Link

SSSOM: Final = "https://w3id.org/sssom/"
OWL_ANNOTATED: Final = "http://www.w3.org/2002/07/owl#annotated"
_TYPE: Final = NamedNode(RDF + "type")
_MAPPING: Final = NamedNode(SSSOM + "Mapping")
_MOST: Final = 400
"""Statements that are read of one link or of one of its reasons."""


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
    node = NamedNode(link.iri)
    said = list(islice(store.said_of(node), _MOST))
    yield from said or _least(node, link)
    for part in sorted({value.value for _, _, value in said if _is_part(value, link)}):
        yield from islice(store.said_of(NamedNode(part)), _MOST)
    for thing in (link.subject, link.object):
        yield from named(store, NamedNode(thing))


def _is_part(value: object, link: Link) -> bool:
    return isinstance(value, NamedNode) and value.value.startswith(link.iri + "#")


def _least(node: NamedNode, link: Link) -> Iterator[Triple]:
    """Return what a mapping has at least, of a link that stands in a table of the release alone."""
    yield node, _TYPE, _MAPPING
    yield node, NamedNode(OWL_ANNOTATED + "Source"), NamedNode(link.subject)
    yield node, NamedNode(OWL_ANNOTATED + "Property"), NamedNode(link.predicate)
    yield node, NamedNode(OWL_ANNOTATED + "Target"), NamedNode(link.object)
    yield node, NamedNode(SSSOM + "mapping_justification"), NamedNode(link.justification)
    confidence = Decimal(str(round(link.probability, 6)))
    yield node, NamedNode(SSSOM + "confidence"), Literal(str(confidence), datatype=NamedNode(XSD + "decimal"))
