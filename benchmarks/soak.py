"""A soak: thirty clients on a real service, minutes with two hostile ones among them and minutes without, in turn.

Command: ``.venv/bin/python benchmarks/soak.py [MINUTES] [SEED] [--json FILE]`` or ``make soak``. Data: the current
release (built when there is none). Of 30 clients 21 read pages, 7 ask good queries (half of them never asked
before) and 2 send attacks drawn from ``tests/hostile/corpus``, one after another; in every second
phase these two are silent. The service has its default settings and, as behind a proxy, an address for each client.

It ends with 1 where an answer was broken, a 5xx was not planned (503 with Retry-After is: the queue is bounded),
memory or open files grew in its second half (until then caches fill), or the p95 of good queries beside attacks is
more than twice that without.
"""

import argparse
import asyncio
import json
import multiprocessing
import platform
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Final

import psutil
from given import current_release
from pyoxigraph import NamedNode
from rich.console import Console
from rich.table import Table

from koinon import __version__
from koinon.model.assets import Assets
from koinon.model.namespaces import ID, RDF
from koinon.model.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hostile.attack import Seen, hold
from hostile.case import Case, End, Say, Talk, asking, request
from hostile.corpus import CORPUS
from hostile.target import Canary, Target

READERS, ASKERS, ATTACKERS = 21, 7, 2
READER_PAUSE, ASKER_PAUSE, ATTACKER_PAUSE = 0.5, 0.25, 0.05
"""Mean seconds that a client waits between requests."""
PHASES_A_MINUTE: Final = 1
WARM_SECONDS: Final = 20.0
REST_SECONDS: Final = 3.0
"""Seconds at the beginning of a phase that count for no latency: queries of the phase before still run."""
PATIENCE, SHORT_PATIENCE = 30.0, 2.0
"""Seconds that a client waits for an answer, and that an attacker holds a connection that gets none."""
MOST_RATIO: Final = 2.0
MOST_MEGABYTES_A_MINUTE: Final = 1.0
MOST_FILES_A_MINUTE: Final = 1.0
LARGEST_ATTACK, MOST_CONNECTIONS = 10**6, 20

_PREFIXES: Final = """PREFIX koi: <https://w3id.org/koinon/def#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dct: <http://purl.org/dc/terms/> """
QUESTIONS: Final = (
    "SELECT ?s ?name { ?s a koi:Project ; skos:prefLabel ?name } LIMIT %",
    "SELECT ?type (COUNT(*) AS ?n) { ?s a ?type } GROUP BY ?type ORDER BY DESC(?n) LIMIT %",
    "SELECT ?s ?name { ?s skos:prefLabel ?name FILTER CONTAINS(LCASE(?name), 'region') } LIMIT %",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s a koi:Project ; ?p ?o } LIMIT %",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY DESC(?n) LIMIT %",
    "SELECT DISTINCT ?a ?b { ?a skos:broader+ ?b } LIMIT %",
    "ASK { ?s a koi:Project FILTER NOT EXISTS { ?s skos:prefLabel ?name } FILTER(% > 0) }",
    "SELECT ?s { ?s a koi:Project } ORDER BY ?s OFFSET % LIMIT 20",
)
PAGES: Final = ("/", "/sparql", "/queries", "/graph/sea4neb-article", "/def", "/live")
THINGS: Final = 200
"""Pages about things that are read as well, each as often as one of PAGES."""


@dataclass(slots=True)
class Phase:
    """What the good clients met in one phase."""

    hostile: bool
    begun: float
    pages: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    attacks: Counter[str] = field(default_factory=Counter)


def p95(values: list[float]) -> float:
    """Return the 95th percentile, or nothing of nothing."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")


def from_address(sent: bytes, address: str) -> bytes:
    """Return the request as a proxy passes it on for a client at ``address``."""
    return sent.replace(b"Host: @HOST@\r\n", f"Host: @HOST@\r\nX-Forwarded-For: {address}\r\n".encode(), 1)


async def send(sent: bytes, target: tuple[str, int], values: dict[str, str]) -> Seen:
    """Send one request over a new connection and wait for its answer."""
    seen = Seen(Talk((Say(sent),), sent.partition(b" ")[0].decode(), within=PATIENCE), time.monotonic())
    await hold(seen, target, values)
    return seen


Draw = Callable[[random.Random], tuple[bool, bytes]]
"""Draws a request, and tells whether it is a query."""


class Visitors:
    """The good clients, until they are told to stop."""

    def __init__(self, target: Target, values: dict[str, str], seed: int, pages: list[str]) -> None:
        self.phase = Phase(False, time.monotonic())
        self._target = target
        self._values = values
        self._seed = seed
        self._pages = pages
        self._fresh = 0

    def start(self) -> list[asyncio.Task[None]]:
        """Let all of them come, each from an address of its own."""
        readers = [self._visit(f"198.51.100.{n}", n, READER_PAUSE, self._page) for n in range(READERS)]
        askers = [self._visit(f"203.0.113.{n}", 100 + n, ASKER_PAUSE, self._question) for n in range(ASKERS)]
        return [asyncio.create_task(visit) for visit in (*readers, *askers)]

    async def _visit(self, address: str, number: int, pause: float, draw: Draw) -> None:
        dice = random.Random(f"{self._seed} {number}")  # noqa: S311  a run that can be drawn again
        while True:
            await asyncio.sleep(dice.expovariate(1 / pause))
            is_query, sent = draw(dice)
            phase = self.phase
            seen = await send(from_address(sent, address), self._target.address, self._values)
            whole = bool(seen.replies) and not seen.fault
            status = str(seen.replies[0].status) if whole else "broken"
            if status == "503" and not seen.replies[0].header("retry-after"):
                status = "503 without Retry-After"
            phase.statuses[f"{'query' if is_query else 'page'} {status}"] += 1
            if seen.began - phase.begun >= REST_SECONDS:
                (phase.queries if is_query else phase.pages).append(seen.done - seen.began)

    def _page(self, dice: random.Random) -> tuple[bool, bytes]:
        return False, request("GET", dice.choice(self._pages), (("Accept", "text/html"),))

    def _question(self, dice: random.Random) -> tuple[bool, bytes]:
        self._fresh += 1
        number = 1_000 + self._fresh if dice.random() < 0.5 else dice.randrange(10, 15)
        return True, asking(_PREFIXES + dice.choice(QUESTIONS).replace("%", str(number)), "get")


def attacks() -> list[Case]:
    """Return the cases that a single client can carry out again and again."""
    return [
        case
        for case in CORPUS
        if len(case.talks) <= MOST_CONNECTIONS
        and sum(len(s.data) * s.times for t in case.talks for s in t.steps if isinstance(s, Say)) < LARGEST_ATTACK
    ]


def attack(
    address: tuple[str, int], values: dict[str, str], seed: int, on: Event, end: Event, counts: "Queue[str]"
) -> None:
    """Send attacks while ``on`` is set, in a process of its own; put down what came of them."""

    async def attacker(number: int) -> None:
        dice = random.Random(f"{seed} attacker {number}")  # noqa: S311  a run that can be drawn again
        cases = attacks()
        while not end.is_set():
            if not on.is_set():
                await asyncio.sleep(0.1)
                continue
            case = dice.choice(cases)
            seen = [Seen(_told(talk, f"192.0.2.{number}"), 0.0) for talk in case.talks]
            await asyncio.gather(*(hold(one, address, values) for one in seen))
            for one in seen:
                expected = one.talk.end is End.ANSWER
                for reply in one.replies:
                    counts.put(str(reply.status))
                if not one.replies or one.fault:
                    counts.put("broken" if expected else "ended")
            await asyncio.sleep(dice.expovariate(1 / ATTACKER_PAUSE))

    async def all_of_them() -> None:
        await asyncio.gather(*(attacker(number) for number in range(ATTACKERS)))

    asyncio.run(all_of_them())


def _told(talk: Talk, address: str) -> Talk:
    """Return the talk as a client at ``address`` holds it, with the patience that the default limits need."""
    steps = tuple(
        replace(step, data=from_address(step.data, address)) if isinstance(step, Say) else step
        for step in talk.steps
    )
    return replace(talk, steps=steps, within=PATIENCE if talk.end in (End.ANSWER, End.EITHER) else SHORT_PATIENCE)


@dataclass(frozen=True, slots=True)
class Sample:
    """How the service was at one moment; memory in megabytes (PSS)."""

    at: float
    front: float
    tree: float
    files: int


async def sample(target: Target, samples: list[Sample]) -> None:
    """Look at the service every two seconds."""
    while True:
        sizes = []
        for process in target.family():
            try:
                sizes.append(process.memory_full_info().pss / 2**20)
            except psutil.NoSuchProcess:
                continue
        samples.append(Sample(time.monotonic(), sizes[0], sum(sizes), target.front.num_fds()))
        await asyncio.sleep(2)


def slope(samples: list[Sample], name: str) -> float:
    """Return the change a minute of what was sampled, by least squares."""
    return statistics.linear_regression([s.at / 60 for s in samples], [getattr(s, name) for s in samples]).slope


def _drained(counts: "Queue[str]") -> Iterator[str]:
    while not counts.empty():
        yield counts.get()


async def soak(
    target: Target, minutes: float, seed: int, values: dict[str, str], pages: list[str]
) -> tuple[list[Phase], list[Sample]]:
    """Run the phases and return them with the samples."""
    context = multiprocessing.get_context("spawn")
    on, end, counts = context.Event(), context.Event(), context.Queue()
    process = context.Process(target=attack, args=(target.address, values, seed, on, end, counts), daemon=True)
    process.start()
    visitors = Visitors(target, values, seed, pages)
    tasks = visitors.start()
    await asyncio.sleep(WARM_SECONDS)
    phases: list[Phase] = []
    samples: list[Sample] = []
    tasks.append(asyncio.create_task(sample(target, samples)))
    number = max(2, round(minutes * PHASES_A_MINUTE / 2) * 2)
    for position in range(number):
        hostile = position % 2 == 1
        (on.set if hostile else on.clear)()
        visitors.phase = Phase(hostile, time.monotonic())
        phases.append(visitors.phase)
        await asyncio.sleep(minutes * 60 / number)
        phases[-1].attacks.update(_drained(counts))
    end.set()
    for task in tasks:
        task.cancel()
    process.join(PATIENCE)
    process.kill()
    return phases, samples


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("minutes", nargs="?", type=float, default=10.0)
    parser.add_argument("seed", nargs="?", type=int, default=20261121)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    settings = Settings.from_environment()
    release = current_release(settings, Assets.locate(settings))
    store = release.open().raw
    things = sorted({quad.subject.value for quad in store.quads_for_pattern(None, NamedNode(RDF + "type"), None)})
    documents = [thing.replace(ID, "/doc/") for thing in things if thing.startswith(ID) and "#" not in thing]
    pages = [*PAGES, *random.Random(given.seed).sample(documents, min(THINGS, len(documents)))]  # noqa: S311  as above
    canary = Canary()
    with tempfile.TemporaryDirectory() as folder:
        target = Target(settings.home, Path(folder) / "soak", {"KOINON_TRUSTED_PROXIES": "127.0.0.1"})
        values = {
            "HOST": "{}:{}".format(*target.address),
            "CANARY": str(canary.port),
            "FILE": (Path(folder) / "none.ttl").as_uri(),
            "RELEASE": release.id,
        }
        phases, samples = asyncio.run(soak(target, given.minutes, given.seed, values, pages))
        alive = target.alive
        faults = target.end()
    canary.end()
    figures = _figures(phases, samples)
    figures["faults"] = faults + canary.calls + ([] if alive else ["the service ended under the load"])
    _show(phases, samples, figures, given, len(release.manifest.graphs))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))
    return 0 if all(figures["holds"].values()) and not figures["faults"] else 1


def _figures(phases: list[Phase], samples: list[Sample]) -> dict[str, Any]:
    calm, hostile = ([p for p in phases if p.hostile is wanted] for wanted in (False, True))
    statuses: Counter[str] = sum((phase.statuses for phase in phases), Counter())
    attacked: Counter[str] = sum((phase.attacks for phase in phases), Counter())
    unplanned = {
        name: count
        for name, count in (*statuses.items(), *((f"attack {name}", count) for name, count in attacked.items()))
        if name.endswith(("broken", "without Retry-After")) or (name[-3] == "5" and not name.endswith("503"))
    }
    both = {
        f"{name}_p95_{kind}_ms": 1e3 * p95([second for phase in part for second in getattr(phase, name)])
        for name in ("queries", "pages")
        for kind, part in (("calm", calm), ("hostile", hostile))
    }
    ratio = both["queries_p95_hostile_ms"] / both["queries_p95_calm_ms"]
    settled = samples[len(samples) // 2 :]
    slopes = {name: slope(settled, name) for name in ("front", "tree", "files")}
    return {
        **both,
        "ratio": ratio,
        "slopes_a_minute": slopes,
        "statuses": dict(statuses),
        "attacks": dict(attacked),
        "unplanned": unplanned,
        "holds": {
            "no unplanned 5xx and no broken answer": not unplanned,
            f"p95 of good queries at most {MOST_RATIO:g} times": ratio <= MOST_RATIO,
            "memory is flat": slopes["front"] <= MOST_MEGABYTES_A_MINUTE,
            "open files are flat": slopes["files"] <= MOST_FILES_A_MINUTE,
        },
    }


def _show(
    phases: list[Phase], samples: list[Sample], figures: dict[str, Any], given: argparse.Namespace, graphs: int
) -> None:
    console = Console(highlight=False, width=max(120, Console().width))
    console.print(
        f"{date.today()}  koinon {__version__}, Python {platform.python_version()}, {psutil.cpu_count()} cores; "
        f"release with {graphs} graphs; {given.minutes:g} minutes, seed {given.seed}\n"
        f"{READERS} readers, {ASKERS} askers; in every second phase {ATTACKERS} attackers\n"
    )
    table = Table("phase", "kind", "pages", "p95 ms", "queries", "p50 ms", "p95 ms", "503", "429", "attacks",
                  "front MB", "tree MB", "files", box=None, pad_edge=False)  # fmt: skip
    for column in table.columns[2:]:
        column.justify = "right"
    for position, phase in enumerate(phases):
        until = phases[position + 1].begun if position + 1 < len(phases) else float("inf")
        seen = [s for s in samples if phase.begun <= s.at < until]
        table.add_row(
            str(position + 1),
            "hostile" if phase.hostile else "calm",
            str(len(phase.pages)),
            f"{p95(phase.pages) * 1e3:.0f}",
            str(len(phase.queries)),
            f"{statistics.median(phase.queries or [float('nan')]) * 1e3:.1f}",
            f"{p95(phase.queries) * 1e3:.0f}",
            str(phase.statuses["query 503"] + phase.statuses["page 503"]),
            str(phase.statuses["query 429"] + phase.statuses["page 429"]),
            str(phase.attacks.total()),
            *(f"{statistics.mean(getattr(s, name) for s in seen):.0f}" for name in ("front", "tree", "files")),
        )
    console.print(table)
    console.print("\ngood clients: " + ", ".join(f"{k}: {v:,}" for k, v in sorted(figures["statuses"].items())))
    console.print("attacks: " + ", ".join(f"{k}: {v:,}" for k, v in sorted(figures["attacks"].items())))
    console.print("planned are 503 with Retry-After; not planned: " + str(figures["unplanned"] or "none"))
    console.print(
        "change a minute in the second half: "
        + ", ".join(f"{k} {v:+.2f}" for k, v in figures["slopes_a_minute"].items())
        + " (MB, MB, files)"
    )
    console.print(
        f"p95 of good queries {figures['queries_p95_hostile_ms']:.0f} ms beside attacks, "
        f"{figures['queries_p95_calm_ms']:.0f} ms without: {figures['ratio']:.2f} times"
    )
    for name, holds in figures["holds"].items():
        console.print(f"{'holds' if holds else 'FAILS'}  {name}")
    for fault in figures["faults"]:
        console.print(f"FAILS  {fault}")


if __name__ == "__main__":
    sys.exit(main())
