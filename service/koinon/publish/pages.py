"""From a document to the page about a thing: facts in groups, each with its sources; and what points to it."""

from collections import deque
from collections.abc import Iterable
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import CODE, DCT, DEF, M8G, RDF, SKOS
from koinon.publish.documents import Document
from koinon.publish.evidence import Evidence, EvidenceBook
from koinon.publish.maps.places import place_map
from koinon.publish.naming import HEADINGS, Naming, best_text
from koinon.publish.network import network_of
from koinon.publish.tabling import columns_of
from koinon.publish.text import Text
from koinon.publish.views import (
    Group,
    Incoming,
    Named,
    Note,
    Part,
    Property,
    Reference,
    Source,
    ThingView,
    Value,
)
from koinon.publish.vocabulary import PropertyGroup, Vocabulary, local_name

_TYPE: Final = RDF + "type"
_ORDER: Final = NamedNode(DEF + "order")
_ROLE: Final = NamedNode(M8G + "role")
_LABEL: Final = SKOS + "prefLabel"
_LEADS: Final = (SKOS + "definition", DCT + "title", DCT + "description")
_HIDDEN_IN_PARTS: Final = {_TYPE, DEF + "order"}
_SHORT: Final = 70
_LEAD: Final = 320
INCOMING_LIMIT: Final = 24
"""Things that a page lists by each property that leads to its topic; the query behind "and more" has the rest."""


def thing_view(document: Document, store: GraphStore, vocabulary: Vocabulary, language: str) -> ThingView:
    """Return the page about the document's topic in ``language``; labels and receipts are read from ``store``."""
    return _PageWriter(document, store, vocabulary, language).write()


class _PageWriter:
    """Writes one page."""

    def __init__(self, document: Document, store: GraphStore, vocabulary: Vocabulary, language: str) -> None:
        self._document = document
        self._topic = document.topic
        self._store = store
        self._vocabulary = vocabulary
        self._language = language
        self._name = Naming(store, vocabulary, language, document.triples)
        self._book = EvidenceBook(store)
        self._notes: dict[Evidence, int] = {}
        self._evidence: dict[NamedNode, dict[Triple, tuple[Evidence, ...]]] = {}
        own = set(document.own)
        self._blocks: dict[NamedNode, list[Triple]] = {}
        for triple in document.triples:
            if triple[0] in own and not _is_range(triple[0]):
                self._blocks.setdefault(triple[0], []).append(_shown(triple))
        self._homes, self._unled = self._find_homes()

    def _find_homes(self) -> tuple[dict[NamedNode, NamedNode], list[NamedNode]]:
        """Return, for each part, the subject it is shown under: the nearest to the topic that refers to it.

        The second value are the parts to which nothing leads.
        """
        homes: dict[NamedNode, NamedNode] = {}
        unled: list[NamedNode] = []
        for root in self._blocks:
            if root in homes or (root != self._topic and "#" not in root.value):
                continue
            if root != self._topic:
                unled.append(root)
            waiting = deque([root])
            while waiting:
                subject = waiting.popleft()
                for _, _, value in self._blocks[subject]:
                    if (
                        not isinstance(value, NamedNode)
                        or "#" not in value.value
                        or value == self._topic
                        or value in unled
                    ):
                        continue
                    if value in self._blocks and value not in homes:
                        homes[value] = subject
                        waiting.append(value)
        return homes, unled

    def write(self) -> ThingView:
        """Return the page's view model."""
        classes = self._classes(self._topic)
        types = self._types(classes)
        groups = self._groups(classes, self._properties(self._topic, classes, hidden={_TYPE}))
        parts = tuple(self._part_value(node, ()) for node in self._unled)
        incoming = tuple(self._incoming())
        return ThingView(
            iri=self._topic.value,
            label=self._name(self._topic.value),
            definition=self._lead(),
            types=types,
            groups=groups,
            parts=parts,
            incoming=incoming,
            sources=self._sources(),
            network=network_of(self._topic.value, groups, incoming),
            map=place_map(self._document, self._store, self._name),
        )

    def _lead(self) -> Text | None:
        """Return what the page begins with: a definition or description, else a title that is not the name."""
        name = self._name(self._topic.value).text.casefold()
        for predicate in _LEADS:
            found = best_text(
                (o for _, p, o in self._blocks[self._topic] if p.value == predicate and isinstance(o, Literal)),
                self._language,
            )
            if found and found.text.casefold() != name:
                return found if len(found.text) <= _LEAD else Text(_cut(found.text), found.lang)
        return None

    def _classes(self, subject: NamedNode) -> list[str]:
        """Return the classes of a subject, ours first."""
        found = {o.value for _, p, o in self._blocks[subject] if p.value == _TYPE}
        return sorted(found, key=lambda iri: (not iri.startswith(DEF), iri))

    def _evidence_of(self, subject: NamedNode) -> dict[Triple, tuple[Evidence, ...]]:
        if subject not in self._evidence:
            self._evidence[subject] = self._book.of_subject(subject, self._blocks[subject])
        return self._evidence[subject]

    def _types(self, classes: list[str]) -> tuple[Value, ...]:
        triples = [triple for triple in self._blocks[self._topic] if triple[1].value == _TYPE]
        evidence = self._evidence_of(self._topic)
        values = {t[2].value: self._value(t, evidence[t]) for t in triples}
        return tuple(values[iri] for iri in classes)

    def _properties(self, subject: NamedNode, classes: list[str], hidden: set[str]) -> list[Property]:
        triples = self._blocks[subject]
        evidence = self._evidence_of(subject)
        by_predicate: dict[str, list[Triple]] = {}
        for triple in triples:
            if triple[1].value not in hidden and not _is_range(triple[2]):
                by_predicate.setdefault(triple[1].value, []).append(triple)
        places = {iri: self._vocabulary.place(classes, iri) for iri in by_predicate}
        found = []
        for iri in sorted(by_predicate, key=lambda iri: (_group_order(places[iri].group), places[iri].order, iri)):
            values = tuple(self._value(t, evidence[t]) for t in self._sorted(by_predicate[iri]))
            found.append(Property(iri, self._vocabulary.label(iri, self._language), values, columns_of(values)))
        return found

    def _sorted(self, triples: list[Triple]) -> list[Triple]:
        """Sort values as a reader wants them: own language first, parts by their order, links by label."""

        def key(triple: Triple) -> tuple[int, float, str, str]:
            value = triple[2]
            if isinstance(value, Literal):
                wanted = {self._language: 0, "en": 1}.get(value.language or "", 2)
                return wanted, 0.0, value.language or "", value.value
            facts = self._blocks.get(value, ())
            orders = [float(o.value) for _, p, o in facts if p == _ORDER and o.value.isdigit()]
            return 3, min(orders, default=0.0), self._name(value.value).text.casefold(), value.value

        return sorted(triples, key=key)

    def _value(self, triple: Triple, evidence: Iterable[Evidence]) -> Value:
        value = triple[2]
        references = tuple(
            Reference(self._notes.setdefault(found, len(self._notes) + 1), found.basis) for found in evidence
        )
        if isinstance(value, Literal):
            datatype = "" if value.language else value.datatype.value
            return Value(Text(value.value, value.language or ""), datatype=datatype, references=references)
        if self._homes.get(value) == triple[0]:
            del self._homes[value]  # a part is shown once, at home
            return self._part_value(value, references)
        return Value(self._name(value.value), iri=value.value, references=references)

    def _part_value(self, node: NamedNode, references: tuple[Reference, ...]) -> Value:
        part = self._part(node)
        told = {reference for value in part.heading for reference in value.references}
        own = tuple(reference for reference in references if reference not in told)
        return Value(self._name(node.value), iri=node.value, part=part, references=own)

    def _part(self, node: NamedNode) -> Part:
        classes = self._classes(node)
        facts = {p.iri: p for p in self._properties(node, classes, hidden=_HIDDEN_IN_PARTS)}
        head = next((iri for iri in (_LABEL, *(h.value for h in HEADINGS)) if iri in facts), None)
        if head is None:
            label = self._vocabulary.label(classes[0], self._language) if classes else self._name(node.value)
            heading: tuple[Value, ...] = (Value(label.capital()),)
        else:
            heading = facts.pop(head).values
        rest = tuple(facts.values())
        values = [value for fact in rest for value in fact.values]
        compact = all(value.part is None and len(value.text.text) <= _SHORT for value in values)
        thing, _, fragment = node.value.partition("#")
        anchor = fragment if thing == self._topic.value else f"{local_name(thing)}-{fragment}"
        return Part(node.value, anchor, heading, rest, compact)

    def _groups(self, classes: list[str], properties: list[Property]) -> tuple[Group, ...]:
        grouped: dict[str, list[Property]] = {}
        groups: dict[str, PropertyGroup | None] = {}
        for prop in properties:  # they come in the order of their groups
            group = self._vocabulary.place(classes, prop.iri).group
            key = group.iri if group else ""
            groups[key] = group
            grouped.setdefault(key, []).append(prop)
        return tuple(Group(self._group_label(groups[key]), tuple(found)) for key, found in grouped.items())

    def _group_label(self, group: PropertyGroup | None) -> Text | None:
        if group is None:
            return None
        return best_text((Literal(t, language=tag) for tag, t in group.labels.items() if tag), self._language)

    def _incoming(self) -> Iterable[Incoming]:
        for link in self._vocabulary.links():
            found: dict[str, tuple[Named, Text | None]] = {}
            matches = list(islice(self._store.triples(None, link, self._topic), INCOMING_LIMIT + 1))
            for subject, _, _ in matches[:INCOMING_LIMIT]:
                owner = subject.value.partition("#")[0]
                if owner != self._topic.value and subject not in self._blocks:
                    found.setdefault(subject.value, (Named(owner, self._name(owner)), self._role(subject)))
            if found:
                things = sorted(found.values(), key=lambda pair: (pair[0].label.text.casefold(), pair[0].iri))
                yield Incoming(
                    link.value,
                    self._vocabulary.label(link.value, self._language),
                    tuple(dict.fromkeys(things)),
                    len(matches) > INCOMING_LIMIT,
                )

    def _role(self, subject: NamedNode) -> Text | None:
        role = next(self._store.triples(subject, _ROLE), None)
        return self._name(role[2].value) if role else None

    def _sources(self) -> tuple[Source, ...]:
        notes: dict[str, list[Note]] = {}
        for evidence, number in self._notes.items():
            label = self._name(f"{CODE}basis/{evidence.basis}") if evidence.basis else Text("")
            notes.setdefault(evidence.graph, []).append(
                Note(number, evidence.basis, label, evidence.ranges, evidence.comment)
            )
        return tuple(self._source(graph, found) for graph, found in notes.items())

    def _source(self, graph: str, notes: list[Note]) -> Source:
        told = self._book.describe(graph)
        title = best_text(told.titles, self._language) or self._name(graph)
        named = best_text(told.document_titles, self._language)
        document = Named(told.document, named or self._name(told.document)) if told.document else None
        return Source(graph, title, document, told.language, told.issued, told.received, told.address, tuple(notes))


def _group_order(group: PropertyGroup | None) -> float:
    return group.order if group else float("inf")


def _cut(text: str) -> str:
    """Return the beginning of a long text, up to the end of a word."""
    return text[:_LEAD].rpartition(" ")[0].rstrip(" ,;:–-") + " …"


def _shown(triple: Triple) -> Triple:
    """Return the triple with a blank node or triple term, which only imported data have, as plain text."""
    subject, predicate, value = triple
    return triple if isinstance(value, NamedNode | Literal) else (subject, predicate, Literal(str(value)))


def _is_range(node: object) -> bool:
    """Tell whether the node is a range of a source's text, which notes show."""
    return isinstance(node, NamedNode) and "#char=" in node.value
