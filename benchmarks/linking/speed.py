"""Processor time and memory: 1.25 million pairs weighed, two tables of 25,000 made-up rows matched."""

import random
import resource
import time

import numpy as np

from koinon.link.keys import keys_of
from koinon.link.lexicon import read_ideas
from koinon.link.matching import Engine
from koinon.link.mentions import Mention
from koinon.link.scoring import score, table_of

PAIRS = 1_250_000
ROWS = 25_000
COUNTRIES = ("PL", "GR", "IT", "ES", "LV", "NO", "BE")


def made_up(count: int, seed: int) -> tuple[list[Mention], list[Mention]]:
    """Return two tables; half of the rows of the second are rows of the first in other words."""
    drawn = random.Random(seed)  # noqa: S311 - made-up rows, not secrets
    words = [beginning.strip("=") for beginning in read_ideas() if len(beginning) > 3]
    own = ["".join(drawn.choices("aeioukmnprstvz", k=drawn.randrange(5, 10))) for _ in range(count // 3)]

    def name() -> list[str]:
        return [*drawn.choices(words, k=3), *drawn.choices(own, k=2)]

    left = [_row(f"a{place}", drawn, name()) for place in range(count)]
    right = []
    for place, one in enumerate(left):
        if place % 2:
            parts = one.name.split()
            drawn.shuffle(parts)
            right.append(Mention(f"b{place}", " ".join(parts[: drawn.randrange(3, 6)]), country=one.country))
        else:
            right.append(_row(f"b{place}", drawn, name()))
    return left, right


def _row(name: str, drawn: random.Random, parts: list[str]) -> Mention:
    return Mention(name, " ".join(parts), country=drawn.choice(COUNTRIES), year=drawn.randrange(1900, 2020))


def weighing(engine: Engine, left: list[Mention], right: list[Mention], pairs: int) -> float:
    """Return the processor seconds in which Splink weighs so many pairs."""
    one, other = (table_of([keys_of(row, engine.lexicon, engine.forms) for row in side]) for side in (left, right))
    drawn = np.random.default_rng(0).choice(one.num_rows * other.num_rows, pairs, replace=False)
    started = time.process_time()
    score(one, other, (drawn // other.num_rows, drawn % other.num_rows), engine.model.settings)
    return time.process_time() - started


def run(engine: Engine, rows: int = ROWS) -> None:
    """Print the figures."""
    left, right = made_up(rows, 1)
    print(f"{PAIRS:,} pairs weighed in {weighing(engine, left[:2000], right[:2000], PAIRS):.1f} s of CPU")
    steps: list[tuple[str, float]] = []
    started = time.process_time()
    found = list(engine.match(left, right, said=lambda step: steps.append((step, time.process_time() - started))))
    took = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    hits = sum(pair.left.id[1:] == pair.right.id[1:] for pair in found)
    print(
        f"{rows:,} x {rows:,} rows: {took:.0f} s of CPU, peak {peak:.2f} GB, {len(found):,} pairs, {hits:,} as made"
    )
    print("  " + ", ".join(f"{step} from {at:.0f} s" for step, at in steps))
