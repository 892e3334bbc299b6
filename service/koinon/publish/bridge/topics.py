"""What things are about: topics that mean the same taken as one, broader ones followed, and how rare each is."""

from collections.abc import Iterable
from functools import cached_property
from math import log
from typing import Any, Final, NamedTuple

from koinon.model.namespaces import CODE, DCT, DEF, ID, RDF, SKOS
from koinon.release.relations import EDGES, Relations, listed, number_of

MODEL: Final = DEF + "ClusterModel"
PREDICATES: Final = (
    DEF + "addressesClusterModel",
    DEF + "followsClusterModel",
    DEF + "embodiesClusterModel",
    DCT + "subject",
    DEF + "fieldOfWork",
)
"""By which a thing says what it is about."""
_NUMBERS: Final = {EDGES[predicate]: predicate for predicate in PREDICATES}
_SAID: Final = (
    "SELECT p, s, o FROM edge INDEXED BY edge_of_node WHERE p IN (SELECT value FROM json_each(?)) "
    "AND s IN (SELECT value FROM json_each(?))"
)
_ALL: Final = "SELECT p, s, o FROM edge WHERE p IN (SELECT value FROM json_each(?)) ORDER BY s, p, o LIMIT ?"
_MOST_KEPT: Final = 150_000
"""Statements of what things are about that are kept in memory: 25 MB."""
_OF_FUNDS: Final = tuple(f"{ID}topic/keep-{kind}-" for kind in ("objective", "investment", "ipa"))
"""Lists by which funds sort what they pay for: they say out of which pot, not about what."""


class About(NamedTuple):
    """That a thing is about a topic: by which predicate it says so, and by which concept, it or a narrower one."""

    thing: int
    predicate: str
    concept: int


class Topics:
    """The topics of one release. What it counts is counted once, and kept."""

    def __init__(self, relations: Relations) -> None:
        """Read from ``relations``."""
        self._relations = relations
        self._lineages: dict[int, frozenset[int]] = {}

    @cached_property
    def _one(self) -> dict[int, int]:
        """The concept that stands for each one that has its like; one of our own code lists if possible."""
        groups: dict[int, set[int]] = {}
        for first, second in self._relations.rows(
            "SELECT s, o FROM edge WHERE p = ?", EDGES[SKOS + "exactMatch"]
        ):  # fmt: skip
            merged = groups.get(first, {first}) | groups.get(second, {second})
            for member in merged:
                groups[member] = merged
        iris = self._relations.iris(groups)
        return {
            member: min(group, key=lambda one: (not iris[one].startswith(CODE), iris[one]))
            for member, group in groups.items()
        }

    @cached_property
    def _broader(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for narrow, broad in self._relations.rows("SELECT s, o FROM edge WHERE p = ?", EDGES[SKOS + "broader"]):
            found.setdefault(self.canonical(narrow), set()).add(self.canonical(broad))
        return found

    @cached_property
    def models(self) -> frozenset[int]:
        """The topics that are models of clusters."""
        rows = self._relations.subjects([RDF + "type"], [number_of(MODEL)])
        return frozenset(self.canonical(model) for model, _ in rows)

    @cached_property
    def _close(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = {}
        for first, second in self._relations.rows("SELECT s, o FROM edge WHERE p = ?", EDGES[SKOS + "closeMatch"]):
            one, other = self.canonical(first), self.canonical(second)
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
        return found

    @cached_property
    def counts(self) -> dict[int, int]:
        """How many things say of themselves that they are about each topic."""
        numbers = ", ".join(str(EDGES[predicate]) for predicate in PREDICATES)
        query = f"SELECT o, COUNT(DISTINCT s) FROM edge WHERE p IN ({numbers}) GROUP BY o"  # noqa: S608  # numbers
        found: dict[int, int] = {}
        for concept, count in self._relations.rows(query):
            topic = self.canonical(concept)
            found[topic] = found.get(topic, 0) + count
        return found

    @cached_property
    def total(self) -> int:
        """How many things there are that are about anything."""
        numbers = ", ".join(str(EDGES[predicate]) for predicate in PREDICATES)
        query = f"SELECT COUNT(DISTINCT s) FROM edge WHERE p IN ({numbers})"  # noqa: S608  # numbers
        return int(self._relations.rows(query)[0][0])

    @cached_property
    def _ignored(self) -> frozenset[int]:
        found: set[int] = set()
        for start in _OF_FUNDS:
            rows = self._relations.rows(
                "SELECT id FROM node WHERE iri >= ? AND iri < ?", start, start + "\U0010ffff"
            )
            found.update(row[0] for row in rows)
        return frozenset(found)

    def warm(self) -> None:
        """Count and read what all regions need."""
        for found in (self._kept, self.counts, self.total, self.models, self._close):
            bool(found)
        self.lineage(0)

    def canonical(self, concept: int) -> int:
        """Return the concept that stands for all that mean the same."""
        return self._one.get(concept, concept)

    def close(self, topic: int) -> set[int]:
        """Return the topics that mean nearly the same."""
        return self._close.get(topic, set())

    def weight(self, topic: int) -> float:
        """Return how much it tells that two share a topic: the rarer, the more (inverse document frequency)."""
        return log(1 + self.total / max(1, self.counts.get(topic, 1)))

    def rarest(self, topic: int) -> tuple[bool, float, int]:
        """Sort topics: models of clusters before themes, the rarer before the more common."""
        return topic not in self.models, -self.weight(topic), topic

    def lineage(self, concept: int) -> set[int]:
        """Return the topic of a concept and all broader ones that say something.

        The root of a scheme does not: what two share through it is only that each is in the list. A model of a
        cluster that is the root (some cluster) is none of itself, either.
        """
        topic = self.canonical(concept)
        found, waiting = set(), [topic]
        while waiting:
            one = waiting.pop()
            for broad in self._broader.get(one, ()):
                if broad not in found and broad in self._broader:
                    found.add(broad)
                    waiting.append(broad)
        return found if topic in self.models and topic not in self._broader else found | {topic}

    def things_about(self, topic: int) -> set[int]:
        """Return all things that are about a topic or a narrower one."""
        same = {concept for concept, one in self._one.items() if one == topic} | {topic}
        wanted, waiting = set(same), list(same)
        while waiting:
            one = self.canonical(waiting.pop())
            narrower = {n for n, broad in self._broader.items() if one in broad} - wanted
            wanted |= narrower
            waiting += narrower
        wanted |= {concept for concept, one in self._one.items() if one in wanted}
        return {thing for thing, _ in self._relations.subjects(PREDICATES, wanted)}

    @cached_property
    def _kept(self) -> dict[int, list[tuple[int, int, int]]] | None:
        """All that things say they are about, by thing; None where that is too much to be kept."""
        rows = self._relations.rows(_ALL, listed(_NUMBERS), _MOST_KEPT + 1)
        if len(rows) > _MOST_KEPT:
            return None
        found: dict[int, list[tuple[int, int, int]]] = {}
        for row in rows:
            found.setdefault(row[1], []).append(row)
        return found

    def _said(self, things: Iterable[int]) -> Iterable[tuple[Any, ...]]:
        kept = self._kept
        if kept is None:
            return self._relations.rows(_SAID, listed(_NUMBERS), listed(things))
        return (row for thing in sorted(kept.keys() & set(things)) for row in kept[thing])

    def of_things(self, things: Iterable[int]) -> dict[int, list[About]]:
        """Return for each topic which of the things are about it, and how they say so."""
        found: dict[int, list[About]] = {}
        for predicate, thing, concept in self._said(things):
            known = self._lineages.get(concept)
            if known is None:
                known = frozenset() if concept in self._ignored else frozenset(self.lineage(concept))
                self._lineages[concept] = known
            for topic in known:
                found.setdefault(topic, []).append(About(thing, _NUMBERS[predicate], concept))
        return found
