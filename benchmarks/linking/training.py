"""Train the model: features by lexicons that never saw the organisation, then Splink, trees, bands."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from caching import lexicon_without
from numpy.typing import NDArray
from splink_model import Levels, numbered, settings, trained, weights

from data import Judged
from koinon.link.candidates import Candidates, find_candidates
from koinon.link.deciding import Calibration, assign, leads
from koinon.link.features import NAMES, Comparer, gaps, weight_columns
from koinon.link.forms import Forms
from koinon.link.keys import keys_of
from koinon.link.lexicon import Lexicon
from koinon.link.matching import CANDIDATES, known_facts, unsure
from koinon.link.model import FORM
from koinon.link.pairing import held_back
from koinon.link.scoring import score, table_of
from koinon.link.territories import OTHER_REGION, of_two_regions
from koinon.link.trees import Trees

FOLDS = 5
ROUNDS = 260
VERSION = "6"
"""Of the model that is written; raised when it changes."""
PARAMETERS: dict[str, Any] = {
    **{"objective": "binary", "learning_rate": 0.05, "num_leaves": 15, "min_data_in_leaf": 20, "verbose": -1},
    **{"feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5, "num_threads": 1},
    **{"deterministic": True, "force_row_wise": True},
}
FAR = 6
"""Candidates that rank below this on both sides are thinned out for training."""
THINNED = 0.2


@dataclass
class Pairs:
    """Candidate pairs of one judged set, with features of lexicons learnt without the organisation."""

    judged: Judged
    candidates: Candidates
    features: NDArray[np.float32]
    parts: Levels
    same: NDArray[np.bool_]
    facts: NDArray[np.float64]
    fold: NDArray[np.int64]
    unsure: NDArray[np.bool_]
    """Which pairs ``koinon match`` never accepts unseen, and in ``held`` the build."""
    held: NDArray[np.bool_]
    counted: bool = True
    """Whether Splink's probabilities are counted from these pairs; trees learn from all."""

    def share(self) -> NDArray[np.float64]:
        """Return the weight of each pair in training: one that is thinned out stands for five."""
        far = np.minimum(self.candidates.left_rank, self.candidates.right_rank) >= FAR
        drawn = np.random.default_rng(0).random(len(far))
        return np.where(self.same | ~far, 1.0, np.where(drawn < THINNED, 1 / THINNED, 0.0))


def lexicons(judged: Judged, seed: int, count: int, cache: Path) -> list[Lexicon]:
    """Return for each fold the lexicon learnt without its organisations."""
    rows = [
        (mention.name.casefold().strip(), its)
        for side, folds in zip((judged.left, judged.right), judged.folds(seed, count), strict=True)
        for mention, its in zip(side, folds, strict=True)
    ]
    return [lexicon_without(frozenset(name for name, its in rows if its == fold), cache) for fold in range(count)]


def pairs_of(judged: Judged, known: Sequence[Lexicon], forms: Forms, seed: int) -> Pairs:
    """Return the candidate pairs of a judged set, by the lexicon of each left record's fold or by the only one."""
    folds, _ = judged.folds(seed, FOLDS)
    parts = [
        _pairs(judged, lexicon, forms, [row for row, its in enumerate(folds) if its == fold or len(known) == 1])
        for fold, lexicon in enumerate(known)
    ]
    candidates = Candidates(
        *(np.concatenate([getattr(part[0], name) for part in parts]) for name in ("left", "right")),
        {name: np.concatenate([part[0].near[name] for part in parts]) for name in parts[0][0].near},
        *(np.concatenate([getattr(part[0], name) for part in parts]) for name in ("left_rank", "right_rank")),
    )
    levels = {name: np.concatenate([part[2][name] for part in parts]) for name in parts[0][2]}
    same = np.array(
        [pair in judged.links for pair in zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)]
    )
    return Pairs(
        judged,
        candidates,
        np.concatenate([part[1] for part in parts]),
        levels,
        same,
        np.concatenate([part[3] for part in parts]),
        np.array([folds[row] for row in candidates.left.tolist()]),
        np.concatenate([part[4] for part in parts]),
        np.concatenate([part[5] for part in parts]),
    )


def _pairs(
    judged: Judged, lexicon: Lexicon, forms: Forms, rows: Sequence[int]
) -> tuple[Candidates, NDArray[np.float32], Levels, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    left, right = ([keys_of(mention, lexicon, forms) for mention in side] for side in (judged.left, judged.right))
    candidates = find_candidates(left, right, CANDIDATES)
    got = score(table_of(left), table_of(right), (candidates.left, candidates.right), numbered(settings()))
    kept = np.nonzero(np.isin(candidates.left, rows))[0]
    features = Comparer().features(left, right, candidates.only(kept), got.total[kept])
    near = candidates.near["all"]  # gaps need the rivals of all folds
    for name, groups in (("left_gap", candidates.left), ("right_gap", candidates.right)):
        features[:, NAMES.index(name)] = gaps(groups, near)[kept]
    facts = np.array(
        [known_facts(left[a], right[b]) for a, b in zip(candidates.left[kept], candidates.right[kept], strict=True)]
    )
    facts += OTHER_REGION * of_two_regions(left, right, (candidates.left[kept], candidates.right[kept]))
    both = [(left[a], right[b]) for a, b in zip(candidates.left[kept], candidates.right[kept], strict=True)]
    never, held = (np.array([tells(*pair) for pair in both], np.bool_) for tells in (unsure, held_back))
    levels = {name: part[kept] for name, part in got.parts.items()}
    return candidates.only(kept), features, levels, facts, never, held


@dataclass
class Fitted:
    """Splink's settings and the trees."""

    settings: dict[str, Any]
    booster: lightgbm.Booster

    def odds(self, pairs: Pairs, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the log odds of some pairs of a set."""
        features = with_weights(pairs, self.settings)[rows]
        return np.asarray(self.booster.predict(features, raw_score=True)) + pairs.facts[rows]


def with_weights(pairs: Pairs, document: dict[str, Any]) -> NDArray[np.float32]:
    """Return the features, with the weights of Splink's settings."""
    features = pairs.features.copy()
    features[:, -3:] = weight_columns(pairs.candidates, weights(document, pairs.parts))
    return features


def fit(sets: Sequence[Pairs], chosen: Sequence[NDArray[np.bool_]], seed: int) -> Fitted:
    """Return what is learnt from the chosen pairs of some sets."""
    shares = [pairs.share() for pairs in sets]
    counted = [(pairs, rows) for pairs, rows in zip(sets, chosen, strict=True) if pairs.counted]
    parts = {name: np.concatenate([pairs.parts[name][rows] for pairs, rows in counted]) for name in sets[0].parts}
    same = np.concatenate([pairs.same[rows] for pairs, rows in counted])
    document = trained(parts, same, np.ones(len(same)))
    data, weight = [], []
    for pairs, rows, share in zip(sets, chosen, shares, strict=True):
        data.append(with_weights(pairs, document)[rows & (share > 0)])
        weight.append(share[rows & (share > 0)])
    labels = np.concatenate([p.same[rows & (s > 0)] for p, rows, s in zip(sets, chosen, shares, strict=True)])
    names = list(NAMES)
    matrix = lightgbm.Dataset(np.concatenate(data), labels, weight=np.concatenate(weight), feature_name=names)
    return Fitted(document, lightgbm.train(PARAMETERS | {"seed": seed}, matrix, ROUNDS))


def calibrate(decided: Sequence[tuple[NDArray[np.float64], NDArray[np.bool_]]]) -> Calibration:
    """Return the calibration of chosen pairs: their odds with leads, and whether they are right."""
    rows = np.concatenate([odds for odds, _ in decided])
    right = np.concatenate([same for _, same in decided]).astype(float)
    matrix = np.column_stack([np.ones(len(rows)), rows, rows[:, 0] * rows[:, 3]])
    beta = np.zeros(matrix.shape[1])
    for _ in range(50):  # Newton's method for a logistic regression with a little ridge
        chance = 1 / (1 + np.exp(-np.clip(matrix @ beta, -40, 40)))
        slope = matrix.T @ (right - chance) - 0.1 * beta
        curve = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + 0.1 * np.eye(len(beta))
        beta += np.linalg.solve(curve, slope)
    return Calibration(
        *(float(round(value, 6)) for value in beta), accept=1.0, accept_bare=1.0, review=0.0, review_placed=0.0
    )


def decided(pairs: Pairs, odds: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the pairs that are chosen one to one, and their odds with leads."""
    chosen = assign(pairs.candidates, odds)
    left, right = leads(pairs.candidates, odds)
    placed = ~np.isnan(pairs.features[:, NAMES.index("postcode")])
    return chosen, np.column_stack([odds, left, right, placed])[chosen]


def bare(pairs: Pairs, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which pairs have nothing but names to be compared by (see ``koinon.link.matching.bare``)."""
    facts = [NAMES.index(name) for name in ("city", "year", "types", "domain", "postcode", "identifier")]
    return np.isnan(pairs.features[places][:, facts]).all(axis=1)


def band_of(probability: NDArray[np.float64], same: NDArray[np.bool_], precision: float) -> float:
    """Return the least probability from which on the chosen pairs are right with a precision."""
    order = np.argsort(-probability)
    so_far = np.cumsum(same[order]) / np.arange(1, len(order) + 1)
    good = np.nonzero(so_far >= precision)[0]
    return float(probability[order][good[-1]]) if len(good) else 1.0


def tree_document(booster: lightgbm.Booster) -> list[dict[str, list[float]]]:
    """Return the trees of a booster as plain lists (see ``koinon.link.trees``)."""
    return [_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]


def _tree(root: Mapping[str, Any]) -> dict[str, list[float]]:
    out: dict[str, list[Any]] = {
        name: [] for name in ("feature", "threshold", "missing_left", "left", "right", "value")
    }

    def add(node: Mapping[str, Any]) -> int:
        if "leaf_value" in node:
            out["value"].append(float(f"{node['leaf_value']:.6g}"))
            return -len(out["value"])
        place = len(out["feature"])
        threshold = float(np.float32(min(max(node["threshold"], -3e38), 3e38)))
        missing = bool(node["default_left"]) if node["missing_type"] == "NaN" else threshold >= 0
        for name, value in (
            ("feature", node["split_feature"]),
            ("threshold", threshold),
            ("missing_left", missing),
        ):
            out[name].append(value)
        out["left"].append(0)
        out["right"].append(0)
        out["left"][place] = add(node["left_child"])
        out["right"][place] = add(node["right_child"])
        return place

    add(root)
    return out


def write(folder: Path, fitted: Fitted, calibration: Calibration) -> None:
    """Write the two files of a model."""
    folder.mkdir(exist_ok=True)
    (folder / "splink.json").write_text(json.dumps(fitted.settings, indent=1) + "\n", "utf-8")
    document = {
        "form": FORM,
        "version": VERSION,
        "features": list(NAMES),
        "calibration": {name: getattr(calibration, name) for name in Calibration.__slots__},
        "trees": tree_document(fitted.booster),
    }
    packed = gzip.compress(json.dumps(document, separators=(",", ":")).encode(), mtime=0)
    (folder / "second-stage.json.gz").write_bytes(packed)
    assert len(Trees.read(document).trees)
