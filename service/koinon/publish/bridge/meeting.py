"""Who should meet: pairs of actors that share a topic and no project, ranked."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from koinon.model.namespaces import DEF, ORG
from koinon.publish.bridge.linked import Linked
from koinon.publish.bridge.ranking import Profile, Weights, hub, length, rarity, score
from koinon.publish.bridge.topics import Topics
from koinon.publish.bridge.work import Work, partners_of, programmes_of, work_of_bodies
from koinon.release.relations import EDGES, Relations

CHOSEN: Final = 60
"""Actors of each side that are compared one by one: those with the rarest common topics, and the busiest."""
_TOPICS: Final = 16
_EACH: Final = 6
_INVOLVED: Final = 0.5
"""What it counts to be involved in a project, or to have a part in its events, beside being its partner."""
_TWICE: Final = 2
"""How often one actor may stand in a list of suggestions, so that it is of use to more than one."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two actors who should meet: the score, the topics they share (the rarest first), programmes and partners."""

    one: int
    other: int
    score: float
    topics: tuple[int, ...]
    programmes: tuple[int, ...]
    partners: tuple[int, ...]


class Matchmaker:
    """Ranks pairs of actors in one release."""

    def __init__(self, relations: Relations, topics: Topics, linked: Linked) -> None:
        """Read from ``relations``; ``linked`` tells which actors are one body."""
        self._relations = relations
        self._topics = topics
        self._linked = linked

    @cached_property
    def programmes(self) -> Counter[int]:
        """How many projects each programme funds."""
        rows = self._relations.rows(
            "SELECT o, COUNT(*) FROM edge WHERE p = ? GROUP BY o", EDGES[DEF + "fundedUnder"]
        )
        return Counter(dict(rows))

    def profiles(self, works: dict[int, Work]) -> dict[int, Profile]:
        """Return what counts of each actor; of its partners, what stands for them."""
        partners = partners_of(self._relations, works, self._linked.body)
        programmes = programmes_of(self._relations, works)
        return {
            actor: Profile(
                frozenset(work.topics),
                frozenset(programmes[actor]),
                frozenset(partners[actor]),
                sum(1.0 if part.is_partner else _INVOLVED for part in work.parts.values()),
                length(work.topics, self._topics.weight),
            )
            for actor, work in works.items()
        }

    def meetings(
        self,
        ones: Mapping[int, Work],
        others: Mapping[int, Work],
        most: int,
        *,
        twice: int = _TWICE,
    ) -> list[Meeting]:
        """Return at most ``most`` pairs of the two sides that share a topic and no project, the best first.

        Each side has a body once, with the work of all its names (``work_of_bodies``).
        Those who share a model of cluster come before all who share themes alone.
        Units and the bodies they belong to don't need to be introduced, nor do two names of one body, and no two
        bodies twice. One body stands in at most ``twice`` pairs.
        """
        shared = _topics(ones) & _topics(others)
        if not shared:
            return []
        left = self._choose(ones, shared)
        right = self._choose(others, shared)
        profiles = self.profiles({**left, **right})
        common = _partners(profiles, left) & _partners(profiles, right)
        weights = Weights(
            self._topics.weight,
            rarity(sum(self.programmes.values()), self.programmes),
            hub(self._degrees(common)),
        )
        known = self._kin({*left, *right})
        body = self._linked.body
        found: list[Meeting] = []
        for one, own in left.items():
            for other, theirs in right.items():
                topics = profiles[one].topics & profiles[other].topics & shared
                if not topics or own.parts.keys() & theirs.parts.keys():
                    continue
                if body(one) == body(other) or frozenset((body(one), body(other))) in known:
                    continue
                found.append(self._meeting(one, other, profiles, weights))
        iris = self._relations.iris({end for pair in found for end in (pair.one, pair.other)})
        models = self._topics.models
        found.sort(key=lambda m: (not models.intersection(m.topics), -m.score, iris[m.one], iris[m.other]))
        return _spread(found, most, twice, body)

    def _meeting(self, one: int, other: int, profiles: Mapping[int, Profile], weights: Weights) -> Meeting:
        mine, theirs = profiles[one], profiles[other]
        topics = sorted(mine.topics & theirs.topics, key=self._topics.rarest)
        return Meeting(
            one,
            other,
            score(mine, theirs, weights),
            tuple(topics),
            tuple(sorted(mine.programmes & theirs.programmes)),
            tuple(sorted(mine.partners & theirs.partners, key=lambda p: (-weights.partner(p), p))),
        )

    def _choose(self, works: Mapping[int, Work], shared: Collection[int]) -> dict[int, Work]:
        """Return the actors of one side that are worth comparing."""
        able = {actor: work for actor, work in works.items() if work.topics.keys() & shared}
        if len(able) <= CHOSEN:
            return able
        busiest = sorted(able, key=lambda actor: (-len(able[actor].parts), actor))
        chosen: dict[int, Work] = {}
        for topic in sorted(shared, key=self._topics.rarest)[:_TOPICS]:
            about = [actor for actor in busiest if topic in able[actor].topics]
            chosen.update((actor, able[actor]) for actor in about[:_EACH] if len(chosen) < CHOSEN)
        for actor in busiest:
            if len(chosen) >= CHOSEN:
                break
            chosen[actor] = able[actor]
        return chosen

    def _degrees(self, actors: Collection[int]) -> dict[int, int]:
        """Return with how many others each of the actors shares a project."""
        works = work_of_bodies(self._relations, self._topics, self._linked, actors)
        found = partners_of(self._relations, works, self._linked.body)
        return {actor: len(partners) for actor, partners in found.items()}

    def _kin(self, actors: Iterable[int]) -> set[frozenset[int]]:
        """Return which bodies belong together or cooperate, by any of their names."""
        every, body = self._linked.every_name(actors), self._linked.body
        links = self._relations.objects([ORG + "unitOf", ORG + "hasMember", DEF + "cooperatesWith"], every)
        return {frozenset((body(one), body(other))) for one, other in links}


def _partners(profiles: Mapping[int, Profile], side: Iterable[int]) -> set[int]:
    return {partner for actor in side for partner in profiles[actor].partners}


def _topics(works: Mapping[int, Work]) -> set[int]:
    return {topic for work in works.values() for topic in work.topics}


def _spread(meetings: Iterable[Meeting], most: int, twice: int, body: Callable[[int], int]) -> list[Meeting]:
    """Return the first meetings in which no body stands more than ``twice`` times, and no pair of them twice."""
    stands: Counter[int] = Counter()
    found: dict[frozenset[int], Meeting] = {}
    for meeting in meetings:
        if len(found) == most:
            break
        pair = frozenset((body(meeting.one), body(meeting.other)))
        if pair not in found and max(stands[one] for one in pair) < twice:
            stands.update(pair)
            found[pair] = meeting
    return list(found.values())
