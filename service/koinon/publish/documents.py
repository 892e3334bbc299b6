"""The document about a thing: the triples that every syntax of it carries, neither more nor less.

A document holds every triple whose subject is the thing, one of its fragments (``<thing#…>``) or a fragment of
another document that the thing itself refers to (a claim or a participation that another source added), and, of
each thing or concept of ours that these refer to, its types and preferred labels. A code list's document holds its
concepts whole. All look-ups are bounded patterns around one subject.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CODE, DCT, ID, PROV, RDF, RDFS, SKOS

TYPE: Final = NamedNode(RDF + "type")
PREF_LABEL: Final = NamedNode(SKOS + "prefLabel")
_IN_SCHEME: Final = NamedNode(SKOS + "inScheme")
_CONCEPT_SCHEME: Final = NamedNode(SKOS + "ConceptScheme")
_WHOLE: Final = (NamedNode(DCT + "isPartOf"), NamedNode(PROV + "hadPrimarySource"))
_FIRST: Final = {TYPE.value: 0, PREF_LABEL.value: 1, RDFS + "label": 1}


@dataclass(frozen=True, slots=True)
class Document:
    """A document graph.

    ``topic`` is what it is about; ``own`` are the subjects it describes whole, the topic first; ``triples`` stand
    in a fixed order, grouped by subject.
    """

    topic: NamedNode
    own: tuple[NamedNode | BlankNode, ...]
    triples: tuple[Triple, ...]


class Fragments:
    """The fragments of every thing of one release, for those that nothing in their thing's document leads to."""

    def __init__(self, store: GraphStore) -> None:
        """Read the typed fragments from ``store``, once; ranges of a source's text are found by their document."""
        self._by_thing: dict[str, list[NamedNode]] = {}
        for subject, _, _ in store.triples(None, TYPE):
            thing, hash_sign, name = subject.value.partition("#")
            if hash_sign and thing.startswith(ID) and not name.startswith("char="):
                self._by_thing.setdefault(thing, []).append(subject)

    def of(self, thing: NamedNode) -> list[NamedNode]:
        """Return the fragments of a thing, sorted by IRI."""
        return sorted(set(self._by_thing.get(thing.value, ())), key=lambda node: node.value)


def thing_document(store: GraphStore, fragments: Fragments, topic: NamedNode) -> Document:
    """Return the document about a thing, a concept or a code list; raises NotFoundError where nothing is known."""
    own = {topic: tuple(store.triples(topic))}
    if not own[topic]:
        raise NotFoundError(f"Nothing is known about {topic.value}.")
    for fragment in fragments.of(topic):
        own[fragment] = tuple(store.triples(fragment))
    waiting = list(own)
    while waiting:
        part = waiting.pop()
        for found in _parts(store, topic, part, own[part]):
            if found not in own and (triples := tuple(store.triples(found))):
                own[found] = triples
                waiting.append(found)
    neighbours = _neighbours(store, own)
    blocks = [*own.items(), *sorted(neighbours.items(), key=lambda item: item[0].value)]
    return Document(topic, tuple(own), tuple(triple for _, block in blocks for triple in ordered(block)))


def document_of(triples: Iterable[Triple], topic: NamedNode) -> Document:
    """Return a document made of ``triples``, all of whose subjects are its own (shapes, service descriptions)."""
    kept = tuple(ordered(triples))
    return Document(topic, tuple(dict.fromkeys((topic, *(subject for subject, _, _ in kept)))), kept)


def ordered(triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples by subject, then types, then labels, then predicate, language and object."""
    return sorted(triples, key=_reading_order)


def _reading_order(triple: Triple) -> tuple[str, int, str, str, str]:
    subject, predicate, value = triple
    language = value.language or "" if isinstance(value, Literal) else ""
    return str(subject), _FIRST.get(predicate.value, 2), predicate.value, language, str(value)


def _parts(store: GraphStore, topic: NamedNode, part: NamedNode, triples: Iterable[Triple]) -> Iterator[NamedNode]:
    """Yield what belongs into the same document because ``part`` is in it."""
    inside = topic.value + "#"
    for _, _, value in triples:
        if isinstance(value, NamedNode) and (
            value.value.startswith(inside) or (part == topic and value.value.startswith(ID) and "#" in value.value)
        ):
            yield value
    for link in _WHOLE:
        for subject, _, _ in store.triples(None, link, part):
            if subject.value.startswith(inside):
                yield subject
    if part == topic and any(p == TYPE and value == _CONCEPT_SCHEME for _, p, value in triples):
        yield from sorted((s for s, _, _ in store.triples(None, _IN_SCHEME, topic)), key=lambda node: node.value)


def _neighbours(store: GraphStore, own: dict[NamedNode, tuple[Triple, ...]]) -> dict[NamedNode, list[Triple]]:
    """Return types and preferred labels of the things and concepts that the document refers to."""
    found: dict[NamedNode, list[Triple]] = {}
    for triples in own.values():
        for _, _, value in triples:
            if isinstance(value, NamedNode) and value not in own and value not in found and is_ours(value.value):
                found[value] = [*store.triples(value, TYPE), *store.triples(value, PREF_LABEL)]
    return found


def is_ours(iri: str) -> bool:
    """Tell whether the IRI names a thing or a concept that this service describes."""
    return iri.startswith((ID, CODE))


def literal_of(store: GraphStore, subject: NamedNode, predicate: NamedNode) -> Literal | None:
    """Return one literal of the subject, the first in order, or None."""
    values = sorted((o for _, _, o in store.triples(subject, predicate) if isinstance(o, Literal)), key=str)
    return values[0] if values else None


def label_triples(store: GraphStore, node: NamedNode) -> Iterator[Triple]:
    """Yield whatever names the node: preferred labels, else titles, else rdfs labels."""
    for predicate in (PREF_LABEL, NamedNode(DCT + "title"), NamedNode(RDFS + "label")):
        found = list(store.triples(node, predicate))
        if found:
            yield from found
            return
