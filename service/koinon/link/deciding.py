"""Decisions: at most one partner a record, a calibrated probability, and a band."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from koinon.link.candidates import Candidates
from koinon.link.keys import Keys

Numbers = NDArray[np.float64]

_CLEAR: Final = 12.0
"""More than this much log odds above its rivals tells no more of a pair."""

OTHER_COUNTRY: Final = -3.0
"""Log odds that two countries cost: more than any likeness of names, less than one identifier."""
NOTHING_SHARED: Final = -8.0
"""Log odds of names that have nothing in common and no facts beside: in a small table the nearest may be far."""
TELLING, FITS = 1.5, 0.75
"""Weight of the most telling shared word, and fit of an acronym, below which names have nothing in common."""


class Band(StrEnum):
    """What becomes of a pair."""

    accept = "accept"
    review = "review"
    drop = "drop"


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the second stage's log odds, and the lead over either side's rivals, become a probability; the bands."""

    intercept: float
    odds: float
    left_lead: float
    right_lead: float
    placed: float
    placed_odds: float
    accept: float
    accept_bare: float
    review: float
    review_placed: float

    def probability(self, odds: Numbers, left_lead: Numbers, right_lead: Numbers, placed: Numbers) -> Numbers:
        """Return the probability of each pair; ``placed`` is 1 where both records have a postcode."""
        total = self.intercept + self.odds * odds + self.left_lead * left_lead + self.right_lead * right_lead
        total = total + placed * (self.placed + self.placed_odds * odds)
        chance: Numbers = np.reciprocal(1 + np.exp(-np.maximum(np.minimum(total, 40.0), -40.0)))
        return chance

    def band(self, probability: float, *, bare: bool, placed: bool) -> Band:
        """Return the band of a probability.

        ``bare`` says that nothing but the names was compared, ``placed`` that both records have a postcode.
        """
        if probability >= (self.accept_bare if bare else self.accept):
            return Band.accept
        return Band.review if probability >= (self.review_placed if placed else self.review) else Band.drop


def leads(candidates: Candidates, odds: Numbers) -> tuple[Numbers, Numbers]:
    """Return how far each pair's log odds are above those of the best rival on the left and on the right side.

    Without a rival the lead is the most that counts.
    """
    return _lead(candidates.left, odds), _lead(candidates.right, odds)


def _lead(groups: NDArray[np.int64], odds: Numbers) -> Numbers:
    out = np.full(len(odds), _CLEAR)
    if not len(odds):
        return out
    order = np.lexsort((-odds, groups))
    ranked, values = groups[order], odds[order]
    first = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(len(ranked)), 0))
    second = np.minimum(start + 1, len(ranked) - 1)
    rival = np.where((ranked[second] == ranked) & (second != start), values[second], -np.inf)
    out[order] = np.where(np.arange(len(ranked)) == start, values - rival, values - values[start])
    bounded: Numbers = np.maximum(np.minimum(out, _CLEAR), -_CLEAR)
    return bounded


def assign(candidates: Candidates, odds: Numbers) -> NDArray[np.int64]:
    """Return the places of the pairs that are chosen, the likeliest first, so that each record has one partner."""
    left_taken: set[int] = set()
    right_taken: set[int] = set()
    chosen = []
    for place in np.argsort(-odds, kind="stable").tolist():
        a, b = int(candidates.left[place]), int(candidates.right[place])
        if a not in left_taken and b not in right_taken:
            left_taken.add(a)
            right_taken.add(b)
            chosen.append(place)
    return np.array(chosen, np.int64)


def same_rows(keys: Sequence[Keys]) -> list[list[int]]:
    """Return the rows of a table in groups that say the same: each is one record, however often it stands there."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for place, key in enumerate(keys):
        mention = key.mention
        said = (mention.country, key.city, mention.year, mention.types, key.postcode, key.domain)
        groups.setdefault((key.joined or key.folded, *said, key.identifiers), []).append(place)
    return list(groups.values())


def bare(left: Keys, right: Keys) -> bool:
    """Tell whether two records have nothing but their names, and perhaps a country, to be compared by."""
    one, other = left.mention, right.mention
    return not (
        (left.city and right.city)
        or (one.year and other.year)
        or (one.types and other.types)
        or (left.domain and right.domain)
        or (left.postcode and right.postcode)
        or (left.identifiers and right.identifiers)
    )
