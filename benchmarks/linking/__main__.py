"""``python benchmarks/linking measure|train``: cross-validated figures, or the files that the package carries."""

import argparse
import gzip
import hashlib
import json
import pickle
import tempfile
from pathlib import Path

import numpy as np
import speed
from learning import learn
from measuring import decide, measure
from pairwise import learn_links, show
from pairwise import write as write_pairs
from training import FOLDS, Pairs, fit, lexicons, pairs_of, write

from data import Judged, coops, gold, registry
from koinon.link.forms import Forms
from koinon.link.shipped import shipped_engine
from koinon.link.shipped import shipped_forms as forms_of
from koinon.model.assets import Assets
from koinon.model.settings import Settings

LINK = Path(__file__).parents[2] / "service" / "koinon" / "link"
NOT_OF_PAIRS = {
    *("trees.py", "deciding.py", "model.py", "reasons.py", "shipped.py", "links.py", "records.py", "blocking.py"),
    *("pairing.py", "pairmodel.py", "scored.py", "decisions.py", "clusters.py", "matching.py", "searching.py"),
    *("concepts.py", "concept_labels.py", "concept_matching.py"),
}


def _code() -> str:
    """Return a hash of what the features of pairs depend on."""
    code = hashlib.sha256()
    for path in (*sorted(LINK.rglob("*.py")), LINK / "lexicon" / "words.txt"):
        if path.name not in NOT_OF_PAIRS:
            code.update(path.read_bytes())
    return code.hexdigest()[:16]


CODE = _code()


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("measure", "train", "speed"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "koinon-linking")
    parser.add_argument("--version", default="1")
    arguments = parser.parse_args()
    if arguments.command == "speed":
        speed.run(shipped_engine(Assets.locate(Settings())))
        return
    arguments.cache.mkdir(exist_ok=True, parents=True)
    sets = judged_pairs(arguments.seed, arguments.cache)
    bands, decisions = decide(sets, arguments.seed)
    print(bands)
    for pairs, decision in zip(sets, decisions, strict=True):
        measure(pairs, *decision, bands).show()
    document = json.loads((LINK / "trained" / "splink.json").read_text("utf-8"))
    if arguments.command == "train":
        everything = learn(registry())
        packed = gzip.compress(
            json.dumps(everything, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(), mtime=0
        )
        (LINK / "lexicon" / "learnt.json.gz").write_bytes(packed)
        fitted = fit(sets, [np.ones(len(pairs.fold), bool) for pairs in sets], arguments.seed)
        write(LINK / "trained", arguments.version, fitted, bands)
        document = fitted.settings
    booster, sureness, figures = learn_links(sets, document, arguments.seed, arguments.cache, shipped_forms())
    show(sureness, figures)
    if arguments.command == "train":
        write_pairs(LINK / "trained", arguments.version, booster, sureness, figures)


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
        kept(cache, judged, lambda j=judged, x=lexicon: pairs_of(j, x, forms, seed), seed)
        for judged, lexicon in sets
    ]


def kept(cache: Path, judged: Judged, make, seed: int) -> Pairs:
    """Return pairs from the cache, or make them; they are made anew when the engine changes."""
    file = cache / f"{judged.name}-{seed}-{CODE}.pickle".replace(" ", "-")
    if not file.exists():
        file.write_bytes(pickle.dumps(make()))
    return pickle.loads(file.read_bytes())  # noqa: S301 - written by this program


def shipped_forms() -> Forms:
    """Return the legal forms of the ontology."""
    return forms_of(Assets.locate(Settings()))


if __name__ == "__main__":
    main()
