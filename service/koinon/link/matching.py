"""The engine: two tables in, pairs of records with probability, band and reasons out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from koinon.link.candidates import Candidates, find_candidates
from koinon.link.deciding import Band, Numbers, assign, leads, same_rows
from koinon.link.features import Comparer
from koinon.link.forms import Forms
from koinon.link.keys import Keys, keys_of
from koinon.link.lexicon import Lexicon
from koinon.link.mentions import Mention
from koinon.link.model import Model
from koinon.link.reasons import Reason, reasons_of
from koinon.link.scoring import Weights, score, table_of

CANDIDATES: Final = 25
"""Records of the other table that each record is compared with."""
_LOOKED_AT: Final = 400_000
"""Pairs that the second stage looks at; of more, it takes the ones that rank best."""
_ALIKE: Final = 3
"""So many rows of one table may say the same before it is unclear which of them is meant."""
_OTHER_COUNTRY: Final = -3.0
"""Log odds that two countries cost: more than any likeness of names, less than one identifier."""


class Pair(NamedTuple):
    """Two records that may be one organisation."""

    left: Mention
    right: Mention
    probability: float
    band: Band
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Engine:
    """The lexicon, the legal forms and the model, read once."""

    lexicon: Lexicon
    forms: Forms
    model: Model

    def match(
        self, left: Sequence[Mention], right: Sequence[Mention], said: Callable[[str], None] = lambda _: None
    ) -> Iterator[Pair]:
        """Yield the pairs above the band ``drop``, the likeliest first; ``said`` hears of each step."""
        said("keys")
        sides = [[keys_of(mention, self.lexicon, self.forms) for mention in side] for side in (left, right)]
        rows = [same_rows(side) for side in sides]
        one, other = ([side[group[0]] for group in groups] for side, groups in zip(sides, rows, strict=True))
        said("candidates")
        candidates, weights = self.weighed(one, other, said)
        said("scores")
        odds = self.odds(one, other, candidates, weights)
        chosen = assign(candidates, odds)
        left_lead, right_lead = leads(candidates, odds)
        probability = self.model.calibration.probability(odds, left_lead, right_lead)
        for place in sorted(chosen.tolist(), key=lambda place: -float(probability[place])):
            a, b = int(candidates.left[place]), int(candidates.right[place])
            many = max(len(rows[0][a]), len(rows[1][b]))
            sure = float(probability[place])
            band = self.model.calibration.band(sure)
            if band is Band.accept and (many > _ALIKE or _differ(one[a].mention.country, other[b].mention.country)):
                band = Band.review
            if band is not Band.drop:
                reasons = tuple(reasons_of(one[a], other[b], weights, place, sure, self.model.prior, many))
                for at, to in _spread(rows[0][a], rows[1][b]):
                    yield Pair(left[at], right[to], sure, band, reasons)

    def weighed(
        self, left: Sequence[Keys], right: Sequence[Keys], said: Callable[[str], None] = lambda _: None
    ) -> tuple[Candidates, Weights]:
        """Return the candidates of two tables, with Splink's weights."""
        candidates = find_candidates(left, right, CANDIDATES)
        said("weights")
        weights = score(table_of(left), table_of(right), (candidates.left, candidates.right), self.model.settings)
        if len(candidates.left) > _LOOKED_AT:
            best = np.minimum(candidates.left_rank, candidates.right_rank)
            keep = np.sort(np.argsort(best * 100 - weights.total, kind="stable")[:_LOOKED_AT])
            return candidates.only(keep), weights.only(keep)
        return candidates, weights

    def odds(
        self, left: Sequence[Keys], right: Sequence[Keys], candidates: Candidates, weights: Weights
    ) -> Numbers:
        """Return the second stage's log odds of each candidate pair."""
        features = Comparer().features(left, right, candidates, weights.total)
        odds = self.model.trees.log_odds(features)
        for place, (a, b) in enumerate(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)):
            odds[place] += known_facts(left[a], right[b])
        return odds


def known_facts(left: Keys, right: Keys) -> float:
    """Return the log odds of what needs no learning: identifiers that agree or not, countries that differ."""
    total = 0.0
    if left.identifiers and right.identifiers:
        total += 12.0 if left.identifiers & right.identifiers else 0.0
    if _differ(left.mention.country, right.mention.country):
        total += _OTHER_COUNTRY
    return total


def _spread(left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield each row of either side once or more, so that every one has a partner."""
    for place in range(max(len(left), len(right))):
        yield left[min(place, len(left) - 1)], right[min(place, len(right) - 1)]


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)
