"""Clusters of records that accepted links say are one: merged link by link, under constraints.

Bare connected components put hundreds of organisations into one, as one wrong link in a hundred is enough. Here two
clusters are only merged where nothing forbids it; a link that would is left to reviewers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from koinon.link.records import Record

AUTHORITATIVE: Final = frozenset(
    {
        *(
            "ror",
            "lei",
            "pic",
            "vat",
            "duns",
            "wikidata",
            "ukprn",
            "co-operatives uk",
            "transformap",
            "krs",
            "regon",
        ),
        *("nip", "siren", "siret", "rna", "companies house", "financial conduct authority", "gemi", "afm", "nif"),
        *("cif", "partita iva", "codice fiscale", "brreg", "organisasjonsnummer", "lursoft", "uzņēmumu reģistrs"),
    }
)
"""Schemes that number each organisation once, in small letters."""
_NUMBERS_OF_ONE: Final = AUTHORITATIVE - {"wikidata"}
"""Schemes of which one organisation has one number; Wikidata has doubles."""
UNLIKELY: Final = -4.0
"""Log odds below which two records are held to be two, whatever other links say."""


def certain(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the identifiers of a record that nobody else has: scheme in small letters, and value."""
    for scheme, value in record.identifiers:
        if (name := scheme.casefold()) in AUTHORITATIVE:
            yield name, value.strip().upper().replace(" ", "").replace("-", "")


def conflict(one: Record, other: Record) -> bool:
    """Tell whether two records have different numbers in one register, or are said to be two things."""
    if other.iri in one.apart or one.iri in other.apart:
        return True
    left, right = _numbers(one), _numbers(other)
    return any(left[scheme].isdisjoint(right[scheme]) for scheme in left.keys() & right.keys())


def conflicting(records: Sequence[Record], pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of each pair of records, which are named by their places, whether they ``conflict``."""
    found = np.zeros(len(pairs), bool)
    numbered = np.array([bool(record.identifiers) for record in records], bool)
    parted = np.array([bool(record.apart) for record in records], bool)
    one, other = pairs[:, 0], pairs[:, 1]
    possible = np.flatnonzero((numbered[one] & numbered[other]) | parted[one] | parted[other])
    for row, (a, b) in zip(possible.tolist(), pairs[possible].tolist(), strict=True):
        found[row] = conflict(records[a], records[b])
    return found


def _numbers(record: Record) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for scheme, value in certain(record):
        if scheme in _NUMBERS_OF_ONE:
            found.setdefault(scheme, set()).add(value)
    return found


@dataclass(slots=True)
class _Cluster:
    members: list[int]
    sources: set[str]
    numbers: dict[str, set[str]] = field(default_factory=dict)


class Clusters:
    """The clusters so far; a record is its own cluster until it is merged."""

    def __init__(
        self, records: Sequence[Record], odds: Callable[[int, int], float], bound: Iterable[tuple[int, int]]
    ) -> None:
        """``odds`` tells those of a pair, 0 if it was not compared; people said of ``bound`` that they are two."""
        self._records = records
        self._odds = odds
        self._bound = {tuple(sorted(pair)) for pair in bound}
        self._of: dict[int, _Cluster] = {}

    def merge(self, one: int, other: int, *, judged: bool = False) -> bool:
        """Merge the clusters of two records; returns False, and does nothing, where that is forbidden.

        People may say (``judged``) that two records are one which the linker holds for two, or which one source has
        twice; no more than that.
        """
        left, right = self._cluster(one), self._cluster(other)
        if left is right:
            return True
        if not self._may(left, right, judged=judged):
            return False
        left.members += right.members
        left.sources |= right.sources
        for scheme, values in right.numbers.items():
            left.numbers.setdefault(scheme, set()).update(values)
        for member in right.members:
            self._of[member] = left
        return True

    def _cluster(self, place: int) -> _Cluster:
        if place not in self._of:
            record = self._records[place]
            sources = {record.source} if record.distinct else set()
            self._of[place] = _Cluster([place], sources, _numbers(record))
        return self._of[place]

    def _may(self, left: _Cluster, right: _Cluster, *, judged: bool) -> bool:
        if left.sources & right.sources and not judged:
            return False
        shared = left.numbers.keys() & right.numbers.keys()
        if any(left.numbers[scheme].isdisjoint(right.numbers[scheme]) for scheme in shared):
            return False
        return not any(
            (a, b) in self._bound
            or (not judged and self._odds(a, b) < UNLIKELY)
            or conflict(self._records[a], self._records[b])
            for a, b in ((min(one, other), max(one, other)) for one in left.members for other in right.members)
        )

    def canonical(self) -> dict[str, str]:
        """Return for each record of a cluster of two or more the one that stands for all.

        That is one with an authoritative number, and of several the one whose IRI comes first: it depends on the
        members alone.
        """
        found: dict[str, str] = {}
        for cluster in {id(cluster): cluster for cluster in self._of.values()}.values():
            if len(cluster.members) > 1:
                records = [self._records[place] for place in cluster.members]
                first = min(records, key=lambda record: (not any(certain(record)), record.iri))
                found |= {record.iri: first.iri for record in records}
        return dict(sorted(found.items()))
