"""What one graph file gives of what the shapes ask for: a function of the file and the plan alone.

Things that give the same are counted together. So a profile is far smaller than its graph, and that of an unchanged
graph is taken over from the release before as it is.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from koinon.build.quality.plan import LOCATED, PROJECT, Plan
from koinon.model.namespaces import DCT, DEF
from koinon.release.quality import RECOMMENDED, Tallied, Tally

_LOCATED: Final = frozenset(f"<{name}>".encode() for name in LOCATED)
_LEVEL: Final = f"<{DEF}nutsLevel>".encode()
_PART_OF: Final = f"<{DCT}isPartOf>".encode()

Masks = Counter[int]
"""How many things there are of each mask: its bits are the atoms of the plan that a thing has."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The things of a graph by mask: all, those that name their places, and the projects, one by one.

    ``territories`` are the graph's own, with their level and what they are part of.
    """

    counts: Masks = field(default_factory=Counter)
    placed: Counter[tuple[int, tuple[str, ...]]] = field(default_factory=Counter)
    projects: Mapping[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    territories: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path, plan: Plan) -> Self:
        """Measure a graph file: sorted canonical N-Triples."""
        made = cls()
        tests, project = plan.tests, plan.typed.get(PROJECT, 0)
        introduced: dict[int, bool] = {}
        subject, mask = b"", 0
        places: set[bytes] = set()
        parents: list[bytes] = []
        level: bytes | None = None

        def close() -> None:
            if level is not None:
                made._territory(subject, level, parents)
            if mask not in introduced:
                introduced[mask] = plan.introduces(mask)
            if not introduced[mask]:
                return
            made.counts[mask] += 1
            if mask & project:
                made.projects[mask].append(_iri(subject))
            elif places:
                made.placed[mask, tuple(sorted(map(_iri, places)))] += 1

        with path.open("rb") as file:
            for line in file:
                about, predicate, value = line.split(b" ", 2)
                if about != subject:
                    close()
                    subject, mask, places, parents, level = about, 0, set(), [], None
                found = tests.get(predicate)
                if found is not None:
                    mask |= found[0]
                    for bit, test in found[1]:
                        if not mask & bit and test(value):
                            mask |= bit
                if predicate in _LOCATED:
                    places.add(value[:-3])
                elif predicate == _PART_OF:
                    parents.append(value[:-3])
                elif predicate == _LEVEL:
                    level = value
        close()
        return made

    def _territory(self, subject: bytes, level: bytes, parents: Iterable[bytes]) -> None:
        number = level.split(b'"')[1]
        if number.isdigit():
            self.territories[_iri(subject)] = (int(number), tuple(sorted(map(_iri, parents))))

    def as_json(self) -> dict[str, Any]:
        """Return the profile as JSON, in an order that depends on nothing but its content."""
        return {
            "counts": sorted(self.counts.items()),
            "placed": sorted([mask, list(places), number] for (mask, places), number in self.placed.items()),
            "projects": sorted(self.projects.items()),
            "territories": {iri: self.territories[iri] for iri in sorted(self.territories)},
        }

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        """Return a profile from its JSON; raises KeyError, TypeError or ValueError where it is none."""
        return cls(
            Counter(dict(found["counts"])),
            Counter({(mask, tuple(places)): number for mask, places, number in found["placed"]}),
            dict(found["projects"]),
            {iri: (level, tuple(parents)) for iri, (level, parents) in found["territories"].items()},
        )


def read_profile(path: Path, key: str) -> Profile | None:
    """Return the profile that was written for the same graph, shapes and code (``key``), or None."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Profile.from_json(found) if found["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # it is measured again


def write_profile(path: Path, key: str, profile: Profile) -> None:
    """Write a profile; raises OSError where the disk refuses."""
    text = json.dumps({"key": key, **profile.as_json()}, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def tallies(masks: Masks, plan: Plan) -> dict[str, Tally]:
    """Return the tally of each class that has things."""
    found: dict[str, Tally] = {}
    for name, wanted in plan.wanted.items():
        bit = plan.typed[name]
        own = [(mask, number) for mask, number in masks.items() if mask & bit]
        if own:
            given = tuple(sum(number for mask, number in own if mask & bits) for bits in wanted)
            whole = sum(number for mask, number in own if all(mask & bits for bits in wanted))
            found[name] = Tally(sum(number for _, number in own), whole, given)
    return found


def tallied(masks: Masks, plan: Plan) -> tuple[Tallied, dict[str, Tallied]]:
    """Return the tally of all things, each of which counts once, and of each class that has some."""
    found = {}
    for name, tally in tallies(masks, plan).items():
        recommended = [demand.level == RECOMMENDED for demand in plan.demands[name]]
        missing = sum(tally.things - n for n, counts in zip(tally.given, recommended, strict=True) if counts)
        found[name] = Tallied(tally.things, tally.whole, tally.asked, sum(tally.given), missing)
    asked, given, missing = (
        sum(getattr(each, name) for each in found.values()) for name in ("asked", "given", "missing")
    )
    return Tallied(sum(masks.values()), whole(masks, plan), asked, given, missing), found


def whole(masks: Masks, plan: Plan) -> int:
    """Return how many things lack nothing that any of their classes asks for."""
    wanted = [(plan.typed[name], bits) for name, bits in plan.wanted.items()]
    return sum(
        number
        for mask, number in masks.items()
        if all(not mask & bit or all(mask & each for each in bits) for bit, bits in wanted)
    )


def _iri(term: bytes) -> str:
    return term[1:-1].decode()
