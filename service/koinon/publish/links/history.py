"""Merges and splits: what stood for things in the canonical view, until which release, and what took its place.

Every thing stands for itself until accepted links join it with others; then one of them stands for all (its
``koi:representedBy``). The change log keeps what each release said of that. What stood for things and does so no
longer is a *standing* that ended: another thing's took its place (a merge), or several did (a split). The history
is read from the log alone, so it outlives the releases, and enters none.
"""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from koinon.build.changelog.slices import SOURCE
from koinon.build.linking.linksets import CANONICAL
from koinon.model.addresses import name_of
from koinon.model.namespaces import DEF, GRAPH
from koinon.release.changelog import Change, ChangeLog, State, Step
from koinon.release.links import LINK
from koinon.release.log import read_log
from koinon.release.paths import Home

_SLICE: Final = f"{SOURCE}/{CANONICAL}"
_STANDS: Final = f" <{DEF}representedBy> <".encode()
_REMEMBERED: Final = 8
"""Releases whose histories are remembered."""
_GRAPH: Final = f"> <{GRAPH}{CANONICAL}> .".encode()


@dataclass(frozen=True, slots=True, order=True)
class Standing:
    """A thing as what stands for itself, and maybe for others, ``since`` a step of the log (0: ever)."""

    thing: str
    since: int = 0

    @property
    def iri(self) -> str:
        """Its IRI, which no other standing ever has."""
        return f"{LINK}history#{name_of(self.thing)}/{self.since}"


@dataclass(frozen=True, slots=True)
class Ended:
    """A standing that ended with a step of the log, and with its release.

    ``things`` are those it stood for, each with what stands for it after the step (empty where it was withdrawn),
    ``successors`` what took its place.
    """

    standing: Standing
    things: Mapping[str, str]
    successors: tuple[Standing, ...]
    sequence: int
    release: str
    at: str

    @property
    def change(self) -> str:
        """What happened: a ``split``, a ``merge``, or that what stood was ``withdrawn``."""
        if len(self.successors) > 1:
            return "split"
        return "merge" if self.things[self.standing.thing] else "withdrawn"


@dataclass(slots=True)
class History:
    """The standings that ended, oldest first, and what stands for each thing that does not stand itself."""

    ended: list[Ended] = field(default_factory=list)
    stands: dict[str, str] = field(default_factory=dict)
    _about: dict[str, list[Ended]] = field(default_factory=dict)

    def about(self, thing: str) -> list[Ended]:
        """Return what ended of a thing, or with it: it stood, was stood for, or took the place."""
        return self._about.get(thing, [])

    def now(self, thing: str) -> str:
        """Return what stands for a thing now."""
        return self.stands.get(thing, thing)

    def instead(self, thing: str) -> list[str]:
        """Return what stands now for the things that this one stood for last, beside itself."""
        last = next((one for one in reversed(self.about(thing)) if one.standing.thing == thing), None)
        found = {self.now(one) for one, after in last.things.items() if after} if last else set()
        return sorted(found - {thing})

    def add(self, one: Ended) -> None:
        """Add what ended last."""
        self.ended.append(one)
        concerned = {one.standing.thing, *one.things, *(standing.thing for standing in one.successors)}
        for thing in concerned:
            self._about.setdefault(thing, []).append(one)


def history_of(changes: ChangeLog, last: int | None) -> History:
    """Return the history up to the step ``last``; there is none for None, a release that never was current.

    What no step speaks of, as its source was purged, is not told.
    """
    reading = _Reading(changes)
    for step in changes.steps():
        if last is not None and step.sequence <= last and step.state is State.RECORDED:
            reading.take(step)
    return reading.history


class Histories:
    """The histories of the releases of a home that were asked for last. Safe to use from any thread."""

    def __init__(self) -> None:
        """Begin empty."""
        self._kept: OrderedDict[tuple[str, ...], History] = OrderedDict()
        self._lock = Lock()

    def known(self, changes: ChangeLog, home: Home, release: str) -> History | None:
        """Return the history below a release where it is at hand, without reading anything."""
        with self._lock:
            return self._kept.get(_key(changes, home, release))

    def of(self, changes: ChangeLog, home: Home, release: str) -> History:
        """Return the history below a release: up to the last step that led to it."""
        key = _key(changes, home, release)
        found = self.known(changes, home, release)
        if found is None:
            steps = (entry.sequence for entry in read_log(home.log) if entry.id == release)
            found = history_of(changes, max(steps, default=None))
            with self._lock:
                self._kept[key] = found
                if len(self._kept) > _REMEMBERED:
                    self._kept.popitem(last=False)
        return found


def _key(changes: ChangeLog, home: Home, release: str) -> tuple[str, ...]:
    try:
        log = f"{home.log.stat().st_mtime_ns:x}"
    except OSError:
        log = ""
    return release, changes.state, log


class _Reading:
    """Follows what stands for what, step by step."""

    def __init__(self, changes: ChangeLog) -> None:
        self.history = History()
        self._changes = changes
        self._groups: dict[str, set[str]] = {}
        self._since: dict[str, int] = {}
        self._known: dict[str, bool] = {}
        self._read: list[int] = []

    def take(self, step: Step) -> None:
        """Bring what is known to the state after a step."""
        number = step.sequence
        self._read.append(number)
        members = self._changes.members(number, _SLICE, 0, self._changes.count(number, _SLICE))
        fresh = {
            one.thing: _stands(one.thing, self._changes.body(number, one.number))
            for one in members
            if one.change is not Change.REMOVED
        }
        self._look_up({*fresh, *filter(None, fresh.values())}, fresh)
        gone = {one.thing for one in members if one.change is Change.REMOVED}
        created = {one.thing for one in members if one.change is Change.CREATED}
        after = {thing: other if self._known.get(other) else thing for thing, other in fresh.items()}
        was = {thing: self.history.now(thing) for thing in {*after, *gone} - created}
        ending = {other for thing, other in was.items() if thing in gone or after[thing] != other}
        before = {thing: set(self._groups.get(thing, {thing})) for thing in ending}
        gone |= {
            thing
            for thing, change in self._changes.became(number, ending - after.keys()).items()
            if change is Change.REMOVED
        }
        for thing in (*after, *gone):
            self._move(thing, after.get(thing, thing))
        self._end(step, before, was, gone)

    def _end(
        self, step: Step, before: Mapping[str, Collection[str]], was: Mapping[str, str], gone: Collection[str]
    ) -> None:
        """Tell which standings ended, and what took their places."""
        things = {
            thing: {one: "" if one in gone else self.history.now(one) for one in sorted(group)}
            for thing, group in sorted(before.items())
        }
        ended = {thing: after for thing, after in things.items() if set(after.values()) - {"", thing}}
        old = {thing: Standing(thing, self._since.get(thing, 0)) for thing in ended}
        for thing in ended:
            self._since[thing] = step.sequence
        for after in ended.values():
            for other in filter(None, after.values()):
                if was.get(other, other) != other:  # it stood for nothing before, and begins now
                    self._since[other] = step.sequence
        for thing, after in ended.items():
            successors = tuple(Standing(one, self._since.get(one, 0)) for one in sorted({*after.values()} - {""}))
            told = Ended(old[thing], after, successors, step.sequence, step.release, step.published_at)
            self.history.add(told)

    def _move(self, thing: str, other: str) -> None:
        """Let ``other`` stand for a thing."""
        old = self.history.stands.pop(thing, thing)
        if old != thing:
            self._groups[old].discard(thing)
        if other != thing:
            self.history.stands[thing] = other
            self._groups.setdefault(other, {other}).add(thing)

    def _look_up(self, things: Iterable[str], seen: Collection[str]) -> None:
        """Note which things the log speaks of: at this step, or else at an earlier one."""
        self._known.update(dict.fromkeys(seen, True))
        unknown = {thing for thing in things if thing not in self._known}
        for number in reversed(self._read):
            if not unknown:
                return
            found = self._changes.became(number, unknown)
            self._known.update(dict.fromkeys(found, True))
            unknown -= found.keys()
        self._known.update(dict.fromkeys(unknown, False))


def _stands(thing: str, body: bytes) -> str:
    """Return what a step says stands for a thing: itself where it says nothing."""
    start = f"<{thing}>".encode() + _STANDS
    lines = (line for line in body.splitlines() if line.startswith(start) and line.endswith(_GRAPH))
    return next((line[len(start) : -len(_GRAPH)].decode() for line in lines), thing)
