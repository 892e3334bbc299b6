"""What terms and code lists are called on the pages about the ontology and its shapes, and what is said of them."""

from collections.abc import Iterable

from pyoxigraph import Literal

from koinon.model.namespaces import CODE
from koinon.publish.naming import Naming
from koinon.publish.ontology.terms import Facts
from koinon.publish.text import Text
from koinon.publish.views import Named
from koinon.publish.vocabulary import Vocabulary


class Labels:
    """Finds labels and texts of terms for readers of one language."""

    def __init__(self, vocabulary: Vocabulary, naming: Naming) -> None:
        """Name terms by ``vocabulary`` and code lists by ``naming``, whose language is the reader's."""
        self._vocabulary = vocabulary
        self._naming = naming
        self.language = naming.language

    def __call__(self, iri: str) -> Text:
        """Return the label of a term or a code list."""
        return self._naming(iri) if iri.startswith(CODE) else self._vocabulary.label(iri, self.language)

    def named(self, iris: Iterable[str]) -> tuple[Named, ...]:
        """Return terms and code lists with their labels."""
        return tuple(Named(iri, self(iri)) for iri in iris)

    def in_all(self, iri: str) -> dict[str, str]:
        """Return the labels of a term by language."""
        known = self._vocabulary.terms.get(iri)
        return dict(known.labels) if known else {}

    def said(self, facts: Facts, predicate: str) -> Text | None:
        """Return the text of ``facts`` under a predicate, in the language that suits best; None without any."""
        return self.best(facts.get(predicate, ()))

    def best(self, values: Iterable[object]) -> Text | None:
        """Return the text among values, in the language that suits best; None without any."""
        return self._naming.best(value for value in values if isinstance(value, Literal))
