"""The classes of things by what graphs of the parent release say: looked up in its store, or read from a file."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Store

from koinon.build.graphs import TYPE
from koinon.build.verdicts import Types

_TYPED: Final = f" {TYPE} <".encode()


class SettledTypes(Mapping[str, set[str]]):
    """The classes of things by what settled graphs say, looked up in the store of the parent."""

    def __init__(self, store: Store, names: Iterable[str], beside: Iterable[Types] = ()) -> None:
        """Look up in the graphs with these ``names``; ``beside`` stood there too when others were judged."""
        self._store = store
        self._names = frozenset(names)
        self._beside = [types for types in beside if types]
        self._known: dict[str, set[str]] = {}

    def _of(self, iri: str) -> set[str]:
        if iri not in self._known:
            quads = self._store.quads_for_pattern(NamedNode(iri), TYPE, None, None)
            found = {value_of(quad.object) for quad in quads if value_of(quad.graph_name) in self._names}
            self._known[iri] = found.union(*(types.get(iri, ()) for types in self._beside))
        return self._known[iri]

    def __getitem__(self, iri: str) -> set[str]:
        """Return the classes of a thing; KeyError where no graph types it."""
        if not self._of(iri):
            raise KeyError(iri)
        return self._of(iri)

    def __contains__(self, iri: object) -> bool:
        """Tell whether a graph types the thing."""
        return isinstance(iri, str) and bool(self._of(iri))

    def __iter__(self) -> Iterator[str]:
        """Iterate over all typed things; this reads every graph."""
        quads = self._store.quads_for_pattern(None, TYPE, None, None)
        stated = (value_of(quad.subject) for quad in quads if value_of(quad.graph_name) in self._names)
        return iter({*stated, *(iri for types in self._beside for iri in types)})

    def __len__(self) -> int:
        """Count all typed things; this reads every graph."""
        return sum(1 for _ in self)


def value_of(term: object) -> str:
    """Return the IRI of a term; empty where it is none."""
    return term.value if isinstance(term, NamedNode) else ""


def types_in(path: Path) -> dict[str, set[str]]:
    """Return the classes of all things in a graph file."""
    types: dict[str, set[str]] = {}
    with path.open("rb") as lines:
        for line in lines:
            subject, typed, value = line.partition(_TYPED)
            if typed and b" " not in subject:
                types.setdefault(subject[1:-1].decode(), set()).add(value[:-4].decode())
    return types
