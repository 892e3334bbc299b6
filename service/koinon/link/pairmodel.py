"""The model of pairs of records: trees, how their odds become a probability, the bands, what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from koinon.link.deciding import Band
from koinon.link.features import FEATURES
from koinon.link.packaged import damaged, packaged
from koinon.link.trees import Trees
from koinon.model.errors import ConfigurationError

FORM: Final = 1
FILE: Final = "pairs.json.gz"
FLOOR: Final = -7.0
"""Log odds of a rival that is none: as far as what is found beside it by chance."""
PRIOR: Final = 0.018104
"""Share of candidate pairs that are one organisation, where pairs were judged: what reasons begin with."""
CLEAR: Final = 12.0
"""More than this much log odds above its rivals tells no more of a pair."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sureness:
    """How log odds, and the lead over the rivals of either record, become a probability; the bounds of the bands.

    The smaller of the two leads counts for itself, so that a pair has no direction. ``placed`` holds where both
    records have a postcode.
    """

    intercept: float
    odds: float
    least_lead: float
    most_lead: float
    placed: float
    placed_odds: float
    accept: float
    accept_bare: float
    review: float

    def probability(self, odds: Floats, leads: tuple[Floats, Floats], placed: Floats) -> Floats:
        """Return the probability of each pair."""
        least, most = np.minimum(*leads), np.maximum(*leads)
        total = self.intercept + self.odds * odds + self.least_lead * least + self.most_lead * most
        total = total + placed * (self.placed + self.placed_odds * odds)
        chance: Floats = np.reciprocal(1 + np.exp(-np.clip(total, -40.0, 40.0)))
        return chance

    def band(self, probability: float, *, bare: bool) -> Band:
        """Return the band of a probability; ``bare`` says that nothing but the names was compared."""
        if probability >= (self.accept_bare if bare else self.accept):
            return Band.accept
        return Band.review if probability >= self.review else Band.drop


def leads_of(groups: NDArray[np.int64], odds: Floats) -> Floats:
    """Return how far the log odds of each pair are above those of the best rival in its group, bounded."""
    out = np.empty(len(odds))
    if not len(odds):
        return out
    order = np.lexsort((-odds, groups))
    ranked, values = groups[order], odds[order]
    first = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(len(ranked)), 0))
    second = np.minimum(start + 1, len(ranked) - 1)
    rival = np.where((ranked[second] == ranked) & (second != start), values[second], FLOOR)
    best = np.where(np.arange(len(ranked)) == start, rival, values[start])
    out[order] = values - np.maximum(best, FLOOR)
    bounded: Floats = np.clip(out, -CLEAR, CLEAR)
    return bounded


@dataclass(frozen=True, slots=True)
class PairModel:
    """What was learnt of pairs of records, and how right it was on pairs that were held back (``measured``)."""

    version: str
    trees: Trees
    sureness: Sureness
    measured: Mapping[str, float]

    @classmethod
    def shipped(cls) -> Self:
        """Return the model that the package carries; raises ConfigurationError where its file is damaged."""
        document = packaged("trained", FILE)
        try:
            return cls.read(document)
        except (KeyError, TypeError, ValueError) as error:
            raise damaged("trained", FILE) from error

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Return the model of a file; raises ConfigurationError where it was made for another version."""
        if document.get("form") != FORM or tuple(document.get("features", ())) != FEATURES:
            raise ConfigurationError(
                "The model of links was made for another version of koinon; install koinon anew or train it again "
                "(docs/linking.md)."
            )
        return cls(
            version=str(document["version"]),
            trees=Trees.read(document),
            sureness=Sureness(**document["sureness"]),
            measured=dict(document["measured"]),
        )
