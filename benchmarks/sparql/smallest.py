"""The smallest queries: what protocol, process boundary and cache cost, where the engine has little to do.

The smallest of the mix, for which figures are promised, and two that are smaller than any of it.
"""

import re
import shutil
import statistics
import subprocess

from closed_loop import CLIENTS, run
from mix import ASK, Mix, Question
from peers import Peer, koinon, oxigraph
from prepare import Prepared
from report import Report, Target

SECONDS = 4
SMALLEST = "describe"
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.+)")


def smallest(prepared: Prepared, report: Report, runs: int, settings: dict[str, object]) -> None:
    """Measure requests per second of an ASK that reads nothing and of a look-up of one row, cache off and on."""
    load, client = (by_wrk, "wrk") if shutil.which("wrk") else (by_threads, "a Python client, as wrk is absent")
    with (
        oxigraph(prepared.oxigraph) as raw,
        koinon(prepared.home, {"query_cache": 0, **settings}, "cache off") as off,
        koinon(prepared.home, settings, "cache on") as on,
    ):
        drawn = Mix(raw.ask, prepared.seed)
        rows: list[list[object]] = []
        smallest_of_mix = next(one for one in drawn.rounds(1) if one.name == SMALLEST)
        for question in (smallest_of_mix, Question("ASK {}", ASK), drawn.one_row()):
            peers = (raw, off, on)
            rates: dict[str, list[float]] = {peer.name: [] for peer in peers}
            for number in range(runs):
                for peer in peers if number % 2 == 0 else reversed(peers):
                    rates[peer.name].append(load(peer, question))
            median = {name: statistics.median(values) for name, values in rates.items()}
            ratios = {name: median[name] / median[raw.name] for name in (off.name, on.name)}
            rows.append(
                [question.name, *median.values(), f"{ratios[off.name]:.3f}", f"{ratios[on.name]:.3f}"],
            )
            if question is smallest_of_mix:
                report.promise(Target(f"smallest ({question.name}): of raw, cache off", ratios[off.name], 0.25))
            report.promise(Target(f"smallest ({question.name}): of raw, from the cache", ratios[on.name], 0.7))
    report.table(
        "smallest queries (answers/s)",
        ["query", "raw", "koinon, cache off", "koinon, cached", "off/raw", "cached/raw"],
        rows,
        f"{CLIENTS} connections, {runs} interleaved runs of {SECONDS} s each, sent by {client} on the same cores.",
    )


def by_wrk(peer: Peer, question: Question) -> float:
    """Return the requests per second that wrk counts; it must see no error."""
    address = f"http://127.0.0.1:{peer.port}{peer.target(question)}"
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", "-H", f"Accept: {question.accept}", address]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate = _RATE.search(found)
    assert rate is not None, found
    assert _BAD.search(found) is None, f"{peer.name}: {found}"
    return float(rate[1])


def by_threads(peer: Peer, question: Question) -> float:
    """Return the requests per second of this program's own client, which hides a part of a fast server's speed."""
    return run(peer, [question] * 4000).throughput
