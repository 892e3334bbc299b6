"""In which regions things lie: by the territories that the published rules derived, up to the country.

A project counts in every region that it covers, any other thing in those of the places that its source names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from koinon.build.quality.plan import LOCATED, PROJECT, Plan
from koinon.build.quality.profile import Masks, Profile, tallied
from koinon.model.namespaces import DEF
from koinon.release.quality import RegionQuality

FINEST: Final = 2
"""The finest level of regions that is told of: below it, numbers are small."""

_WITHIN: Final = f"<{DEF}withinTerritory>".encode()
_COVERS: Final = f"<{DEF}coversTerritory>".encode()

Territories = Mapping[str, tuple[int, tuple[str, ...]]]


def measure_regions(
    profiles: Iterable[Profile], territory: Path | None, plan: Plan
) -> tuple[tuple[RegionQuality, ...], RegionQuality]:
    """Return the regions that have things, and what lies in none, of classes that are asked where they are.

    ``territory`` is the file of the derived graph, None where there is none.
    """
    profiles = list(profiles)
    known: dict[str, tuple[int, tuple[str, ...]]] = {}
    for profile in profiles:
        for iri, (level, parents) in profile.territories.items():
            before = known.get(iri, (level, ()))
            known[iri] = (max(level, before[0]), tuple(sorted({*parents, *before[1]})))
    within, covers = _derived(territory)
    above = _Above(known)
    regions: defaultdict[str, Masks] = defaultdict(Counter)
    placeless: Masks = Counter()
    for profile in profiles:
        left = Counter(profile.counts)
        for (mask, places), number in profile.placed.items():
            held = above.regions(tuple(t for place in places for t in within.get(place, ())))
            for region in held:
                regions[region][mask] += number
            if held:
                left[mask] -= number
        for mask, projects in profile.projects.items():
            for project in projects:
                held = above.regions(tuple(covers.get(project, ())))
                for region in held:
                    regions[region][mask] += 1
                if held:
                    left[mask] -= 1
        placeless.update(+left)
    found = [
        RegionQuality(iri, known[iri][0], above.country(iri), *tallied(masks, plan))
        for iri, masks in regions.items()
    ]
    asked = sum(bit for name, bit in plan.typed.items() if _has_place(name, plan))
    left = Counter({mask: number for mask, number in placeless.items() if mask & asked})
    unplaced = RegionQuality("", 0, "", *tallied(left, plan))
    return tuple(sorted(found, key=lambda region: (region.level, region.iri))), unplaced


def _has_place(name: str, plan: Plan) -> bool:
    asked = {atom.predicate for demand in plan.demands[name] for atom in demand.atoms}
    return name == PROJECT or not asked.isdisjoint(LOCATED)


class _Above:
    """Looks up the regions that hold a territory, remembering what it found."""

    def __init__(self, known: Territories) -> None:
        self._known = known
        self._found: dict[str, frozenset[str]] = {}
        self._together: dict[tuple[str, ...], frozenset[str]] = {}

    def regions(self, territories: tuple[str, ...]) -> frozenset[str]:
        """Return the regions down to the finest level that are, or hold, any of the territories."""
        if territories not in self._together:
            self._together[territories] = frozenset().union(*map(self._chain, territories))
        return self._together[territories]

    def country(self, region: str) -> str:
        """Return the country that holds a region; itself where none does."""
        return min((iri for iri in self._chain(region) if self._known[iri][0] == 0), default=region)

    def _chain(self, territory: str) -> frozenset[str]:
        if territory not in self._found:
            chain, ahead = set(), [territory]
            while ahead:
                iri = ahead.pop()
                if iri in self._known and iri not in chain:
                    chain.add(iri)
                    ahead += self._known[iri][1]
            self._found[territory] = frozenset(iri for iri in chain if self._known[iri][0] <= FINEST)
        return self._found[territory]


def _derived(path: Path | None) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    within: defaultdict[str, list[str]] = defaultdict(list)
    covers: defaultdict[str, list[str]] = defaultdict(list)
    if path is not None:
        with path.open("rb") as file:
            for line in file:
                subject, predicate, value = line.split(b" ", 2)
                if predicate in (_WITHIN, _COVERS):
                    found = within if predicate == _WITHIN else covers
                    found[subject[1:-1].decode()].append(value[1:-4].decode())
    return within, covers
