"""Kill -9 at steps drawn by a seed: 20 in every run of the tests, ``make torture N=300`` for more.

``KOINON_TORTURE_SEED`` draws other steps; ``KOINON_TORTURE_LIFE`` lives only one of the lives, as it was.
"""

import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from torture.bench import Victims, victims, world_at
from torture.life import READY_SECONDS, Life, Moments, lives
from torture.rehearsal import rehearse

SEED = os.environ.get("KOINON_TORTURE_SEED", "20261122")
CYCLES = int(os.environ.get("KOINON_TORTURE_CYCLES", "10"))
ONLY = os.environ.get("KOINON_TORTURE_LIFE")
EACH = 20
"""Cycles of one life."""


@pytest.fixture(scope="module")
def killed() -> Iterator[Victims]:
    with victims() as processes:
        yield processes


@pytest.fixture(scope="module")
def moments(killed: Victims, tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return rehearse(killed, tmp_path_factory.mktemp("rehearsal"))


def test_every_step_has_moments(moments: Moments) -> None:
    steps = {
        "add": ("replace sources/.incoming/in > sources/{slug}/raw/{hash}", "fsync sources/{slug}/journal.jsonl"),
        "accept": ("enter journals.record", "fsync sources/audit.jsonl"),
        "build": (
            "rename releases/.building > releases/{hash}",
            "replace releases/.current > releases/current",
            "fsync releases/log.jsonl",
        ),
        "purge": ("rename releases/{hash} > releases/.removing",),
        "put": ("enter contributing.Contributions.take", "fsync sources/{slug}/journal.jsonl"),
        "builder": ("replace .builder > builder.json", "rename releases/.building > releases/{hash}"),
        "swap": ("enter served.Following._move_to",),
    }
    for action, wanted in steps.items():
        for step in wanted:
            assert any(step in name for name in moments[action]), f"{action}: {step}"


@pytest.mark.timeout(60 + CYCLES * 60)
def test_a_node_lives_on_whatever_is_killed(killed: Victims, moments: Moments, tmp_path: Path) -> None:
    waits: list[float] = []
    counts: Counter[str] = Counter()
    begun, cpu = time.monotonic(), os.times()
    for number, length in lives(CYCLES, EACH):
        if ONLY is not None and number != int(ONLY):
            continue
        life = Life(f"{SEED}/{number}", killed, world_at(_folder(tmp_path, number)), moments)
        try:
            life.begin()
            for cycle in range(length):
                life.swap() if cycle % 10 == 9 else life.contribute() if cycle % 5 == 2 else life.cycle()
            life.end()
        except AssertionError as error:
            steps = "\n".join(life.done)
            raise AssertionError(
                f"{error}\nagain: make torture N={CYCLES} SEED={SEED} LIFE={number}\n{steps}"
            ) from error
        finally:
            life.server.end()
        waits += life.server.waits
        counts += life.counts
    used = os.times()
    seconds = sum(used[index] - cpu[index] for index in range(4))
    sys.stdout.write(
        f"seed {SEED}: {counts['killed']} of {counts['killed'] + counts['survived']} cycles killed, "
        f"{counts['services killed']} services killed "
        f"beside, {counts['contributions turned away']} contributions turned away; "
        f"torn 0, lost 0; ready again after "
        f"{statistics.median(waits):.3f} s (median), {max(waits):.3f} s (most); "
        f"{time.monotonic() - begun:.0f} s of the clock, {seconds:.0f} s of processors for the tests\n"
    )
    assert counts["killed"] * 4 > counts["survived"]
    assert statistics.median(waits) < READY_SECONDS


def _folder(path: Path, number: int) -> Path:
    folder = path / str(number)
    folder.mkdir()
    return folder
