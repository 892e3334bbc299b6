"""Bodies that sources name differently: which actors accepted links say are one, and by which links."""

from collections.abc import Collection, Mapping
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
    def _stands(self) -> dict[int, int]:
        """What stands for each actor that accepted links join with another."""
        return {number_of(one): number_of(other) for one, other in self._links.members().items()}

    def warm(self) -> None:
        """Read the members of all clusters."""
        bool(self._stands)

    def same(self, actors: Collection[int]) -> set[frozenset[int]]:
        """Return which of the actors accepted links say are the same."""
        clusters: dict[int, list[int]] = {}
        for actor in actors:
            if actor in self._stands:
                clusters.setdefault(self._stands[actor], []).append(actor)
        return {
            frozenset((one, other))
            for group in clusters.values()
            for one in group
            for other in group
            if one != other
        }

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
        for actor in self._stands.keys() & actors.keys():
            found.setdefault(self._stands[actor], []).append(actor)
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
