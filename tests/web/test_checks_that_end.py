"""A check that ends without an answer: what of it is its own doing, what is tried again, and who is told what."""

import asyncio
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from building import World
from contributing import Node, again, network, token_for, world_to_serve
from koinon.model.errors import BusyError
from koinon.model.settings import Settings
from koinon.query.budgets import Budgets
from koinon.release.current import current_id
from koinon.web.checking.checks import Checks
from koinon.web.checking.ending import Ending
from koinon.web.checking.process import Job, Parent

MIB = 2**20
LITTLE = 96 * MIB
"""Less than the process maps that checks are forked from, which is nothing that a check asks for."""
MUCH = network("net-much", *(f"Name{number}" for number in range(4000)))
"""What is checked for a second or more."""


def job(content: str) -> Job:
    return Job(content.encode(), "text/turtle", "turtle", "application/json", "en")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return world_to_serve(tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="module")
def node(world: World) -> Iterator[Node]:
    with again(world, token_for(world, "net*"), KOINON_BUILDER="false", KOINON_CLIENT_SECONDS="0") as node:
        yield node


@contextmanager
def forking(world: World, memory: int) -> Iterator[Parent]:
    """Yield the process that checks are forked from, whose checks may use so much memory."""
    settings = Settings(home=world.home.root, assets=world.root / "assets", check_memory=memory)
    parent = Parent(settings, current_id(world.home) or "")
    try:
        yield parent
    finally:
        parent.end()


def is_parent(process: psutil.Process) -> bool:
    return "koinon.web.checking.parent" in process.cmdline()


others: set[int] = set()
"""The processes of services that other tests have left running."""


@pytest.fixture(autouse=True)
def without_others() -> None:
    """Have nothing to do with services that run already."""
    others.clear()
    forks, checks = living()
    others.update(process.pid for process in (*forks, *checks))


def living() -> tuple[list[psutil.Process], list[psutil.Process]]:
    """Return the processes that checks are forked from, and those that check; not those of ``others``."""
    forks, checks = [], []
    for process in psutil.Process().children(recursive=True):
        try:
            if is_parent(process) and process.pid not in others:
                above = process.parent()
                (checks if above is not None and is_parent(above) else forks).append(process)
        except psutil.NoSuchProcess:
            continue
    return forks, checks


@contextmanager
def killing(most: int, those: Callable[[], list[psutil.Process]]) -> Iterator[list[int]]:
    """Kill processes as soon as they are seen, ``most`` of them; yields the numbers of those that were."""
    killed: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while not over.is_set() and len(killed) < most:
            for process in those()[: most - len(killed)]:
                if process.pid not in killed:
                    process.send_signal(signal.SIGKILL)
                    killed.append(process.pid)
            time.sleep(0.005)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def last_line(node: Node) -> dict[str, object]:
    """Return the last line of the log of contributions, which is written beside the answer."""
    deadline = time.monotonic() + 10
    log = node.world.home.root / "logs" / "contributions.jsonl"
    before = node.service.home / "seen"
    seen = int(before.read_text()) if before.exists() else 0
    while len(lines := log.read_text("utf-8").splitlines() if log.exists() else []) <= seen:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    before.write_text(str(len(lines)))
    found: dict[str, object] = json.loads(lines[-1])
    return found


def test_what_is_reserved_and_not_used_is_not_charged_to_a_check(world: World, tmp_path: Path) -> None:
    with forking(world, LITTLE) as parent:
        done = parent.check(job(network("net-a", "Ada")), str(tmp_path))
    assert done.ending is None
    assert done.head["status"] == "ok"


def test_a_check_that_asks_for_more_memory_than_it_may_have_ends(world: World, tmp_path: Path) -> None:
    with forking(world, 16 * MIB) as parent:
        done = parent.check(job(MUCH), str(tmp_path))
    if done.ending is None:
        assert done.head["status"] == "memory"
    else:
        assert done.ending.signal == "SIGABRT"
        assert done.ending.is_costly(20, 16 * MIB)


def test_the_threads_of_the_store_reserve_nothing_of_their_own(world: World) -> None:
    for _ in range(3):
        with forking(world, LITTLE):
            (fork,) = living()[0]
            assert fork.memory_info().vms < 340 * MIB  # each thread would reserve 64 MiB


def test_a_check_that_is_lost_is_run_once_more(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    with again(world, token_for(world, "net*"), KOINON_BUILDER="false") as node:
        with killing(1, lambda: living()[1]) as killed:
            answer = node.put("net-much", MUCH)
        assert len(killed) == 1
        assert answer.status_code == 201, answer.text
        assert "why" not in last_line(node)
    said = capfd.readouterr().err
    assert "SIGKILL, after " in said
    assert "once more" in said


def test_a_check_whose_process_goes_with_all_its_checks_is_run_once_more(node: Node) -> None:
    assert node.put("net-a", network("net-a", "Ada")).status_code == 201
    last_line(node)
    with killing(1, lambda: living()[0] if living()[1] else []) as killed:
        answer = node.put("net-much", MUCH.replace('"Name1"', '"Other"'))
    assert len(killed) == 1
    assert answer.status_code in {200, 201}, answer.text
    line = last_line(node)
    assert (line["outcome"], line.get("why")) == ("done", None)


def test_a_check_that_is_lost_twice_is_no_fault_of_what_was_handed_in(node: Node) -> None:
    before = node.kept("net-lost")
    with killing(2, lambda: living()[1]) as killed:
        answer = node.put("net-lost", MUCH.replace("net-much", "net-lost"))
    assert len(killed) == 2
    assert answer.status_code == 503, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert "SIGKILL" not in answer.text
    line = last_line(node)
    assert line["outcome"] == "busy"
    assert str(line["why"]).startswith("SIGKILL, after ")
    assert node.kept("net-lost") == before
    assert node.put("net-lost", network("net-lost", "Ada")).status_code == 201
    last_line(node)


def test_a_check_that_costs_too_much_is_ended_once_and_the_log_says_how(world: World) -> None:
    secret = token_for(world, "net*")
    with again(world, secret, KOINON_BUILDER="false", KOINON_CHECK_TIMEOUT="0.5") as node:
        answer = node.put("net-costly", network("net-costly", *(f"Name{number}" for number in range(20_000))))
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/problems/check-too-costly")
        why = str(last_line(node)["why"])
        assert why.startswith(("SIGXCPU, after ", "SIGALRM, after ")), why


@pytest.mark.parametrize(
    ("ending", "accident", "costly"),
    [
        (Ending(signal="SIGXCPU", seconds=21), False, True),
        (Ending(signal="SIGALRM", seconds=5), False, True),
        (Ending(signal="SIGALRM", seconds=0.1), False, False),
        (Ending(signal="SIGKILL", seconds=0.1, memory=90 * MIB), True, False),
        (Ending(signal="SIGKILL", seconds=5, memory=900 * MIB), False, True),
        (Ending(signal="SIGABRT", seconds=0.1, memory=90 * MIB), True, True),
        (Ending(signal="SIGSEGV", seconds=15), False, True),
        (Ending(code=1, seconds=0.1), True, False),
        (Ending(detail="no process could be forked"), True, False),
    ],
    ids=str,
)
def test_whose_doing_an_end_was(ending: Ending, accident: bool, costly: bool) -> None:
    assert ending.is_accident(20, 1024 * MIB) is accident
    assert ending.is_costly(20, 1024 * MIB) is costly
    assert Ending.from_json(ending.as_json()) == ending


def test_a_check_that_could_not_begin_costs_its_client_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_coming_up(*_: object) -> None:
        time.sleep(0.1)
        raise OSError(0, "its process did not come up")

    monkeypatch.setattr("koinon.web.checking.checks.Parent", not_coming_up)
    settings = Settings.from_environment({}, client_seconds=0.001)
    checks = Checks(settings, Budgets(settings))

    async def ask() -> None:
        async with checks.place("192.0.2.1") as client:
            with pytest.raises(BusyError, match="did not come up"):
                await checks.run(client, job(MUCH), "release")

    async def twice() -> None:
        await ask()
        await ask()  # who had been charged for waiting would be sent away here

    asyncio.run(twice())
