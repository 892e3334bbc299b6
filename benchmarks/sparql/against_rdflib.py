"""The queries that rdflib-endpoint can answer, on data that it holds in memory: throughput against ours."""

import http.client
import statistics
from collections.abc import Sequence

from answers import DifferentError, contents
from closed_loop import Run, run
from mix import ORDER, Mix, Question
from peers import Peer, koinon, oxigraph, rdflib_endpoint
from prepare import Prepared
from report import Report, Target

PATIENCE = 30.0
"""Seconds after which a query counts as one that rdflib-endpoint cannot answer."""
LONGER = 20
"""How many times as many rounds we are asked: as many as in a run of the mix, a few seconds here, too."""
_RUNS = 3


def against_rdflib(prepared: Prepared, report: Report, rounds: int, settings: dict[str, object]) -> None:
    """Measure both on the queries to which rdflib-endpoint gives as many rows or triples in time.

    Eight clients ask ``rounds`` rounds of them there, which takes a while, and more rounds here: with the cache
    off, and as the service comes. A round of other questions warms each of them up before.
    """
    with oxigraph(prepared.oxigraph) as raw:
        drawn = Mix(raw.ask, prepared.seed)
        questions, more, others = drawn.rounds(rounds), drawn.rounds(rounds * LONGER), drawn.rounds(1)
    with koinon(prepared.home, {"query_cache": 0, **settings}) as ours:
        cannot = _unanswered(prepared, ours, questions)
        asked = [question for question in questions if question.name not in cannot]
        many = [question for question in more if question.name not in cannot]
        warming = [question for question in others if question.name not in cannot]
        with rdflib_endpoint(prepared.data) as theirs:
            run(theirs, warming)
            run(ours, warming)
            before = _median([run(ours, many) for _ in range(_RUNS)])
            slow = run(theirs, asked)
            after = _median([run(ours, many) for _ in range(_RUNS)])
    off = _median([before, after])
    cached = _median([_as_it_comes(prepared, warming, many, settings) for _ in range(_RUNS)])
    means = [_means(of, run_of.latencies) for of, run_of in ((asked, slow), (many, off), (many, cached))]
    rows: list[list[object]] = [[name, *(mean[name] for mean in means), cannot.get(name, "")] for name in ORDER]
    rates = [one.throughput for one in (slow, off, cached)]
    rows.append(["all of these, answers/s", *rates, ""])
    report.table(
        "against rdflib-endpoint (mean ms by query)",
        ["query", "rdflib-endpoint", "koinon, cache off", "koinon as it comes", "cannot answer"],
        rows,
        f"{len(asked)} requests of {len(ORDER) - len(cannot)} queries there, {len(many)} here; rdflib-endpoint has "
        f"its data in memory. With the cache off {off.throughput / slow.throughput:.1f} times as many.",
    )
    report.promise(Target("throughput of rdflib-endpoint's", cached.throughput / slow.throughput, 30))


def _unanswered(prepared: Prepared, ours: Peer, questions: Sequence[Question]) -> dict[str, str]:
    """Return the queries that rdflib-endpoint cannot answer, with the reason."""
    cannot: dict[str, str] = {}
    for name in ORDER:
        # A query that is given up goes on in the server, which has to be started anew for the next.
        with rdflib_endpoint(prepared.data) as theirs:
            try:
                for question in questions:
                    if question.name != name:
                        continue
                    expected, found = len(contents(ours, question)), len(contents(theirs, question, PATIENCE))
                    if found != expected:
                        cannot[name] = f"{found} rows or triples instead of {expected}"
                        break
            except TimeoutError:
                cannot[name] = f"nothing within {PATIENCE:.0f} s"
            except (DifferentError, http.client.HTTPException) as error:
                cannot[name] = str(error).splitlines()[0][:80]
    return cannot


def _as_it_comes(
    prepared: Prepared, warming: Sequence[Question], questions: Sequence[Question], settings: dict[str, object]
) -> Run:
    with koinon(prepared.home, settings) as ours:
        run(ours, warming)
        return run(ours, questions)


def _median(runs: Sequence[Run]) -> Run:
    return sorted(runs, key=lambda one: one.throughput)[len(runs) // 2]


def _means(asked: Sequence[Question], latencies: Sequence[float]) -> dict[str, object]:
    """Return the mean milliseconds of each query."""
    times: dict[str, list[float]] = {}
    for question, seconds in zip(asked, latencies, strict=True):
        times.setdefault(question.name, []).append(seconds * 1000)
    return {name: statistics.mean(times[name]) if name in times else "–" for name in ORDER}
