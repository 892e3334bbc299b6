"""What actors work on: the projects they have a part in, with whom, under which programme, and about what."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final

from koinon.model.namespaces import CODE, DCT, DEF, M8G
from koinon.publish.bridge.linked import Linked
from koinon.publish.bridge.topics import About, Topics
from koinon.release.relations import VALUES, Relations, number_of

FUNDER: Final = number_of(CODE + "role/funder")
"""Who only pays is no partner."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part in a project. ``via`` is the event or practice of it that the actor has a part in, or None; ``node``
    is what says so: the participation, or the thing that names the actor as involved; ``name`` is the record of the
    actor that has the part.
    """

    project: int
    via: int | None
    node: int
    name: int

    @property
    def is_partner(self) -> bool:
        """Whether it is a participation in the project itself."""
        return self.via is None and self.node != self.project


@dataclass(slots=True)
class Work:
    """What one actor works on: its parts in projects, and the topics, each with the ways that lead to it."""

    parts: dict[int, Part] = field(default_factory=dict)
    topics: dict[int, list[tuple[About, Part | None]]] = field(default_factory=dict)


def work_of(relations: Relations, topics: Topics, actors: Collection[int]) -> dict[int, Work]:
    """Return what each of the actors works on; a part of its own goes before one through an event or a practice.

    Left out are actors whose name no source tells, whom nobody can meet, and clusters: one meets their members.
    """
    unnamed = relations.rows("SELECT s FROM value WHERE p = ? AND text = 'true'", VALUES[DEF + "nameUnknown"])
    left_out = relations.of_class(DEF + "Cluster", actors) | {actor for (actor,) in unnamed}
    found = {actor: Work() for actor in actors if actor not in left_out}
    for actor, part in _parts(relations, found):
        found[actor].parts.setdefault(part.project, part)
    projects = {project for work in found.values() for project in work.parts}
    abouts: dict[int, list[tuple[int, About]]] = {}
    for topic, things in topics.of_things(projects | set(found)).items():
        for about in things:
            abouts.setdefault(about.thing, []).append((topic, about))
    for actor, work in found.items():
        for topic, about in abouts.get(actor, ()):
            work.topics.setdefault(topic, []).append((about, None))
        for project, part in sorted(work.parts.items()):
            for topic, about in abouts.get(project, ()):
                work.topics.setdefault(topic, []).append((about, part))
    return found


def work_of_bodies(
    relations: Relations, topics: Topics, linked: Linked, actors: Collection[int]
) -> dict[int, Work]:
    """Return what each body of the actors works on, by all its names, also those that are not among the actors.

    Of several names among the actors the one with most parts stands for the body.
    """
    works = work_of(relations, topics, linked.every_name(actors))
    bodies: dict[int, list[int]] = {}
    for actor in linked.several(actors) & works.keys():
        bodies.setdefault(linked.body(actor), []).append(actor)
    found = {actor: works[actor] for actor in actors if actor in works and len(linked.names(actor)) == 1}
    for group in bodies.values():
        first = min(group, key=lambda actor: (-len(works[actor].parts), actor))
        found[first] = _joined([works[name] for name in linked.names(first) if name in works])
    return found


def _joined(works: Iterable[Work]) -> Work:
    """Return the work of several names of one body: a part of its own goes before one through an event."""
    joined = Work()
    for work in works:
        for project, part in work.parts.items():
            known = joined.parts.get(project)
            if known is None or (known.via is not None and part.via is None):
                joined.parts[project] = part
        for topic, ways in work.topics.items():
            joined.topics.setdefault(topic, []).extend(ways)
    return joined


def _parts(relations: Relations, actors: Iterable[int]) -> list[tuple[int, Part]]:
    """Return the parts that actors have in projects: those of their own first."""
    took = list(relations.subjects([M8G + "hasParticipant"], actors))
    paid = {s for s, o in relations.objects([M8G + "role"], {node for node, _ in took}) if o == FUNDER}
    by_node: dict[int, list[int]] = {}
    for node, actor in took:
        if node not in paid:
            by_node.setdefault(node, []).append(actor)
    whole = [
        (w, node, a) for w, node in relations.subjects([M8G + "hasParticipation"], by_node) for a in by_node[node]
    ]
    whole += [(thing, thing, actor) for thing, actor in relations.subjects([DEF + "involvesActor"], actors)]
    things = {thing for thing, _, _ in whole}
    projects = relations.of_class(DEF + "Project", things)
    leads = leading_to_projects(relations, things - projects)
    own = [(actor, Part(thing, None, node, actor)) for thing, node, actor in whole if thing in projects]
    through = [
        (actor, Part(project, thing, node, actor))
        for thing, node, actor in whole
        for project in leads.get(thing, ())
    ]
    order = lambda found: (found[1].project, found[1].node == found[1].project, found[1].node)  # noqa: E731
    return sorted(own, key=order) + sorted(through, key=order)


def leading_to_projects(relations: Relations, things: Collection[int]) -> dict[int, set[int]]:
    """Return the projects that events and practices belong to: events directly or as parts of one, practices as
    what a project or its event shows.
    """
    found: dict[int, set[int]] = {}
    shows = [(shown, by) for by, shown in relations.subjects([DEF + "showcases"], things)]
    shown_by = {by for _, by in shows}
    events = relations.of_class(DEF + "Event", set(things) | shown_by)
    above: dict[int, set[int]] = {event: {event} for event in events}
    frontier = set(events)
    while frontier:  # events are parts of events, a few deep
        step = [(part, whole) for part, whole in relations.objects([DCT + "isPartOf"], frontier)]
        frontier = set()
        for part, whole in step:
            for reached in above.values():
                if part in reached and whole not in reached:
                    reached.add(whole)
                    frontier.add(whole)
    owners: dict[int, set[int]] = {}
    for event, project in relations.objects([DEF + "partOfProject"], set().union(*above.values()) if above else ()):
        owners.setdefault(event, set()).add(project)
    of_event = {event: {p for one in reached for p in owners.get(one, ())} for event, reached in above.items()}
    projects = relations.of_class(DEF + "Project", shown_by)
    for thing in things:
        if thing in of_event:
            found.setdefault(thing, set()).update(of_event[thing])
    for shown, by in shows:
        found.setdefault(shown, set()).update({by} if by in projects else of_event.get(by, set()))
    return {thing: projects for thing, projects in found.items() if projects}


def partners_of(
    relations: Relations, work: dict[int, Work], body: Callable[[int], int] = lambda actor: actor
) -> dict[int, set[int]]:
    """Return with whom each actor shares a project of its own, without itself: of each the name that ``body``
    gives, so that one with several counts once.
    """
    mine = {actor: {p for p, part in found.parts.items() if part.via is None} for actor, found in work.items()}
    members = members_of(relations, set().union(*mine.values()) if mine else set())
    return {
        actor: {body(other) for project in projects for other in members.get(project, ())} - {actor, body(actor)}
        for actor, projects in mine.items()
    }


def members_of(relations: Relations, projects: Collection[int]) -> dict[int, set[int]]:
    """Return who takes part in each of the projects; funders don't count."""
    nodes = {node: project for project, node in relations.objects([M8G + "hasParticipation"], projects)}
    paid = {s for s, o in relations.objects([M8G + "role"], nodes) if o == FUNDER}
    found: dict[int, set[int]] = {}
    for node, actor in relations.objects([M8G + "hasParticipant"], nodes):
        if node not in paid:
            found.setdefault(nodes[node], set()).add(actor)
    for project, actor in relations.objects([DEF + "involvesActor"], projects):
        found.setdefault(project, set()).add(actor)
    return found


def programmes_of(relations: Relations, work: dict[int, Work]) -> dict[int, set[int]]:
    """Return under which programmes the projects of each actor are funded."""
    projects = {project for found in work.values() for project in found.parts}
    under: dict[int, set[int]] = {}
    for project, programme in relations.objects([DEF + "fundedUnder"], projects):
        under.setdefault(project, set()).add(programme)
    return {
        actor: {programme for project in found.parts for programme in under.get(project, ())}
        for actor, found in work.items()
    }
