"""Normalising a source's triples, so that equal statements are equal bytes.

Text is NFC, literals have the form in which the store keeps them, IRIs are checked (never changed), and blank nodes
become IRIs of their own (RDF 1.1 Concepts, section 3.5) from their canonical labels (RDFC-1.0).
"""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from koinon.build.canonical import canonical
from koinon.build.iris import iri_problem
from koinon.build.literals import canonicaliser, forbidden_character, problem_of
from koinon.engine import Term
from koinon.model.errors import SourceError
from koinon.model.namespaces import SKOLEM

MAX_BLANK_NODES: Final = 20_000
CANONICAL_SECONDS: Final = 10.0
"""How long blank nodes that refer to each other may take to get their canonical labels."""
_REMEMBERED: Final = 100_000
"""IRIs whose check is remembered."""
_T = TypeVar("_T", bound=Term)


class Normaliser:
    """Normalises the triples of the sources of one build."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._canonical = canonicaliser()
        self._checked: dict[str, str | None] = {}

    def triples(self, triples: Iterable[Triple], slug: str) -> Iterator[Triple]:
        """Yield each triple with normalised terms; blank nodes and triple terms are kept.

        Raises SourceError with the rule ``iri``, ``literal`` or ``triple-term``.
        """
        for triple in triples:
            yield self._triple(triple, slug, triple)

    def _triple(self, triple: Triple, slug: str, outer: Triple) -> Triple:
        subject, predicate, value = (
            self._term(term, slug, outer) for term in (triple.subject, triple.predicate, triple.object)
        )
        if not isinstance(subject, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
            raise SourceError(slug, "triple-term", _place(outer), "a triple term can only be annotated")
        return Triple(subject, predicate, value)

    def _term(self, term: Term, slug: str, outer: Triple) -> Term:
        if isinstance(term, NamedNode):
            self._check(term, slug, outer)
            return term
        if isinstance(term, Literal):
            problem = problem_of(term)
            if problem:
                rule = "control-character" if forbidden_character(term.value) else "literal"
                raise SourceError(slug, rule, _place(outer), problem)
            self._check(term.datatype, slug, outer)
            return self._canonical(_composed(term))
        if isinstance(term, Triple):
            if isinstance(term.object, Triple):
                raise SourceError(slug, "triple-term", _place(outer), "a triple term inside a triple term")
            return self._triple(term, slug, outer)
        return term

    def _check(self, node: NamedNode, slug: str, outer: Triple) -> None:
        if node.value not in self._checked:
            if len(self._checked) >= _REMEMBERED:
                self._checked.clear()
            self._checked[node.value] = iri_problem(node.value)
        problem = self._checked[node.value]
        if problem:
            raise SourceError(slug, "iri", _place(outer), problem)


def _composed(literal: Literal) -> Literal:
    text = unicodedata.normalize("NFC", literal.value)
    if literal.language is not None:
        return Literal(text, language=literal.language.lower())
    return Literal(text, datatype=literal.datatype) if text != literal.value else literal


def _place(triple: Triple) -> str:
    return f"{triple.subject} {triple.predicate}"


def skolemise(triples: set[Triple], slug: str) -> set[Triple]:
    """Replace every blank node by ``…/.well-known/genid/{slug}-{canonical label}``.

    The label depends on the graph alone, not on how the file wrote it. Raises SourceError (``blank-nodes``) where
    there are more than MAX_BLANK_NODES, (``blank-only``) where nothing in the source has a name.
    """
    blank = {term for triple in triples for term in (triple.subject, triple.object) if isinstance(term, BlankNode)}
    if not blank:
        return triples
    if len(blank) > MAX_BLANK_NODES:
        detail = f"{len(blank)} blank nodes; at most {MAX_BLANK_NODES} are taken, so name the things"
        raise SourceError(slug, "blank-nodes", "the whole source", detail)
    if not any(isinstance(triple.subject, NamedNode) for triple in triples):
        raise SourceError(slug, "blank-only", "the whole source", "every subject is a blank node; name the things")
    try:
        labelled = canonical(triples, CANONICAL_SECONDS)
    except TimeoutError as error:
        detail = f"the blank nodes are too many, or too alike, to be told apart ({error}); name the things"
        raise SourceError(slug, "blank-nodes", "the whole source", detail) from error
    return name_blank_nodes(labelled, slug)


def name_blank_nodes(labelled: Iterable[Triple], slug: str) -> set[Triple]:
    """Return the triples with an IRI in the place of each blank node, made from its label."""
    return {Triple(_named(t.subject, slug), t.predicate, _named(t.object, slug)) for t in labelled}


def _named(term: _T, slug: str) -> _T | NamedNode:
    return NamedNode(f"{SKOLEM}{slug}-{term.value}") if isinstance(term, BlankNode) else term
