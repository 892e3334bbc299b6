"""What pages call things: labels of classes and properties from the ontology, groups and order from the shapes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from koinon.engine import GraphStore, Triple
from koinon.model.languages import best_label
from koinon.model.namespaces import DCT, DEF, GRAPH, OWL, PREFIXES, RDF, RDFS, SH, SKOS
from koinon.publish.text import Text

ONTOLOGY_GRAPH: Final = NamedNode(GRAPH + "ontology")
_LABELS: Final = (RDFS + "label", SKOS + "prefLabel")
_DEFINITIONS: Final = (SKOS + "definition", RDFS + "comment", DCT + "description")
_NO_LINKS: Final = {
    OWL + "DatatypeProperty",
    OWL + "AnnotationProperty",
    OWL + "Class",
    RDFS + "Class",
    RDFS + "Datatype",
}
_RECEIPT: Final = {RDF + "subject", RDF + "predicate", RDF + "object", RDF + "type", DEF + "sourceRange"}
_LAST: Final = 1_000_000.0
_NAME: Final = re.compile(r"[a-z0-9]+:[A-Za-z_][A-Za-z0-9_-]{0,100}")

Shape = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class Term:
    """One class or property: its labels and definitions by language tag, and its RDF types."""

    iri: str
    labels: Mapping[str, str]
    definitions: Mapping[str, str]
    types: frozenset[str]


@dataclass(frozen=True, slots=True)
class PropertyGroup:
    """A group of facts on a page (``sh:PropertyGroup``), with its place among the groups."""

    iri: str
    labels: Mapping[str, str]
    order: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a property stands on the page of a class: in which group, and where in it."""

    group: PropertyGroup | None
    order: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Terms by IRI, and the place of each property by class (``""`` holds a place for any class)."""

    terms: Mapping[str, Term]
    places: Mapping[str, Mapping[str, Place]]

    @classmethod
    def load(cls, store: GraphStore, shapes: Path) -> Self:
        """Read the ontology from its graph of the release, and every Turtle file in the folder ``shapes``."""
        return cls(_terms(store.triples(graph=ONTOLOGY_GRAPH)), _places(shape_triples(shapes)))

    def label(self, iri: str, language: str) -> Text:
        """Return the best label of a term for a reader of ``language``; without one, its name taken apart."""
        term = self.terms.get(iri)
        found = best_label(term.labels, language) if term else None
        return Text(*found) if found else Text(_spelled(iri), "en")

    def links(self) -> list[NamedNode]:
        """Return the properties that may lead from thing to thing, in the order of their IRIs."""
        return [
            NamedNode(iri)
            for iri, term in sorted(self.terms.items())
            if not term.types & _NO_LINKS and local_name(iri)[:1].islower() and iri not in _RECEIPT
        ]

    def place(self, classes: Iterable[str], iri: str) -> Place:
        """Return where a property stands on the page of something that has these classes."""
        for name in (*classes, ""):
            found = self.places.get(name, {}).get(iri)
            if found is not None:
                return found
        return Place(None, _LAST)


def shape_triples(folder: Path, stem: str = "*") -> list[Triple]:
    """Return the triples of the folder's file ``{stem}.ttl``, or of all; blank nodes are renamed apart."""
    return [
        (quad.subject, quad.predicate, quad.object)
        for path in sorted(folder.glob(f"{stem}.ttl"))
        for quad in parse(path=path, format=RdfFormat.TURTLE, rename_blank_nodes=True)
    ]


def short_name(iri: str) -> str:
    """Return ``prefix:name`` for an IRI in one of our namespaces, else the IRI."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def term_name(iri: str) -> str | None:
    """Return the name that a term has in the address of its page: ``Project``, ``schema:url``; None for others."""
    name = short_name(iri)
    return name.removeprefix("koi:") if _NAME.fullmatch(name) else None


def term_iri(name: str) -> str | None:
    """Return the IRI of the term with this name, as ``term_name`` writes it; None where no term has such a name."""
    prefix, colon, last = name.rpartition(":")
    namespace = PREFIXES.get(prefix or "koi")
    written = f"{prefix or 'koi'}:{last}"
    return namespace + last if namespace and (prefix or not colon) and _NAME.fullmatch(written) else None


def _terms(triples: Iterable[Triple]) -> dict[str, Term]:
    labels: dict[str, dict[str, str]] = {}
    definitions: dict[str, dict[str, str]] = {}
    types: dict[str, set[str]] = {}
    for subject, predicate, value in triples:
        if isinstance(value, Literal):
            if predicate.value in _LABELS:
                labels.setdefault(subject.value, {})[value.language or ""] = value.value
            elif predicate.value in _DEFINITIONS:
                definitions.setdefault(subject.value, {}).setdefault(value.language or "", value.value)
        elif predicate.value == RDF + "type":
            types.setdefault(subject.value, set()).add(value.value)
    return {
        iri: Term(iri, labels.get(iri, {}), definitions.get(iri, {}), frozenset(types.get(iri, ())))
        for iri in labels.keys() | definitions.keys() | types.keys()
    }


def _places(triples: Iterable[Triple]) -> dict[str, dict[str, Place]]:
    by_subject: dict[Shape, dict[str, list[Shape | Literal]]] = {}
    for subject, predicate, value in triples:
        by_subject.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
    groups = {
        node: PropertyGroup(node.value, _by_language(body.get(RDFS + "label", ())), _order(body))
        for node, body in by_subject.items()
        if NamedNode(SH + "PropertyGroup") in body.get(RDF + "type", ())
    }
    places: dict[str, dict[str, Place]] = {"": {}}
    for body in by_subject.values():
        classes = [node.value for node in body.get(SH + "targetClass", ())]
        for shape in body.get(SH + "property", ()):
            facts = by_subject.get(shape, {}) if not isinstance(shape, Literal) else {}
            group = next(
                (groups[g] for g in facts.get(SH + "group", ()) if isinstance(g, NamedNode) and g in groups), None
            )
            for path in facts.get(SH + "path", ()):
                if group is not None and isinstance(path, NamedNode):
                    for name in (*classes, ""):
                        places.setdefault(name, {}).setdefault(path.value, Place(group, _order(facts)))
    return places


def _by_language(values: Iterable[Shape | Literal]) -> dict[str, str]:
    return {value.language or "": value.value for value in values if isinstance(value, Literal)}


def _order(body: Mapping[str, list[Shape | Literal]]) -> float:
    return min((float(value.value) for value in body.get(SH + "order", ())), default=_LAST)


def local_name(iri: str) -> str:
    """Return what follows the last slash or hash of an IRI."""
    return iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]


def _spelled(iri: str) -> str:
    name = local_name(iri)
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()
    return words.replace("-", " ").replace("_", " ") or iri
