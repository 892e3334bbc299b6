"""Figures of decisions on judged pairs: precision, recall, F1 with intervals, by language, by band."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from registry_tables import Drawn
from training import FOLDS, Pairs, band_of, bare, calibrate, decided, fit

from koinon.link.deciding import Calibration
from koinon.link.features import NAMES
from koinon.link.text import fold

Interval = tuple[float, float]

RESAMPLED = 500
SURE = 0.995
"""Precision of the band accept on the drawn tables, a little above what is promised."""
REVIEW = 0.3
"""Least probability of a pair that is shown: as low as F1 is all but best, as people look at what is shown."""
REVIEW_PLACED = 0.55
"""The same where both records have a postcode: registers say more, and a pair in doubt is mostly none."""


@dataclass
class Measured:
    """What came of one judged set."""

    name: str
    precision: float
    recall: float
    f1: float
    interval: tuple[float, float]
    accepted_intervals: tuple[Interval, Interval]
    candidates: float
    at_25: float
    script: float
    by_language: dict[str, tuple[float, int]]
    accepted_precision: float
    accepted_recall: float
    best_f1: float
    error: float

    def show(self) -> None:
        """Print the figures."""
        low, high = self.interval
        print(f"{self.name}: P {self.precision:.4f} R {self.recall:.4f} F1 {self.f1:.4f} ({low:.3f}-{high:.3f})")
        print(f"  best F1 at any threshold {self.best_f1:.4f}; calibration error {self.error:.3f}")
        print(f"  candidate recall {self.candidates:.4f}, at 25 a left record {self.at_25:.4f}")
        print(f"  accepted: {self.accepted()}")
        print(f"  cross-script recall {self.script:.3f}")
        print(
            "  "
            + " ".join(f"{language} {share:.2f}/{count}" for language, (share, count) in self.by_language.items())
        )

    def accepted(self) -> str:
        """Return precision and recall of what is accepted, with their intervals."""
        (least, most), (low, high) = self.accepted_intervals
        return (
            f"precision {self.accepted_precision:.4f} ({least:.4f}-{most:.4f}), "
            f"recall {self.accepted_recall:.4f} ({low:.3f}-{high:.3f})"
        )


def cross_validated(sets: Sequence[Pairs], drawn: Drawn, seed: int) -> list[Measured]:
    """Return the figures of judged sets, each fold by a model that was fitted to the others."""
    bands, decisions = decide(sets, drawn, seed)
    return [measure(pairs, *decision, bands) for pairs, decision in zip(sets, decisions, strict=True)]


def decide(
    sets: Sequence[Pairs], drawn: Drawn, seed: int
) -> tuple[Calibration, list[tuple[NDArray[np.int64], NDArray[np.float64]]]]:
    """Return a calibration, and for each set the chosen pairs with their probabilities; no pair was fitted to.

    The calibration and the bounds of accept are of the drawn tables, and of the register for where there are
    postcodes: the judged names are held back from them too.
    """
    every = [*sets, *drawn.full, *drawn.alone]
    learnt = [*sets, *drawn.full]
    odds = [np.zeros(len(pairs.fold)) for pairs in every]
    for held_out in range(FOLDS):
        fitted = fit(learnt, [pairs.fold != held_out for pairs in learnt], seed)
        for pairs, found in zip(every, odds, strict=True):
            held = pairs.fold == held_out
            if held.any():
                found[held] = fitted.odds(pairs, held)
    chosen = [decided(pairs, found) for pairs, found in zip(every, odds, strict=True)]
    same = [pairs.same[places] for pairs, (places, _) in zip(every, chosen, strict=True)]
    tables = range(len(sets), len(every))
    registers = [at for at in range(len(sets)) if chosen[at][1][:, 3].any()]
    bands = calibrate([(chosen[at][1], same[at]) for at in (*tables, *registers)])
    probability = [bands.probability(*rows.T) for _, rows in chosen]
    # pairs of the same tables with less said of each record are no further ones: each bound is of one kind
    full, alone = tables[: len(drawn.full)], tables[len(drawn.full) :]
    seen = [~pairs.unsure[places] for pairs, (places, _) in zip(every, chosen, strict=True)]
    bounds = [
        band_of(*(np.concatenate([of[at][seen[at]] for at in kind]) for of in (probability, same)), SURE)
        for kind in (full, alone)
    ]
    bands = replace(
        bands,
        accept=round(bounds[0], 6),
        accept_bare=round(max(bounds), 6),
        review=REVIEW,
        review_placed=REVIEW_PLACED,
    )
    return bands, [(places, found) for (places, _), found in zip(chosen, probability, strict=True)][: len(sets)]


def measure(
    pairs: Pairs, places: NDArray[np.int64], probability: NDArray[np.float64], bands: Calibration
) -> Measured:
    """Return the figures of chosen pairs and their probabilities."""
    judged, same = pairs.judged, pairs.same[places]
    total = len(judged.links)
    placed = ~np.isnan(pairs.features[places][:, NAMES.index("postcode")])
    kept = probability >= np.where(placed, bands.review_placed, bands.review)
    accepted = probability >= np.where(bare(pairs, places), bands.accept_bare, bands.accept)
    accepted &= ~pairs.unsure[places]
    order = np.argsort(-probability)
    hits = np.cumsum(same[order])
    f1s = 2 * hits / (total + np.arange(1, len(order) + 1))
    found = {
        int(pairs.candidates.left[place]) for place, good in zip(places[kept], same[kept], strict=True) if good
    }
    groups: Counter[str] = Counter()
    got: Counter[str] = Counter()
    for a, b in judged.links:
        left, right = judged.left[a], judged.right[b]
        kinds = [left.language or "?", left.country]
        if fold(left.name).isascii() != fold(right.name).isascii():
            kinds.append("script")
        groups.update(kinds)
        got.update(kinds if a in found else [])
    first = pairs.candidates.left_rank < 25
    bins = np.clip((probability * 10).astype(int), 0, 9)
    error = sum(
        abs(float(probability[bins == step].mean()) - float(same[bins == step].mean()))
        * float((bins == step).mean())
        for step in range(10)
        if (bins == step).any()
    )
    return Measured(
        judged.name,
        float(same[kept].mean()),
        float(same[kept].sum() / total),
        _f1(same[kept].sum(), kept.sum(), total),
        _intervals(pairs, places[kept], same[kept])[0],
        _intervals(pairs, places[accepted], same[accepted])[1:],
        float(pairs.same.sum() / total),
        float((pairs.same & first).sum() / total),
        got["script"] / max(groups["script"], 1),
        {kind: (got[kind] / count, count) for kind, count in groups.most_common() if count >= 10},
        float(same[accepted].mean()) if accepted.any() else 1.0,
        float(same[accepted].sum() / total),
        float(f1s.max()),
        error,
    )


def _f1(hits: float, said: float, total: float) -> float:
    return float(2 * hits / (said + total))


def _intervals(
    pairs: Pairs, places: NDArray[np.int64], same: NDArray[np.bool_]
) -> tuple[Interval, Interval, Interval]:
    """Return the 95 % intervals of F1, precision and recall, by drawing left records with replacement."""
    drawn = np.random.default_rng(0)
    count = len(pairs.judged.left)
    linked = np.zeros(count)
    linked[[a for a, _ in pairs.judged.links]] = 1
    said, hits = np.zeros(count), np.zeros(count)
    np.add.at(said, pairs.candidates.left[places], 1)
    np.add.at(hits, pairs.candidates.left[places], same)
    found = []
    for _ in range(RESAMPLED):
        rows = drawn.integers(0, count, count)
        good, made, wanted = hits[rows].sum(), said[rows].sum(), linked[rows].sum()
        found.append((_f1(good, made, wanted), good / max(made, 1), good / wanted))
    f1, precision, recall = ((float(low), float(high)) for low, high in np.quantile(found, (0.025, 0.975), 0).T)
    return f1, precision, recall
