"""Candidates: for every record the few of the other table that it could be, by a union of blockings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from koinon.link.keys import Keys

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_CHUNK: Final = 256
_COMMON: Final = 2500
"""A feature that more records of a table have tells nothing and is left out, once the rest is enough."""
_SPACES: Final = {"meaning": 1.0, "letters": 0.55, "whole": 0.5, "facts": 0.3}
_SAME_COUNTRY: Final = 0.35
_SAME_CITY: Final = 0.15


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of rows that are worth a look: their rows in either table, and how near each blocking found them."""

    left: Ints
    right: Ints
    near: Mapping[str, Floats]
    left_rank: Ints
    """Place of the right record among the candidates of the left one, 0 for the nearest."""
    right_rank: Ints

    def only(self, places: Ints) -> Self:
        """Return some of the pairs."""
        near = {name: values[places] for name, values in self.near.items()}
        chosen = (self.left[places], self.right[places], near, self.left_rank[places], self.right_rank[places])
        return type(self)(*chosen)


class _Space:
    """One way to see names: as weighted features; two names are as near as the cosine of theirs."""

    def __init__(self, left: Sequence[Mapping[str, float]], right: Sequence[Mapping[str, float]]) -> None:
        self._left = left
        columns: dict[str, list[tuple[int, float]]] = {}
        for row, features in enumerate(right):
            size = sqrt(sum(weight * weight for weight in features.values())) or 1.0
            for name, weight in features.items():
                columns.setdefault(name, []).append((row, weight / size))
        self._postings = {
            name: (np.array([row for row, _ in column], np.int64), np.array([weight for _, weight in column]))
            for name, column in columns.items()
            if len(column) <= _COMMON
        }
        self._count = len(right)

    def near(self, row: int) -> NDArray[np.float64]:
        """Return how near each right record is to a left one."""
        features = self._left[row]
        size = sqrt(sum(weight * weight for weight in features.values())) or 1.0
        rows, weights = [], []
        for name, weight in features.items():
            if (posting := self._postings.get(name)) is not None:
                rows.append(posting[0])
                weights.append(posting[1] * (weight / size))
        if not rows:
            return np.zeros(self._count)
        return np.bincount(np.concatenate(rows), np.concatenate(weights), self._count).astype(np.float64)


def find_candidates(left: Sequence[Keys], right: Sequence[Keys], most: int) -> Candidates:
    """Return for every record of either side the ``most`` nearest of the other, as one set of pairs.

    Memory is bounded by a chunk of the left side times the right side; features that thousands of records share
    are not followed.
    """
    chunks = list(_chunks(left, right, most))
    pairs = np.concatenate([chunk[0] for chunk in chunks]) if chunks else np.empty((0, 2), np.int64)
    near = np.concatenate([chunk[1] for chunk in chunks]) if chunks else np.empty((0, 2 + len(_SPACES)), np.float32)
    nearest = _nearest_of_right(pairs, near[:, 0], most)
    keep = nearest | (near[:, -1] > 0)
    pairs, near = pairs[keep], near[keep]
    names = list(_SPACES)
    return Candidates(
        pairs[:, 0],
        pairs[:, 1],
        {"all": near[:, 0]} | {name: near[:, 1 + place] for place, name in enumerate(names)},
        _ranks(pairs[:, 0], near[:, 0]),
        _ranks(pairs[:, 1], near[:, 0]),
    )


def _chunks(left: Sequence[Keys], right: Sequence[Keys], most: int) -> Iterator[tuple[Ints, Floats]]:
    """Yield pairs with their nearness: those in the first ``most`` of a left record, or so far of a right one."""
    spaces = [_Space(*_features(name, left, right)) for name in _SPACES]
    shares = list(_SPACES.values())
    countries = np.array([hash(key.mention.country) if key.mention.country else 0 for key in right], np.int64)
    cities = np.array([hash(key.city) if key.city else 0 for key in right], np.int64)
    bar = np.full(len(right), -1.0, np.float32)
    best = np.full((len(right), most), -1.0, np.float32)
    for start in range(0, len(left), _CHUNK):
        rows = range(start, min(start + _CHUNK, len(left)))
        near = np.zeros((1 + len(spaces), len(rows), len(right)), np.float32)
        for place, row in enumerate(rows):
            for number, space in enumerate(spaces):
                near[1 + number, place] = space.near(row)
            found = sum(share * near[1 + number, place] for number, share in enumerate(shares))
            keys = left[row]
            bonus = np.zeros(len(right), np.float32)
            if keys.mention.country:
                bonus += _SAME_COUNTRY * (countries == hash(keys.mention.country))
                bonus += 0.5 * _SAME_COUNTRY * (countries == 0)
            if keys.city:
                bonus += _SAME_CITY * (cities == hash(keys.city))
            near[0, place] = np.where(found > 0, found + bonus, 0)
        yield _chosen(near, rows, most, best, bar)


def _chosen(near: Floats, rows: range, most: int, best: Floats, bar: Floats) -> tuple[Ints, Floats]:
    total = near[0]
    count = total.shape[1]
    take = np.zeros(total.shape, bool)
    firsts = np.argpartition(-total, most - 1, axis=1)[:, :most] if count > most else np.arange(count)[None, :]
    np.put_along_axis(take, np.broadcast_to(firsts, (len(rows), firsts.shape[1])), True, axis=1)
    of_left = take & (total > 0)
    of_right = np.zeros(total.shape, bool)
    last = min(most, len(rows))
    tops = np.argpartition(-total, last - 1, axis=0)[:last]
    np.put_along_axis(of_right, tops, True, axis=0)
    wanted = of_left | (of_right & (total >= bar) & (total > 0))
    both = np.concatenate([best.T, np.take_along_axis(total, tops, axis=0)])
    best[:] = -np.partition(-both, most - 1, axis=0)[:most].T
    bar[:] = best.min(axis=1)
    where = np.nonzero(wanted)
    pairs = np.stack([where[0] + rows.start, where[1]], axis=1)
    values = np.concatenate([near[:, where[0], where[1]], of_left[where][None].astype(np.float32)]).T
    return pairs, values


def _nearest_of_right(pairs: Ints, near: Floats, most: int) -> NDArray[np.bool_]:
    return _ranks(pairs[:, 1], near) < most


def _ranks(groups: Ints, near: Floats) -> Ints:
    """Return the place of every pair within its group, by falling nearness."""
    order = np.lexsort((-near, groups))
    sorted_groups = groups[order]
    starts = np.concatenate([[True], sorted_groups[1:] != sorted_groups[:-1]]) if len(groups) else np.empty(0, bool)
    first = np.maximum.accumulate(np.where(starts, np.arange(len(groups)), 0))
    ranks = np.empty(len(groups), np.int64)
    ranks[order] = np.arange(len(groups)) - first
    return ranks


def _features(
    name: str, left: Sequence[Keys], right: Sequence[Keys]
) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    make = {"meaning": _meanings, "letters": _letters, "whole": _wholes, "facts": _facts}[name]
    sides = [make(key) for key in left], [make(key) for key in right]
    counts: dict[str, int] = {}
    for side in sides:
        for features in side:
            for feature in features:
                counts[feature] = counts.get(feature, 0) + 1
    number = len(left) + len(right)
    rare = {feature: log(1 + number / count) for feature, count in counts.items()}
    for side in sides:
        for features in side:
            for feature in features:
                features[feature] *= rare[feature]
    return sides


def _meanings(key: Keys) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in key.words:
        for meaning, weight in word.meanings.items():
            value = weight * (0.2 + 0.1 * word.weight)
            found[meaning] = max(found.get(meaning, 0.0), value)
    return found


def _letters(key: Keys) -> dict[str, float]:
    text = f" {key.cognate} "
    return {text[at : at + 4]: 1.0 for at in range(max(len(text) - 3, 0))} | {
        text[at : at + 3]: 0.5 for at in range(max(len(text) - 2, 0))
    }


def _wholes(key: Keys) -> dict[str, float]:
    """The name as a whole: its letters without spaces, its acronyms, its site, its identifiers."""
    found = {f"={key.joined}": 1.0, f"@{key.domain}": 1.0} | {f"#{one}": 3.0 for one in key.identifiers}
    found |= {f"&{acronym}": 1.0 for acronym in (*key.acronyms, *key.initials) if len(acronym) > 2}
    if len(key.words) == 1:
        found[f"&{key.joined}"] = 1.0
    found.pop("@", None)
    return found


def _facts(key: Keys) -> dict[str, float]:
    """What a row says beside the name, two by two: for names that share nothing, such as a nickname."""
    mention = key.mention
    facts = [fact for fact in (key.city, str(mention.year or ""), key.postcode) if fact]
    pairs = {f"{mention.country}/{one}": 1.0 for one in facts}
    pairs |= {f"{one}/{other}": 1.0 for at, one in enumerate(facts) for other in facts[at + 1 :]}
    return pairs | {f"{one}/{kind}": 0.7 for one in (*facts, mention.country) for kind in mention.types if one}
