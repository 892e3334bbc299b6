"""``python benchmarks/linking measure|train``: cross-validated figures, or the files that the package carries."""

import argparse
import gzip
import json
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from learning import learn
from measuring import measure
from training import Pairs, band_of, calibrate, decided, fit, lexicons, pairs_of, write

from data import Judged, coops, gold, registry
from koinon.link.forms import Forms

LINK = Path(__file__).parents[2] / "service" / "koinon" / "link"
FOLDS = 5


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("measure", "train"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "koinon-linking")
    parser.add_argument("--version", default="1")
    arguments = parser.parse_args()
    arguments.cache.mkdir(exist_ok=True, parents=True)
    sets = judged_pairs(arguments.seed, arguments.cache)
    started = time.process_time()
    results = [[] for _ in sets]
    for fold in range(FOLDS):
        fitted = fit(sets, [pairs.fold != fold for pairs in sets], arguments.seed)
        for place, pairs in enumerate(sets):
            results[place].append((fitted.odds(pairs), pairs.fold == fold))
    odds = [np.select([rows for _, rows in result], [found for found, _ in result]) for result in results]
    chosen = [decided(pairs, found) for pairs, found in zip(sets, odds, strict=True)]
    print(f"cross-validation: {time.process_time() - started:.0f} s CPU")
    calibration = calibrate(
        [(rows, pairs.same[places]) for pairs, (places, rows) in zip(sets, chosen, strict=True)]
    )
    probability = [calibration.probability(*rows.T) for _, rows in chosen]
    same = [pairs.same[places] for pairs, (places, _) in zip(sets, chosen, strict=True)]
    accept = max(band_of(p, s, 0.992) for p, s in zip(probability, same, strict=True))
    calibration = replace(calibration, accept=round(accept, 6), review=0.4)
    print(calibration)
    for pairs, (places, _), found in zip(sets, chosen, probability, strict=True):
        measure(pairs, places, found, calibration).show()
    if arguments.command == "train":
        everything = learn(registry())
        packed = gzip.compress(
            json.dumps(everything, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(), mtime=0
        )
        (LINK / "lexicon" / "learnt.json.gz").write_bytes(packed)
        fitted = fit(sets, [np.ones(len(pairs.fold), bool) for pairs in sets], arguments.seed)
        write(LINK / "trained", arguments.version, fitted, calibration)


def judged_pairs(seed: int, cache: Path) -> list[Pairs]:
    """Return the pairs of every judged set, with much and with little said of each record."""
    forms = shipped_forms()
    names = gold()
    known = lexicons(names, seed, FOLDS, cache)
    register = coops()
    sets: list[tuple[Judged, list]] = [
        (names, known),
        (names.masked("names alone", city="", year=None, types=()), known),
        (names.masked("no country either", city="", year=None, types=(), country="", language=""), known),
        (register, known),
        (
            register.masked("names and places", identifiers=(), year=None, street="", website="", other_names=()),
            known,
        ),
    ]
    return [pairs_of(judged, lexicon, forms, seed) for judged, lexicon in sets]


def shipped_forms() -> Forms:
    """Return the legal forms of the ontology."""
    return Forms.of({})


if __name__ == "__main__":
    main()
