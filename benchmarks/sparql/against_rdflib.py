"""The queries that rdflib-endpoint can answer, on data that it holds in memory: throughput against ours."""

import http.client
from collections.abc import Sequence

from answers import DifferentError, contents
from closed_loop import run
from mix import ORDER, Mix, Question
from peers import koinon, oxigraph, rdflib_endpoint
from prepare import Prepared
from report import Report, Target

PATIENCE = 30.0
"""Seconds after which a query counts as one that rdflib-endpoint cannot answer."""

_RUNS = 4


def against_rdflib(prepared: Prepared, report: Report, rounds: int, settings: dict[str, object]) -> None:
    """Measure both on the queries to which rdflib-endpoint gives as many rows or triples in time.

    A list of ``rounds`` rounds of them is asked by eight clients: once there, since that takes a minute,
    and several times here, half of them before and half after; the median counts.
    """
    with oxigraph(prepared.oxigraph) as raw:
        questions = Mix(raw.ask, prepared.seed).rounds(rounds)
    with koinon(prepared.home, {"query_cache": 0, **settings}) as ours:
        expected = {question: len(contents(ours, question)) for question in questions}
        cannot: dict[str, str] = {}
        for name in ORDER:
            # A query that is given up goes on in the server, which has to be started anew for the next.
            with rdflib_endpoint(prepared.data) as theirs:
                try:
                    for question in _named(questions, name):
                        found = len(contents(theirs, question, PATIENCE))
                        if found != expected[question]:
                            cannot[name] = f"{found} rows or triples instead of {expected[question]}"
                            break
                except TimeoutError:
                    cannot[name] = f"nothing within {PATIENCE:.0f} s"
                except (DifferentError, http.client.HTTPException) as error:
                    cannot[name] = str(error).splitlines()[0][:80]
        asked = [question for question in questions if question.name not in cannot]
        with rdflib_endpoint(prepared.data) as theirs:
            before = [run(ours, asked) for _ in range(_RUNS)][1:]
            slow = run(theirs, asked)
            ours_runs = before + [run(ours, asked) for _ in range(_RUNS)][1:]
    fast = sorted(ours_runs, key=lambda one: one.throughput)[len(ours_runs) // 2]
    rows: list[list[object]] = [
        [name, *_means(asked, name, slow.latencies, fast.latencies), cannot.get(name, "")] for name in ORDER
    ]
    rows.append(["all of these, answers/s", slow.throughput, fast.throughput, ""])
    report.table(
        "against rdflib-endpoint (mean ms by query, cache off)",
        ["query", "rdflib-endpoint", "koinon", "cannot answer"],
        rows,
        f"{len(asked)} requests of {len(ORDER) - len(cannot)} queries; rdflib-endpoint has its data in memory.",
    )
    report.promise(Target("throughput of rdflib-endpoint's", fast.throughput / slow.throughput, 30))


def _named(questions: Sequence[Question], name: str) -> list[Question]:
    return [question for question in questions if question.name == name]


def _means(asked: Sequence[Question], name: str, *latencies: Sequence[float]) -> list[object]:
    positions = [position for position, question in enumerate(asked) if question.name == name]
    if not positions:
        return ["–" for _ in latencies]
    return [sum(times[p] for p in positions) / len(positions) * 1000 for times in latencies]
