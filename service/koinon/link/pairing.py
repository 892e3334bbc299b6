"""Scores of pairs of records that depend on the two records and on nothing else of the graph.

What is compared are mentions, one for each name of a record; a pair of records is as likely as its likeliest pair
of mentions. So a score that was worked out once holds until one of the two records changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from koinon.link.deciding import FITS, NOTHING_SHARED, TELLING, bare
from koinon.link.features import FEATURES, KINDS, Comparer
from koinon.link.keys import Keys
from koinon.link.reasons import weighed_reasons
from koinon.link.scored import Scored
from koinon.link.scoring import score, table_of
from koinon.link.sharing import kind_and_place, thinly_shared
from koinon.link.territories import OTHER_REGION, two_regions
from koinon.link.trees import Trees
from koinon.link.unseen import doubtful
from koinon.link.wholes import named_after

Floats = NDArray[np.float64]

WORTH: Final = -2.5
"""Log odds from which on it is worth saying why; what is less likely is never shown, and left to nobody."""
_SIDES: Final = {"_left": "_right", "_right": "_left"}
_SWAPPED: Final = np.array(
    [
        FEATURES.index(name[: -len(side)] + _SIDES[side])
        if (side := next((end for end in _SIDES if name.endswith(end)), ""))
        and name[: -len(side)] + _SIDES[side] in FEATURES
        else place
        for place, name in enumerate(FEATURES)
    ]
)
"""Where each feature stands when the two records change sides."""


def swapped(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the features of pairs whose two records change sides."""
    return features[:, _SWAPPED]


def log_odds(trees: Trees, features: NDArray[np.float32]) -> Floats:
    """Return the log odds of rows of ``FEATURES``: the mean of both directions, as a pair has none."""
    both: Floats = (trees.log_odds(features) + trees.log_odds(swapped(features))) / 2
    return both


def score_pairs(
    trees: Trees, settings: Mapping[str, object], pairs: Sequence[tuple[int, Keys, Keys]]
) -> Iterator[tuple[int, Scored]]:
    """Yield for each pair of records what was found of its likeliest pair of mentions.

    ``pairs`` are pairs of mentions, each with the number of the pair of records, in the order of these numbers.
    """
    if not pairs:
        return
    left, right = table_of([one for _, one, _ in pairs]), table_of([other for _, _, other in pairs])
    rows = np.arange(len(pairs))
    weights = score(left, right, (rows, rows), settings)
    features = np.empty((len(pairs), len(FEATURES)), np.float32)
    comparer = Comparer()
    for row, (_, one, other) in enumerate(pairs):
        features[row, :-1] = comparer.pair(one, other)
    features[:, -1] = weights.total
    odds = log_odds(trees, features)
    shared, fits = (features[:, FEATURES.index(name)] for name in ("shared_most", "acronym"))
    unlike = ~(shared >= TELLING) & ~(fits > FITS)
    for number, group in groupby(range(len(pairs)), key=lambda row: pairs[row][0]):
        best = max(group, key=lambda row: (odds[row], -row))
        _, one, other = pairs[best]
        only_names = bare(one, other)
        nothing = unlike[best] and (only_names or not (one.words and other.words))
        total = float(odds[best]) + (NOTHING_SHARED if nothing else 0.0)
        total += OTHER_REGION if two_regions(one, other) else 0.0
        why = tuple(weighed_reasons(one, other, weights, best)) if total > WORTH else ()
        placed = bool(one.postcode and other.postcode)
        yield number, Scored(total, only_names, placed, total <= WORTH or held_back(one, other), why)


def held_back(one: Keys, other: Keys) -> bool:
    """Tell whether a pair of a graph is left to people: what is doubtful, names of one word, and of other kinds.

    Names that share a place or one word, or of which one says no kind of body, too: between two languages, as in
    tables that people match, that is mostly because a lexicon knows no more of them.
    """
    left, right = one.ideas & KINDS, other.ideas & KINDS
    thin = min(len(one.words), len(other.words)) < 2
    if thin or bool(left and right and not left & right) or doubtful(one, other):
        return True
    if one.identifiers & other.identifiers:
        return False
    return kind_and_place(one, other) or thinly_shared(one, other) or named_after(one, other)
