"""From a document to the page about a thing: facts in groups, each with its sources; and what points to it."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import CODE, DEF, M8G, RDF, SKOS
from koinon.publish.documents import Document
from koinon.publish.evidence import Evidence, EvidenceBook
from koinon.publish.naming import Naming, best_text
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
from koinon.publish.vocabulary import PropertyGroup, Vocabulary

_TYPE: Final = RDF + "type"
_ORDER: Final = NamedNode(DEF + "order")
_ROLE: Final = NamedNode(M8G + "role")
_RANGE_CLASS: Final = DEF + "SourceRange"
_DEFINITION: Final = SKOS + "definition"
_HIDDEN_IN_PARTS: Final = {_TYPE, DEF + "order"}
INCOMING_LIMIT: Final = 24


class PageWriter:
    """Writes the page about one document for readers of one language."""

    def __init__(self, store: GraphStore, vocabulary: Vocabulary, language: str) -> None:
        """Read labels, receipts and incoming links from ``store``."""
        self._store = store
        self._vocabulary = vocabulary
        self._name = Naming(store, vocabulary, language)
        self._book = EvidenceBook(store)
        self._language = language

    def write(self, document: Document) -> ThingView:
        """Return the page's view model."""
        self._notes: dict[Evidence, int] = {}
        self._own = {node.value for node in document.own}
        self._blocks: dict[str, list[Triple]] = {}
        for triple in document.triples:
            if triple[0].value in self._own:
                self._blocks.setdefault(triple[0].value, []).append(triple)
        self._shown = {document.topic.value}
        topic = document.topic
        classes = self._classes(topic.value)
        facts = self._blocks[topic.value]
        types = self._types(topic, classes)
        properties = self._properties(topic, classes, hidden={_TYPE})
        return ThingView(
            iri=topic.value,
            label=self._name(topic.value),
            definition=best_text((o for _, p, o in facts if p.value == _DEFINITION), self._language),  # type: ignore[misc]
            types=types,
            groups=self._groups(classes, properties),
            incoming=tuple(self._incoming(topic)),
            sources=self._sources(),
        )

    def _classes(self, subject: str) -> list[str]:
        """Return the classes of a subject, ours first."""
        found = {o.value for _, p, o in self._blocks.get(subject, ()) if p.value == _TYPE}
        return sorted(found, key=lambda iri: (not iri.startswith(DEF), iri))

    def _types(self, subject: NamedNode, classes: list[str]) -> tuple[Value, ...]:
        triples = [t for t in self._blocks[subject.value] if t[1].value == _TYPE]
        evidence = self._book.of_subject(subject, triples)
        values = {t[2].value: self._value(t, evidence[t]) for t in triples}
        return tuple(values[iri] for iri in classes)

    def _properties(self, subject: NamedNode, classes: list[str], hidden: set[str]) -> list[Property]:
        triples = self._blocks[subject.value]
        evidence = self._book.of_subject(subject, triples)
        by_predicate: dict[str, list[Triple]] = {}
        for triple in triples:
            if triple[1].value not in hidden and not self._is_range(triple[2]):
                by_predicate.setdefault(triple[1].value, []).append(triple)
        places = {iri: self._vocabulary.place(classes, iri) for iri in by_predicate}
        return [
            Property(
                iri,
                self._vocabulary.label(iri, self._language),
                tuple(self._value(t, evidence[t]) for t in self._sorted(by_predicate[iri])),
            )
            for iri in sorted(
                by_predicate, key=lambda iri: (_group_order(places[iri].group), places[iri].order, iri)
            )
        ]

    def _is_range(self, value: object) -> bool:
        return isinstance(value, NamedNode) and "#char=" in value.value

    def _sorted(self, triples: list[Triple]) -> list[Triple]:
        """Sort values as a reader wants them: own language first, parts by their order, links by label."""

        def key(triple: Triple) -> tuple[int, float, str, str]:
            value = triple[2]
            if isinstance(value, Literal):
                wanted = {self._language: 0, "en": 1}.get(value.language or "", 2)
                return wanted, 0.0, value.language or "", value.value
            orders = [float(o.value) for _, _, o in self._store.triples(value, _ORDER) if o.value.isdigit()]
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
        if value.value in self._own and value.value not in self._shown and "#" in value.value:
            self._shown.add(value.value)
            return Value(
                self._part_label(value.value), iri=value.value, part=self._part(value), references=references
            )
        return Value(self._name(value.value), iri=value.value, references=references)

    def _part(self, node: NamedNode) -> Part:
        classes = self._classes(node.value)
        return Part(
            iri=node.value,
            anchor=node.value.partition("#")[2],
            types=tuple(Named(iri, self._vocabulary.label(iri, self._language)) for iri in classes),
            properties=tuple(self._properties(node, classes, hidden=_HIDDEN_IN_PARTS)),
        )

    def _part_label(self, iri: str) -> Text:
        labelled = any(p.value == SKOS + "prefLabel" for _, p, _ in self._blocks[iri])
        classes = self._classes(iri)
        if labelled or not classes:
            return self._name(iri)
        return self._vocabulary.label(classes[0], self._language)

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

    def _incoming(self, topic: NamedNode) -> Iterable[Incoming]:
        for link in self._vocabulary.links():
            found: dict[str, tuple[Named, Text | None]] = {}
            matches = list(islice(self._store.triples(None, link, topic), INCOMING_LIMIT + 1))
            for subject, _, _ in matches[:INCOMING_LIMIT]:
                owner = subject.value.partition("#")[0]
                if owner != topic.value and subject.value not in self._own:
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
        roles = [self._name(o.value) for _, _, o in self._store.triples(subject, _ROLE)]
        return roles[0] if roles else None

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
