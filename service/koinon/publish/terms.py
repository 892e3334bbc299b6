"""View models of the vocabulary pages: the ontology's terms, a code list's concepts, the shapes' rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from koinon.engine import Triple
from koinon.model.namespaces import DEF, OWL, RDF, RDFS, SH, SHAPES, SKOS
from koinon.publish.documents import Document
from koinon.publish.naming import best_text
from koinon.publish.text import Text
from koinon.publish.views import Named
from koinon.publish.vocabulary import Vocabulary, local_name

_CLASSES: Final = {OWL + "Class", RDFS + "Class"}
_BROADER: Final = SKOS + "broader"
_RELATED: Final = (RDFS + "subClassOf", RDFS + "subPropertyOf", RDFS + "domain", RDFS + "range")

Node = NamedNode | BlankNode
Facts = dict[str, list[NamedNode | BlankNode | Literal]]


@dataclass(frozen=True, slots=True)
class TermView:
    """One class or property of the ontology. ``related`` pairs a property's label with what it leads to."""

    iri: str
    anchor: str
    label: Text
    definition: Text | None
    is_class: bool
    related: tuple[tuple[Text, tuple[Named, ...]], ...]


@dataclass(frozen=True, slots=True)
class ConceptView:
    """One concept of a code list; ``depth`` counts the broader concepts above it."""

    iri: str
    notation: str
    label: Text
    definition: Text | None
    depth: int


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule of a shape: the property it is about, how grave a breach is, and what it says to people."""

    anchor: str
    path: Named | None
    severity: str
    message: Text | None


@dataclass(frozen=True, slots=True)
class ShapeView:
    """One shape: what it checks, and its rules."""

    iri: str
    anchor: str
    targets: tuple[Named, ...]
    rules: tuple[RuleView, ...]


def facts_by_subject(triples: Iterable[Triple]) -> dict[str, Facts]:
    """Return the objects by subject and predicate IRI."""
    facts: dict[str, Facts] = {}
    for subject, predicate, value in triples:
        facts.setdefault(_key(subject), {}).setdefault(predicate.value, []).append(value)
    return facts


def term_views(document: Document, vocabulary: Vocabulary, language: str) -> list[TermView]:
    """Return the terms that the ontology's document declares, classes first, by label."""
    views = []
    for iri, facts in facts_by_subject(document.triples).items():
        types = {value.value for value in facts.get(RDF + "type", ())}
        if not iri.startswith(DEF) or not any(kind.startswith((OWL, RDF, RDFS)) for kind in types):
            continue
        related = []
        for predicate in _RELATED:
            targets = [value for value in facts.get(predicate, ()) if isinstance(value, NamedNode)]
            if targets:
                named = tuple(Named(value.value, vocabulary.label(value.value, language)) for value in targets)
                related.append((vocabulary.label(predicate, language), named))
        definition = best_text(_literals(facts, SKOS + "definition"), language)
        views.append(
            TermView(
                iri,
                local_name(iri),
                vocabulary.label(iri, language),
                definition,
                bool(types & _CLASSES),
                tuple(related),
            )
        )
    return sorted(views, key=lambda view: (not view.is_class, view.label.text.casefold()))


def concept_views(document: Document, language: str) -> list[ConceptView]:
    """Return the concepts of a code list's document, each below its broader one, else by label."""
    facts = facts_by_subject(document.triples)
    members = [node.value for node in document.own if _is_concept(facts.get(node.value, {}))]
    below: dict[str, list[str]] = {}
    for iri in members:
        broader = [value.value for value in facts[iri].get(_BROADER, ()) if value.value in members]
        below.setdefault(broader[0] if broader else "", []).append(iri)
    views: list[ConceptView] = []

    def descend(parent: str, depth: int) -> None:
        found = [_concept(iri, facts[iri], language, depth) for iri in below.pop(parent, ())]
        for view in sorted(found, key=lambda view: view.label.text.casefold()):
            views.append(view)
            descend(view.iri, depth + 1)

    descend("", 0)
    return views


def shape_views(triples: Iterable[Triple], vocabulary: Vocabulary, language: str) -> list[ShapeView]:
    """Return the node shapes among the triples with their rules, by IRI."""
    facts = facts_by_subject(triples)
    views = []
    for iri, own in sorted(facts.items()):
        kinds = {value.value for value in own.get(RDF + "type", ())}
        if SH + "NodeShape" not in kinds:
            continue
        rules = [_rule(iri, own, vocabulary, language)] if own.get(SH + "message") else []
        parts = sorted(own.get(SH + "property", ()), key=str)
        rules += [_rule(_key(part), facts.get(_key(part), {}), vocabulary, language) for part in parts]
        targets = tuple(
            Named(value.value, vocabulary.label(value.value, language)) for value in own.get(SH + "targetClass", ())
        )
        views.append(ShapeView(iri, _anchor(iri), targets, tuple(rules)))
    return views


def _rule(iri: str, facts: Facts, vocabulary: Vocabulary, language: str) -> RuleView:
    path = next((value for value in facts.get(SH + "path", ()) if isinstance(value, NamedNode)), None)
    severity = next((local_name(value.value) for value in facts.get(SH + "severity", ())), "Violation")
    return RuleView(
        _anchor(iri),
        Named(path.value, vocabulary.label(path.value, language)) if path else None,
        severity,
        best_text(_literals(facts, SH + "message"), language),
    )


def _concept(iri: str, facts: Facts, language: str, depth: int) -> ConceptView:
    notations = _literals(facts, SKOS + "notation")
    return ConceptView(
        iri,
        notations[0].value if notations else local_name(iri),
        best_text(_literals(facts, SKOS + "prefLabel"), language) or Text(local_name(iri)),
        best_text(_literals(facts, SKOS + "definition"), language),
        depth,
    )


def _is_concept(facts: Facts) -> bool:
    return any(value.value == SKOS + "Concept" for value in facts.get(RDF + "type", ()))


def _literals(facts: Facts, predicate: str) -> list[Literal]:
    return [value for value in facts.get(predicate, ()) if isinstance(value, Literal)]


def _anchor(iri: str) -> str:
    return iri.removeprefix(SHAPES) if iri.startswith(SHAPES) else ""


def _key(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)
