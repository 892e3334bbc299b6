"""The engine: two tables in, pairs of records with probability, band and reasons out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from koinon.link.candidates import Candidates, find_candidates
from koinon.link.deciding import (
    FITS,
    NOTHING_SHARED,
    OTHER_COUNTRY,
    TELLING,
    Band,
    Numbers,
    assign,
    bare,
    leads,
    same_rows,
)
from koinon.link.features import NAMES, Comparer
from koinon.link.forms import Forms
from koinon.link.keys import Keys, keys_of
from koinon.link.lexicon import Lexicon
from koinon.link.mentions import Mention
from koinon.link.model import Model
from koinon.link.reasons import reasons_of
from koinon.link.scoring import Weights, score, table_of
from koinon.link.territories import OTHER_REGION, of_two_regions
from koinon.link.unseen import doubtful
from koinon.release.mappings import Reason

CANDIDATES: Final = 25
"""Records of the other table that each record is compared with."""
_LOOKED_AT: Final = 300_000
"""Pairs that the second stage looks at; of more, it takes the ones that rank best."""
_ALIKE: Final = 3
"""So many rows of one table may say the same before it is unclear which of them is meant."""


class Pair(NamedTuple):
    """Two records that may be one organisation."""

    left: Mention
    right: Mention
    probability: float
    band: Band
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """Two tables, their rows in groups that say the same, and the candidates among the groups."""

    left: Sequence[Mention]
    right: Sequence[Mention]
    left_rows: Sequence[Sequence[int]]
    right_rows: Sequence[Sequence[int]]
    left_keys: Sequence[Keys]
    right_keys: Sequence[Keys]
    candidates: Candidates
    weights: Weights

    def nearest(self) -> Iterator[tuple[Mention, Mention, int, int]]:
        """Yield the candidates: two records, and the rank of each among those of the other, from 1."""
        found = self.candidates
        ranks = zip(found.left.tolist(), found.right.tolist(), found.left_rank, found.right_rank, strict=True)
        for a, b, left_rank, right_rank in ranks:
            yield self.left_keys[a].mention, self.right_keys[b].mention, int(left_rank) + 1, int(right_rank) + 1


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
        yield from self.decide(self.look(left, right, said), said)

    def look(
        self, left: Sequence[Mention], right: Sequence[Mention], said: Callable[[str], None] = lambda _: None
    ) -> Looked:
        """Return the keys of two tables, the candidates among their rows, and Splink's weights."""
        said("keys")
        sides = [[keys_of(mention, self.lexicon, self.forms) for mention in side] for side in (left, right)]
        rows = [same_rows(side) for side in sides]
        one, other = ([side[group[0]] for group in groups] for side, groups in zip(sides, rows, strict=True))
        return Looked(left, right, rows[0], rows[1], one, other, *self.weighed(one, other, said))

    def decide(self, looked: Looked, said: Callable[[str], None] = lambda _: None) -> Iterator[Pair]:
        """Yield the pairs above the band ``drop``, the likeliest first."""
        said("scores")
        one, other, candidates = looked.left_keys, looked.right_keys, looked.candidates
        odds = self.odds(one, other, candidates, looked.weights)
        chosen = assign(candidates, odds)
        left_lead, right_lead = leads(candidates, odds)
        placed = np.array([bool(key.postcode) for key in one])[candidates.left].astype(float)
        placed *= np.array([bool(key.postcode) for key in other])[candidates.right]
        probability = self.model.calibration.probability(odds, left_lead, right_lead, placed)
        for place in sorted(chosen.tolist(), key=lambda place: -float(probability[place])):
            a, b = int(candidates.left[place]), int(candidates.right[place])
            many = max(len(looked.left_rows[a]), len(looked.right_rows[b]))
            sure = float(probability[place])
            band = self.model.calibration.band(sure, bare=bare(one[a], other[b]), placed=bool(placed[place]))
            if band is Band.accept and (many > _ALIKE or unsure(one[a], other[b])):
                band = Band.review
            if band is not Band.drop:
                reasons = tuple(reasons_of(one[a], other[b], looked.weights, place, sure, self.model.prior, many))
                for at, to in _spread(looked.left_rows[a], looked.right_rows[b]):
                    yield Pair(looked.left[at], looked.right[to], sure, band, reasons)

    def weighed(
        self, left: Sequence[Keys], right: Sequence[Keys], said: Callable[[str], None] = lambda _: None
    ) -> tuple[Candidates, Weights]:
        """Return the candidates of two tables, with Splink's weights."""
        said("candidates")
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
        odds += OTHER_REGION * of_two_regions(left, right, (candidates.left, candidates.right))
        shared, fits = (features[:, NAMES.index(name)] for name in ("shared_most", "acronym"))
        unlike = ~(shared >= TELLING) & ~(fits > FITS)
        for place, (a, b) in enumerate(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)):
            odds[place] += known_facts(left[a], right[b])
            if unlike[place] and (bare(left[a], right[b]) or not (left[a].words and right[b].words)):
                odds[place] += NOTHING_SHARED
        return odds


def known_facts(left: Keys, right: Keys) -> float:
    """Return the log odds of what needs no learning: identifiers that agree or not, countries that differ."""
    total = 0.0
    if left.identifiers and right.identifiers:
        total += 12.0 if left.identifiers & right.identifiers else 0.0
    if _differ(left.mention.country, right.mention.country):
        total += OTHER_COUNTRY
    return total


def unsure(left: Keys, right: Keys) -> bool:
    """Tell whether a pair is left to people, however likely it is."""
    return _differ(left.mention.country, right.mention.country) or doubtful(left, right)


def _spread(left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield each row of either side once or more, so that every one has a partner."""
    for place in range(max(len(left), len(right))):
        yield left[min(place, len(left) - 1)], right[min(place, len(right) - 1)]


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)
