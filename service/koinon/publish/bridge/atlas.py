"""What a release knows of its regions, ready to be asked: regions that were asked for are remembered."""

from collections import Counter, OrderedDict
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final

from koinon.model.namespaces import DEF, M8G
from koinon.publish.bridge.linked import Linked
from koinon.publish.bridge.meeting import Matchmaker
from koinon.publish.bridge.territories import Region, Territory, load_region, territory_at, territory_of
from koinon.publish.bridge.topics import About, Topics
from koinon.publish.bridge.work import Work, members_of, work_of_bodies
from koinon.release.links import Links
from koinon.release.relations import EDGES, FILE, Relations, listed

_REMEMBERED: Final = 24
"""Regions that are kept in memory."""
_TAKING_PART: Final = (M8G + "hasParticipant", DEF + "involvesActor")
_BUSY_KEPT: Final = 100_000
"""Actors whose numbers of parts are kept in memory at most: 10 MB."""
_TOPICS: Final = 16
_EACH: Final = 8
_CHOSEN: Final = 64
"""Topics, actors of each and actors in all that are compared one by one."""


class Atlas:
    """The regions of one release. Safe to use from any thread."""

    def __init__(self, folder: Path) -> None:
        """Open the tables of the release in ``folder``; raises NotFoundError where it has none."""
        self.relations = Relations(folder / FILE)
        self.linked = Linked(self.relations, Links.of(folder))
        self.topics = Topics(self.relations)
        self.matchmaker = Matchmaker(self.relations, self.topics, self.linked)
        self._lock = Lock()
        self._regions: OrderedDict[int, Region] = OrderedDict()
        self._abouts: OrderedDict[int, dict[int, list[About]]] = OrderedDict()

    def warm(self) -> None:
        """Count what all regions need, once for a release, so that nobody's page waits for it."""
        self.relations.keep()
        self.linked.warm()
        self.topics.warm()
        bool(self.matchmaker.programmes)
        bool(self._busy)

    def territory(self, name: str) -> Territory:
        """Return the territory with a code or slug; raises NotFoundError."""
        return territory_at(self.relations, name)

    def territory_of(self, iri: str) -> Territory | None:
        """Return the territory with this IRI, or None."""
        return territory_of(self.relations, iri)

    def nested(self, one: Territory, other: Territory) -> bool:
        """Tell whether the two are the same, or one lies in the other."""
        return other.number in self.region(one).places or one.number in self.region(other).places

    def region(self, territory: Territory) -> Region:
        """Return what is known of a territory."""
        with self._lock:
            known = self._regions.get(territory.number)
        if known is None:
            known = load_region(self.relations, territory)
            with self._lock:
                self._regions[territory.number] = known
                while len(self._regions) > _REMEMBERED:
                    self._regions.popitem(last=False)
        return known

    def forget(self) -> None:
        """Forget the regions that were asked for: the next to ask finds the release warm and its region cold."""
        with self._lock:
            self._regions.clear()
            self._abouts.clear()

    def parts(self, region: Region) -> dict[int, int]:
        """Return in how many projects, events and undertakings the actors at home in a region have a part.

        A body with several names has the parts of them all.
        """
        names = {actor: self.linked.names(actor) for actor in self.linked.several(region.residents)}
        found = self._parts({*region.residents, *(name for group in names.values() for name in group)})
        own = {actor: found[actor] for actor in region.residents}
        return own | {actor: sum(found[name] for name in group) for actor, group in names.items()}

    def _parts(self, actors: Collection[int]) -> dict[int, int]:
        found = dict.fromkeys(actors, 0)
        if self._busy is not None:
            return {actor: self._busy.get(actor, 0) for actor in found}
        for predicate in _TAKING_PART:
            rows = self.relations.rows(
                "SELECT o, COUNT(*) FROM edge WHERE p = ? AND o IN (SELECT value FROM json_each(?)) GROUP BY o",
                EDGES[predicate],
                listed(found),
            )
            for actor, number in rows:
                found[actor] += number
        return found

    @cached_property
    def _busy(self) -> Counter[int] | None:
        """In how many projects, events and undertakings each actor has a part; None where too many actors do."""
        found: Counter[int] = Counter()
        for predicate in _TAKING_PART:
            query = "SELECT o, COUNT(*) FROM edge WHERE p = ? GROUP BY o LIMIT ?"
            found.update(dict(self.relations.rows(query, EDGES[predicate], _BUSY_KEPT)))
        return found if len(found) < _BUSY_KEPT else None

    def choose(self, region: Region, topics: Collection[int]) -> dict[int, Work]:
        """Return what those actors of a region work on that are worth comparing with others about the topics.

        In a small region that is everybody; in others the busiest of each topic, cluster models and rare ones
        first.
        """
        if len(region.residents) <= _CHOSEN:
            return self.work_of(region.residents)
        parts = self.parts(region)
        abouts = self.abouts(region)
        chosen: set[int] = set()
        for topic in sorted(topics, key=self.topics.rarest)[:_TOPICS]:
            things = {about.thing for about in abouts.get(topic, ())}
            near = {
                actor
                for members in members_of(self.relations, things & region.projects).values()
                for actor in members
            }
            able = self.linked.every_name(things | near) & parts.keys()
            chosen.update(sorted(able, key=lambda actor: (-parts[actor], actor))[:_EACH])
            if len(chosen) >= _CHOSEN:
                break
        return self.work_of(chosen)

    def work_of(self, actors: Collection[int]) -> dict[int, Work]:
        """Return what the bodies of the actors work on, each by all its names."""
        return work_of_bodies(self.relations, self.topics, self.linked, actors)

    def abouts(self, region: Region) -> dict[int, list[About]]:
        """Return for each topic what in a region is about it: projects, actors, clusters, practices."""
        with self._lock:
            known = self._abouts.get(region.territory.number)
        if known is None:
            known = self.topics.of_things(region.projects | region.residents | region.others)
            with self._lock:
                self._abouts[region.territory.number] = known
                while len(self._abouts) > _REMEMBERED:
                    self._abouts.popitem(last=False)
        return known

    def partner_regions(self, region: Region, among: Collection[int] | None = None) -> Counter[int]:
        """Return the regions with which one shares projects, and how many: at its level, or where coarser there.

        What holds it or lies in it is none. ``among`` are those that are looked for.
        """
        return self._regions_of(region.projects, region, among)

    def alike_regions(self, region: Region) -> list[tuple[int, int, int]]:
        """Return regions without a common project that have a cluster model in common: region, model, projects."""
        partners = self.partner_regions(region)
        found: list[tuple[int, int, int]] = []
        for topic in sorted(self.abouts(region).keys() & self.topics.models):
            projects = self.relations.of_class(DEF + "Project", self.topics.things_about(topic))
            regions = self._regions_of(projects - region.projects, region, None)
            found += [(one, topic, number) for one, number in regions.items() if one not in partners]
        return found

    def siblings(self, territory: Territory) -> set[int]:
        """Return the other territories of a level in the same country."""
        above = self.relations.above([territory.number])
        levels = self.relations.levels(above)
        countries = [place for place, level in levels.items() if level == 0]
        below = self.relations.levels(self.relations.below(countries))
        return {place for place, level in below.items() if level == territory.level} - {territory.number}

    def _regions_of(self, projects: Collection[int], region: Region, among: Collection[int] | None) -> Counter[int]:
        covered: dict[int, set[int]] = {}
        for project, place in self.relations.objects([DEF + "coversTerritory"], projects):
            covered.setdefault(place, set()).add(project)
        level = region.territory.level
        rolled: dict[int, set[int]] = {}
        for place, whole in self.relations.at_level(covered, level).items():
            if whole not in region.places and whole not in region.above and (among is None or whole in among):
                rolled.setdefault(whole, set()).update(covered[place])
        return Counter({whole: len(found) for whole, found in rolled.items()})
