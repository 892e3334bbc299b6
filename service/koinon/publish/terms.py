"""View models of the pages of code lists: their concepts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from koinon.engine import Triple
from koinon.model.namespaces import RDF, SKOS
from koinon.publish.documents import Document
from koinon.publish.naming import best_text
from koinon.publish.text import Text
from koinon.publish.vocabulary import local_name

_BROADER: Final = SKOS + "broader"

Node = NamedNode | BlankNode
Facts = dict[str, list[NamedNode | BlankNode | Literal]]


@dataclass(frozen=True, slots=True)
class ConceptView:
    """One concept of a code list; ``depth`` counts the broader concepts above it."""

    iri: str
    notation: str
    label: Text
    definition: Text | None
    depth: int


def facts_by_subject(triples: Iterable[Triple]) -> dict[str, Facts]:
    """Return the objects by subject and predicate IRI."""
    facts: dict[str, Facts] = {}
    for subject, predicate, value in triples:
        facts.setdefault(_key(subject), {}).setdefault(predicate.value, []).append(value)
    return facts


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


def _key(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)
