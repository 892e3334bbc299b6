"""``python benchmarks/linking/bridges.py HOME``: how long the bridge of any two regions takes, from a warm release.

Three hundred pairs drawn from all territories with something in them (seed 20261122), and all pairs of the ten with
most projects and actors, countries included. Nothing is remembered of a region beforehand: only what a service
counts once for a release is counted. The page's view is written and turned into JSON-LD; the template takes some
milliseconds more.
"""

import json
import random
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

from koinon.model.assets import Assets
from koinon.model.namespaces import DEF
from koinon.model.settings import Settings
from koinon.publish.bridge.atlas import Atlas
from koinon.publish.bridge.data import as_json
from koinon.publish.bridge.territories import Territory
from koinon.publish.bridge.writer import BridgeWriter
from koinon.publish.naming import Naming
from koinon.publish.vocabulary import Vocabulary
from koinon.release.current import Release, open_current
from koinon.release.paths import Home
from koinon.release.relations import VALUES

SEED = 20261122
DRAWN = 300
LARGEST = 10
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True)
class Taken:
    """What one bridge took, in seconds, and how much is on it."""

    one: str
    other: str
    cpu: float
    wall: float
    projects: int
    actors: int


class Bridges:
    """Writes bridges of one release, each as if nobody had asked for its regions before."""

    def __init__(self, release: Release) -> None:
        """Open the release and count what a service counts once."""
        self._store = release.open()
        self._vocabulary = Vocabulary.load(self._store, Assets.locate(Settings()).shapes)
        self.atlas = Atlas(release.path)
        self.atlas.warm()

    def territories(self) -> list[Territory]:
        """Return all territories in which there is a project or an actor, those with most first."""
        rows = self.atlas.relations.rows(
            "SELECT iri FROM node JOIN value ON s = id WHERE p = ? ORDER BY iri", VALUES[DEF + "nutsLevel"]
        )
        found = []
        for (iri,) in rows:
            territory = self.atlas.territory_of(str(iri))
            region = self.atlas.region(territory) if territory else None
            if territory and region and (region.projects or region.residents):
                found.append((-len(region.projects) - len(region.residents), territory.iri, territory))
        return [territory for _, _, territory in sorted(found, key=lambda one: one[:2])]

    def pairs(self, drawn: int) -> Iterator[tuple[Territory, Territory]]:
        """Yield the pairs that are measured: none of which one side holds the other."""
        every = self.territories()
        dice = random.Random(SEED)  # noqa: S311  # no secret
        for one, other in combinations(every[:LARGEST], 2):
            if not self.atlas.nested(one, other):
                yield one, other
        while drawn:
            one, other = dice.sample(every, 2)
            if not self.atlas.nested(one, other):
                drawn -= 1
                yield one, other

    def take(self, pairs: Iterable[tuple[Territory, Territory]]) -> Iterator[Taken]:
        """Yield what each pair takes."""
        for one, other in pairs:
            atlas = self.atlas
            atlas.forget()
            cpu, wall = time.process_time(), time.perf_counter()
            view = BridgeWriter(atlas, self._store, Naming(self._store, self._vocabulary, "en")).write(one, other)
            as_json(view, "http://localhost/", _LICENCE)
            yield Taken(
                one.name,
                other.name,
                time.process_time() - cpu,
                time.perf_counter() - wall,
                view.all_projects,
                view.all_actors,
            )


def main(home: str, drawn: int = DRAWN) -> None:
    """Print the slowest pairs, and one line of JSON with the figures."""
    bridges = Bridges(open_current(Home(Path(home).absolute())))
    taken = sorted(bridges.take(list(bridges.pairs(drawn))), key=lambda one: -one.cpu)
    for one in taken[:8]:
        sys.stdout.write(json.dumps(asdict(one)) + "\n")
    for name in ("cpu", "wall"):
        seconds = sorted(getattr(one, name) for one in taken)
        shares = {f"p{share}": round(seconds[len(seconds) * share // 100], 3) for share in (50, 95, 99)}
        sys.stdout.write(json.dumps({name: {"pairs": len(seconds), **shares, "max": round(seconds[-1], 3)}}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
