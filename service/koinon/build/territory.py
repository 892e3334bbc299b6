"""Deriving the territories of projects by the published rules in ``queries/rules``, run over all data graphs."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pyoxigraph import QueryTriples, Store, Triple

from koinon.model.errors import VocabularyError


def territories(store: Store, rules: Iterable[Path]) -> Iterator[Triple]:
    """Yield what the rules construct over the default graph of ``store``: koi:Coverage nodes and links to them.

    Raises VocabularyError, naming the file, where a rule is not a CONSTRUCT query.
    """
    for path in rules:
        try:
            answer = store.query(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise VocabularyError(f"The rule {path} is broken: {error}. Mend it, then build again.") from error
        if not isinstance(answer, QueryTriples):
            raise VocabularyError(f"The rule {path} is no CONSTRUCT query. Mend it, then build again.")
        yield from answer
