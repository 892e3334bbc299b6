"""Raw SPARQL is answered whole, or refused; whatever it does, the next query is answered."""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Store

from asking import SHARED, Asker, asking
from koinon.model.errors import (
    BusyError,
    QueryError,
    QueryRefusedError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooComplexError,
    QueryTooLongError,
    ResultTooLargeError,
    TooManyRequestsError,
    WorkerLostError,
)
from koinon.model.settings import Settings
from koinon.query.job import BINDING_TYPES, GRAPH_TYPES, Answer, Job
from koinon.query.pool import NotAcceptableError, WorkerPool, run_once

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?c + ?f = 5) }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def number(answer: Answer) -> int:
    return int(json.loads(answer.body)["results"]["bindings"][0]["n"]["value"])


def test_the_default_graph_is_counted_once(ask: Asker) -> None:
    assert number(ask(COUNT)) == 1_000 + SHARED


def test_a_from_clause_of_ours_narrows_the_graph(ask: Asker) -> None:
    assert number(ask(COUNT.replace("{ ?s", "FROM <https://example.org/graph/1> { ?s", 1))) == 333 + SHARED


def test_protocol_graphs_narrow_the_graph(ask: Asker) -> None:
    assert number(ask(COUNT, default_graphs=("https://example.org/graph/0",))) == 334 + SHARED
    named = ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", named_graphs=("https://example.org/graph/2",))
    assert number(named) == 333 + SHARED


def test_a_graph_that_is_not_ours_is_refused_and_not_fetched(ask: Asker) -> None:
    with pytest.raises(QueryRefusedError, match=r"no graph <https://example.org/elsewhere.ttl>"):
        ask(COUNT.replace("{ ?s", "FROM <https://example.org/elsewhere.ttl> { ?s", 1))
    with pytest.raises(QueryRefusedError, match="no graph"):
        ask(COUNT, default_graphs=("https://example.org/graph/0", "file:///etc/passwd"))


@pytest.mark.parametrize(
    "clause",
    [
        "FROM <https://example.org/graph/0> FROM <https://example.org/graph/1> FROM <https://example.org/graph/0>",
        "FROM<https://example.org/graph/0>FROM<https://example.org/graph/1>",
        "from e:graph/0 # FROM\n From e:graph/1",
        "FROM <graph/0> FROM <graph/1>",
    ],
)
def test_several_graphs_are_merged_without_duplicates(ask: Asker, clause: str) -> None:
    """Both graphs hold the same 10 triples more: they count once."""
    prologue = "BASE <https://example.org/> PREFIX e: <https://example.org/> "
    clause = clause.replace("e:graph/", r"e:graph\/")
    assert number(ask(prologue + COUNT.replace("{ ?s", clause + " { ?s", 1))) == 334 + 333 + SHARED


def test_protocol_graphs_come_before_those_of_the_query(ask: Asker) -> None:
    text = COUNT.replace("{ ?s", "FROM <https://example.org/graph/1> { ?s", 1)
    graphs = ("https://example.org/graph/0", "https://example.org/graph/2")
    assert number(ask(text, default_graphs=graphs)) == 334 + 333 + SHARED


def test_merged_graphs_are_bounded(ask: Asker, small_store: Path, settings: Settings) -> None:
    text = COUNT.replace("{ ?s", "FROM <https://example.org/graph/0> FROM <https://example.org/graph/1> { ?s", 1)
    with (
        asking(small_store, settings.model_copy(update={"query_max_rows": 600})) as tight,
        pytest.raises(QueryRefusedError, match="600 statements"),
    ):
        tight(text)


@pytest.mark.parametrize(
    ("text", "media_types", "expected"),
    [
        (COUNT, ("text/turtle", "text/csv"), "text/csv"),
        ("ASK { ?s ?p 5 }", ("application/sparql-results+xml",), "application/sparql-results+xml"),
        ("CONSTRUCT WHERE { ?s ?p 5 }", ("text/csv", "application/ld+json"), "application/ld+json"),
        ("DESCRIBE <https://example.org/thing/5>", ("application/n-triples",), "application/n-triples"),
    ],
)
def test_the_answer_comes_in_the_first_media_type_that_fits(
    ask: Asker, text: str, media_types: tuple[str, ...], expected: str
) -> None:
    assert ask(text, media_types=media_types).media_type == expected


def test_a_form_without_a_media_type_is_refused(ask: Asker) -> None:
    with pytest.raises(NotAcceptableError, match="text/csv"):
        ask(COUNT, media_types=("text/turtle",))


def test_a_syntax_error_names_line_and_column(ask: Asker) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        ask("SELECT *\n{ ?s ex:p ?o }")
    assert (caught.value.line, caught.value.column) == (2, 6)
    assert str(caught.value).startswith("The query is not valid SPARQL 1.1 at line 2, column 6: The prefix ex:")


@pytest.mark.parametrize("text", ["INSERT DATA { <a:b> <a:b> 1 }", "LOAD <https://example.org/x>", "DROP ALL", ""])
def test_updates_and_nothing_are_no_queries(ask: Asker, text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        ask(text)


def test_an_endless_query_is_stopped_at_its_deadline_and_the_next_is_answered(ask: Asker) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeoutError, match=r"1\.5 seconds.*/data/dumps/"):
        ask(ENDLESS)
    assert time.monotonic() - started < 1.5 + 0.5
    assert number(ask(COUNT)) == 1_000 + SHARED


@pytest.mark.parametrize("media_type", [*BINDING_TYPES])
@pytest.mark.parametrize("limit", ["", " LIMIT 5001", " LIMIT 900000"])
def test_more_rows_than_allowed_are_refused_with_a_limit_or_without(
    ask: Asker, media_type: str, limit: str
) -> None:
    with pytest.raises(ResultTooLargeError, match=r"5,000 rows.*LIMIT.*/data/dumps/"):
        ask("SELECT ?x { ?a ?b ?c . ?d ?e ?f FILTER(?f < 5) BIND(1 AS ?x) }" + limit, media_types=(media_type,))
    answer = ask("SELECT ?x { ?a ?b ?c . ?d ?e ?f BIND(1 AS ?x) } LIMIT 5000", media_types=(media_type,))
    assert answer.body.count(b"1") >= 5_000


@pytest.mark.parametrize("media_type", [*GRAPH_TYPES])
def test_more_triples_than_allowed_are_refused(ask: Asker, media_type: str) -> None:
    triples = "CONSTRUCT { ?a <p:p> ?f } { ?a ?b ?c . ?d ?e ?f FILTER(?f < 10) }"
    with pytest.raises(ResultTooLargeError, match="5,000 statements"):
        ask(triples, media_types=(media_type,))
    assert ask(triples + " LIMIT 2000", media_types=(media_type,)).form == "graph"


def test_rows_are_not_what_looks_like_rows(small_store: Path, settings: Settings) -> None:
    with asking(small_store, settings.model_copy(update={"query_max_rows": 3})) as ask:
        text = 'SELECT (REPLACE("xxxxxxxxx", "x", "},{\\n<result>\\r\\n") AS ?x) ?n { VALUES ?n { 1 2 3 } }'
        for media_type in BINDING_TYPES:
            assert ask(text, media_types=(media_type,)).size > 0
        with pytest.raises(ResultTooLargeError):
            ask(text.replace("1 2 3", "1 2 3 4"))


def test_an_answer_of_too_many_bytes_is_refused(ask: Asker) -> None:
    with pytest.raises(ResultTooLargeError, match="2,000,000 bytes"):
        ask("SELECT * { ?a ?b ?c . ?d ?e ?f }")


def test_a_large_answer_comes_whole_from_a_file_without_a_name(ask: Asker) -> None:
    answer = ask("SELECT * { ?a ?b ?c }")
    assert answer.file is not None
    assert answer.size > 64 * 1024
    assert len(json.loads(answer.body)["results"]["bindings"]) == 1_000 + SHARED
    assert b"".join(answer.chunks(1000)) == answer.body


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


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 51 + "}" * 51,
        "SELECT * { FILTER(" + "(" * 50 + "1" + ")" * 50 + ") }",
        "SELECT * { ?s ?p " + "[ ?p " * 60 + "1" + "]" * 60 + " }",
        "SELECT * { ?s ?p ?o " + " ".join(f"BIND({i} AS ?v{i})" for i in range(600)) + " }",
        "SELECT * { ?s " + "/".join(["<p:p>"] * 600) + " ?o }",
        "SELECT * { FILTER(" + "||".join(["1"] * 600) + ") }",
    ],
)
def test_a_text_that_is_too_complex_is_refused_before_it_is_parsed(ask: Asker, text: str) -> None:
    with pytest.raises(QueryTooComplexError):
        ask(text)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ("' + "({[" * 300 + '" AS ?x) {}',
        "SELECT * {} # " + "({[ || " * 300,
        "SELECT * { VALUES ?x { " + "<https://example.org/a/b-c+d> " * 400 + "} }",
        "SELECT * { ?s ?p ?o FILTER(?o IN (" + ", ".join(map(str, range(700))) + ")) }",
    ],
)
def test_what_stands_in_strings_comments_and_lists_is_not_complex(ask: Asker, text: str) -> None:
    assert ask(text).form == "select"


def test_the_deepest_text_that_is_allowed_is_answered(small_store: Path, settings: Settings) -> None:
    deep = settings.model_copy(update={"query_max_depth": 3_000})
    with asking(small_store, deep) as ask:
        assert ask("SELECT * " + "{" * 2_000 + "}" * 2_000).form == "select"
        assert ask("SELECT (" + "(" * 2_000 + "1" + ")" * 2_000 + " AS ?x) {}").form == "select"


def test_a_worker_that_was_killed_is_replaced_by_a_warm_one(ask: Asker) -> None:
    for worker in ask.pool._idle:
        worker.process.kill()
        worker.process.wait()
    outcomes = ask.all(*(ask.pool.run(Job(COUNT)) for _ in range(2)))
    assert all(isinstance(outcome, Answer | WorkerLostError) for outcome in outcomes)
    assert number(ask(COUNT)) == 1_000 + SHARED


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


def test_clients_take_turns(small_store: Path, settings: Settings) -> None:
    """One client's five queries come before another's one, which is answered second all the same."""
    order: list[str] = []

    async def ask_as(pool: WorkerPool, client: str) -> Answer:
        try:
            return await pool.run(Job(SLOW), client=client)
        finally:
            order.append(client)

    alone = settings.model_copy(
        update={"query_workers": 1, "query_queue": 20, "client_pending": 20, "query_timeout": 20.0}
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


def test_a_query_of_a_small_budget_may_wait_for_its_worker(ask: Asker) -> None:
    heavy = [ask.pool.run(Job(ENDLESS), 0.8) for _ in range(2)]
    *lost, small = ask.all(*heavy, ask.pool.run(Job(COUNT), 0.5))
    assert [type(outcome) for outcome in lost] == [QueryTimeoutError] * 2
    assert isinstance(small, Answer)


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
        processes = [worker.process for worker in ask.pool._alive]

        async def end() -> None:
            heavy = asyncio.create_task(ask.pool.run(Job(ENDLESS)))
            await asyncio.sleep(0.2)
            await ask.pool.close()
            with pytest.raises(WorkerLostError):
                await heavy

        ask.runner.run(end())
        assert len(processes) == 4, "two that answer, one that is warm, one for probes"
        assert all(process.poll() is not None for process in processes)


def test_the_event_loop_stays_free_beside_heavy_queries(ask: Asker) -> None:
    async def longest_pause() -> float:
        heavy = asyncio.gather(*(ask.pool.run(Job(ENDLESS)) for _ in range(2)), return_exceptions=True)
        longest = 0.0
        while not heavy.done():
            started = time.monotonic()
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - started)
        await heavy
        return longest

    assert ask.runner.run(longest_pause()) < 0.25


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


def _until(ask: Asker, what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not what():
        assert time.monotonic() < deadline
        ask.runner.run(asyncio.sleep(0.02))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <https://example.org/> { ?s ?p ?o } }",
        "SELECT * { # SERVICE is next\n SERVICE <https://example.org/> { ?s ?p ?o } }",
        'SELECT * { ?s ?p "it\'s" . SERVICE <https://example.org/> { ?s ?p ?o } }',
        "SELECT * { ?s ?p ''' # ''' . SERVICE <https://example.org/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p <https://example.org/#> . SERVICE <https://example.org/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE <https://example.org/> { ?a ?b ?c } }",
        "SELECT * { ?s ?p 1e5SERVICE <https://example.org/> { ?a ?b ?c } }",
        "SELECT * { SERVICESILENT<https://example.org/>{ ?a ?b ?c } }",
        "PREFIX e: <https://example.org/> SELECT * { ?s ?p e:.SERVICE <https://example.org/> { ?a ?b ?c } }",
        "PREFIX e: <http://a:8> SELECT * { ?s ?p e:SERVICE <https://example.org/> { ?a ?b ?c } }",
        "SELECT * { FILTER(1<'>') . SERVICE <https://example.org/> { ?a ?b ?c } #'>\n }",
        "SELECT * { FILTER(1<#>'''\n2) . SERVICE <https://example.org/> { ?a ?b ?c } #'''\n }",
        "SELECT * { SERVICE # where\n <https://example.org/> # what\r { ?a ?b ?c } }",
        "PREFIX e: <https://example.org/> SELECT * { SERVICE e:a\\#b { ?a ?b ?c } }",
        "SELECT * { VALUES ?w { <https://example.org/> } SERVICE $w { ?a ?b ?c } }",
    ],
)
def test_no_query_calls_another_endpoint(ask: Asker, text: str) -> None:
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        ask(text)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <https://example.org/>" }',
        "ASK { ?s ?p ?o } # SERVICE <https://example.org/>",
        "PREFIX e: <https://example.org/> ASK { ?service e:service ?o ; e:a.SERVICE <https://e.org/SERVICE> }",
        "SELECT * { ?s ?p ?SERVICE } LIMIT 1",
    ],
)
def test_the_word_service_is_harmless_elsewhere(ask: Asker, text: str) -> None:
    assert ask(text).media_type == "application/sparql-results+json"


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
def test_a_worker_cannot_open_a_connection(
    small_store: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever gets past the check: here it is given a clause that the check does not see."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        program = (
            "import sys; from koinon.query import evaluation, worker; evaluation.check_service = lambda text: None;"
            "worker.main(sys.argv[1])"
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


@pytest.mark.parametrize(
    "piece", ["service #", "service <", "service silent ", "service\n#\n", "service a\\", "<'"]
)
def test_a_text_made_to_be_slow_to_check_holds_up_nobody_else(ask: Asker, piece: str) -> None:
    with pytest.raises(QueryError):
        ask("ASK { } " + piece * (19_000 // len(piece)))


def test_a_query_text_without_end_is_refused(ask: Asker) -> None:
    with pytest.raises(QueryTooLongError, match="20,000"):
        ask(COUNT + " " * 20_000)


def test_a_store_that_cannot_be_opened_says_what_to_do(tmp_path: Path, settings: Settings) -> None:
    with pytest.raises(QueryError, match="koinon release verify"):
        run_once(tmp_path / "nothing", Job(COUNT), settings)
