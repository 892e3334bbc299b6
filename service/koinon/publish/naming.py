"""Labels of things in the reader's language."""

from collections.abc import Iterable
from itertools import chain, islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.languages import best_label
from koinon.model.namespaces import DEF, FRAPO, LOCN, M8G, SCHEMA, SKOS
from koinon.publish.documents import LABELS, PREF_LABEL, label_triples, literal_of
from koinon.publish.text import Text
from koinon.publish.vocabulary import Vocabulary, short_name

_HEADED: Final = 8
"""Values that name a part without label."""

_REMEMBERED: Final = 20_000
"""Labels that are remembered: a naming may serve one page, or all lists of a release."""

_OTHER_NAME: Final = NamedNode(SKOS + "altLabel")
"""What a thing is called beside its preferred labels."""

_CODES: Final = (NamedNode(FRAPO + "hasAcronym"), NamedNode(SKOS + "notation"))
HEADINGS: Final = tuple(
    NamedNode(iri)
    for iri in (
        M8G + "hasParticipant",
        DEF + "participantKind",
        DEF + "territory",
        DEF + "claimKind",
        SKOS + "notation",
        LOCN + "fullAddress",
        SCHEMA + "email",
    )
)
"""What names a part that has no label: whom, where or what it is about; the first that it has."""


class Naming:
    """Finds the best label of anything in one release, for one language; remembers what it found."""

    def __init__(
        self, store: GraphStore, vocabulary: Vocabulary, language: str, known: Iterable[Triple] = ()
    ) -> None:
        """Look up in ``store`` for readers of ``language`` what the triples ``known`` don't name."""
        self._store = store
        self._vocabulary = vocabulary
        self._found: dict[str, Text] = {}
        self._names: dict[str, frozenset[str]] = {}
        self.language = language
        self._known: dict[str, list[Literal]] = {}
        for subject, predicate, value in known:
            if predicate == PREF_LABEL and isinstance(value, Literal):
                self._known.setdefault(subject.value, []).append(value)

    def __call__(self, iri: str) -> Text:
        """Return the label of a thing, concept, class or graph; without any, its IRI, shortened."""
        found = self._found.get(iri)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[iri] = self._look_up(iri)
        return found

    def names(self, iri: str) -> frozenset[str]:
        """Return every label that a thing or concept has, in any language."""
        if iri not in self._names:
            self._names[iri] = frozenset(
                literal.value for literal in _literals(label_triples(self._store, NamedNode(iri)))
            )
        return self._names[iri]

    def languages(self, iri: str) -> dict[str, str]:
        """Return the language of each name that a thing or concept has, of the reader's where several share it."""
        node = NamedNode(iri)
        others = islice(self._store.triples(node, _OTHER_NAME), LABELS)
        found: dict[str, str] = {}
        for literal in _literals(chain(label_triples(self._store, node), others)):
            if literal.language and found.get(literal.value) != self.language:
                found[literal.value] = literal.language
        return found

    def best(self, literals: Iterable[Literal]) -> Text | None:
        """Return the literal that suits the reader best, or None where there is none."""
        return best_text(literals, self.language)

    def _look_up(self, iri: str) -> Text:
        if iri in self._vocabulary.terms:
            return self._vocabulary.label(iri, self.language)
        try:
            node = NamedNode(iri)
        except ValueError:
            return Text(iri)  # a blank node, which only imported data have
        found = best_text(
            sorted(self._known.get(iri, ()), key=str) or _literals(label_triples(self._store, node)), self.language
        )
        if found:
            return found
        for predicate in _CODES:
            code = literal_of(self._store, node, predicate)
            if code:
                return Text(code.value)
        return self._of_part(node) or Text(short_name(iri))

    def _of_part(self, node: NamedNode) -> Text | None:
        if "#" not in node.value:
            return None
        for predicate in HEADINGS:
            found = islice(self._store.triples(node, predicate), _HEADED)
            named = [self._value(value) for _, _, value in found]
            if named:
                return Text(", ".join(sorted(text.text for text in named)), named[0].lang)
        return None

    def _value(self, value: NamedNode | Literal) -> Text:
        return Text(value.value, value.language or "") if isinstance(value, Literal) else self(value.value)


def best_text(literals: Iterable[Literal], language: str) -> Text | None:
    """Return the literal that suits a reader of ``language`` best, or None where there is none."""
    labels: dict[str, str] = {}
    for literal in literals:
        if literal.value and not literal.value.isspace():
            labels.setdefault(literal.language or "", literal.value)
    found = best_label(labels, language)
    return Text(*found) if found else None


def _literals(triples: Iterable[Triple]) -> list[Literal]:
    return sorted((o for _, _, o in triples if isinstance(o, Literal)), key=str)
