"""The model of links in the graph: scores of pairs that need no other pair, cross-validated and trained."""

import gzip
import json
from collections.abc import Sequence
from copy import copy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray
from registry_tables import Drawn
from simulated import Simulated
from splink_model import weights
from training import FOLDS, PARAMETERS, Pairs, band_of, lexicons, tree_document

from koinon.link.blocking import blocks_of, pairs_of
from koinon.link.candidates import Candidates
from koinon.link.deciding import FITS, NOTHING_SHARED, TELLING, assign
from koinon.link.features import FEATURES, NAMES, PAIR
from koinon.link.forms import Forms
from koinon.link.keys import keys_of
from koinon.link.lexicon import Lexicon
from koinon.link.pairing import swapped
from koinon.link.pairmodel import FILE, FORM, PairModel, Sureness, leads_of

REVIEW = 0.42
SURE = 0.992
"""Precision of the band accept on judged pairs that were held back; what is shipped is a little above .99."""
TYPICAL = "with town"
SIMULATED = "two tables drawn from the registry"
KEPT = 0.35
LEAVES = 20
ROUNDS = 300
VERSION = "7"
"""Of the model that is written; raised when it changes, as it is part of the release id."""
NOT_GIVEN = ("year", "year_gap", "types")


def typical(pairs: Pairs) -> Pairs:
    """Return the same pairs as the graph mostly has them: with country and town, without year and kind."""
    found = copy(pairs)
    found.features = pairs.features.copy()
    for name in NOT_GIVEN:
        found.features[:, NAMES.index(name)] = np.nan
    gone = {name: np.zeros_like(pairs.parts[name]) for name in ("year", "types")}
    found.parts = {**pairs.parts, **gone}
    found.judged = replace(pairs.judged, name=f"{pairs.judged.name}, {TYPICAL}")
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
    sets: Sequence[Pairs],
    chosen: Sequence[NDArray[np.bool_]],
    drawn: Simulated,
    rows: NDArray[np.bool_],
    document: dict[str, Any],
    seed: int,
) -> Any:
    """Return the trees learnt, in both directions, from chosen pairs of judged sets and of drawn tables."""
    data, labels, weight = [], [], []
    for pairs, its in zip(sets, chosen, strict=True):
        share = pairs.share()
        kept = its & (share > 0)
        _add(data, labels, weight, matrix(pairs, document)[kept], pairs.same[kept], share[kept])
    share = thinned(drawn)
    kept = rows & (share > 0)
    _add(data, labels, weight, matrix_of(drawn, document)[kept], drawn.same[kept], share[kept])
    known = lightgbm.Dataset(
        np.concatenate(data), np.concatenate(labels), weight=np.concatenate(weight), feature_name=list(FEATURES)
    )
    return lightgbm.train(PARAMETERS | {"seed": seed, "num_leaves": LEAVES}, known, ROUNDS)


def _add(data: list[Any], labels: list[Any], weight: list[Any], rows: Any, same: Any, share: Any) -> None:
    data += [rows, swapped(rows)]
    labels += [same] * 2
    weight += [share / 2] * 2


def thinned(drawn: Simulated) -> NDArray[np.float64]:
    """Return the weight of each drawn pair in training: of those that are two, one in three stands for three."""
    kept = np.random.default_rng(0).random(len(drawn.same)) < KEPT
    return np.where(drawn.same, 1.0, np.where(kept, 1 / KEPT, 0.0))


def matrix_of(drawn: Simulated, document: dict[str, Any]) -> NDArray[np.float32]:
    """Return the features of drawn pairs in the order of ``FEATURES``."""
    return np.column_stack([drawn.features, weights(document, drawn.levels)]).astype(np.float32)


def odds_of(booster: Any, pairs: Pairs, document: dict[str, Any]) -> NDArray[np.float64]:
    """Return the log odds of pairs, as ``koinon.link.pairing`` works them out, with what needs no learning."""
    found = matrix(pairs, document)
    odds = (booster.predict(found, raw_score=True) + booster.predict(swapped(found), raw_score=True)) / 2
    shared, fits = (found[:, FEATURES.index(name)] for name in ("shared_most", "acronym"))
    unlike = ~(shared >= TELLING) & ~(fits > FITS) & bare(pairs)
    return np.asarray(odds) + pairs.facts + NOTHING_SHARED * unlike


def bare(pairs: Pairs) -> NDArray[np.bool_]:
    """Tell which pairs have nothing but names to be compared by."""
    facts = [NAMES.index(name) for name in ("city", "year", "types", "domain", "postcode", "identifier")]
    return np.isnan(pairs.features[:, facts]).all(axis=1)


def drawn_odds(booster: Any, found: NDArray[np.float32], only_names: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the log odds of drawn pairs."""
    odds = (booster.predict(found, raw_score=True) + booster.predict(swapped(found), raw_score=True)) / 2
    shared, fits = (found[:, FEATURES.index(name)] for name in ("shared_most", "acronym"))
    return np.asarray(odds) + NOTHING_SHARED * (~(shared >= TELLING) & ~(fits > FITS) & only_names)


def held_back(
    sets: Sequence[Pairs], tables: Drawn, drawn: Simulated, document: dict[str, Any], seed: int
) -> tuple[list[NDArray[np.float64]], NDArray[np.float64]]:
    """Return the log odds of the pairs of sets and bare tables, and of the drawn ones.

    Each is by trees that never saw its organisation: one that stands in a table has the fold of the table.
    """
    every, learnt = [*sets, *tables.alone], [*sets, *tables.full]
    odds = [np.zeros(len(pairs.fold)) for pairs in every]
    rows, out, folds = matrix_of(drawn, document), np.zeros(len(drawn.same)), drawn.folds(FOLDS, of_tables(tables))
    for fold in range(FOLDS):
        booster = fit(learnt, [pairs.fold != fold for pairs in learnt], drawn, folds != fold, document, seed)
        for pairs, found in zip(every, odds, strict=True):
            held = pairs.fold == fold
            if held.any():
                found[held] = odds_of(booster, pairs, document)[held]
        held = folds == fold
        out[held] = drawn_odds(booster, rows[held], drawn.bare[held])
    return odds, out


def of_tables(tables: Drawn) -> dict[str, int]:
    """Return the fold of each organisation that stands in a table."""
    return {
        mention.id: fold
        for fold, pairs in enumerate(tables.full)
        for mention in (*pairs.judged.left, *pairs.judged.right)
    }


@dataclass
class Chosen:
    """Pairs of records that were chosen one to one, and whether they are right; ``links`` is how many there are."""

    name: str
    odds: NDArray[np.float64]
    leads: tuple[NDArray[np.float64], NDArray[np.float64]]
    placed: NDArray[np.float64]
    right: NDArray[np.bool_]
    bare: NDArray[np.bool_]
    held: NDArray[np.bool_]
    links: int
    candidate_recall: float

    def chance(self, sureness: Sureness) -> NDArray[np.float64]:
        """Return the probability of each."""
        return sureness.probability(self.odds, self.leads, self.placed)


def chosen_of(pairs: Pairs, odds: NDArray[np.float64], inside: NDArray[np.bool_]) -> Chosen:
    """Return the chosen pairs of a judged set; those that share no block are not seen."""
    kept = np.flatnonzero(inside)
    candidates, mine = pairs.candidates.only(kept), odds[kept]
    leads = leads_of(candidates.left, mine), leads_of(candidates.right, mine)
    places = assign(candidates, mine)
    placed = ~np.isnan(pairs.features[kept][places][:, NAMES.index("postcode")])
    links = len(pairs.judged.links)
    return Chosen(
        pairs.judged.name,
        mine[places],
        (leads[0][places], leads[1][places]),
        placed.astype(float),
        pairs.same[kept][places],
        bare(pairs)[kept][places],
        pairs.held[kept][places],
        links,
        float(pairs.same[inside].sum() / links),
    )


def chosen_drawn(drawn: Simulated, odds: NDArray[np.float64]) -> Chosen:
    """Return the chosen pairs of records of the drawn tables: a pair is as likely as its likeliest names."""
    swap = np.array([record.source == "right" for record in drawn.records])[drawn.left]
    left, right = np.where(swap, drawn.right, drawn.left), np.where(swap, drawn.left, drawn.right)
    pair = left * len(drawn.records) + right
    order = np.lexsort((-odds, pair))
    best = order[np.concatenate([[True], pair[order][1:] != pair[order][:-1]])]
    left, right, mine = left[best], right[best], odds[best]
    leads = leads_of(left, mine), leads_of(right, mine)
    nothing = np.zeros(len(best), np.int64)
    places = assign(Candidates(left, right, {}, nothing, nothing), mine)
    return Chosen(
        SIMULATED,
        mine[places],
        (leads[0][places], leads[1][places]),
        np.zeros(len(places)),
        drawn.same[best][places],
        drawn.bare[best][places],
        drawn.held[best][places],
        drawn.links,
        float(len(np.unique(pair[drawn.same])) / drawn.links),
    )


def decide(
    judged: Sequence[Chosen], alone: Sequence[Chosen], drawn: Chosen
) -> tuple[Sureness, dict[str, dict[str, float]]]:
    """Return the calibration with its bounds, and what comes of each set.

    The calibration is of the drawn tables and the register, where most records have no counterpart or a sister; the
    bound of bare names is of tables with names alone. The judged names are held back from all three.
    """
    registers = [one for one in judged if one.placed.any()]
    sureness = _calibrated([drawn, *registers])
    sure, names = (_bound(sureness, of) for of in ([drawn], alone))
    sureness = replace(sureness, accept=round(sure, 6), accept_bare=round(max(sure, names), 6))
    figures = {}
    for one in (drawn, *judged):
        found = one.chance(sureness)
        accepted = (found >= np.where(one.bare, sureness.accept_bare, sureness.accept)) & ~one.held
        shown = found >= sureness.review
        figures[one.name] = {
            "candidate_recall": one.candidate_recall,
            "precision": float(one.right[accepted].mean()),
            "recall": float(one.right[accepted].sum() / one.links),
            "shown_precision": float(one.right[shown].mean()),
            "shown_recall": float(one.right[shown].sum() / one.links),
        }
    return sureness, figures


def _bound(sureness: Sureness, sets: Sequence[Chosen]) -> float:
    """Return the least probability from which on what may be accepted is right with a precision of SURE."""
    found = np.concatenate([one.chance(sureness)[~one.held] for one in sets])
    return band_of(found, np.concatenate([one.right[~one.held] for one in sets]), SURE)


def _calibrated(sets: Sequence[Chosen]) -> Sureness:
    odds = np.concatenate([one.odds for one in sets])
    least = np.concatenate([np.minimum(*one.leads) for one in sets])
    most = np.concatenate([np.maximum(*one.leads) for one in sets])
    where = np.concatenate([one.placed for one in sets])
    good = np.concatenate([one.right for one in sets]).astype(float)
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


def learn_links(
    sets: Sequence[Pairs],
    tables: Drawn,
    drawn: Simulated,
    document: dict[str, Any],
    seed: int,
    cache: Path,
    forms: Forms,
) -> tuple[Any, Sureness, dict[str, dict[str, float]]]:
    """Cross-validate, calibrate and train with Splink's settings; return trees, calibration and figures.

    ``tables`` are those that ``koinon match`` learns from as well, native names against English ones; ``drawn``
    those that are to each other what the sources of a graph are.
    """
    every = with_typical(sets)
    odds, drawn_by = held_back(every, tables, drawn, document, seed)
    inside = [*insides(every, seed, cache, forms), *(np.ones(len(pairs.fold), bool) for pairs in tables.alone)]
    chosen = [chosen_of(*one) for one in zip([*every, *tables.alone], odds, inside, strict=True)]
    sureness, figures = decide(chosen[: len(every)], chosen[len(every) :], chosen_drawn(drawn, drawn_by))
    learnt = [*every, *tables.full]
    everything = [np.ones(len(pairs.fold), bool) for pairs in learnt]
    booster = fit(learnt, everything, drawn, np.ones(len(drawn.same), bool), document, seed)
    return booster, sureness, figures


def write(
    folder: Path,
    booster: Any,
    sureness: Sureness,
    figures: dict[str, dict[str, float]],
) -> None:
    """Write the file of the model; what was measured on the drawn tables goes with it."""
    measured = figures[SIMULATED]
    document = {
        "form": FORM,
        "version": VERSION,
        "features": list(FEATURES),
        "sureness": asdict(sureness),
        "measured": {name: round(value, 4) for name, value in measured.items()},
        "trees": tree_document(booster),
    }
    packed = gzip.compress(json.dumps(document, separators=(",", ":")).encode(), mtime=0)
    (folder / FILE).write_bytes(packed)
    assert PairModel.read(document).trees.trees
