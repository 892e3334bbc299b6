"""Whatever a query does to its worker, the next one is answered; clients take turns, and leave nothing behind."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil
import pytest
from pyoxigraph import Store

from asking import SHARED, Asker, asking
from koinon.model.errors import (
    BusyError,
    QueryError,
    QueryRefusedError,
    QueryTimeoutError,
    TooManyRequestsError,
    WorkerLostError,
)
from koinon.model.settings import Settings
from koinon.query.job import Answer, Job
from koinon.query.pool import WorkerPool, run_once

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?c + ?f = 5) }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def number(answer: Answer) -> int:
    return int(json.loads(answer.body)["results"]["bindings"][0]["n"]["value"])


def test_an_endless_query_is_stopped_at_its_deadline_and_the_next_is_answered(ask: Asker) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeoutError, match=r"1\.5 seconds.*/data/dumps/"):
        ask(ENDLESS)
    assert time.monotonic() - started < 1.5 + 0.5
    assert number(ask(COUNT)) == 1_000 + SHARED


def test_a_query_that_ends_its_worker_costs_that_query_alone(small_store: Path, settings: Settings) -> None:
    ended: list[str] = []
    roomy = settings.model_copy(update={"query_memory": 300 * 2**20, "query_timeout": 20.0})
    doubling = " ".join(f"BIND(CONCAT(?s{i}, ?s{i}) AS ?s{i + 1})" for i in range(40))
    with asking(small_store, roomy, on_end=ended.append) as ask:
        with pytest.raises(WorkerLostError, match="memory"):
            ask(f'SELECT (STRLEN(?s40) AS ?n) {{ BIND("xxxxxxxxxx" AS ?s0) {doubling} }}')
        assert number(ask(COUNT)) == 1_000 + SHARED
        _until(ask, lambda: ended != [])
    assert ended[0] in {"SIGABRT", "SIGSEGV", "SIGKILL"}


def test_a_worker_that_was_killed_is_replaced_by_a_warm_one(ask: Asker) -> None:
    for worker in ask.pool.processes:
        os.kill(worker.process, signal.SIGKILL)
    while any(Path(f"/proc/{worker.process}").exists() for worker in ask.pool.processes):
        time.sleep(0.01)
    outcomes = ask.all(*(ask.pool.run(Job(COUNT)) for _ in range(2)))
    assert all(isinstance(outcome, Answer | WorkerLostError) for outcome in outcomes)
    assert number(ask(COUNT)) == 1_000 + SHARED


@pytest.mark.clock
def test_a_full_queue_is_refused(ask: Asker) -> None:
    started = time.monotonic()
    outcomes = [type(outcome) for outcome in ask.all(*(ask.pool.run(Job(ENDLESS)) for _ in range(5)))]
    assert time.monotonic() - started < 1.5 + 0.5, "waiting took more than the time limit"
    assert outcomes.count(QueryTimeoutError) >= 2
    assert outcomes.count(BusyError) >= 2
    assert outcomes.count(QueryTimeoutError) + outcomes.count(BusyError) == 5


def test_one_client_cannot_take_all_places(ask: Asker) -> None:
    mine = [ask.pool.run(Job(ENDLESS), client="192.0.2.1") for _ in range(3)]
    *_, late = ask.all(*mine)
    assert isinstance(late, TooManyRequestsError)
    assert late.retry_after > 0


def test_short_queries_do_not_wait_behind_long_ones(small_store: Path, settings: Settings) -> None:
    """Both places are taken by queries without end, and a third place is found."""
    roomy = settings.model_copy(update={"query_workers_most": 4, "query_timeout": 20.0})
    with asking(small_store, roomy) as ask:

        async def beside() -> float:
            heavy = [asyncio.create_task(ask.pool.run(Job(ENDLESS))) for _ in range(2)]
            await asyncio.sleep(0.2)
            started = time.monotonic()
            await asyncio.gather(*(ask.pool.run(Job(COUNT)) for _ in range(3)))
            spent = time.monotonic() - started
            assert ask.pool.running == 2
            for task in heavy:
                task.cancel()
            await asyncio.gather(*heavy, return_exceptions=True)
            return spent

        assert ask.runner.run(beside()) < 10


def test_no_more_queries_run_than_allowed_and_who_is_not_needed_ends(
    small_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("koinon.query.crew._IDLE_SECONDS", 0.5)
    some = {"query_workers": 1, "query_workers_most": 4, "query_timeout": 3.0, "query_queue": 20}
    roomy = settings.model_copy(update=some)
    with asking(small_store, roomy) as ask:

        async def crowd() -> int:
            heavy = [asyncio.create_task(ask.pool.run(Job(ENDLESS))) for _ in range(7)]
            seen = 0
            while not all(task.done() for task in heavy):
                seen = max(seen, ask.pool.running)
                await asyncio.sleep(0.02)
            await asyncio.gather(*heavy, return_exceptions=True)
            return seen

        assert ask.runner.run(crowd()) == 4
        answers = ask.all(*(ask.pool.run(Job(SLOW)) for _ in range(4)))
        assert all(isinstance(answer, Answer) for answer in answers)
        assert len(ask.pool.processes) > 3
        _until(ask, lambda: len(ask.pool.processes) == 3)
        assert number(ask(COUNT)) == 1_000 + SHARED


def test_large_answers_that_nobody_reads_do_not_pile_up(small_store: Path, settings: Settings) -> None:
    tight = settings.model_copy(update={"query_spool": 1_000_000})
    large = "SELECT * { ?a ?b ?c }"
    with asking(small_store, tight) as ask:
        size = ask(large).size
        mine = [ask(large, client="192.0.2.1") for _ in range(1_000_000 // 4 // size + 1)]
        with pytest.raises(TooManyRequestsError, match="not been read"):
            ask(COUNT, client="192.0.2.1")
        others = [ask(large) for _ in range(1_000_000 // size + 1 - len(mine))]
        with pytest.raises(BusyError, match="large answers"):
            ask(COUNT, client="192.0.2.2")
        del mine, others
        assert number(ask(COUNT, client="192.0.2.1")) == 1_000 + SHARED


def test_clients_take_turns(small_store: Path, settings: Settings) -> None:
    """One client's five queries come before another's one, which is answered second all the same."""
    order: list[str] = []

    async def ask_as(pool: WorkerPool, client: str) -> Answer:
        try:
            return await pool.run(Job(SLOW), client=client)
        finally:
            order.append(client)

    alone = settings.model_copy(
        update={
            "query_workers": 1,
            "query_workers_most": 1,
            "query_queue": 20,
            "client_pending": 20,
            "query_timeout": 20.0,
        }
    )
    with asking(small_store, alone) as ask:
        ask.all(*(ask_as(ask.pool, client) for client in ("many",) * 5 + ("one",)))
    assert order.index("one") <= 2, order


def test_a_client_that_leaves_frees_its_worker(small_store: Path, settings: Settings) -> None:
    patient = settings.model_copy(update={"query_workers": 1, "query_timeout": 60.0})
    ended: list[str] = []
    with asking(small_store, patient, on_end=ended.append) as ask:

        async def leave() -> None:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(ask.pool.run(Job(ENDLESS)), 0.3)

        started = time.monotonic()
        ask.runner.run(leave())
        assert number(ask(COUNT)) == 1_000 + SHARED
        assert time.monotonic() - started < 10
        _until(ask, lambda: ended == ["gone"])


def test_who_waits_and_leaves_gives_the_turn_on(small_store: Path, settings: Settings) -> None:
    alone = settings.model_copy(update={"query_workers": 1, "query_queue": 5, "query_timeout": 20.0})
    with asking(small_store, alone) as ask:

        async def crowd() -> Answer:
            first = asyncio.create_task(ask.pool.run(Job(SLOW)))
            await asyncio.sleep(0)
            second = asyncio.create_task(ask.pool.run(Job(SLOW)))
            third = asyncio.create_task(ask.pool.run(Job(COUNT)))
            await asyncio.sleep(0.01)
            second.cancel()
            await first
            return await third

        assert number(ask.runner.run(crowd())) == 1_000 + SHARED
        assert (ask.pool.running, ask.pool.waiting) == (0, 0)


@pytest.mark.clock
def test_a_query_of_a_small_budget_may_wait_for_its_worker(ask: Asker) -> None:
    heavy = [ask.pool.run(Job(ENDLESS), 0.8) for _ in range(2)]
    *lost, small = ask.all(*heavy, ask.pool.run(Job(COUNT), 0.5))
    assert [type(outcome) for outcome in lost] == [QueryTimeoutError] * 2
    assert isinstance(small, Answer)


@pytest.mark.clock
def test_probes_do_not_wait_behind_heavy_queries(ask: Asker) -> None:
    async def probe() -> float:
        heavy = [asyncio.create_task(ask.pool.run(Job(ENDLESS))) for _ in range(3)]
        await asyncio.sleep(0.2)
        started = time.monotonic()
        await ask.pool.probe(Job(COUNT), 5)
        spent = time.monotonic() - started
        await asyncio.gather(*heavy, return_exceptions=True)
        return spent

    assert ask.runner.run(probe()) < 1.0


def test_a_pool_that_is_closed_leaves_no_process(small_store: Path, settings: Settings) -> None:
    with asking(small_store, settings) as ask:
        processes = [worker.process for worker in ask.pool.processes]

        async def end() -> None:
            heavy = asyncio.create_task(ask.pool.run(Job(ENDLESS)))
            await asyncio.sleep(0.2)
            await ask.pool.close()
            with pytest.raises(WorkerLostError):
                await heavy

        ask.runner.run(end())
        assert len(processes) == 5, "twice two that answer, and one for probes"
        assert not any(Path(f"/proc/{process}").exists() for process in processes)


@pytest.mark.clock
def test_the_event_loop_stays_free_beside_heavy_queries(ask: Asker) -> None:
    async def pauses() -> list[float]:
        heavy = asyncio.gather(*(ask.pool.run(Job(ENDLESS)) for _ in range(2)), return_exceptions=True)
        found = []
        while not heavy.done():
            started = time.monotonic()
            await asyncio.sleep(0.01)
            found.append(time.monotonic() - started)
        await heavy
        return found

    # Nineteen of twenty: a busy machine may stop any process for a moment.
    assert quantiles(ask.runner.run(pauses()), n=20)[-1] < 0.25


def test_one_worker_answers_for_several_releases(
    ask: Asker, tmp_path: Path, small_store: Path, settings: Settings
) -> None:
    other = tmp_path / "store"
    Store.read_only(str(small_store)).backup(str(other))
    store = Store(str(other))
    store.clear()
    store.flush()
    del store
    assert number(ask(COUNT, store=other)) == 0
    assert number(ask(COUNT)) == 1_000 + SHARED
    with pytest.raises(QueryRefusedError):
        ask(COUNT, store=tmp_path / "nothing")


def test_workers_open_the_next_release_before_they_are_asked(ask: Asker, tmp_path: Path, small_store: Path) -> None:
    other = tmp_path / "store"
    Store.read_only(str(small_store)).backup(str(other))
    before = {worker.process for worker in ask.pool.processes}

    async def switch() -> None:
        ask.pool.open_first(other)

    ask.runner.run(switch())
    for _ in range(8):
        assert number(ask(COUNT, store=other)) == 1_000 + SHARED
    _until(ask, lambda: {worker.store for worker in ask.pool.processes} == {other})
    _until(ask, lambda: not any(Path(f"/proc/{process}").exists() for process in before))


def test_when_the_process_behind_the_workers_dies_all_are_replaced(ask: Asker) -> None:
    before = {worker.process for worker in ask.pool.processes}
    (parent,) = {psutil.Process(process).ppid() for process in before}
    os.kill(parent, signal.SIGKILL)
    _until(ask, lambda: not any(Path(f"/proc/{process}").exists() for process in (*before, parent)))
    _until(ask, lambda: len(ask.pool.processes) == 5 and not before & {w.process for w in ask.pool.processes})
    assert number(ask(COUNT)) == 1_000 + SHARED


def test_workers_that_were_forked_from_one_process_draw_different_random_numbers(ask: Asker) -> None:
    drawn = "SELECT ?n { BIND(CONCAT(STR(RAND()), STRUUID()) AS ?n) }"
    answers = ask.all(*(ask.pool.run(Job(drawn)) for _ in range(2)))
    assert len({answer.body for answer in answers if isinstance(answer, Answer)}) == 2


@pytest.mark.skipif(
    os.getpriority(os.PRIO_PROCESS, 0) > 10,
    reason="the tests themselves let others run first: so do all workers",
)
def test_a_query_that_costs_much_lets_others_run_first_and_its_worker_is_replaced(
    small_store: Path, settings: Settings
) -> None:
    roomy = settings.model_copy(update={"query_timeout": 20.0})
    with asking(small_store, roomy) as ask:
        before = {worker.process for worker in ask.pool.processes}

        async def long() -> bool:
            heavy = asyncio.create_task(ask.pool.run(Job(ENDLESS)))
            while not heavy.done():
                if any(os.getpriority(os.PRIO_PROCESS, thread) >= 15 for thread in _threads(before)):
                    heavy.cancel()
                    await asyncio.gather(heavy, return_exceptions=True)
                    return True
                await asyncio.sleep(0.05)
            return False

        assert ask.runner.run(long())
        _until(ask, lambda: len(ask.pool.processes) == 5 and not before <= {w.process for w in ask.pool.processes})


def _threads(processes: set[int]) -> list[int]:
    return [int(thread.name) for process in processes for thread in Path(f"/proc/{process}/task").iterdir()]


def _until(ask: Asker, what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        ask.runner.run(asyncio.sleep(0.02))


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
def test_a_worker_cannot_open_a_connection(
    small_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever gets past the check: here it is given a clause that the check does not see."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        program = (
            "import sys; from koinon.query import evaluation, forkserver;"
            "evaluation.check_service = lambda text: None; forkserver.main(sys.argv[1])"
        )
        start = subprocess.Popen

        def unchecked(command: list[str], **options: Any) -> Any:
            return start([command[0], "-c", program, *command[3:]], **options)

        monkeypatch.setattr(subprocess, "Popen", unchecked)
        with (
            asking(small_store, settings) as ask,
            pytest.raises(QueryRefusedError, match="denied"),
        ):
            ask(f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}")
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "os.execv('/bin/true', ['true'])",
        "call(425, 1, 0)",  # io_uring_setup
        "call(0x40000000 + 41, 2, 1, 0)",  # socket by its x32 number
    ],
)
def test_a_worker_cannot_reach_out_in_any_other_way(attempt: str) -> None:
    program = f"""
import ctypes, os, socket
from koinon.query.sandbox import refuse_network
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    if libc.syscall(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
assert refuse_network()
try:
    {attempt}
except OSError as error:
    print(error.errno)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "13", done


def test_a_store_that_cannot_be_opened_says_what_to_do(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(QueryError, match="koinon release verify"):
        run_once(tmp_path / "nothing", Job(COUNT), settings)
