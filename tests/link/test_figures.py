"""The figures that the linker promises, measured on judged pairs; each test prints its figure.

The lexicon here is learnt without any organisation of the gold set, and the trees are cross-validated by
organisation: a little below what ``make bench-linking`` measures, which gives each fold all that others know. The
calibration and the bounds of the bands are of other organisations.
"""

import csv
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from koinon.link.candidates import Candidates
from koinon.link.features import NAMES, Comparer
from koinon.link.keys import Keys, keys_of
from koinon.link.matching import Engine
from koinon.link.mentions import Mention
from koinon.link.scoring import score, table_of

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("KOINON_SHARED", "../shared"))

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not (SHARED / "gold").is_dir(), reason=f"needs KOINON_SHARED ({SHARED} is not there)"),
    pytest.mark.timeout(900),
]


def say(text: str) -> None:
    """Print a figure."""
    sys.stdout.write(f"\n{text}\n")


@dataclass(frozen=True)
class Figures:
    full: "object"
    names: "object"
    register: "object"


@pytest.fixture(scope="module")
def linking() -> Iterator[None]:
    """Let the modules of benchmarks/linking be imported."""
    pytest.importorskip("lightgbm", reason="needs the extra koinon[train]")
    sys.path.insert(0, str(ROOT / "benchmarks" / "linking"))
    yield
    sys.path.remove(str(ROOT / "benchmarks" / "linking"))


@pytest.fixture(scope="module")
def figures(linking: None, engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    from caching import lexicon_without
    from measuring import cross_validated
    from registry_tables import registry_pairs
    from training import pairs_of

    from data import coops, gold

    judged, register = gold(), coops()
    cache = tmp_path_factory.mktemp("lexicons")
    lexicon = lexicon_without(judged.names(), cache)
    alone = judged.masked("names alone", city="", year=None, types=())
    sets = [pairs_of(one, [lexicon], engine.forms, seed=1) for one in (judged, alone, register)]
    drawn = registry_pairs(1, judged.names(), cache, engine.forms)
    return Figures(*cross_validated(sets, drawn, seed=1))


def test_f1_with_attributes(figures: Figures) -> None:
    say(f"F1 with attributes {figures.full.f1:.3f}, 95 % interval {figures.full.interval}")
    assert figures.full.f1 >= 0.86


def test_f1_by_names_alone(figures: Figures) -> None:
    say(f"F1 by names alone {figures.names.f1:.3f}, 95 % interval {figures.names.interval}")
    assert figures.names.f1 >= 0.77


def test_recall_across_scripts(figures: Figures) -> None:
    say(f"recall where the scripts differ {figures.full.script:.3f}")
    assert figures.full.script >= 0.82


def test_recall_of_candidates_at_25(figures: Figures) -> None:
    say(f"recall of 25 candidates a record {figures.full.at_25:.4f}")
    assert figures.full.at_25 >= 0.96


def test_recall_by_language(figures: Figures) -> None:
    known = {kind: share for kind, (share, count) in figures.full.by_language.items() if count >= 20}
    say(f"recall by language and country { {kind: round(share, 2) for kind, share in known.items()} }")
    assert min(known.values()) >= 0.70


def test_what_is_accepted_is_right_and_is_most_of_what_there_is(figures: Figures) -> None:
    """The bound is drawn on other organisations of the registry: the judged ones are held back from it too."""
    say(f"accepted: {figures.full.accepted()}")
    assert figures.full.accepted_precision >= 0.99
    assert figures.full.accepted_recall >= 0.60


def test_by_names_alone_less_is_accepted_and_hardly_any_is_wrong(figures: Figures) -> None:
    say(f"accepted by names alone: {figures.names.accepted()}")
    assert figures.names.accepted_precision >= 0.97
    assert figures.names.accepted_recall <= figures.full.accepted_recall


def test_a_register_is_matched_with_itself_six_years_later(figures: Figures) -> None:
    say(f"co-operatives: precision {figures.register.precision:.4f}, recall {figures.register.recall:.4f}")
    assert figures.register.precision >= 0.993
    assert figures.register.recall >= 0.970


def test_the_engine_that_is_shipped_knows_what_it_was_trained_on(linking: None, engine: Engine) -> None:
    from data import gold

    judged = gold()
    pairs = {(pair.left.id, pair.right.id) for pair in engine.match(judged.left, judged.right)}
    links = {(judged.left[a].id, judged.right[b].id) for a, b in judged.links}
    precision, recall = len(pairs & links) / len(pairs), len(pairs & links) / len(links)
    say(f"shipped, on what it was trained on: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.93
    assert recall >= 0.88


def test_250000_pairs_are_weighed_in_4_seconds_of_processor_time(linking: None, engine: Engine) -> None:
    """A fifth of the 1.25 million pairs that are promised in 20 seconds; make bench-linking weighs them all."""
    from data import gold

    judged = gold()
    left, right = (
        table_of([keys_of(one, engine.lexicon, engine.forms) for one in side])
        for side in (judged.left, judged.right)
    )
    drawn = np.random.default_rng(0).choice(left.num_rows * right.num_rows, 250_000, replace=False)
    started = time.process_time()
    weights = score(left, right, (drawn // right.num_rows, drawn % right.num_rows), engine.model.settings)
    took = time.process_time() - started
    say(f"250,000 pairs weighed in {took:.1f} s of CPU")
    assert len(weights.total) == 250_000
    assert took <= 4


def test_the_comparer_ranks_adversarial_names(engine: Engine) -> None:
    with (SHARED / "gold" / "name_bench.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["schema"] in {"Company", "Organization", "LegalEntity"}]
    alike = np.array([_alike(engine, row["name1"], row["name2"]) for row in rows])
    same = np.array([row["is_match"] == "true" for row in rows])
    ranks = np.argsort(np.argsort(alike))
    area = (ranks[same].sum() - same.sum() * (same.sum() - 1) / 2) / (same.sum() * (~same).sum())
    say(f"adversarial names: area under the curve {area:.3f} on {len(rows)} pairs")
    assert area >= 0.7  # a guard against getting worse, set after .741 was seen: no figure is promised here


def _alike(engine: Engine, one: str, other: str) -> float:
    """Return how alike two names are: what each covers of the other, and their spelling."""
    left, right = (keys_of(Mention("x", name), engine.lexicon, engine.forms) for name in (one, other))
    features = dict(zip(NAMES, _features(left, right), strict=True))
    return float(
        features["cover_mean"] + features["token_sort"] + features["joined_partial"] - features["numbers_conflict"]
    )


def _features(left: Keys, right: Keys) -> "np.ndarray":
    nothing = np.zeros(1, np.float32)
    near = dict.fromkeys(("all", "meaning", "letters", "whole"), nothing)
    pair = Candidates(*(np.zeros(1, np.int64),) * 2, near, *(np.zeros(1, np.int64),) * 2)
    return Comparer().features([left], [right], pair, nothing)[0]
