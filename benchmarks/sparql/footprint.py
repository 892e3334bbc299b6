"""What the service takes: memory of all its processes after the mix, time from start to first answer."""

import os
import statistics
import subprocess
import time

from closed_loop import run
from mix import Mix
from peers import OPEN, free_port, koinon, koinon_command, oxigraph, wait_ready
from prepare import Prepared
from report import Report, Target
from throughput import Amount

MIB = 2**20
REST = 3.0
"""Seconds after the mix at which memory is read: processes that nobody needs any more have ended."""


def memory(prepared: Prepared, report: Report, amount: Amount, settings: dict[str, object]) -> None:
    """Measure the PSS of all processes before and after the mix, cache on, as the service runs by default."""
    rows: list[list[object]] = []
    with oxigraph(prepared.oxigraph) as raw, koinon(prepared.home, settings) as ours:
        questions = Mix(raw.ask, prepared.seed).rounds(amount.rounds)
        for peer in (raw, ours):
            before, highest = sum(peer.memories()) / MIB, 0.0
            for _ in range(amount.runs):
                run(peer, questions)
                highest = max(highest, sum(peer.memories()) / MIB)
            time.sleep(REST)
            sizes = [size / MIB for size in peer.memories()]
            after = sum(sizes)
            each = " ".join(f"{size:.0f}" for size in sizes)
            rows.append([peer.name, len(sizes), before, after, highest, each])
    report.table(
        "memory of all processes (MiB, PSS)",
        ["server", "processes", "at start", "3 s after the mix", "highest between runs", "by process"],
        rows,
        f"{amount.runs} runs of {len(questions)} requests each, {prepared.triples:,} triples on disk (RocksDB).",
    )
    report.promise(Target("memory after the mix (PSS)", after, 600, least=False, unit=" MiB"))


def cold_start(prepared: Prepared, report: Report, runs: int, settings: dict[str, object]) -> None:
    """Measure from the start of the process to the first answer of ``/ready``, which asks a real worker."""
    rows: list[list[object]] = []
    for name, evict in (("page cache warm", False), ("release not in the page cache", True)):
        spent = [_start(prepared, settings, evict=evict) for _ in range(runs)]
        rows.append([name, statistics.median(spent), min(spent), max(spent)])
        if not evict:
            report.promise(Target("cold start to /ready", statistics.median(spent), 2, least=False, unit=" s"))
    report.table(
        "cold start to the first 200 of /ready (s)",
        ["", "median", "fastest", "slowest"],
        rows,
        f"{runs} starts each, {prepared.triples:,} triples; program files are in the page cache in both.",
    )


def _start(prepared: Prepared, settings: dict[str, object], *, evict: bool) -> float:
    if evict:
        _evict(prepared)
    port = free_port()
    environment = {**os.environ, **OPEN, "KOINON_HOME": str(prepared.home)}
    environment |= {f"KOINON_{key.upper()}": str(value) for key, value in settings.items()}
    started = time.monotonic()
    process = subprocess.Popen(koinon_command(port), env=environment, stdout=subprocess.DEVNULL)
    try:
        return wait_ready(process, port, "/ready") - started
    finally:
        process.terminate()
        process.wait(30)


def _evict(prepared: Prepared) -> None:
    """Ask the system to forget what it holds of the release's files."""
    for path in prepared.home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
