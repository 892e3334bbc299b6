"""The page about the partners of an actor: those it has, and those it could have.

An actor is a body with all the records that accepted links say are of it, and so are its partners: the page of each
record tells the partners of them all, and by which record.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from koinon.model.namespaces import DEF, ID, ORG
from koinon.publish.bridge.notes import merged
from koinon.publish.bridge.views import Joint, OtherRecord, Partner, PartnersView
from koinon.publish.bridge.work import Work, members_of, work_of
from koinon.publish.bridge.writer import SUGGESTIONS, Writer
from koinon.release.relations import number_of

_PARTNERS: Final = 30
_PROJECTS: Final = 3
_CANDIDATES: Final = 400
_TOPICS: Final = 12
_HUB: Final = 300
KINDS: Final = ("organisation", "cluster", "network")
"""Kinds of things that can be partners, as their addresses begin."""


def actor_of(writer: Writer, slug: str) -> int | None:
    """Return the actor with this slug, or None where the release knows of none that does anything."""
    for kind in KINDS:
        iri = f"{ID}{kind}/{slug}"
        number = number_of(iri)
        if writer.atlas.relations.iris([number]).get(number) == iri:
            return number
    return None


class PartnersWriter(Writer):
    """Writes the page about the partners of an actor."""

    def write(self, actor: int) -> PartnersView:
        """Return the page about an actor of the table."""
        linked = self.atlas.linked
        work = self.atlas.work_of([actor]).get(actor, Work())
        projects = {project for project, part in work.parts.items() if part.via is None}
        members = members_of(self.atlas.relations, projects)
        names = linked.names(actor)
        common: dict[int, dict[int, set[int]]] = {}
        for project in self.newest(projects):
            for other in sorted(members.get(project, set()).difference(names)):
                common.setdefault(linked.body(other), {}).setdefault(project, set()).add(other)
        iris = self.atlas.relations.iris(common)
        order = sorted(common, key=lambda other: (-len(common[other]), iris[other]))
        partners = tuple(self._partner(names, common[other], members) for other in order[:_PARTNERS])
        others = self._candidates(actor, work, set(common))
        own = {actor: work}
        meetings = self.atlas.matchmaker.meetings(own, others, SUGGESTIONS, twice=SUGGESTIONS)
        suggestions = self.suggestions(meetings, own, others)
        return PartnersView(
            self.named(actor),
            tuple(self._other_record(actor, name) for name in names[1:]),
            partners,
            len(common),
            suggestions,
            self.notes.sources(),
        )

    def _other_record(self, actor: int, name: int) -> OtherRecord:
        chain = self.atlas.linked.chain(actor, name)
        return OtherRecord(self.named(name), tuple((link.id, link.probability) for link in chain))

    def _partner(
        self, names: tuple[int, ...], common: Mapping[int, set[int]], members: Mapping[int, set[int]]
    ) -> Partner:
        """Return a partner by that of its records which is in most of the common projects."""
        iris = self.atlas.relations.iris({other for found in common.values() for other in found})
        often = Counter(other for found in common.values() for other in found)
        shown = min(often, key=lambda other: (-often[other], iris[other]))
        joint = [
            self._joint(
                project, [name for name in names if name in members[project]], sorted(found, key=iris.__getitem__)
            )
            for project, found in list(common.items())[:_PROJECTS]
        ]
        return Partner(self.named(shown), len(common), tuple(joint))

    def _joint(self, project: int, names: list[int], others: list[int]) -> Joint:
        iris = self.atlas.relations.iris((project, *names, *others))
        said = [self.grounds.part_in(iris[project], iris[one]) for one in (*names, *others)]
        return Joint(
            self.grounds.of(iris[project]),
            tuple(self.named(name) for name in names),
            tuple(self.named(other) for other in others),
            merged(*said),
        )

    def _candidates(self, actor: int, work: Work, partners: set[int]) -> dict[int, Work]:
        """Return who might be met: those who share rare topics, and the partners of partners, the nearest first.

        ``partners`` are what stands for those that the actor has.
        """
        relations, topics, linked = self.atlas.relations, self.atlas.topics, self.atlas.linked
        near: Counter[int] = Counter()
        rarest = sorted(work.topics, key=topics.rarest)
        for topic in rarest[:_TOPICS]:
            things = topics.things_about(topic)
            if len(things) <= _HUB:
                taking = members_of(relations, relations.of_class(DEF + "Project", things))
                for members in taking.values():
                    near.update(members)
                near.update(relations.of_class(ORG + "Organization", things))
        theirs = work_of(relations, topics, linked.every_name(sorted(partners)[:_HUB]))
        further = {project for found in theirs.values() for project in found.parts} - work.parts.keys()
        for members in members_of(relations, further).values():
            near.update(members)
        known = linked.every_name({actor, *partners})
        chosen = [one for one, _ in near.most_common() if one not in known]
        return self.atlas.work_of(sorted(chosen[:_CANDIDATES]))
