"""Deriving the territories of projects by the published rules in ``queries/rules``, run over all data graphs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad, QueryTriples, Store, Triple

from koinon.model.errors import VocabularyError

WORKING: Final = "urn:koinon:working:"
"""The namespace of predicates that pass from rule to rule and are never published."""


def territories(
    store: Store, rules: Iterable[Path], only: Mapping[str, tuple[str, Sequence[NamedNode]]] | None = None
) -> list[Triple]:
    """Return what the rules construct, each over the default graph of ``store`` and what the rules before it made.

    ``only`` names for a rule, by its file, a variable and the values to which it is restricted. The store is as
    before afterwards. Raises VocabularyError, naming the file, where a rule is broken or is not a CONSTRUCT query.
    """
    added: list[Triple] = []
    stored = 0
    try:
        for path in rules:
            store.extend(Quad(*triple) for triple in added[stored:])  # what the last rule makes, no rule sees
            stored = len(added)
            values = only.get(path.name) if only else None
            added += [triple for triple in _construct(store, path, values) if Quad(*triple) not in store]
    finally:
        for triple in added[:stored]:
            store.remove(Quad(*triple))
    return [triple for triple in added if not triple.predicate.value.startswith(WORKING)]


def _construct(store: Store, path: Path, only: tuple[str, Sequence[NamedNode]] | None) -> list[Triple]:
    text = path.read_text(encoding="utf-8")
    if only is not None:
        name, values = only
        text += f"\nVALUES ?{name} {{ {' '.join(map(str, values))} }}\n"  # SPARQL 1.1, section 10.2.2: joined last
    try:
        answer = store.query(text)
    except SyntaxError as error:
        raise VocabularyError(f"The rule {path} is broken: {error}. Mend it, then build again.") from error
    if not isinstance(answer, QueryTriples):
        raise VocabularyError(f"The rule {path} is no CONSTRUCT query. Mend it, then build again.")
    return sorted(set(answer), key=str)
