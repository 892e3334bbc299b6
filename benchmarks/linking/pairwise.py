"""The model of links in the graph: scores of pairs that need no other pair, cross-validated and trained."""

import gzip
import json
from collections.abc import Sequence
from copy import copy
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from splink_model import trained, weights
from training import FOLDS, PARAMETERS, ROUNDS, Pairs, band_of, lexicons, tree_document

from koinon.link.blocking import blocks_of, pairs_of
from koinon.link.deciding import assign
from koinon.link.features import NAMES, PAIR
from koinon.link.forms import Forms
from koinon.link.keys import keys_of
from koinon.link.lexicon import Lexicon
from koinon.link.matching import FITS, NOTHING_SHARED, TELLING
from koinon.link.pairing import FEATURES, swapped
from koinon.link.pairmodel import FILE, FORM, PairModel, Sureness, leads_of

REVIEW = 0.42
SURE = 0.992
"""Precision of the band accept on judged pairs that were held back; what is shipped is a little above .99."""
TYPICAL = "typical"
NOT_GIVEN = ("year", "year_gap", "types")


def typical(pairs: Pairs) -> Pairs:
    """Return the same pairs as the graph mostly has them: with country and town, without year and kind."""
    found = copy(pairs)
    found.features = pairs.features.copy()
    for name in NOT_GIVEN:
        found.features[:, NAMES.index(name)] = np.nan
    gone = {name: np.zeros_like(pairs.parts[name]) for name in ("year", "types")}
    found.parts = {**pairs.parts, **gone}
    found.judged = replace(pairs.judged, name=f"{pairs.judged.name}, {TYPICAL} of the graph")
    return found


def blocked(pairs: Pairs, known: Sequence[Lexicon], forms: Forms) -> NDArray[np.bool_]:
    """Tell which pairs share a block, by the lexicon of each fold."""
    out = np.zeros(len(pairs.fold), bool)
    left, right = pairs.judged.left, pairs.judged.right
    for fold, lexicon in enumerate(known):
        blocks = [blocks_of(keys_of(mention, lexicon, forms)) for mention in (*left, *right)]
        groups = np.array([0] * len(left) + [1] * len(right))
        found = pairs_of(blocks, np.arange(len(blocks)), groups, np.array([True, True]))
        packed = found[:, 0] * len(right) + found[:, 1] - len(left)
        mine = (pairs.fold == fold) | (len(known) == 1)
        out |= mine & np.isin(pairs.candidates.left * len(right) + pairs.candidates.right, packed)
    return out


def matrix(pairs: Pairs, document: dict[str, Any]) -> NDArray[np.float32]:
    """Return the features of pairs in the order of ``FEATURES``."""
    return np.column_stack([pairs.features[:, : len(PAIR)], weights(document, pairs.parts)]).astype(np.float32)


def fit(
    sets: Sequence[Pairs], chosen: Sequence[NDArray[np.bool_]], seed: int, given: dict[str, Any] | None = None
) -> tuple[dict[str, Any], Any]:
    """Return Splink's settings, learnt or given, and the trees learnt from the chosen pairs, in both directions."""
    parts = {
        name: np.concatenate([pairs.parts[name][rows] for pairs, rows in zip(sets, chosen, strict=True)])
        for name in sets[0].parts
    }
    same = np.concatenate([pairs.same[rows] for pairs, rows in zip(sets, chosen, strict=True)])
    document = given or trained(parts, same, np.ones(len(same)))
    data, labels, weight = [], [], []
    for pairs, rows in zip(sets, chosen, strict=True):
        share = pairs.share()
        kept = rows & (share > 0)
        found = matrix(pairs, document)[kept]
        data += [found, swapped(found)]
        labels += [pairs.same[kept]] * 2
        weight += [share[kept] / 2] * 2
    known = lightgbm.Dataset(
        np.concatenate(data), np.concatenate(labels), weight=np.concatenate(weight), feature_name=list(FEATURES)
    )
    return document, lightgbm.train(PARAMETERS | {"seed": seed}, known, ROUNDS)


def odds_of(booster: Any, pairs: Pairs, document: dict[str, Any]) -> NDArray[np.float64]:
    """Return the log odds of pairs, as ``koinon.link.pairing`` works them out, with what needs no learning."""
    found = matrix(pairs, document)
    odds = (booster.predict(found, raw_score=True) + booster.predict(swapped(found), raw_score=True)) / 2
    shared, fits = (found[:, FEATURES.index(name)] for name in ("shared_most", "acronym"))
    unlike = (shared < TELLING) & ~(fits > FITS) & bare(pairs)
    return np.asarray(odds) + pairs.facts + NOTHING_SHARED * unlike


def bare(pairs: Pairs) -> NDArray[np.bool_]:
    """Tell which pairs have nothing but names to be compared by."""
    facts = [NAMES.index(name) for name in ("city", "year", "types", "domain", "postcode", "identifier")]
    return np.isnan(pairs.features[:, facts]).all(axis=1)


def held_back(sets: Sequence[Pairs], seed: int) -> list[NDArray[np.float64]]:
    """Return the log odds of all pairs, each by trees that never saw its organisation."""
    odds = [np.zeros(len(pairs.fold)) for pairs in sets]
    for fold in range(FOLDS):
        document, booster = fit(sets, [pairs.fold != fold for pairs in sets], seed)
        for pairs, found in zip(sets, odds, strict=True):
            held = pairs.fold == fold
            found[held] = odds_of(booster, pairs, document)[held]
    return odds


def decide(
    sets: Sequence[Pairs], odds: Sequence[NDArray[np.float64]], inside: Sequence[NDArray[np.bool_]]
) -> tuple[Sureness, dict[str, dict[str, float]]]:
    """Return the calibration and its bounds, and what comes of each set; pairs that share no block are not seen."""
    rows, right, placed, names, places = [], [], [], [], []
    for pairs, found, shares in zip(sets, odds, inside, strict=True):
        kept = np.flatnonzero(shares)
        candidates, mine = pairs.candidates.only(kept), found[kept]
        leads = leads_of(candidates.left, mine), leads_of(candidates.right, mine)
        chosen = assign(candidates, mine)
        rows.append((mine[chosen], (leads[0][chosen], leads[1][chosen])))
        right.append(pairs.same[kept][chosen])
        placed.append((~np.isnan(pairs.features[kept][chosen][:, NAMES.index("postcode")])).astype(float))
        names.append(bare(pairs)[kept][chosen])
        places.append(kept[chosen])
    sureness = _calibrated(rows, right, placed)
    chance = [sureness.probability(*row, where) for row, where in zip(rows, placed, strict=True)]
    full, only = [], []
    for found, good, alone in zip(chance, right, names, strict=True):
        for bounds, kept in ((full, ~alone), (only, alone)):
            if kept.sum() > 200:
                bounds.append(band_of(found[kept], good[kept], SURE))
    sureness = replace(sureness, accept=round(max(full), 6), accept_bare=round(max(only), 6))
    figures = {}
    for pairs, found, good, alone, shares in zip(sets, chance, right, names, inside, strict=True):
        sure = found >= np.where(alone, sureness.accept_bare, sureness.accept)
        shown = found >= sureness.review
        links = len(pairs.judged.links)
        figures[pairs.judged.name] = {
            "candidate_recall": float(pairs.same[shares].sum() / links),
            "precision": float(good[sure].mean()),
            "recall": float(good[sure].sum() / links),
            "shown_precision": float(good[shown].mean()),
            "shown_recall": float(good[shown].sum() / links),
        }
    return sureness, figures


def _calibrated(rows: Any, right: Sequence[NDArray[np.bool_]], placed: Any) -> Sureness:
    odds = np.concatenate([one for one, _ in rows])
    least = np.concatenate([np.minimum(*leads) for _, leads in rows])
    most = np.concatenate([np.maximum(*leads) for _, leads in rows])
    where, good = np.concatenate(placed), np.concatenate(right).astype(float)
    design = np.column_stack([np.ones(len(odds)), odds, least, most, where, where * odds])
    beta = np.zeros(design.shape[1])
    for _ in range(50):  # Newton's method for a logistic regression with a little ridge
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -40, 40)))
        slope = design.T @ (good - chance) - 0.1 * beta
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + 0.1 * np.eye(len(beta))
        beta += np.linalg.solve(curve, slope)
    return Sureness(*(float(round(value, 6)) for value in beta), accept=1.0, accept_bare=1.0, review=REVIEW)


def with_typical(sets: Sequence[Pairs]) -> list[Pairs]:
    """Return the judged sets, and the first as the graph mostly has its records."""
    return [sets[0], typical(sets[0]), *sets[1:]]


def insides(sets: Sequence[Pairs], seed: int, cache: Path, forms: Forms) -> list[NDArray[np.bool_]]:
    """Tell for each set which pairs share a block."""
    known = lexicons(sets[0].judged, seed, FOLDS, cache)
    return [blocked(pairs, known if "organisation" in pairs.judged.name else known[:1], forms) for pairs in sets]


def show(sureness: Sureness, figures: dict[str, dict[str, float]]) -> None:
    """Print the figures."""
    print(sureness)
    for name, values in figures.items():
        print(f"links, {name}: " + ", ".join(f"{key} {value:.3f}" for key, value in values.items()))


def write(
    folder: Path,
    version: str,
    booster: Any,
    sureness: Sureness,
    figures: dict[str, dict[str, float]],
) -> None:
    """Write the file of the model; what was measured on the typical set goes with it."""
    measured = next(values for name, values in figures.items() if TYPICAL in name)
    document = {
        "form": FORM,
        "version": version,
        "features": list(FEATURES),
        "sureness": asdict(sureness),
        "measured": {name: round(value, 4) for name, value in measured.items()},
        "trees": tree_document(booster),
    }
    packed = gzip.compress(json.dumps(document, separators=(",", ":")).encode(), mtime=0)
    (folder / FILE).write_bytes(packed)
    assert PairModel.read(document).trees.trees
