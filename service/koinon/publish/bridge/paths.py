"""The shortest chain of common work between two groups of actors."""

from collections.abc import Collection, Iterable
from typing import Final

from koinon.model.namespaces import DEF, M8G, ORG
from koinon.publish.bridge.work import FUNDER, members_of
from koinon.release.relations import Relations

MOST: Final = 20_000
"""Things that a search reaches before it gives up."""
_DIRECT: Final = (DEF + "cooperatesWith", ORG + "unitOf", ORG + "hasMember")
_BOTH_WAYS: Final = (*_DIRECT, DEF + "partOfProject", DEF + "involvesActor", DEF + "showcases")


def shortest_path(
    relations: Relations, starts: Collection[int], ends: Collection[int], common: Iterable[int] = ()
) -> list[int] | None:
    """Return actors, projects, events and networks in the order of the shortest chain from a start to an end.

    Each has a part in, belongs to or works with the next. None where there is no chain, or none that a search of
    ``MOST`` things finds. Of chains of one length it is always the same one. ``common`` are projects that are known
    to join the two groups: where no start works with an end directly, they spare the search.
    """
    if not starts or not ends:
        return None
    few, many = sorted((starts, ends), key=len)
    ties = [*relations.objects(_DIRECT, few), *((o, s) for s, o in relations.subjects(_DIRECT, few))]
    direct = sorted((near, far) if few is starts else (far, near) for near, far in ties if far in many)
    if direct:
        return list(direct[0])
    for project in common:
        members = members_of(relations, [project]).get(project, set())
        first, last = sorted(members & set(starts)), sorted(members & set(ends))
        if first and last:
            return [first[0], project, last[0]]
    before: dict[int, int | None] = dict.fromkeys(sorted(starts))
    after: dict[int, int | None] = dict.fromkeys(sorted(ends))
    met = sorted(before.keys() & after.keys())
    near, far = sorted(starts), sorted(ends)
    while not met and near and far and len(before) + len(after) < MOST:
        if len(near) <= len(far):
            near = _step(relations, near, before)
            met = [node for node in near if node in after]
        else:
            far = _step(relations, far, after)
            met = [node for node in far if node in before]
    if not met:
        return None
    middle = min(met)
    return [*reversed(_trail(middle, before)), middle, *_trail(middle, after)]


def _step(relations: Relations, frontier: Collection[int], reached: dict[int, int | None]) -> list[int]:
    """Note how each neighbour of the frontier is reached, and return those that are new."""
    fresh: dict[int, int] = {}
    for node, neighbour in sorted(_neighbours(relations, frontier)):
        if neighbour not in reached:
            fresh.setdefault(neighbour, node)
    reached.update(fresh)
    return sorted(fresh)


def _neighbours(relations: Relations, nodes: Iterable[int]) -> Iterable[tuple[int, int]]:
    wanted = set(nodes)
    took = [(part, actor) for part, actor in relations.subjects([M8G + "hasParticipant"], wanted)]
    own = [(whole, part) for whole, part in relations.objects([M8G + "hasParticipation"], wanted)]
    parts = {part for part, _ in took} | {part for _, part in own}
    paid = {part for part, role in relations.objects([M8G + "role"], parts) if role == FUNDER}
    wholes: dict[int, list[int]] = {}
    for whole, part in relations.subjects([M8G + "hasParticipation"], {part for part, _ in took} - paid):
        wholes.setdefault(part, []).append(whole)
    for part, actor in took:
        yield from ((actor, whole) for whole in wholes.get(part, ()))
    actors: dict[int, list[int]] = {}
    for part, actor in relations.objects([M8G + "hasParticipant"], {part for _, part in own} - paid):
        actors.setdefault(part, []).append(actor)
    for whole, part in own:
        yield from ((whole, actor) for actor in actors.get(part, ()))
    yield from relations.objects(_BOTH_WAYS, wanted)
    yield from ((o, s) for s, o in relations.subjects(_BOTH_WAYS, wanted))


def _trail(node: int, reached: dict[int, int | None]) -> list[int]:
    found = []
    step = reached[node]
    while step is not None:
        found.append(step)
        step = reached[step]
    return found
