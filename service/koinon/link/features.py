"""Features of a pair of records: how alike the two are, one number for each way to look."""

from collections.abc import Sequence
from math import nan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler, Levenshtein

from koinon.link.candidates import Candidates
from koinon.link.keys import Keys
from koinon.link.lexicon import Word

Matrix = NDArray[np.float32]

_ALIKE: Final = 0.72
"""Two words less alike than this, in letters, have nothing in common."""

_MISSED, _SURE = 0.3, 0.93
"""Two words between these look alike and may well be two: Catania and Catanzaro."""

NAMES: Final = (
    "cover_left", "cover_right", "cover_least", "cover_mean", "plain_left", "plain_right", "missing_left",
    "missing_right", "most_missing_left", "most_missing_right", "shared_most", "shared_sum", "translated",
    "near_miss", "same_name", "ratio", "token_set", "token_sort", "partial", "jaro_winkler", "joined_partial",
    "first_word", "last_word", "words_left", "words_right", "words_difference", "acronym", "acronym_both",
    "numbers", "numbers_conflict", "idea_share", "idea_conflict", "ideas_left", "ideas_right", "form", "country",
    "city", "city_in_name", "year", "year_gap", "types", "domain", "identifier", "postcode", "street",
    "other_name", "same_script", "near", "near_meaning", "near_letters", "near_whole",
    "left_rank", "right_rank", "left_gap", "right_gap", "weight", "weight_left_gap", "weight_right_gap",
)  # fmt: skip
_OF_PAIR: Final = NAMES.index("near")
"""How many features are of the pair alone; the others also are of its rivals."""

PAIR: Final = NAMES[:_OF_PAIR]
"""The features that are of the pair alone."""
FEATURES: Final = (*PAIR, "weight")
"""What the trees of pairs look at: the features of the pair alone, and Splink's weight."""

_KINDS: Final = (
    "university college polytechnic school academy faculty department institute center foundation association "
    "union federation council ministry agency office municipality hospital clinic museum library archive "
    "laboratory chamber bank company society park gallery theater observatory station"
)
KINDS: Final = frozenset(_KINDS.split(" "))
"""Ideas that say what kind of body an organisation is."""


class Comparer:
    """Compares pairs; words are compared once, however many pairs they stand in."""

    def __init__(self) -> None:
        """Begin with no words compared."""
        self._alike: dict[tuple[str, str], float] = {}

    def alike(self, one: Word, other: Word) -> float:
        """Return how alike two words are in meaning or letters, 0 to 1."""
        key = (one.text, other.text)
        found = self._alike.get(key)
        if found is None:
            found = self._alike[key] = _alike(one, other)
        return found

    def features(
        self, left: Sequence[Keys], right: Sequence[Keys], candidates: Candidates, weight: NDArray[np.float32]
    ) -> Matrix:
        """Return a row of features for every candidate pair, in the order of ``NAMES``."""
        out = np.empty((len(candidates.left), len(NAMES)), np.float32)
        near = candidates.near
        behind = gaps(candidates.left, near["all"]), gaps(candidates.right, near["all"])
        blocks: list[NDArray[Any]] = [near["all"], near["meaning"], near["letters"], near["whole"]]
        blocks += [candidates.left_rank, candidates.right_rank, *behind]
        out[:, _OF_PAIR:-3] = np.stack(blocks, axis=1)
        out[:, -3:] = weight_columns(candidates, weight)
        for place, (a, b) in enumerate(zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)):
            out[place, :_OF_PAIR] = self.pair(left[a], right[b])
        return out

    def pair(self, left: Keys, right: Keys) -> list[float]:
        """Return the features of two records that need no others, in the order of ``PAIR``."""
        a, b = left.mention, right.mention
        return [
            *self._cover(left, right),
            *_spelling(left, right),
            *_acronym(left, right),
            *_numbers(left, right),
            *_ideas(left, right),
            nan if not (left.form and right.form) else float(left.form == right.form),
            _same(a.country, b.country),
            self._city(left, right),
            self._city_in_name(left, right),
            nan if a.year is None or b.year is None else float(a.year == b.year),
            nan if a.year is None or b.year is None else float(min(abs(a.year - b.year), 100)),
            nan if not (a.types and b.types) else len({*a.types} & {*b.types}) / len({*a.types} | {*b.types}),
            _same(left.domain, right.domain),
            nan
            if not (left.identifiers and right.identifiers)
            else float(bool(left.identifiers & right.identifiers)),
            nan
            if not (left.postcode and right.postcode)
            else JaroWinkler.similarity(left.postcode, right.postcode),
            nan if not (left.street and right.street) else fuzz.token_set_ratio(left.street, right.street) / 100,
            _other_name(left, right),
            float(left.folded.isascii() == right.folded.isascii()),
        ]

    def _cover(self, left: Keys, right: Keys) -> list[float]:
        """How much of either name the other has, weighted by how telling its words are."""
        if not left.words or not right.words:
            return [nan] * 14
        best_left = [0.0] * len(left.words)
        best_right = [0.0] * len(right.words)
        for at, one in enumerate(left.words):
            for to, other in enumerate(right.words):
                alike = self.alike(one, other)
                if alike > best_left[at]:
                    best_left[at] = alike
                if alike > best_right[to]:
                    best_right[to] = alike
        sides = []
        for known, best in ((left.words, best_left), (right.words, best_right)):
            total = sum(word.weight for word in known) or 1.0
            got = sum(word.weight * part for word, part in zip(known, best, strict=True))
            lost = [word.weight * (1 - part) for word, part in zip(known, best, strict=True)]
            sides.append((got / total, sum(best) / len(best), sum(lost), max(lost), got))
        (cover_l, plain_l, miss_l, most_l, got_l), (cover_r, plain_r, miss_r, most_r, got_r) = sides
        shared = max(word.weight * part for word, part in zip(left.words, best_left, strict=True))
        translated = sum(
            1 for word, part in zip(left.words, best_left, strict=True) if part > _ALIKE and word.weight < 20
        ) / max(len(left.words), len(right.words))
        near_miss = max(
            (
                word.weight * (1 - part)
                for word, part in (
                    *zip(left.words, best_left, strict=True),
                    *zip(right.words, best_right, strict=True),
                )
                if _MISSED < part < _SURE
            ),
            default=0.0,
        )
        return [
            *(cover_l, cover_r, min(cover_l, cover_r), (cover_l + cover_r) / 2, plain_l, plain_r, miss_l, miss_r),
            *(most_l, most_r, shared, min(got_l, got_r), translated, near_miss),
        ]

    def _city(self, left: Keys, right: Keys) -> float:
        if not (left.city and right.city):
            return nan
        if left.city == right.city:
            return 1.0
        return max(
            [JaroWinkler.similarity(left.city, right.city) * 0.9]
            + [self.alike(one, other) * 0.95 for one in left.city_words for other in right.city_words]
        )

    def _city_in_name(self, left: Keys, right: Keys) -> float:
        """Whether the city of one is named in the other: 1 if it is, 0 if not; unknown without a city."""
        found = nan
        for one, other in ((left, right), (right, left)):
            if one.city_words:
                hit = max((self.alike(x, y) for x in one.city_words for y in other.words), default=0.0)
                found = hit if found != found else max(found, hit)
        return found


def weight_columns(candidates: Candidates, weight: NDArray[np.float32]) -> Matrix:
    """Return Splink's weight of each pair, and how far it is from that of its best rival on either side."""
    return np.stack([weight, gaps(candidates.left, weight), gaps(candidates.right, weight)], axis=1)


def _alike(one: Word, other: Word) -> float:
    if one.text == other.text:
        return 1.0
    letters = max(
        JaroWinkler.similarity(one.latin, other.latin, score_cutoff=_ALIKE),
        JaroWinkler.similarity(one.cognate, other.cognate, score_cutoff=_ALIKE),
    )
    shortest = min(len(one.cognate), len(other.cognate))
    best = 0.0
    if shortest >= 4 and letters > _ALIKE:
        edits = Levenshtein.normalized_similarity(one.cognate, other.cognate)
        best = max(0.0, 0.5 * letters + 0.5 * edits) ** 1.5
    small, large = (
        (one.meanings, other.meanings)
        if len(one.meanings) < len(other.meanings)
        else (
            other.meanings,
            one.meanings,
        )
    )
    for meaning, weight in small.items():
        if (match := large.get(meaning)) is not None and weight * match > best:
            best = weight * match
            if not meaning.startswith(":") and weight * match == 1.0:
                best = 0.97
            elif meaning.startswith(":"):
                best = max(best, 0.95) if weight * match == 1.0 else best
    return min(best, 1.0)


def _spelling(left: Keys, right: Keys) -> list[float]:
    a, b = left.cognate, right.cognate
    return [
        float(left.joined == right.joined),
        fuzz.ratio(a, b) / 100,
        fuzz.token_set_ratio(a, b) / 100,
        fuzz.token_sort_ratio(a, b) / 100,
        fuzz.partial_ratio(a, b) / 100,
        max(JaroWinkler.similarity(a, b), JaroWinkler.similarity(left.latin, right.latin)),
        fuzz.partial_ratio(left.joined, right.joined) / 100,
        _alike(left.words[0], right.words[0]) if left.words and right.words else nan,
        _alike(left.words[-1], right.words[-1]) if left.words and right.words else nan,
        float(len(left.words)),
        float(len(right.words)),
        float(abs(len(left.words) - len(right.words))),
    ]


def _other_name(left: Keys, right: Keys) -> float:
    """How alike the nearest two names are, where one of the two has several."""
    if not (left.others or right.others):
        return nan
    names = [(left.cognate, *left.others), (right.cognate, *right.others)]
    return max(fuzz.token_sort_ratio(a, b) for a in names[0] for b in names[1]) / 100


def _acronym(left: Keys, right: Keys) -> list[float]:
    """How an acronym of one fits the initials of the other; whether both have the same."""
    best = nan
    for one, other in ((left, right), (right, left)):
        short = one.acronyms or ({one.joined} if len(one.words) == 1 and len(one.joined) <= 8 else set())
        for acronym in short:
            for initials in other.initials:
                fit = fuzz.ratio(acronym, initials) / 100 if len(acronym) > 1 else 0.0
                best = fit if best != best else max(best, fit)
    both = nan
    if left.acronyms and right.acronyms:
        both = float(bool(left.acronyms & right.acronyms))
    return [best, both]


def _numbers(left: Keys, right: Keys) -> list[float]:
    if not (left.numbers or right.numbers):
        return [nan, 0.0]
    return [
        float(left.numbers == right.numbers),
        float(bool(left.numbers and right.numbers) and not left.numbers & right.numbers),
    ]


def _ideas(left: Keys, right: Keys) -> list[float]:
    a, b = left.ideas & KINDS, right.ideas & KINDS
    share = (
        nan if not (left.ideas and right.ideas) else len(left.ideas & right.ideas) / len(left.ideas | right.ideas)
    )
    conflict = nan if not (a and b) else float(not a & b)
    return [share, conflict, float(len(left.ideas - right.ideas)), float(len(right.ideas - left.ideas))]


def _same(one: str, other: str) -> float:
    return nan if not (one and other) else float(one == other)


def gaps(groups: NDArray[np.int64], near: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far each pair is from the nearest other pair of its group; above 0 for the nearest itself."""
    if not len(groups):
        return np.empty(0, np.float32)
    order = np.lexsort((-near, groups))
    ranked, values = groups[order], near[order]
    first = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    start = np.maximum.accumulate(np.where(first, np.arange(len(ranked)), 0))
    second = np.minimum(start + 1, len(ranked) - 1)
    has_second = (ranked[second] == ranked) & (second != start)
    best, next_best = values[start], np.where(has_second, values[second], 0)
    out = np.empty(len(near), np.float32)
    out[order] = np.where(np.arange(len(ranked)) == start, best - next_best, values - best)
    return out
