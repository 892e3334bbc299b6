"""The page about the partners of an actor: those it has, and those it could have."""

from collections import Counter
from typing import Final

from koinon.model.namespaces import DEF, ID, ORG
from koinon.publish.bridge.views import Mention, Partner, PartnersView
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
        relations = self.atlas.relations
        own = work_of(relations, self.atlas.topics, [actor])
        projects = {project for project, part in own[actor].parts.items() if part.via is None}
        members = members_of(relations, projects)
        common: dict[int, list[int]] = {}
        for project in self.newest(projects):
            for other in members.get(project, ()):
                if other != actor:
                    common.setdefault(other, []).append(project)
        iris = relations.iris(common)
        order = sorted(common, key=lambda other: (-len(common[other]), iris[other]))
        partners = tuple(
            Partner(
                self.named(other),
                len(common[other]),
                tuple(self._project(project, other) for project in common[other][:_PROJECTS]),
            )
            for other in order[:_PARTNERS]
        )
        others = self._candidates(actor, own[actor], set(common))
        meetings = self.atlas.matchmaker.meetings(
            own, others, SUGGESTIONS, same=self.atlas.linked.same, twice=SUGGESTIONS
        )
        suggestions = self.suggestions(meetings, own, others)
        return PartnersView(self.named(actor), partners, len(common), suggestions, self.notes.sources())

    def _project(self, project: int, other: int) -> Mention:
        iri, actor = self.atlas.relations.iri(project), self.atlas.relations.iri(other)
        return Mention(self.grounds.of(iri), None, self.grounds.part_in(iri, actor))

    def _candidates(self, actor: int, work: Work, partners: set[int]) -> dict[int, Work]:
        """Return who might be met: those who share rare topics, and the partners of partners, the nearest first."""
        relations, topics = self.atlas.relations, self.atlas.topics
        near: Counter[int] = Counter()
        rarest = sorted(work.topics, key=topics.rarest)
        for topic in rarest[:_TOPICS]:
            things = topics.things_about(topic)
            if len(things) <= _HUB:
                taking = members_of(relations, relations.of_class(DEF + "Project", things))
                for members in taking.values():
                    near.update(members)
                near.update(relations.of_class(ORG + "Organization", things))
        theirs = work_of(relations, topics, set(sorted(partners)[:_HUB]))
        further = {project for found in theirs.values() for project in found.parts} - work.parts.keys()
        for members in members_of(relations, further).values():
            near.update(members)
        chosen = [one for one, _ in near.most_common() if one != actor and one not in partners]
        return work_of(relations, topics, sorted(chosen[:_CANDIDATES]))
