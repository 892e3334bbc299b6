"""The service withstands the corpus: a seeded sample in every run of the tests, all of it with KOINON_HOSTILE=all.

``KOINON_HOSTILE_SEED`` draws another sample. The table at the end says what was measured of each case.
"""

import asyncio
import os
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from hostile.arena import Arena
from hostile.attack import Seen, hold
from hostile.case import Case, End, Reading, Say, asking
from hostile.corpus import CORPUS
from hostile.judge import HEALTH_SECONDS, MOST_GROWTH, faults_of

SEED: Final = int(os.environ.get("KOINON_HOSTILE_SEED", "20261121"))
ALL: Final = os.environ.get("KOINON_HOSTILE") == "all"
SAMPLE: Final = 26
AT_ONCE: Final = 50
_LARGE: Final = 10**6
PAGES: Final = ("/", "/projects", "/live", "/sparql", "/doc/document/sea4neb-article", "/ready")
GOOD: Final = asking("SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/koinon/def#Project> }", "get")

THREATS: Final = {
    "deep nesting": ("groups", "calls", "not-exists", "brackets", "paths", "triple-terms"),
    "flat chains": (
        "bind", "union", "optional", "or-", "plus", "path-steps", "values", "in-", "prefixes", "order-keys",
    ),
    "cartesian products": ("count", "distinct", "order", "group", "construct", "exists", "offset"),
    "paths": ("star-of-star", "four-stars"),
    "strings": ("doubling-by-concat", "doubling-by-replace", "group-concat"),
    "regex": ("plus-of-plus",),
    "giants": ("literal", "address", "integer", "decimal-with-an-exponent"),
    "encoding": ("invalid-utf-8", "surrogate", "nul", "byte-order-mark", "bidi"),
    "escaped keywords": ("service-escaped", "in-a-query-load-escaped"),
    "foreign hosts": (
        "service-", "from-decimal", "service-at-mapped", "service-at-redirect", "from-file", "in-a-query-load",
    ),
    "updates": ("in-a-query-insert", "query-in-the-update-field", "both"),
    "forms": ("decoded-twice", "two-queries", "type-json", "gzip-bomb", "chunks-without-end"),
    "connections": (
        "headers", "body", "reader", "half-closed", "nothing-said-600", "a-hundred", "injected", "one-large",
        "smuggled-length-and-chunks",
    ),
    "accept": ("ten-thousand",),
    "hub": ("everything",),
    "memory": ("values-product-sorted",),
}  # fmt: skip
"""Threats that the service was designed against, and how the names of cases begin that carry them out."""


def _chosen() -> list[Case]:
    """Return all cases, or a drawn sample with at least one of each family."""
    if ALL:
        return CORPUS
    dice = random.Random(SEED)  # noqa: S311  a sample that can be drawn again
    families: dict[str, list[Case]] = {}
    for case in CORPUS:
        families.setdefault(case.family, []).append(case)
    sample = [dice.choice(cases) for cases in families.values()]
    rest = [case for case in CORPUS if case not in sample]
    return sample + dice.sample(rest, SAMPLE - len(sample))


@pytest.fixture(scope="module")
def arena(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """The service under attack; it has to end in order, and to leave no process behind."""
    arena = Arena(home, tmp_path_factory.mktemp("arena"))
    yield arena
    assert arena.end() == []


def test_the_corpus_has_a_case_for_every_threat() -> None:
    names = [case.name for case in CORPUS]
    assert len(names) >= 220
    assert len({str(case) for case in CORPUS}) == len(names)
    missing = [
        head for heads in THREATS.values() for head in heads if not any(name.startswith(head) for name in names)
    ]
    assert missing == []


@pytest.mark.clock
@pytest.mark.parametrize("case", _chosen(), ids=str)
def test_the_service_withstands(case: Case, arena: Arena, record_property: Callable[[str, object], None]) -> None:
    verdict = arena.judge(case)
    record_property("hostile", verdict.row())
    if verdict.faults:
        pytest.fail("\n".join(verdict.faults), pytrace=False)


@pytest.mark.clock
def test_fifty_at_once_beside_normal_traffic(arena: Arena) -> None:
    """Queries beside them are answered or put off in order, and no page waits longer than a quarter of a second."""
    dice = random.Random(SEED)  # noqa: S311  an order that can be drawn again
    lone = [
        case
        for case in CORPUS
        if len(case.talks) == 1
        and case.talks[0].end is not End.NOTHING
        and case.talks[0].reading is Reading.ALL
        and _size(case) < _LARGE
    ]
    cases = dice.sample(lone, AT_ONCE)
    faults = asyncio.run(_storm(arena, cases))
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def _size(case: Case) -> int:
    """Return the bytes that a case sends, so that fifty at once measure the service and not their sender."""
    return sum(len(step.data) * step.times for talk in case.talks for step in talk.steps if isinstance(step, Say))


def _crowded(case: Case) -> Case:
    """Return the case as it may end in a crowd, where any query may be put off."""
    return replace(case, allowed=None if case.allowed is None else case.allowed | {429, 503})


async def _storm(arena: Arena, cases: list[Case]) -> list[str]:
    target = arena.target
    target.forget_peak()
    before, began = target.memory(), time.monotonic()
    attacks = [(case, Seen(talk, began)) for case in cases for talk in case.talks]
    under_way = [asyncio.create_task(hold(seen, target.address, arena.values)) for _, seen in attacks]
    faults = []
    while any(not task.done() for task in under_way):
        for path in PAGES:
            status, seconds = await arena.get(path, 5.0, "text/html")
            if status != 200 or seconds > HEALTH_SECONDS:
                faults.append(f"{path} beside them: {status or 'nothing'} after {seconds * 1e3:.0f} ms")
        status, seconds = await arena.ask(GOOD, 5.0)
        if status not in (200, 503):
            faults.append(f"a good query beside them: {status or 'nothing'} after {seconds:.2f} s")
        await asyncio.sleep(0.1)
    await asyncio.gather(*under_way)
    for case, seen in attacks:
        faults += [f"{case}: {fault}" for fault in faults_of(_crowded(case), seen, arena.marker)]
    if target.peak() - before > MOST_GROWTH:
        faults.append(f"the memory of the front grew by {(target.peak() - before) / 2**20:.0f} MB")
    if not target.alive:
        faults.append(f"the front ended with {target.process.returncode}")
    return faults
