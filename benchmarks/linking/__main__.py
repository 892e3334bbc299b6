"""``python benchmarks/linking measure|train|check``: cross-validated figures, and the files of the package.

``train`` writes the files, ``check`` tells whether they are what ``train`` would write.
"""

import argparse
import gzip
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import speed
from caching import LINK, kept
from learning import learn
from measuring import decide, measure
from pairwise import learn_links, show
from pairwise import write as write_pairs
from registry_tables import Drawn, registry_pairs
from simulated import Simulated, simulate
from training import FOLDS, Pairs, fit, lexicons, pairs_of, write

from data import Judged, coops, gold, registry
from koinon.link.forms import Forms
from koinon.link.shipped import shipped_engine
from koinon.link.shipped import shipped_forms as forms_of
from koinon.model.assets import Assets
from koinon.model.settings import Settings


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("measure", "train", "check", "speed"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "koinon-linking")
    parser.add_argument("--only", choices=("match", "links"), help="one of the two models; both without it")
    arguments = parser.parse_args()
    if arguments.command == "speed":
        speed.run(shipped_engine(Assets.locate(Settings())))
        return
    arguments.cache.mkdir(exist_ok=True, parents=True)
    if arguments.command == "check":
        with tempfile.TemporaryDirectory() as folder:
            work(arguments.only, arguments.seed, arguments.cache, Path(folder))
            sys.exit(differences(Path(folder)))
    work(arguments.only, arguments.seed, arguments.cache, LINK if arguments.command == "train" else None)


def work(only: str | None, seed: int, cache: Path, out: Path | None) -> None:
    """Cross-validate and print the figures; train on everything and write what is shipped to ``out``."""
    sets = judged_pairs(seed, cache)
    document = json.loads((LINK / "trained" / "splink.json").read_text("utf-8"))
    drawn = drawn_pairs(sets[0].judged, seed, cache)
    if only != "links":
        bands, decisions = decide(sets, drawn, seed)
        print(bands)
        for pairs, decision in zip(sets, decisions, strict=True):
            measure(pairs, *decision, bands).show()
        if out is not None:
            write_lexicon(out / "lexicon")
            learnt = [*sets, *drawn.full]
            fitted = fit(learnt, [np.ones(len(pairs.fold), bool) for pairs in learnt], seed)
            write(out / "trained", fitted, bands)
            document = fitted.settings
    if only != "match":
        simulated = drawn_records(sets[0].judged, seed, cache)
        booster, sureness, figures = learn_links(sets, drawn, simulated, document, seed, cache, shipped_forms())
        show(sureness, figures)
        if out is not None:
            write_pairs(out / "trained", booster, sureness, figures)


def write_lexicon(folder: Path) -> None:
    """Learn the words from all organisations and write them."""
    folder.mkdir(exist_ok=True)
    text = json.dumps(learn(registry()), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (folder / "learnt.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def differences(folder: Path) -> int:
    """Say of each file that was trained whether the package carries the same bytes; return how many it does not."""
    found = 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = file.relative_to(folder)
        same = file.read_bytes() == (LINK / name).read_bytes()
        found += not same
        print(f"{name}: {'the same bytes' if same else 'other bytes'}")
    return found


def judged_pairs(seed: int, cache: Path) -> list[Pairs]:
    """Return the pairs of every judged set, with much and with little said of each record."""
    forms = shipped_forms()
    names = gold()
    known = lexicons(names, seed, FOLDS, cache)
    register = coops()  # none of it is in the registry that lexicons are learnt from
    every = [known[0]]
    sets: list[tuple[Judged, list]] = [
        (names, known),
        (names.masked("names alone", city="", year=None, types=()), known),
        (names.masked("no country either", city="", year=None, types=(), country="", language=""), known),
        (register, every),
        (
            register.masked("names and places", identifiers=(), year=None, street="", website="", other_names=()),
            every,
        ),
    ]
    return [
        kept(cache, judged.name, lambda j=judged, x=lexicon: pairs_of(j, x, forms, seed), seed)
        for judged, lexicon in sets
    ]


def drawn_pairs(judged: Judged, seed: int, cache: Path) -> Drawn:
    """Return the pairs of tables drawn from the registry, none of them of a judged organisation."""
    forms = shipped_forms()
    return registry_pairs(seed, judged.names(), cache, forms, lambda of, make: kept(cache, of.name, make, seed))


def drawn_records(judged: Judged, seed: int, cache: Path) -> Simulated:
    """Return the pairs of two sources drawn from the registry, none of them of a judged organisation."""
    return kept(cache, "sources", lambda: simulate(seed, judged.names(), cache, shipped_forms()), seed)


def shipped_forms() -> Forms:
    """Return the legal forms of the ontology."""
    return forms_of(Assets.locate(Settings()))


if __name__ == "__main__":
    main()
