"""Where attacks meet the service: each is sent, watched and judged; a service that was harmed is started anew."""

import asyncio
import resource
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import psutil

from hostile.attack import Seen, hold
from hostile.case import Case, End, Reading, Say, Talk, asking, request
from hostile.judge import HEALTH_SECONDS, IDLE_SHARE, IDLE_WITHIN, MOST_GROWTH, MOST_HELD, faults_of
from hostile.target import SETTINGS, Canary, Target

_MARKER: Final = b"koinon-marker-5b1f0c6e"
_HEALTH_AT: Final = 1.0
_WINDOW: Final = 0.3
_SAMPLE, _LOOKS = 0.05, 4
_PLAIN_QUERY: Final = "ASK { ?s ?p ?o }"
_PLAIN_SECONDS: Final = 1.0
_WARM: Final = ("/", "/live", "/ready", "/sparql", "/projects", "/queries", "/data", "/nothing")


@dataclass(slots=True)
class Verdict:
    """What became of one case."""

    case: str
    faults: list[str] = field(default_factory=list)
    answers: str = ""
    seconds: float = 0.0
    growth: int = 0
    live: float = 0.0
    ready: float = 0.0
    idle: float = 0.0
    held: int = 0
    others: float = 0.0
    """Share of the machine that others used meanwhile: where it is high, moments mean little."""

    def row(self) -> list[str]:
        """Return the cells of the table of all cases."""
        figures = (f"{self.seconds:.2f}", f"{self.growth / 2**20:.1f}", f"{self.live * 1e3:.0f}")
        return [
            self.case,
            self.answers,
            *figures,
            f"{self.ready * 1e3:.0f}",
            f"{self.idle:.2f}",
            f"{self.others:.0%}",
        ]


HEADINGS: Final = ("case", "answers", "s", "MB", "live ms", "ready ms", "idle s", "others")


class Arena:
    """One service under attack, with a listener and a file that it must leave alone."""

    def __init__(self, home: Path, folder: Path, settings: dict[str, str] | None = None) -> None:
        """Prepare the ground; the service starts with the first case."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self._home = home
        self._folder = folder
        self._settings = SETTINGS | (settings or {})
        self._runs = count()
        self._target: Target | None = None
        self.canary = Canary()
        self.marker = _MARKER
        self._file = folder / "secret.ttl"
        self._file.write_bytes(b'<http://x.example/s> <http://x.example/p> "' + _MARKER + b'" .\n')

    @property
    def target(self) -> Target:
        """The service, started where it does not run."""
        if self._target is None or not self._target.alive:
            self._target = Target(self._home, self._folder / f"run-{next(self._runs)}", self._settings)
            asyncio.run(self._warm_up())
        return self._target

    @property
    def values(self) -> dict[str, str]:
        """What the ``@NAMES@`` of a case stand for."""
        target = self._target or self.target
        return {
            "HOST": "{}:{}".format(*target.address),
            "CANARY": str(self.canary.port),
            "FILE": self._file.as_uri(),
            "RELEASE": (self._home / "releases" / "current").resolve().name,
        }

    def end(self) -> list[str]:
        """End the service; return what was wrong with its end."""
        self.canary.end()
        return self._target.end() if self._target is not None else []

    def judge(self, case: Case) -> Verdict:
        """Let the case happen, and return what is wrong with the answers and the service."""
        target = self.target
        verdict = asyncio.run(self._run(case, target))
        if verdict.faults or not target.alive:
            target.end()
            self._target = None
        return verdict

    async def get(self, path: str, limit: float, accept: str = "*/*") -> tuple[int, float]:
        """Ask for one address; return the status (0 where no answer came in time) and the seconds."""
        return await self.ask(request("GET", path, (("Accept", accept),)), limit)

    async def ask(self, sent: bytes, limit: float) -> tuple[int, float]:
        """Send one request over a connection of its own; return the status, or 0, and the seconds."""
        assert self._target is not None
        talk = Talk((Say(sent),), sent.partition(b" ")[0].decode(), within=limit)
        seen = Seen(talk, time.monotonic())
        await hold(seen, self._target.address, self.values)
        if not seen.replies or seen.fault:
            return 0, seen.done - seen.began
        return seen.replies[0].status, seen.replies[0].at - seen.began

    async def _warm_up(self) -> None:
        for path in _WARM:
            for accept in ("text/html", "application/json, text/turtle;q=0.9"):
                await self.get(path, 30, accept)

    async def _run(self, case: Case, target: Target) -> Verdict:
        verdict = Verdict(str(case))
        target.logged()
        target.forget_peak()
        before, called = target.memory(), len(self.canary.calls)
        began, busy, ours = time.monotonic(), _busy_seconds(), _own_seconds(target)
        seen = [Seen(talk, began) for talk in case.talks]
        watch = asyncio.create_task(self._watch(case, seen, target, verdict))
        health = asyncio.create_task(self._health(began, verdict))
        values = self.values
        await asyncio.gather(*(hold(one, target.address, values) for one in seen))
        ended = max(_end_of(one) for one in seen)
        verdict.seconds = ended - began
        await self._idle(ended, target, verdict)
        await health
        watch.cancel()
        own = sum(max(0.0, spent - ours.get(pid, 0.0)) for pid, spent in _own_seconds(target).items())
        verdict.others = (
            max(0.0, _busy_seconds() - busy - own) / (time.monotonic() - began) / (psutil.cpu_count() or 1)
        )
        verdict.growth = target.peak() - before
        for one in seen:
            verdict.faults += [fault for fault in faults_of(case, one, self.marker) if fault not in verdict.faults]
        verdict.answers = _summary(seen)
        self._look_at(target, called, verdict)
        if target.alive:
            await self._recovers(verdict)
        return verdict

    async def _watch(self, case: Case, seen: list[Seen], target: Target, verdict: Verdict) -> None:
        silent = [one for one in seen if one.talk.reading is Reading.NEVER and one.talk.end is not End.NOTHING]
        looks = 0
        while True:
            looks += 1
            if looks % _LOOKS == 1:
                verdict.held = max(verdict.held, target.spooled())
            if case.stray:
                for stray in target.stray_sockets():
                    verdict.faults.append(f"a socket {stray}")
            if silent:
                held = target.own_ports()
                for one in silent:
                    if one.port and one.port not in held and one.closed is None:
                        one.closed = time.monotonic()
            await asyncio.sleep(_SAMPLE)

    async def _health(self, began: float, verdict: Verdict) -> None:
        await asyncio.sleep(began + _HEALTH_AT - time.monotonic())
        (live, verdict.live), (ready, verdict.ready) = await asyncio.gather(
            self.get("/live", HEALTH_SECONDS), self.get("/ready", HEALTH_SECONDS)
        )
        for path, status, seconds in (("/live", live, verdict.live), ("/ready", ready, verdict.ready)):
            if status != 200 or seconds > HEALTH_SECONDS:
                verdict.faults.append(f"{path} answered {status or 'nothing'} after {seconds * 1e3:.0f} ms")

    async def _idle(self, ended: float, target: Target, verdict: Verdict) -> None:
        while True:
            begun, before = time.monotonic(), target.processor_seconds()
            await asyncio.sleep(_WINDOW)
            after, lasted = target.processor_seconds(), time.monotonic() - begun
            share = sum(spent - before.get(pid, 0.0) for pid, spent in after.items()) / lasted
            verdict.idle = begun - ended
            if share < IDLE_SHARE:
                return
            if verdict.idle > IDLE_WITHIN:
                verdict.faults.append(f"{share:.0%} of a core {verdict.idle:.1f} s after the answer")
                return

    def _look_at(self, target: Target, called: int, verdict: Verdict) -> None:
        if verdict.growth > MOST_GROWTH:
            verdict.faults.append(f"the memory of the front grew by {verdict.growth / 2**20:.0f} MB")
        verdict.faults += [f"the service called: {call}" for call in self.canary.calls[called:]]
        if verdict.held > MOST_HELD:
            verdict.faults.append(f"answers that nobody reads take {verdict.held / 2**20:.0f} MB")
        if not target.alive:
            verdict.faults.append(f"the front ended with {target.process.returncode}")
        log = target.logged()
        if "Traceback" in log:
            verdict.faults.append(f"the service logged an error: {log.strip().splitlines()[-1][:200]}")

    async def _recovers(self, verdict: Verdict) -> None:
        status, seconds = await self.ask(asking(_PLAIN_QUERY, "get"), _PLAIN_SECONDS)
        if status != 200 or seconds > _PLAIN_SECONDS:
            verdict.faults.append(f"a plain query afterwards got {status or 'nothing'} in {seconds:.2f} s")


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def _own_seconds(target: Target) -> dict[int, float]:
    """Return the processor time of the service and of its attackers, by process; those that ended are left out."""
    own = psutil.Process()
    times = own.cpu_times()
    return {**target.processor_seconds(), own.pid: times.user + times.system}


def _end_of(seen: Seen) -> float:
    moments = [reply.at for reply in seen.replies] + ([seen.closed] if seen.closed else [])
    return max(moments, default=seen.done)


def _summary(seen: list[Seen]) -> str:
    counts: dict[str, int] = {}
    for one in seen:
        for word in [str(reply.status) for reply in one.replies] or ["closed" if one.closed else "-"]:
            counts[word] = counts.get(word, 0) + 1
    return " ".join(word if number == 1 else f"{word}×{number}" for word, number in counts.items())
