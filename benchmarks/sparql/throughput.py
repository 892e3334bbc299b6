"""The mix of fourteen queries against the engine's own server: throughput, times of each query, repeats."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from answers import same_answers
from closed_loop import CLIENTS, Run, run
from mix import ORDER, Mix, Question
from peers import Peer, koinon, oxigraph
from prepare import Prepared
from report import Report, Target

Reduction = Callable[[Sequence[float]], float]

SLOW = 0.02
"""Seconds above which the 95th percentile of a query is promised."""


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured: interleaved runs of each server, and rounds of the fourteen queries in a run."""

    runs: int = 5
    rounds: int = 8


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def interleaved(peers: Sequence[Peer], questions: Sequence[Question], runs: int) -> dict[str, list[Run]]:
    """Run the list on one server after the other, again and again, in turns that begin with either."""
    found: dict[str, list[Run]] = {peer.name: [] for peer in peers}
    for number in range(runs):
        for peer in peers if number % 2 == 0 else reversed(peers):
            found[peer.name].append(run(peer, questions))
    return found


def mix(prepared: Prepared, report: Report, amount: Amount, settings: dict[str, object]) -> None:
    """Measure the mix with the cache off: every question once in a run, after one round to warm both up."""
    with oxigraph(prepared.oxigraph) as raw, koinon(prepared.home, {"query_cache": 0, **settings}) as ours:
        drawn = Mix(raw.ask, prepared.seed)
        questions = drawn.rounds(amount.rounds)
        sizes = same_answers(raw, ours, questions[: 2 * len(ORDER)])
        alone = {peer.name: run(peer, questions[: 3 * len(ORDER)], clients=1) for peer in (raw, ours)}
        found = interleaved((raw, ours), questions, amount.runs)
        ratio = _throughput(report, "mix, cache off", found)
        report.promise(Target("mix: throughput of raw, cache off", ratio, 0.9))
        _times(report, questions, sizes, alone, found)


def repeats(prepared: Prepared, report: Report, amount: Amount, settings: dict[str, object]) -> None:
    """Measure the mix with repeats and the cache on; it is empty when the first run begins."""
    with oxigraph(prepared.oxigraph) as raw, koinon(prepared.home, settings) as ours:
        drawn = Mix(raw.ask, prepared.seed)
        distinct = drawn.rounds(amount.rounds)
        questions = drawn.repeats(distinct, 5 * len(distinct))
        found = interleaved((raw, ours), questions, amount.runs)
        ratio = _throughput(
            report,
            "mix with repeats, cache on",
            found,
            f"{len(questions)} requests a run of {len(set(questions))} different ones, the n-th of a query 1/n as "
            "frequent as its first; the cache is empty before the first run.",
        )
        report.promise(Target("mix with repeats: throughput of raw, cache on", ratio, 2.0))


def _throughput(report: Report, figure: str, found: dict[str, list[Run]], note: str = "") -> float:
    """Show answers per second of all runs; returns the ratio of the medians, ours over raw."""
    rows: list[list[object]] = []
    for name, runs in found.items():
        client, server = sum(r.client_cpu for r in runs), sum(r.server_cpu for r in runs)
        each = " ".join(f"{r.throughput:.1f}" for r in runs)
        median = statistics.median(r.throughput for r in runs)
        per = server / sum(len(r.latencies) for r in runs) * 1000
        rows.append([name, median, each, per, f"{client / (client + server):.1%}"])
    columns = ["server", "answers/s", "each run", "server CPU ms/answer", "client's share of CPU"]
    count = len(next(iter(found.values()))[0].latencies)
    report.table(figure, columns, rows, note or f"{CLIENTS} clients, {count} requests a run, medians of the runs.")
    raw, ours = (statistics.median(r.throughput for r in runs) for runs in found.values())
    return ours / raw


def _times(
    report: Report,
    questions: Sequence[Question],
    sizes: dict[str, list[int]],
    alone: dict[str, Run],
    found: dict[str, list[Run]],
) -> None:
    rows: list[list[object]] = []
    worst = 0.0
    (raw, raw_runs), (ours, our_runs) = found.items()
    for name in ORDER:
        single = [_of(name, questions, [alone[peer]], statistics.median) for peer in (raw, ours)]
        p50 = [_of(name, questions, runs, statistics.median) for runs in (raw_runs, our_runs)]
        p95 = [_of(name, questions, runs, lambda v: percentile(v, 0.95)) for runs in (raw_runs, our_runs)]
        ratio = p95[1] / p95[0]
        if p50[0] > SLOW:
            worst = max(worst, ratio)
        span = "–".join(f"{size:,}" for size in sorted({min(sizes[name]), max(sizes[name])}))
        verdict = f"{ratio:.2f}" if p50[0] > SLOW else f"({ratio:.2f})"
        rows.append([name, span, *(v * 1e3 for v in (*single, *p50, *p95)), verdict])
    columns = ["query", "rows", "alone: raw", "ours", "p50: raw", "ours", "p95: raw", "ours", "ratio"]
    report.table(
        "mix, times of each query (ms)",
        columns,
        rows,
        f"Alone: one client. p50, p95 and their ratio: {CLIENTS} clients, all runs together. "
        f"In brackets: raw's p50 is at most {SLOW * 1000:.0f} ms, where nothing is promised.",
    )
    report.promise(Target("mix: worst p95 of raw's, queries above 20 ms", worst, 1.3, least=False))


def _of(name: str, questions: Sequence[Question], runs: Sequence[Run], reduce: Reduction) -> float:
    values = [
        seconds
        for one in runs
        for question, seconds in zip(questions, one.latencies, strict=False)
        if question.name == name
    ]
    return reduce(values)
