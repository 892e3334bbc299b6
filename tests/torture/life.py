"""A life of a node: sources come, are accepted, built and served, and at every step something is killed.

A life is a function of its seed: the same number gives the same steps, killed at the same moments.
"""

import os
import random
import re
import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from building import PREFIXES, World
from koinon.build.registry.tokens import add_token
from koinon.build.verifying import verify_release
from koinon.release.current import current_id, open_current, open_release, release_folders
from registering import LICENCE
from torture.bench import Ended, Server, Victims
from torture.checks import (
    Known,
    age,
    assert_chain,
    assert_current,
    assert_in_release,
    assert_log_ends_with_current,
    litter,
    registry_of,
)
from torture.moments import TORN, Plan
from torture.power import cut, stamps

READY_SECONDS = 2.0
"""The promise: so long after any kill, the service answers queries again."""
SLUGS = tuple(f"members-{number}" for number in range(1, 6))
EXPECTED = {
    "add": [("add",)],
    "update": [("update",)],
    "accept": [("check", "accept"), ("accept",)],
    "withdraw": [("withdraw",)],
    "purge": [("purge",)],
    "build": [()],
    "builder": [()],
    "put": [("put",)],
}
WEIGHTS = {"add": 4, "update": 4, "accept": 5, "withdraw": 1, "purge": 1, "build": 5, "builder": 3}
KINDS = {"kill": 10, "power": 6, "busy": 3, "torn": 2, "size": 1}
SETTLE_EVERY = 10

Moments = dict[str, list[str]]


@dataclass
class Life:
    """One node with its world, its service, and what was acknowledged to those who handed in."""

    seed: str
    victims: Victims
    world: World
    moments: Moments
    server: Server = field(init=False)
    dice: random.Random = field(init=False)
    known: dict[str, Known] = field(default_factory=dict)
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    done: list[str] = field(default_factory=list)
    number: int = 0
    late: int = 0
    """Entries of journals that a kill kept out of the audit log until somebody next changes the registry."""
    secret: str = ""

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311  a life that can be lived again
        self.server = Server(self.world)

    def begin(self, *, served: bool = True) -> None:
        """Make the first release and serve it."""
        assert self.run("build").code == 0
        self.secret = add_token(
            self.world.home, "network", ["members-*"], ["put"], expires=date(2100, 1, 1), by="desk"
        )[1]
        if served:
            self.server.start()
            self._ready(self.server.started)

    def cycle(self) -> None:
        """Do one thing, kill it, and look whether all holds."""
        self.number += 1
        action, slug = self._choose()
        plan = self._plan(action)
        self.done.append(f"{self.number}. {action} {slug}: {plan}")
        before, current = self.known, current_id(self.world.home)
        losses = stamps(self.world.home.root) if plan.power else {}
        label = f"words {self.number} of {slug}"
        ended = self.run(action, slug, label, plan)
        assert ended.code in {0, -signal.SIGKILL, -signal.SIGPROF, -signal.SIGXFSZ}, ended
        if plan.power and ended.killed:
            cut(self.world.home.root, losses, Path(plan.notes))
        self.counts["killed" if ended.killed else "survived"] += 1
        self.look(action, slug, label, ended, before)
        self._look_at_release(action, current, fully=True)
        self._ready()
        if self.dice.random() < 0.25:
            self._kill_server()
        if action == "purge" or self.dice.random() < 0.5:
            self._again(action, slug, label)
        if self.number % SETTLE_EVERY == 0:
            self.settle()

    def swap(self) -> None:
        """Kill the service at a step of its move to another release."""
        moment = self.dice.choice(self.moments["swap"])
        self.number += 1
        self.done.append(f"{self.number}. swap: kill at [{moment}]")
        self.server.kill()
        self.server.start(Plan("kill", moment))
        process = self.server.process
        assert process is not None
        self.change()
        built = self.run("build")
        assert built.code == 0, built
        for _ in range(400):
            if process.poll() is not None:
                break
            self.server.poke()
        self.counts["killed" if process.poll() is not None else "survived"] += 1
        self.server.kill()
        self.server.start()
        assert self._ready(self.server.started)["release"] == current_id(self.world.home)
        assert_current(self.world, fully=False)

    def contribute(self) -> None:
        """Kill the service while a contribution comes in over HTTP."""
        moment = self.dice.choice(self.moments["put"])
        power = self.dice.random() < 0.4
        slug = self.dice.choice(SLUGS)
        self.number += 1
        plan = Plan("kill", moment, notes=str(self.world.root / "notes" / "losses.json"), power=power)
        self.done.append(f"{self.number}. put {slug}: {plan}")
        label = f"words {self.number} of {slug}"
        before, current = self.known, current_id(self.world.home)
        self.server.kill()
        losses = stamps(self.world.home.root)
        self.server.start(plan)
        process = self.server.process
        assert process is not None
        answer = self.server.put(slug, members_of(slug, label), self.secret)
        for _ in range(40):
            if process.poll() is not None:
                break
            self.server.poke()
        killed = process.poll() is not None
        self.server.kill()
        if killed and power:
            cut(self.world.home.root, losses, Path(plan.notes))
        self.counts["killed" if killed else "survived"] += 1
        self.look("put", slug, label, Ended(-signal.SIGKILL if killed else 0, answer, ""), before)
        self._look_at_release("put", current, fully=True)
        self.server.start()
        self._ready(self.server.started)
        if self.dice.random() < 0.5:
            before = self.known
            answer = self._put_again(slug, label)
            self.look("put", slug, label, Ended(0, answer, ""), before)

    def _put_again(self, slug: str, label: str) -> str:
        """Hand in once more, as a client does that has no receipt."""
        for _ in range(3):
            answer = self.server.put(slug, members_of(slug, label), self.secret)
            if Ended(0, answer, "").answer is not None:
                return answer
            self.counts["contributions turned away"] += 1
        raise AssertionError(f"refused: {answer}")

    def settle(self) -> None:
        """Let time pass and do one thing of each kind unharmed: what was accepted is released, and all is tidy."""
        age(self.world)
        slug = next((slug for slug in SLUGS if slug in self.known), SLUGS[0])
        action = "update" if slug in self.known else "add"
        label = f"settled {self.number} of {slug}"
        for ended in (self.run(action, slug, label), self.run("accept", slug)):
            assert ended.code == 0, ended
        after = registry_of(self.world)
        self.labels[slug, after[slug].latest] = label
        self.known = after
        ended = self.run("build")
        assert ended.code == 0, ended
        self._look_at_release("build", None, fully=True)
        self.late = assert_chain(self.world)
        assert_log_ends_with_current(self.world)
        assert litter(self.world) == [], f"litter: {litter(self.world)}"

    def end(self) -> None:
        """Settle, verify every release that is kept, and see that the service has moved to the current one."""
        self.settle()
        for folder in release_folders(self.world.home):
            assert verify_release(open_release(self.world.home, folder.name)) == []
        for _ in range(400):
            if self.server.poke() == current_id(self.world.home):
                break
        assert self._ready()["release"] == current_id(self.world.home)
        self.server.kill()

    def _choose(self) -> tuple[str, str]:
        while True:
            action = self.dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
            if action in {"build", "builder"}:
                if self.dice.random() < 0.6:
                    self.change()
                return action, ""
            slugs = [slug for slug in SLUGS if self._possible(action, slug)]
            if slugs:
                return action, self.dice.choice(slugs)

    def _possible(self, action: str, slug: str) -> bool:
        known = self.known.get(slug)
        if action == "add" or known is None:
            return action == "add" and known is None
        withdrawn = known.accepted is None and "withdraw" in known.acts
        if action == "purge":
            return withdrawn and open_current(self.world.home).manifest.graph(slug) is None
        return {
            "update": True,
            "accept": known.accepted != known.latest,
            "withdraw": known.accepted is not None,
        }[action]

    def _plan(self, action: str) -> Plan:
        moments = self.moments[action]
        kind = self.dice.choices(list(KINDS), list(KINDS.values()))[0]
        moment = self.dice.choice(moments)
        notes = str(self.world.root / "notes" / "losses.json")
        torn = [name for name in moments if name.removeprefix("enter ") in TORN]
        entered = [name for name in moments if name.startswith("enter ")]
        if kind == "torn" and torn:
            return Plan("torn", self.dice.choice(torn), self.dice.randint(1, 90))
        if kind == "busy":
            return Plan("busy", self.dice.choice(entered), self.dice.uniform(0.001, 0.06))
        if kind == "size" and action in {"build", "builder"}:
            return Plan("size", self.dice.choice(entered), self.dice.choice((0, 500, 5_000, 50_000)))
        return Plan("kill", moment, notes=notes, power=kind == "power")

    def run(self, action: str, slug: str = "", label: str = "", plan: Plan | None = None, **given: Any) -> Ended:
        """Run one action, with what else ``Victims.run`` takes."""
        folders = ["--only", "--data", str(self.world.sources)]
        path = self.world.root / "inbox" / "members.ttl"
        if label:
            path.parent.mkdir(exist_ok=True)
            path.write_text(members_of(slug, label))
        rights = ("--facts-only", "--licence", LICENCE, "--mints", f"organisation/{slug}-*", "--language", "en")
        arguments = {
            "add": ["source", "add", slug, str(path), *rights, "--title", slug],
            "update": ["source", "update", slug, str(path)],
            "accept": ["source", "accept", slug],
            "withdraw": ["source", "withdraw", slug],
            "purge": ["source", "purge", slug, "--yes"],
            "build": ["build", *folders],
            "builder": ["builder"],
        }[action]
        return self.victims.run(self.world, *arguments, "--json", plan=plan, **given)

    def _again(self, action: str, slug: str, label: str) -> None:
        """Do what was killed once more, as an operator does."""
        possible = action in {"build", "builder", "purge"} or self._possible(action, slug)
        if not possible:
            return
        before, current = self.known, current_id(self.world.home)
        ended = self.run(action, slug, label)
        if action == "purge" and ended.code == 1 and slug not in before:
            return  # it was done already, but for the answer
        assert ended.code == 0, ended
        self.look(action, slug, label, ended, before)
        if action in {"build", "builder"}:
            self._look_at_release(action, None, fully=False)
        if action == "purge":
            self._look_at_release(action, current, fully=True)
            self.late = assert_chain(self.world)
            for entry in open_current(self.world.home).manifest.graphs:
                assert entry.slug != slug

    def look(self, action: str, slug: str, label: str, ended: Ended, before: dict[str, Known]) -> None:
        """The registry is as before, or as the command makes it; the latter, if it answered."""
        after = registry_of(self.world)
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        assert changed <= {slug}, f"torn: {action} of {slug} changed {changed}"
        acts = after[slug].acts if slug in after else ()
        earlier = before[slug].acts if slug in before else ()
        gone = action == "purge" and slug not in after
        assert gone or acts[: len(earlier)] == earlier, f"lost: {earlier} became {acts}"
        more = acts[len(earlier) :]
        whole = gone or more in EXPECTED[action] or (action == "purge" and "purge" in earlier and not more)
        partly = any(more == wanted[: len(more)] for wanted in EXPECTED[action])
        assert whole or partly, f"torn: {action} did {more}"
        if ended.answer is not None and action not in {"build", "builder"}:
            assert whole or not ended.answer["changed"], (
                f"lost: {action} of {slug} was answered, only {more} is known"
            )
        if action in {"add", "update", "put"} and whole and more:
            self.labels[slug, after[slug].latest] = label
        self.known = after
        answered = ended.answer is not None and action not in {"build", "builder"}
        self.late = assert_chain(self.world, late=0 if answered else max(self.late, int(ended.killed)))

    def _look_at_release(self, action: str, before: str | None, *, fully: bool) -> None:
        current = assert_current(self.world, fully=fully and action in {"build", "builder", "purge"})
        if action not in {"build", "builder"}:
            assert before is None or current == before, "torn: another release is current, and nothing was built"
        elif current != before:
            wanted = {
                slug: self.labels[slug, known.accepted]
                for slug, known in self.known.items()
                if known.accepted is not None
            }
            assert_in_release(open_current(self.world.home), wanted)

    def change(self) -> None:
        """Change the folder of a source, so that the next build has something to do."""
        graph = self.world.sources / "neighbour" / "graph.ttl"
        fresh = f'altLabel "{self.seed} {self.number} {self.dice.random()}"'
        graph.write_text(re.sub(r'altLabel "[^"]*"', fresh, graph.read_text()))

    def _kill_server(self) -> None:
        self.done.append("   and the service is killed")
        self.counts["services killed"] += 1
        self.server.kill()
        self.server.start()
        assert self._ready(self.server.started)["release"] == current_id(self.world.home)

    def _ready(self, since: float | None = None) -> dict[str, object]:
        answer = self.server.ready(since)
        seconds = self.server.waits[-1]
        assert seconds < READY_SECONDS * crowding(), f"ready only after {seconds:.2f} s"
        return answer


def crowding() -> float:
    """Return how much longer things take because other programs want the processors: 1 on a quiet machine."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def lives(total: int, each: int) -> Iterator[tuple[int, int]]:
    """Yield number and length of lives that have ``total`` cycles together."""
    for number in range(-(-total // each)):
        yield number + 1, min(each, total - number * each)


def members_of(slug: str, label: str) -> str:
    return (
        f'{PREFIXES}<document/{slug}> a foaf:Document ; skos:prefLabel "Members"@en .\n'
        f'<organisation/{slug}-a> a org:Organization ; skos:prefLabel "{label}"@en ; '
        "org:classification actor-type:association .\n"
    )
