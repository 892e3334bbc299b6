"""Deriving the territories of projects by the published rules in ``queries/rules``, run over all data graphs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pyoxigraph import Quad, QueryTriples, Store, Triple

from koinon.model.errors import VocabularyError

WORKING: Final = "urn:koinon:working:"
"""The namespace of predicates that pass from rule to rule and are never published."""


def territories(store: Store, rules: Iterable[Path]) -> list[Triple]:
    """Return what the rules construct, each over the default graph of ``store`` and what the rules before it made.

    The store is as before afterwards. Raises VocabularyError, naming the file, where a rule is broken or is not a
    CONSTRUCT query.
    """
    added: list[Triple] = []
    stored = 0
    try:
        for path in rules:
            store.extend(Quad(*triple) for triple in added[stored:])  # what the last rule makes, no rule sees
            stored = len(added)
            added += [triple for triple in _construct(store, path) if Quad(*triple) not in store]
    finally:
        for triple in added[:stored]:
            store.remove(Quad(*triple))
    return [triple for triple in added if not triple.predicate.value.startswith(WORKING)]


def _construct(store: Store, path: Path) -> list[Triple]:
    try:
        answer = store.query(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise VocabularyError(f"The rule {path} is broken: {error}. Mend it, then build again.") from error
    if not isinstance(answer, QueryTriples):
        raise VocabularyError(f"The rule {path} is no CONSTRUCT query. Mend it, then build again.")
    return sorted(set(answer), key=str)
