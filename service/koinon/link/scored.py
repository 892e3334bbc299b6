"""What is found of two records when they are compared: of one pair, and of many in columns."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from koinon.release.mappings import Reason

BARE: Final = 1
PLACED: Final = 2
THIN: Final = 4

Pair = tuple[int, int]
Pairs = NDArray[np.int64]
"""A row for each pair: two numbers of records."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The log odds that two records are one, before facts that need no learning, and why.

    ``bare`` tells that nothing but names was compared, ``placed`` that both have a postcode. ``thin`` tells that
    the names are too little to go by: one is a single word, or of a part, or they are of different kinds of bodies.
    ``why`` is empty for what is never shown.
    """

    odds: float
    bare: bool
    placed: bool
    thin: bool
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ScoredPairs:
    """Scores of many pairs, each pair once, sorted: a large graph has hundreds of thousands that nobody looks at.

    ``flags`` are sums of BARE, PLACED and THIN; ``texts`` have the reasons as JSON, or nothing.
    """

    pairs: Pairs
    odds: NDArray[np.float64]
    flags: NDArray[np.uint8]
    texts: NDArray[Any]

    @classmethod
    def of(cls, scored: Mapping[Pair, Scored]) -> Self:
        """Put the scores of single pairs into columns."""
        given = sorted(scored.items())
        texts = np.empty(len(given), object)
        texts[:] = [_text(one.why) for _, one in given]
        return cls(
            np.array([pair for pair, _ in given], np.int64).reshape(-1, 2),
            np.array([one.odds for _, one in given], np.float64),
            np.array([BARE * one.bare + PLACED * one.placed + THIN * one.thin for _, one in given], np.uint8),
            texts,
        )

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.odds)

    def __getitem__(self, row: int) -> Scored:
        """Return what was found of the pair in a row."""
        flags, text = int(self.flags[row]), self.texts[row]
        why = tuple(Reason(*reason) for reason in json.loads(text)) if text else ()
        return Scored(float(self.odds[row]), bool(flags & BARE), bool(flags & PLACED), bool(flags & THIN), why)

    def odds_of(self, one: int, other: int) -> float:
        """Return the log odds of a pair, the smaller number first; 0 where it was not compared."""
        start, end = np.searchsorted(self.pairs[:, 0], [one, one + 1])
        row = start + int(np.searchsorted(self.pairs[start:end, 1], other))
        return float(self.odds[row]) if row < end and self.pairs[row, 1] == other else 0.0

    def rows_of(self, wanted: Pairs) -> NDArray[np.int64]:
        """Return the row of each wanted pair, or -1 where that was not compared."""
        if not len(self) or not len(wanted):
            return np.full(len(wanted), -1, np.int64)
        columns = [np.unique(column) for column in self.pairs.T]
        width = len(columns[1])

        def place(values: NDArray[np.int64], column: NDArray[np.int64]) -> NDArray[np.int64]:
            return np.minimum(np.searchsorted(column, values), len(column) - 1)

        codes = place(self.pairs[:, 0], columns[0]) * width + place(self.pairs[:, 1], columns[1])
        one, other = (place(wanted[:, side], columns[side]) for side in (0, 1))
        rows = place(one * width + other, codes)
        found = (self.pairs[rows] == wanted).all(axis=1)
        return np.where(found, rows, -1)

    def at(self, rows: NDArray[np.int64], pairs: Pairs) -> Self:
        """Return the scores in ``rows`` as those of ``pairs``, which are sorted."""
        return type(self)(pairs, self.odds[rows], self.flags[rows], self.texts[rows])


def joined(one: ScoredPairs, other: ScoredPairs) -> ScoredPairs:
    """Return the scores of both, which have no pair in common."""
    pairs = np.concatenate([one.pairs, other.pairs])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return ScoredPairs(
        pairs[order],
        np.concatenate([one.odds, other.odds])[order],
        np.concatenate([one.flags, other.flags])[order],
        np.concatenate([one.texts, other.texts])[order],
    )


def _text(reasons: tuple[Reason, ...]) -> str:
    return json.dumps(reasons, ensure_ascii=False, separators=(",", ":")) if reasons else ""
