"""View models of the pages about regions: plain frozen data in the reader's language."""

from dataclasses import dataclass

from koinon.publish.text import Text
from koinon.publish.views import Named, Note, Reference, Source


@dataclass(frozen=True, slots=True)
class Side:
    """A region as it is shown: ``name`` is the last part of its address, ``within`` what it lies in, the widest
    last. ``wider`` counts projects that are placed only in something that holds it.
    """

    region: Named
    name: str
    code: str
    version: str
    level: int
    within: tuple[Named, ...]
    projects: int
    actors: int
    wider: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is counted in a region: the kind of reason, what it rests on, and who says so."""

    label: Text
    via: Named | None
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class SharedProject:
    """A project at work in both regions; dates are ISO 8601, empty where unknown."""

    project: Named
    start: str
    end: str
    one: tuple[Ground, ...]
    other: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class Present:
    """An actor at work in a region, and on which ground it counts there."""

    actor: Named
    ground: Ground


@dataclass(frozen=True, slots=True)
class SharedActor:
    """A body at work in both regions, by the name that it has in each; ``links`` say that two names are one body.

    Each is the id of an accepted link and how sure it is; none where the name is the same.
    """

    one: Present
    other: Present
    links: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that is about a topic; ``narrower`` is the concept it names, where that is a narrower one."""

    thing: Named
    narrower: Named | None
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """A topic of both regions, with what is about it in each; ``near`` is the other's, where they only come close.

    ``known`` is how many things of the whole release are about it.
    """

    topic: Named
    near: Named | None
    is_model: bool
    known: int
    one: tuple[Mention, ...]
    other: tuple[Mention, ...]
    more_one: int
    more_other: int


@dataclass(frozen=True, slots=True)
class Way:
    """How an actor comes to a topic: by the project ``via`` (None: it is its own), and who says it takes part.

    ``name`` is the record of the actor that does, where that is another than the one shown.
    """

    via: Named | None
    references: tuple[Reference, ...]
    name: Named | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """A topic that two actors share, and who says that they, or their projects, are about it."""

    topic: Named
    is_model: bool
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Bond:
    """The topics that two actors share in the same way: through the same two projects, say."""

    one: Way
    other: Way
    shared: tuple[Shared, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two actors who should meet, and why; ``strength`` is from 0 to 1, in relation to the best pair shown.

    ``more`` counts the topics that they share beyond those of the bonds.
    """

    one: Named
    one_ground: Ground | None
    other: Named
    other_ground: Ground | None
    strength: float
    bonds: tuple[Bond, ...]
    more: int
    programmes: tuple[Named, ...]
    partners: tuple[Named, ...]

    @property
    def topics(self) -> tuple[Named, ...]:
        """The topics that are shown, those of most weight first."""
        return tuple(shared.topic for bond in self.bonds for shared in bond.shared)

    @property
    def through(self) -> tuple[Named, ...]:
        """The projects by which the two come to what they share."""
        return tuple(dict.fromkeys(w.via for bond in self.bonds for w in (bond.one, bond.other) if w.via))

    @property
    def references(self) -> tuple[Reference, ...]:
        """All that the reasons rest on."""
        found = [r for bond in self.bonds for r in (*bond.one.references, *bond.other.references)]
        found += [r for bond in self.bonds for shared in bond.shared for r in shared.references]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Step:
    """One thing of a chain, and what says that it has to do with the one before it."""

    thing: Named
    references: tuple[Reference, ...]
    is_topic: bool = False


@dataclass(frozen=True, slots=True)
class NearRegion:
    """Another region, and how many projects or topics it shares with the one that is looked at."""

    region: Named
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class BridgeView:
    """The page about two regions; numbers beside the tuples tell how much there is in all."""

    one: Side
    other: Side
    projects: tuple[SharedProject, ...]
    all_projects: int
    actors: tuple[SharedActor, ...]
    all_actors: int
    topics: tuple[SharedTopic, ...]
    all_models: int
    all_themes: int
    path: tuple[Step, ...]
    by_topic: bool
    suggestions: tuple[Suggestion, ...]
    near_one: tuple[NearRegion, ...]
    near_other: tuple[NearRegion, ...]
    sources: tuple[Source, ...]

    @property
    def notes(self) -> dict[int, Note]:
        """The notes by their numbers."""
        return {note.number: note for source in self.sources for note in source.notes}

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known to join the two."""
        return not (self.all_projects or self.all_actors or self.topics or self.path)


@dataclass(frozen=True, slots=True)
class RegionView:
    """The page about one region."""

    side: Side
    projects: tuple[Mention, ...]
    actors: tuple[Present, ...]
    topics: tuple[SharedTopic, ...]
    partners: tuple[NearRegion, ...]
    alike: tuple[tuple[NearRegion, Named], ...]
    parts: tuple[NearRegion, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Joint:
    """A project of two partners: by which of its records each takes part, and who says so."""

    project: Named
    names: tuple[Named, ...]
    other_names: tuple[Named, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """Who shares projects with an actor, and which; ``number`` counts them all."""

    actor: Named
    number: int
    projects: tuple[Joint, ...]


@dataclass(frozen=True, slots=True)
class OtherRecord:
    """Another record of the same actor; ``links`` say so: of each its id and how sure it is."""

    actor: Named
    links: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class PartnersView:
    """The page about the partners of an actor, those it has and those it could have, by all its ``records``."""

    actor: Named
    records: tuple[OtherRecord, ...]
    partners: tuple[Partner, ...]
    all_partners: int
    suggestions: tuple[Suggestion, ...]
    sources: tuple[Source, ...]
