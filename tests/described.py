"""What a release describes."""

from collections.abc import Iterator

from koinon.engine import OxigraphStore
from koinon.model.namespaces import CODE, ID


def described(store: OxigraphStore) -> Iterator[str]:
    """Every thing, concept and code list that the release says something about."""
    subjects = {triple[0].value for triple in store.triples()}
    yield from sorted({iri.partition("#")[0] for iri in subjects if iri.startswith((ID, CODE))})
