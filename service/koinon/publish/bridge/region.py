"""The page about one region: what the graph knows of it, and which regions it shares what with."""

from typing import Final

from koinon.publish.bridge.territories import Territory
from koinon.publish.bridge.views import Mention, NearRegion, RegionView, SharedTopic
from koinon.publish.bridge.writer import Writer
from koinon.publish.views import Named

_PROJECTS: Final = 12
_ACTORS: Final = 12
_TOPICS: Final = 12
_REGIONS: Final = 12
_PARTS: Final = 60


class RegionWriter(Writer):
    """Writes the page about a region."""

    def write(self, territory: Territory) -> RegionView:
        """Return the page about a territory of any level."""
        region = self.atlas.region(territory)
        parts = self.atlas.parts(region)
        projects = []
        for project in self.newest(region.projects)[:_PROJECTS]:
            references = tuple(r for g in self.grounds.coverage(project, region.places) for r in g.references)
            projects.append(Mention(self.named(project), None, tuple(dict.fromkeys(references))))
        busiest = sorted(parts, key=lambda one: (-parts[one], one))[:_ACTORS]
        actors = [present for actor in busiest if (present := self.present(actor, region)) is not None]
        below = self.atlas.relations.levels(region.places - {territory.number})
        inner = {place: 0 for place, level in below.items() if level == territory.level + 1}
        return RegionView(
            self.side(region),
            tuple(projects),
            tuple(actors),
            self._topics(territory),
            self.neighbours(self.atlas.partner_regions(region), _REGIONS),
            self._alike(territory),
            tuple(sorted(self.neighbours(inner, _PARTS), key=lambda part: part.region.label.text.casefold())),
            self.notes.sources(),
        )

    def _topics(self, territory: Territory) -> tuple[SharedTopic, ...]:
        """Return what most things here are about: cluster models first, then themes."""
        region = self.atlas.region(territory)
        topics = self.atlas.topics
        abouts = self.atlas.abouts(region)
        order = sorted(
            abouts, key=lambda topic: (topic not in topics.models, -len({a.thing for a in abouts[topic]}), topic)
        )
        found = []
        for topic in order[:_TOPICS]:
            shown, more = self.mentions(abouts[topic], topic, region)
            is_model = topic in topics.models
            known = topics.counts.get(topic, 0)
            found.append(SharedTopic(self.named(topic), None, is_model, known, shown, (), more, 0))
        return tuple(found)

    def _alike(self, territory: Territory) -> tuple[tuple[NearRegion, Named], ...]:
        """Return the regions that have a cluster model in common with this one, and no project: with the model."""
        found = []
        alike = self.atlas.alike_regions(self.atlas.region(territory))
        for place, topic, number in sorted(alike, key=lambda one: (-one[2], one[0], one[1]))[:_REGIONS]:
            for neighbour in self.neighbours({place: number}):
                found.append((neighbour, self.named(topic)))
        return tuple(found)
