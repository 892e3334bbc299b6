"""The page about two regions: what they share, on which ground, and who should meet."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from pyoxigraph import NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import SCHEMA
from koinon.publish.bridge.atlas import Atlas
from koinon.publish.bridge.grounds import Grounds
from koinon.publish.bridge.meeting import Meeting
from koinon.publish.bridge.notes import Notes, merged
from koinon.publish.bridge.paths import shortest_path
from koinon.publish.bridge.territories import KINDS, Region, Territory
from koinon.publish.bridge.topics import About
from koinon.publish.bridge.views import (
    Bond,
    BridgeView,
    Mention,
    NearRegion,
    PartnersView,
    Present,
    RegionView,
    Shared,
    SharedActor,
    SharedProject,
    SharedTopic,
    Side,
    Step,
    Suggestion,
    Way,
)
from koinon.publish.bridge.work import Work
from koinon.publish.naming import Naming
from koinon.release.relations import VALUES, listed

PROJECTS: Final = 12
ACTORS: Final = 12
MODELS: Final = 6
THEMES: Final = 8
SUGGESTIONS: Final = 8
"""How much of each a page shows; the table for programs has more."""
_MENTIONS: Final = 4
_REASONS: Final = 5
_OTHERS: Final = 3
_NEAR: Final = 5


class Writer:
    """Writes what pages about regions have in common."""

    def __init__(self, atlas: Atlas, store: GraphStore, naming: Naming) -> None:
        """Read from the atlas of a release and its store; labels come from ``naming``."""
        self.atlas = atlas
        self.store = store
        self.notes = Notes(store, naming)
        self.grounds = Grounds(atlas.relations, store, naming, self.notes)
        self.named = self.grounds.named

    def side(self, region: Region) -> Side:
        """Return a region as it is shown."""
        territory = region.territory
        above = sorted(self.atlas.relations.levels(region.above).items(), key=lambda pair: (-pair[1], pair[0]))
        return Side(
            self.grounds.of(territory.iri),
            territory.name,
            territory.code,
            territory.version,
            territory.level,
            tuple(self.named(place) for place, _ in above),
            len(region.projects),
            len(region.residents),
            region.wider,
        )

    def newest(self, projects: Iterable[int]) -> list[int]:
        """Return projects by their start, the newest first, those without a date last."""
        wanted = set(projects)
        rows = self.atlas.relations.rows(
            "SELECT s, MAX(text) FROM value WHERE p = ? AND s IN (SELECT value FROM json_each(?)) GROUP BY s",
            VALUES[SCHEMA + "startDate"],
            listed(wanted),
        )
        starts = {number: str(text) for number, text in rows}
        return sorted(sorted(wanted), key=lambda one: starts.get(one, ""), reverse=True)

    def mentions(self, abouts: list[About], topic: int, region: Region) -> tuple[tuple[Mention, ...], int]:
        """Return what in a region is about a topic, projects first, and how much more there is."""
        first: dict[int, About] = {}
        for about in sorted(abouts, key=lambda a: (a.concept != topic, a.predicate, a.concept)):
            first.setdefault(about.thing, about)
        things = sorted(first, key=lambda one: (one not in region.projects, one in region.actors, one))
        canonical = self.atlas.topics.canonical
        shown = tuple(
            Mention(
                self.named(thing),
                self.named(first[thing].concept) if canonical(first[thing].concept) != topic else None,
                self.grounds.about(first[thing]),
            )
            for thing in things[:_MENTIONS]
        )
        return shown, len(things) - len(shown)

    def present(self, actor: int, region: Region) -> Present | None:
        """Return an actor as it is in a region, None where it is not."""
        ground = self.grounds.presence(actor, region)
        return Present(self.named(actor), ground) if ground is not None else None

    def neighbours(self, numbers: Mapping[int, int], most: int = _NEAR) -> tuple[NearRegion, ...]:
        """Return regions by how much they share, as they are shown."""
        found = []
        for place, number in sorted(numbers.items(), key=lambda pair: (-pair[1], pair[0]))[:most]:
            iri = self.atlas.relations.iri(place)
            territory = self.atlas.territory_of(iri)
            if territory is not None:
                found.append(NearRegion(self.grounds.of(iri), territory.name, number))
        return tuple(found)

    def suggestions(
        self, meetings: list[Meeting], ones: Mapping[int, Work], others: Mapping[int, Work], *regions: Region
    ) -> tuple[Suggestion, ...]:
        """Return pairs that should meet as they are shown; with ``regions``, how each actor is in its own."""
        best = max((meeting.score for meeting in meetings), default=1.0) or 1.0
        return tuple(self._suggestion(meeting, ones, others, regions, best) for meeting in meetings)

    def _suggestion(
        self,
        meeting: Meeting,
        ones: Mapping[int, Work],
        others: Mapping[int, Work],
        regions: tuple[Region, ...],
        best: float,
    ) -> Suggestion:
        bonds: dict[tuple[Way, Way], list[Shared]] = {}
        for topic in meeting.topics[:_REASONS]:
            mine, theirs = ones[meeting.one].topics[topic][0], others[meeting.other].topics[topic][0]
            ways = self.grounds.way(*mine, meeting.one), self.grounds.way(*theirs, meeting.other)
            said = merged(self.grounds.about(mine[0]), self.grounds.about(theirs[0]))
            is_model = topic in self.atlas.topics.models
            bonds.setdefault(ways, []).append(Shared(self.named(topic), is_model, said))
        return Suggestion(
            self.named(meeting.one),
            self.grounds.presence(meeting.one, regions[0]) if regions else None,
            self.named(meeting.other),
            self.grounds.presence(meeting.other, regions[1]) if regions else None,
            meeting.score / best,
            tuple(Bond(*ways, tuple(shared)) for ways, shared in bonds.items()),
            max(0, len(meeting.topics) - _REASONS),
            tuple(self.named(programme) for programme in meeting.programmes[:_OTHERS]),
            tuple(self.named(partner) for partner in meeting.partners[:_OTHERS]),
        )


class BridgeWriter(Writer):
    """Writes the page about two regions."""

    def write(self, first: Territory, second: Territory) -> BridgeView:
        """Return the page about two territories of which neither holds the other."""
        one, other = self.atlas.region(first), self.atlas.region(second)
        projects = one.projects & other.projects
        both = [(actor, actor) for actor in one.actors.keys() & other.actors.keys()]
        both += self.atlas.linked.in_both(one.actors, other.actors)
        topics, models, themes = self._topics(one, other)
        common = self.atlas.abouts(one).keys() & self.atlas.abouts(other).keys()
        ones, others = self.atlas.choose(one, common), self.atlas.choose(other, common)
        meetings = self.atlas.matchmaker.meetings(ones, others, SUGGESTIONS)
        path = [] if one.residents & other.residents else self._path(one, other, projects)
        by_topic = not path and bool(meetings) and not both
        lonely = not projects
        near_one = self.atlas.partner_regions(other, self.atlas.siblings(first)) if lonely else {}
        near_other = self.atlas.partner_regions(one, self.atlas.siblings(second)) if lonely else {}
        return BridgeView(
            self.side(one),
            self.side(other),
            tuple(self._project(project, one, other) for project in self.newest(projects)[:PROJECTS]),
            len(projects),
            self._actors(both, one, other),
            len(both),
            topics,
            models,
            themes,
            tuple(self._through_topic(meetings[0], ones, others) if by_topic else path),
            by_topic,
            self.suggestions(meetings, ones, others, one, other),
            self.neighbours(near_one),
            self.neighbours(near_other),
            self.notes.sources(),
        )

    def _project(self, project: int, one: Region, other: Region) -> SharedProject:
        node = NamedNode(self.atlas.relations.iri(project))
        dates = [
            min((value.value for _, _, value in self.store.triples(node, NamedNode(SCHEMA + name))), default="")
            for name in ("startDate", "endDate")
        ]
        return SharedProject(
            self.named(project),
            dates[0],
            dates[1],
            self.grounds.coverage(project, one.places),
            self.grounds.coverage(project, other.places),
        )

    def _actors(self, both: Iterable[tuple[int, int]], one: Region, other: Region) -> tuple[SharedActor, ...]:
        def strongest(names: tuple[int, int]) -> tuple[int, tuple[int, int]]:
            return KINDS.index(one.actors[names[0]].kind) + KINDS.index(other.actors[names[1]].kind), names

        found = []
        for name, alias in sorted(both, key=strongest)[:ACTORS]:
            here, there = self.present(name, one), self.present(alias, other)
            if here is not None and there is not None:
                chain = self.atlas.linked.chain(name, alias) if name != alias else []
                found.append(SharedActor(here, there, tuple((link.id, link.probability) for link in chain)))
        return tuple(found)

    def _topics(self, one: Region, other: Region) -> tuple[tuple[SharedTopic, ...], int, int]:
        """Return the topics to show, and how many models and themes there are in all."""
        mine, theirs = self.atlas.abouts(one), self.atlas.abouts(other)
        topics = self.atlas.topics
        pairs = [(topic, topic) for topic in mine.keys() & theirs.keys()]
        close = [(topic, near) for topic in mine for near in topics.close(topic) if near in theirs]
        pairs += [(t, near) for t, near in close if t not in theirs and near not in mine]
        pairs.sort(key=lambda pair: (pair[0] != pair[1], -topics.weight(pair[0]), pair))
        models = [pair for pair in pairs if pair[0] in topics.models]
        themes = [pair for pair in pairs if pair[0] not in topics.models]
        shown = []
        for topic, near in models[:MODELS] + themes[:THEMES]:
            here, more_here = self.mentions(mine[topic], topic, one)
            there, more_there = self.mentions(theirs[near], near, other)
            shown.append(
                SharedTopic(
                    self.named(topic),
                    self.named(near) if near != topic else None,
                    topic in topics.models,
                    topics.counts.get(topic, 0),
                    here,
                    there,
                    more_here,
                    more_there,
                )
            )
        return tuple(shown), len(models), len(themes)

    def _path(self, one: Region, other: Region, projects: Collection[int]) -> list[Step]:
        newest = self.newest(projects)[:PROJECTS]
        found = shortest_path(self.atlas.relations, one.residents, other.residents, newest) or []
        return [
            Step(self.named(node), self.grounds.tie(found[index - 1], node) if index else ())
            for index, node in enumerate(found)
        ]

    def _through_topic(self, best: Meeting, ones: Mapping[int, Work], others: Mapping[int, Work]) -> list[Step]:
        """Return the chain from one actor to another through the topic that they share."""
        topic = best.topics[0]
        here, part = ones[best.one].topics[topic][0]
        there, their_part = others[best.other].topics[topic][0]
        mine, theirs = self.grounds.way(here, part, best.one), self.grounds.way(there, their_part, best.other)
        chain = [Step(self.named(best.one), ())]
        if mine.via:
            chain.append(Step(mine.via, mine.references))
        chain.append(Step(self.named(topic), self.grounds.about(here), is_topic=True))
        if theirs.via:
            chain.append(Step(theirs.via, self.grounds.about(there)))
        own = theirs.references if theirs.via else self.grounds.about(there)
        chain.append(Step(self.named(best.other), own))
        return chain


def things_of(view: BridgeView | RegionView | PartnersView) -> Iterable[str]:
    """Yield the IRIs of what any of the pages names, for the credits of its sources."""
    if isinstance(view, BridgeView):
        yield from things_shown(view)
    elif isinstance(view, RegionView):
        yield view.side.region.iri
        yield from (mention.thing.iri for mention in view.projects)
        yield from (actor.actor.iri for actor in view.actors)
        yield from (mention.thing.iri for topic in view.topics for mention in topic.one)
    else:
        yield view.actor.iri
        yield from (record.actor.iri for record in view.records)
        yield from (partner.actor.iri for partner in view.partners)
        yield from (pair.other.iri for pair in view.suggestions)


def things_shown(view: BridgeView) -> Iterable[str]:
    """Yield the IRIs of what a page names, for the credits of its sources."""
    yield from (view.one.region.iri, view.other.region.iri)
    yield from (project.project.iri for project in view.projects)
    yield from (side.actor.iri for actor in view.actors for side in (actor.one, actor.other))
    for topic in view.topics:
        yield from (mention.thing.iri for mention in (*topic.one, *topic.other))
    yield from (step.thing.iri for step in view.path)
    for pair in view.suggestions:
        yield from (pair.one.iri, pair.other.iri)
