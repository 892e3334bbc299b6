"""Lists of all things of a class, sorted by label, with keyset paging."""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from threading import Lock
from typing import Final

from pyoxigraph import NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import DEF, ID, ORG
from koinon.publish.documents import TYPE
from koinon.publish.naming import Naming
from koinon.publish.text import Text

SECTIONS: Final[dict[str, str]] = {
    "actors": ORG + "Organization",
    "projects": DEF + "Project",
    "programmes": DEF + "FundingProgramme",
    "clusters": DEF + "Cluster",
    "regions": DEF + "Territory",
}
"""The path of each list, and the class whose things it holds."""

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list; ``key`` sorts it: letters without accents, then the IRI."""

    key: tuple[str, str]
    iri: str
    label: Text


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. ``after`` continues it, and is None on the last page."""

    entries: tuple[Entry, ...]
    total: int
    after: str | None


class Collections:
    """The lists of one release. A list is sorted once per class and language, when it is first asked for."""

    def __init__(self, store: GraphStore) -> None:
        """Read from ``store``."""
        self._store = store
        self._sorted: dict[tuple[str, str], tuple[Entry, ...]] = {}
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def count(self, name: str) -> int:
        """Return how many things the class with this IRI has."""
        with self._lock:
            if name not in self._counts:
                self._counts[name] = sum(1 for _ in self._store.triples(None, TYPE, NamedNode(name)))
            return self._counts[name]

    def page(self, name: str, naming: Naming, after: str | None, size: int = PAGE_SIZE) -> Page:
        """Return the page of a class that follows the thing ``after`` (``type/slug``; None: the first page)."""
        entries = self.entries(name, naming)
        start = 0
        if after:
            iri = ID + after
            start = bisect_right(entries, sort_key(naming(iri).text, iri), key=lambda entry: entry.key)
        shown = entries[start : start + size]
        more = start + size < len(entries)
        return Page(shown, len(entries), shown[-1].iri.removeprefix(ID) if more else None)

    def entries(self, name: str, naming: Naming) -> tuple[Entry, ...]:
        """Return all things of the class with this IRI, sorted by label for the reader's language."""
        with self._lock:
            key = (name, naming.language)
            if key not in self._sorted:
                found = (subject.value for subject, _, _ in self._store.triples(None, TYPE, NamedNode(name)))
                self._sorted[key] = tuple(
                    sorted((self._entry(iri, naming) for iri in found), key=lambda entry: entry.key)
                )
            return self._sorted[key]

    def _entry(self, iri: str, naming: Naming) -> Entry:
        label = naming(iri)
        return Entry(sort_key(label.text, iri), iri, label)


def sort_key(label: str, iri: str) -> tuple[str, str]:
    """Return the key of a label in a list: folded to letters without marks, so that Łódź stands beside Lodz."""
    plain = unicodedata.normalize("NFKD", label.casefold().replace("ł", "l").replace("ø", "o"))
    return "".join(c for c in plain if not unicodedata.combining(c)), iri
