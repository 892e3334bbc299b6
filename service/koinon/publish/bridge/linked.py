"""Bodies that sources name differently: which actors accepted links say are one, and by which links."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Final

from koinon.publish.bridge.territories import KINDS, Presence
from koinon.release.links import ACCEPTED, Link, Links
from koinon.release.relations import Relations, number_of

_EACH: Final = 100
"""Links of one thing that are looked at."""


class Linked:
    """The bodies of one release that have several names."""

    def __init__(self, relations: Relations, links: Links) -> None:
        """Read from the tables of a release."""
        self._relations = relations
        self._links = links

    @cached_property
    def _names(self) -> dict[int, tuple[int, ...]]:
        """The records that the release has of each body with several, by each of them; first what stands for it."""
        clusters: dict[str, list[str]] = {}
        for one, other in self._links.members().items():
            clusters.setdefault(other, []).append(one)
        known = self._relations.iris(number_of(one) for group in clusters.values() for one in group)
        found: dict[int, tuple[int, ...]] = {}
        for stands, group in clusters.items():
            order = sorted(group, key=lambda one: (one != stands, one))
            numbers = tuple(number for one in order if known.get(number := number_of(one)) == one)
            found.update(dict.fromkeys(numbers, numbers))
        return found

    def warm(self) -> None:
        """Read the members of all clusters."""
        bool(self._names)

    def body(self, actor: int) -> int:
        """Return the record that stands for an actor and all its other names; itself where it has none."""
        names = self._names.get(actor)
        return names[0] if names else actor

    def names(self, actor: int) -> tuple[int, ...]:
        """Return the actor's own record, and the others that accepted links say are of the same body."""
        return (actor, *(one for one in self._names.get(actor, ()) if one != actor))

    def every_name(self, actors: Iterable[int]) -> set[int]:
        """Return the actors and all their other names."""
        found = set(actors)
        for actor in self._names.keys() & found:
            found.update(self._names[actor])
        return found

    def several(self, actors: Collection[int]) -> set[int]:
        """Return those of the actors that have other names."""
        return self._names.keys() & set(actors)

    def in_both(self, one: Mapping[int, Presence], other: Mapping[int, Presence]) -> list[tuple[int, int]]:
        """Return the bodies of two regions that have another name in each: that in the one, that in the other.

        Of several names in a region it is that by which the body is there most firmly. A body that has a name in
        common is left out.
        """
        here, there = self._by_cluster(one), self._by_cluster(other)
        found = []
        for cluster in sorted(here.keys() & there.keys()):
            if not set(here[cluster]) & set(there[cluster]):
                found.append((_firmest(here[cluster], one), _firmest(there[cluster], other)))
        return found

    def _by_cluster(self, actors: Mapping[int, Presence]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for actor in self.several(actors.keys()):
            found.setdefault(self.body(actor), []).append(actor)
        return found

    def chain(self, one: int, other: int) -> list[Link]:
        """Return the accepted links that lead from an actor to another one of its cluster, the fewest possible."""
        start, end = self._relations.iri(one), self._relations.iri(other)
        reached: dict[str, list[Link]] = {start: []}
        waiting = [start]
        for thing in waiting:
            for link in self._links.of_thing(thing, _EACH):
                next_one = link.object if link.subject == thing else link.subject
                if link.state == ACCEPTED and next_one not in reached:
                    reached[next_one] = [*reached[thing], link]
                    waiting.append(next_one)
            if end in reached:
                return reached[end]
        return []


def _firmest(actors: list[int], present: Mapping[int, Presence]) -> int:
    return min(actors, key=lambda actor: (KINDS.index(present[actor].kind), actor))
