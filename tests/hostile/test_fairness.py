"""One client's share is its own: whoever asks for too much is told so, and takes nothing from the others."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from hostile.arena import Arena
from hostile.attack import Reply, Seen, hold
from hostile.case import Case, Say, Talk, asking
from hostile.judge import MOST_GROWTH, faults_of

REQUESTS, ERRORS, SECONDS, PENDING = 30, 10, 3, 4
LIMITS: Final = {
    "KOINON_CLIENT_REQUESTS": str(REQUESTS),
    "KOINON_CLIENT_ERRORS": str(ERRORS),
    "KOINON_CLIENT_SECONDS": str(SECONDS),
    "KOINON_CLIENT_PENDING": str(PENDING),
}
GOOD: Final = "ASK { ?s ?p ?o }"
WRONG: Final = "ASK { ?s ?p"
HEAVY: Final = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
WITHIN: Final = 5.0

pytestmark = pytest.mark.clock


@pytest.fixture(scope="module")
def behind_a_proxy(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    arena = Arena(home, tmp_path_factory.mktemp("proxied"), LIMITS | {"KOINON_TRUSTED_PROXIES": "127.0.0.1"})
    yield arena
    assert arena.end() == []


@pytest.fixture(scope="module")
def in_the_open(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    arena = Arena(home, tmp_path_factory.mktemp("open"), LIMITS)
    yield arena
    assert arena.end() == []


def ask(arena: Arena, texts: list[tuple[str, str]], at_once: int = 8) -> list[Reply]:
    """Ask each query as the client it is paired with; return the answers in their order."""
    target = arena.target

    async def one(text: str, address: str, gate: asyncio.Semaphore) -> Seen:
        headers = (("X-Forwarded-For", address),) if address else ()
        talk = Talk((Say(asking(text, "get", headers=headers)),), within=WITHIN)
        seen = Seen(talk, time.monotonic())
        async with gate:
            await hold(seen, target.address, arena.values)
        return seen

    async def all_of_them() -> list[Seen]:
        gate = asyncio.Semaphore(at_once)
        return await asyncio.gather(*(one(text, address, gate) for text, address in texts))

    seen = asyncio.run(all_of_them())
    case = Case("fairness", "answers", ())
    faults = [fault for one in seen for fault in faults_of(_with(case, one), one, arena.marker)]
    assert faults == []
    return [one.replies[0] for one in seen]


def _with(case: Case, seen: Seen) -> Case:
    return Case(case.family, case.name, (seen.talk,))


def statuses(replies: list[Reply]) -> Counter[int]:
    return Counter(reply.status for reply in replies)


def test_a_flood_of_cheap_queries_is_told_to_wait_and_others_are_answered(behind_a_proxy: Arena) -> None:
    seen = statuses(ask(behind_a_proxy, [(GOOD, "198.51.100.1")] * (REQUESTS + 20)))
    assert seen == {200: REQUESTS, 429: 20} or (
        seen[200] <= REQUESTS + 2 and seen[200] + seen[429] == REQUESTS + 20
    )
    (refusal,) = ask(behind_a_proxy, [(GOOD, "198.51.100.1")])
    assert refusal.status == 429
    assert 0 < int(refusal.header("retry-after")) <= 60
    assert statuses(ask(behind_a_proxy, [(GOOD, "198.51.100.2")])) == {200: 1}


def test_entries_that_a_client_adds_before_its_own_give_no_new_share(behind_a_proxy: Arena) -> None:
    forged = [(GOOD, f"10.{n}.1.1, 192.0.2.{n}, 198.51.100.3") for n in range(REQUESTS + 20)]
    assert statuses(ask(behind_a_proxy, forged))[200] <= REQUESTS + 2


def test_addresses_of_one_ipv6_network_are_one_client(behind_a_proxy: Arena) -> None:
    dice = random.Random(7)  # noqa: S311  addresses that can be drawn again
    rotating = [(GOOD, f"2001:db8:1:2:{dice.randrange(65536):x}::{n:x}") for n in range(REQUESTS + 20)]
    assert statuses(ask(behind_a_proxy, rotating))[200] <= REQUESTS + 2
    assert statuses(ask(behind_a_proxy, [(GOOD, "2001:db8:1:3::1")])) == {200: 1}


def test_without_a_trusted_proxy_nobody_chooses_an_address(in_the_open: Arena) -> None:
    forged = [(GOOD, f"198.51.100.{n}") for n in range(REQUESTS + 20)]
    assert statuses(ask(in_the_open, forged))[200] <= REQUESTS + 2


def test_a_flood_of_wrong_queries_is_told_to_wait(behind_a_proxy: Arena) -> None:
    seen = statuses(
        ask(behind_a_proxy, [(f"{WRONG} # {n}", "198.51.100.4") for n in range(ERRORS + 10)], at_once=2)
    )
    assert seen[400] <= ERRORS + 2
    assert seen[429] >= 8


def test_work_is_counted_and_the_others_are_answered(behind_a_proxy: Arena) -> None:
    heavy = ask(behind_a_proxy, [(f"{HEAVY} # {n}", "198.51.100.5") for n in range(6)], at_once=2)
    assert 429 in statuses(heavy), "three seconds of work are used up by then"
    assert statuses(ask(behind_a_proxy, [(GOOD, "198.51.100.5")])) == {429: 1}
    assert statuses(ask(behind_a_proxy, [(GOOD, "198.51.100.6")])) == {200: 1}


def test_one_client_cannot_take_the_queue(behind_a_proxy: Arena) -> None:
    texts = [(f"{HEAVY} # {n}", "198.51.100.7") for n in range(30)]
    texts += [(GOOD, f"203.0.113.{n}") for n in range(5)]
    replies = ask(behind_a_proxy, texts, at_once=35)
    assert statuses(replies[:30])[429] >= 30 - PENDING
    assert statuses(replies[30:]) == {200: 5}


def test_a_crowd_of_addresses_takes_no_memory(behind_a_proxy: Arena) -> None:
    target = behind_a_proxy.target
    before = target.memory()
    crowd = [(GOOD, f"100.{n >> 14 & 255}.{n >> 7 & 127}.{n & 127}") for n in range(3_000)]
    assert set(statuses(ask(behind_a_proxy, crowd))) <= {200, 503}
    assert target.memory() - before < MOST_GROWTH
