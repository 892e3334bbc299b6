"""Why something is counted in a region, and how two things hang together: with the sources that say so."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import CODE, DCT, DEF, M8G, ORG, PROV, SCHEMA
from koinon.publish.bridge.notes import Notes, merged
from koinon.publish.bridge.territories import EVENT, SEAT, SITE, UNIT, WORKS, Presence, Region
from koinon.publish.bridge.topics import About
from koinon.publish.bridge.views import Ground, Way
from koinon.publish.bridge.work import Part
from koinon.publish.naming import Naming
from koinon.publish.views import Named, Reference
from koinon.release.relations import EDGES, Relations, number_of

_LABELS: Final = {
    SEAT: CODE + "territory-basis/seat",
    UNIT: ORG + "unitOf",
    WORKS: DEF + "worksIn",
    SITE: CODE + "territory-basis/site",
    EVENT: CODE + "territory-basis/event",
}
"""What each way of being present is called: as the code list or the vocabulary has it, in every language."""
_COVERAGES: Final = 300
"""Coverages of one project that are looked at."""
_GROUNDS: Final = 3
"""Reasons of one kind that are shown."""
_PLACED: Final = (DEF + "locatedIn", DEF + "worksIn", DEF + "coversTerritory")
_TIES: Final = (
    DEF + "involvesActor", DEF + "cooperatesWith", DEF + "partOfProject", DEF + "showcases", ORG + "unitOf",
    ORG + "hasMember", DCT + "isPartOf",
)  # fmt: skip


_PARTS: Final = (
    "SELECT node.iri FROM edge AS w JOIN edge AS a ON a.p = ? AND a.s = w.o JOIN node ON node.id = w.o "
    "WHERE w.p = ? AND w.s = ? AND a.o = ? ORDER BY node.iri"
)
_PART: Final = (EDGES[M8G + "hasParticipant"], EDGES[M8G + "hasParticipation"])


@dataclass(frozen=True, slots=True)
class Grounds:
    """Looks reasons up for one page."""

    relations: Relations
    store: GraphStore
    name: Naming
    notes: Notes

    def named(self, number: int) -> Named:
        """Return a thing of the table with its label."""
        return self.of(self.relations.iri(number))

    def of(self, iri: str) -> Named:
        """Return a thing with its label."""
        return Named(iri, self.name(iri))

    def coverage(self, project: int, places: Collection[int]) -> tuple[Ground, ...]:
        """Return why a project is counted in places: by the rule's basis, with what that was derived from."""
        found: dict[str, list[tuple[str, str]]] = {}
        node = NamedNode(self.relations.iri(project))
        for _, _, coverage in islice(self.store.triples(node, NamedNode(DEF + "hasCoverage")), _COVERAGES):
            said: dict[str, list[str]] = {}
            for _, predicate, value in self.store.triples(NamedNode(coverage.value)):
                said.setdefault(predicate.value, []).append(value.value)
            territory = said.get(DEF + "territory", [""])[0]
            if number_of(territory) in places:
                basis = said.get(DEF + "territoryBasis", [""])[0]
                evidence = said.get(PROV + "wasDerivedFrom", [])
                found.setdefault(basis, []).extend((one, territory) for one in evidence)
        return tuple(
            ground
            for basis in sorted(found)
            for ground in self._covered(node.value, basis, sorted(set(found[basis])))
        )

    def _covered(self, project: str, basis: str, evidence: list[tuple[str, str]]) -> Iterator[Ground]:
        label = self.name(basis)
        shown: dict[str, tuple[Reference, ...]] = {}
        for iri, territory in evidence:
            via, references = self._evidence(project, iri, territory)
            shown[via] = merged(shown.get(via, ()), references)
        for via, references in islice(shown.items(), _GROUNDS):
            yield Ground(label, None if via == project else self.of(via), references)

    def _evidence(self, project: str, iri: str, territory: str) -> tuple[str, tuple[Reference, ...]]:
        """Return whom or what a coverage rests on: for a participation the participant, else the thing itself."""
        if iri == project:
            return project, self.notes.cite(project, DEF + "coversTerritory", territory)
        for _, _, actor in self.store.triples(NamedNode(iri), NamedNode(M8G + "hasParticipant")):
            return actor.value, merged(
                self.notes.cite(iri, M8G + "hasParticipant", actor.value), self._placed(actor.value)
            )
        return iri, self._placed(iri)

    def _placed(self, iri: str) -> tuple[Reference, ...]:
        found: tuple[Reference, ...] = ()
        for predicate in (DEF + "locatedIn", SCHEMA + "location"):
            for _, _, place in islice(self.store.triples(NamedNode(iri), NamedNode(predicate)), _GROUNDS):
                found = merged(found, self.notes.cite(iri, predicate, place.value))
        return found

    def presence(self, actor: int, region: Region) -> Ground | None:
        """Return how an actor is in a region, or None where it is not."""
        found = region.actors.get(actor)
        if found is None:
            return None
        iri, via = self.relations.iri(actor), self.relations.iri(found.via)
        shown = None if found.kind == SEAT and found.via == region.territory.number else self.of(via)
        return Ground(self.name(_LABELS[found.kind]), shown, self._presence(iri, via, found))

    def _presence(self, actor: str, via: str, found: Presence) -> tuple[Reference, ...]:
        if found.kind == UNIT:
            return merged(self.notes.cite(actor, ORG + "unitOf", via), self._placed(via))
        if found.kind == SITE:
            tie = merged(*(self.notes.cite(via, p, actor) for p in (DEF + "involvesActor", ORG + "hasMember")))
            return merged(tie, self._placed(via))
        if found.kind == EVENT:
            return merged(self.took_part(via, actor), self._placed(via))
        return merged(*(self.notes.cite(actor, predicate, via) for predicate in _PLACED))

    def took_part(self, whole: str, actor: str) -> tuple[Reference, ...]:
        """Return who says that an actor takes part in a project or event."""
        parts = self.relations.rows(_PARTS, *_PART, number_of(whole), number_of(actor))
        return merged(*(self.notes.cite(str(iri), M8G + "hasParticipant", actor) for (iri,) in parts))

    def part_in(self, project: str, actor: str) -> tuple[Reference, ...]:
        """Return who says that an actor has a part in a project, as its partner or as one who is involved."""
        return merged(self.took_part(project, actor), self._involved(project, actor))

    def tie(self, one: int, other: int) -> tuple[Reference, ...]:
        """Return who says that two things of a chain have to do with each other."""
        first, second = self.relations.iri(one), self.relations.iri(other)
        found: tuple[Reference, ...] = ()
        for predicate in _TIES:
            for subject, value in ((first, second), (second, first)):
                if self.notes.states(subject, predicate, value):
                    found = merged(found, self.notes.cite(subject, predicate, value))
        return merged(self.took_part(first, second), self.took_part(second, first), found)

    def about(self, about: About) -> tuple[Reference, ...]:
        """Return who says that a thing is about a concept."""
        return self.notes.cite(self.relations.iri(about.thing), about.predicate, self.relations.iri(about.concept))

    def way(self, about: About, part: Part | None, actor: int) -> Way:
        """Return how an actor comes to a topic: of itself, or by a project that it has a part in.

        It may be by another record of the actor that it does: that is named.
        """
        name = part.name if part is not None else about.thing
        other = None if name == actor else self.named(name)
        if part is None:
            return Way(None, (), other)
        project, iri = self.relations.iri(part.project), self.relations.iri(part.name)
        if part.via is None:
            return Way(self.of(project), self.part_in(project, iri), other)
        via = self.relations.iri(part.via)
        belongs = merged(*(self.notes.cite(s, p, v) for s, p, v in self._belongs(via, project)))
        return Way(self.of(project), merged(self.part_in(via, iri), belongs), other)

    def _involved(self, thing: str, actor: str) -> tuple[Reference, ...]:
        return self.notes.cite(thing, DEF + "involvesActor", actor)

    def _belongs(self, via: str, project: str) -> list[tuple[str, str, str]]:
        """Return the statements that join an event or practice to its project, where they do so directly."""
        wanted = ((via, DEF + "partOfProject", project), (project, DEF + "showcases", via))
        return [triple for triple in wanted if self.notes.states(*triple)]
