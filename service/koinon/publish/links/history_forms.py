"""Merges and splits as RDF and as a table.

``dct:isReplacedBy`` is said of a standing, never of the organisation that stood: that one is what it always was,
and sources use the term where another organisation took its place.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import BASE, DCT, DEF, PROV, RDF, RDFS, XSD
from koinon.publish.cells import safe
from koinon.publish.documents import Document, document_of, named, ordered
from koinon.publish.links.history import Ended, History, Standing

COLUMNS: Final = ("published_at", "release", "change", "id", "thing", "replaced_by", "now")
_TYPE: Final = NamedNode(RDF + "type")
_STANDING: Final = NamedNode(PROV + "Collection")
_MEMBER: Final = NamedNode(PROV + "hadMember")
_UNTIL: Final = NamedNode(PROV + "invalidatedAtTime")
_RELEASE: Final = NamedNode(PROV + "wasInfluencedBy")
_STANDS: Final = NamedNode(DEF + "representedBy")
_BY: Final = NamedNode(DCT + "isReplacedBy")
_REPLACES: Final = NamedNode(DCT + "replaces")
_MORE: Final = NamedNode(RDFS + "seeAlso")
_TITLE: Final = NamedNode(DCT + "title")
_HAS: Final = NamedNode(DCT + "hasPart")


def told(ended: Iterable[Ended]) -> Iterator[Triple]:
    """Yield what RDF says of standings that ended: what stood, for what, until when, and what took its place."""
    for one in ended:
        node = NamedNode(one.standing.iri)
        yield from _standing(one.standing)
        for thing in one.things:
            yield node, _MEMBER, NamedNode(thing)
        yield node, _UNTIL, Literal(one.at, datatype=NamedNode(XSD + "dateTime"))
        yield node, _RELEASE, NamedNode(f"{BASE}releases/{one.release}")
        for other in one.successors:
            yield from _standing(other)
            yield node, _BY, NamedNode(other.iri)
            yield NamedNode(other.iri), _REPLACES, node


def _standing(one: Standing) -> Iterator[Triple]:
    node = NamedNode(one.iri)
    yield node, _TYPE, _STANDING
    yield node, _STANDS, NamedNode(one.thing)


def history_document(store: GraphStore, ended: Iterable[Ended], address: str) -> Document:
    """Return standings that ended as a document, whose own address is ``address``, with what their things are."""
    ended = tuple(ended)
    topic = NamedNode(address)
    head: list[Triple] = [(topic, _TITLE, Literal("Merges and splits", language="en"))]
    head += [(topic, _HAS, NamedNode(one.standing.iri)) for one in ended]
    return document_of(dict.fromkeys([*head, *told(ended), *_names(store, ended)]), topic)


def with_history(document: Document, history: History, store: GraphStore, here: str, more: str) -> Document:
    """Return the document of a thing, at ``here``, with what ended of it or with it, as ``more`` has it alone."""
    ended = history.about(document.topic.value)
    if not ended:
        return document
    known = set(document.triples)
    said = dict.fromkeys((*told(ended), *_names(store, ended), (NamedNode(here), _MORE, NamedNode(more))))
    fresh = tuple(triple for triple in ordered(said) if triple not in known)
    return Document(document.topic, document.own, (*document.triples, *fresh), document.next)


def _names(store: GraphStore, ended: Iterable[Ended]) -> Iterator[Triple]:
    for thing in sorted({thing for one in ended for thing in (*one.things, *(s.thing for s in one.successors))}):
        yield from named(store, NamedNode(thing))


def history_table(history: History, ended: Iterable[Ended], exists: Callable[[str], bool]) -> bytes:
    """Return standings as CSV: a row for each thing that one stood for, with what stood for it next and stands now.

    Both are empty where the thing was withdrawn.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in ended:
        head = (one.at, one.release, one.change, safe(one.standing.thing))
        for thing, after in one.things.items():
            now = history.now(thing)
            writer.writerow((*head, safe(thing), safe(after), safe(now) if exists(thing) else ""))
    return text.getvalue().encode()
