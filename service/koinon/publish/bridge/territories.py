"""Territories by code, and what the graph knows of each: the projects that cover it, the actors in it."""

import re
from dataclasses import dataclass
from typing import Final

from koinon.model.addresses import local_name
from koinon.model.errors import NotFoundError
from koinon.model.namespaces import DEF, M8G, ORG, SCHEMA, SHARED, SKOS
from koinon.release.relations import VALUES, Relations, number_of

SEAT: Final = "seat"
UNIT: Final = "unit"
WORKS: Final = "works"
SITE: Final = "site"
EVENT: Final = "event"
KINDS: Final = (SEAT, UNIT, WORKS, SITE, EVENT)
"""How an actor can be present: by its seat, by that of the body it is part of, by where it says it works, by a
practice or undertaking there that it has a part in, by an event there that it took part in. The strongest first."""
AT_HOME: Final = frozenset({SEAT, UNIT, WORKS, SITE})

CODE: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{0,5}")
SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,200}")
IDENTIFIERS: Final = ("nuts", "statistical-region", "iso-3166-1-alpha-2")
"""How the fragments begin that name a place's codes; those without a version give way to those with one."""
_ACTORS: Final = (ORG + "Organization", DEF + "Cluster", DEF + "Network")


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory: its number in the table, IRI, code (empty where it has none), the code's version, and level."""

    number: int
    iri: str
    code: str
    version: str
    level: int

    @property
    def name(self) -> str:
        """The last part of the address of its page: its code, or the slug of its IRI."""
        return self.code or local_name(self.iri).removeprefix("place/")


@dataclass(frozen=True, slots=True)
class Presence:
    """How an actor is in a region: the kind (one of KINDS), and what that rests on (a place, body or event)."""

    kind: str
    via: int


@dataclass(frozen=True, slots=True)
class Region:
    """What the graph knows of a territory. All things are numbers of the table of relations.

    ``places`` are the territory and all that lies in it, ``above`` all that hold it. ``wider`` are projects that
    are placed in one of these alone, such as a whole country; ``residents`` are the actors at work here, without
    those that only came to an event.
    """

    territory: Territory
    places: frozenset[int]
    above: frozenset[int]
    projects: frozenset[int]
    wider: int
    actors: dict[int, Presence]
    residents: frozenset[int]
    others: frozenset[int]


def territory_at(relations: Relations, name: str) -> Territory:
    """Return the territory with a code, of the newest version that has it, or with the slug ``name``.

    Raises NotFoundError where there is none.
    """
    if SLUG.fullmatch(name):
        found = territory_of(relations, SHARED + f"place/{name}")
        if found is not None:
            return found
    code = name.upper()
    if CODE.fullmatch(code):
        place = _with_code(relations, code)
        found = territory_of(relations, place) if place else None
        if found is not None:
            return found
    raise NotFoundError(
        "No territory has this code or name. Regions are named by their NUTS code, like PL63, or by the last part "
        "of the address of their page; /regions lists them all."
    )


def territory_of(relations: Relations, iri: str) -> Territory | None:
    """Return the territory with this IRI, or None where nothing is, or it has no level."""
    number = number_of(iri)
    level = relations.levels([number]).get(number)
    if level is None:
        return None
    code, version = "", ""
    for fragment, notation in _identifiers(relations, iri):
        edition = _text(relations, DEF + "schemeVersion", fragment)
        if not code or edition > version:
            code, version = notation, edition
    if code and _with_code(relations, code) != iri:
        code = ""  # a newer territory has this code now; the older one is found by its name
    return Territory(number, iri, code, version, level)


def load_region(relations: Relations, territory: Territory) -> Region:
    """Return what the graph knows of a territory."""
    places = relations.below([territory.number])
    above = relations.above([territory.number]) - {territory.number}
    covering = {s for s, _ in relations.subjects([DEF + "coversTerritory"], places)}
    projects = relations.of_class(DEF + "Project", covering)
    around = {s for s, _ in relations.subjects([DEF + "coversTerritory"], above)}
    wider = relations.of_class(DEF + "Project", around) - projects
    actors, others = _present(relations, places)
    residents = frozenset(actor for actor, presence in actors.items() if presence.kind in AT_HOME)
    return Region(
        territory,
        frozenset(places),
        frozenset(above),
        frozenset(projects),
        len(wider),
        actors,
        residents,
        frozenset(others),
    )


def _present(relations: Relations, places: set[int]) -> tuple[dict[int, Presence], set[int]]:
    """Return the actors in the places, each by the strongest way in which it is there, and what else is there."""
    found: dict[int, Presence] = {}

    def add(kind: str, pairs: list[tuple[int, int]]) -> None:
        for actor, via in sorted(pairs):
            if actor in actors:
                found.setdefault(actor, Presence(kind, via))

    located = list(relations.subjects([DEF + "locatedIn"], places))
    working = list(relations.subjects([DEF + "worksIn", DEF + "coversTerritory"], places))
    units = list(relations.subjects([ORG + "unitOf"], {s for s, _ in located}))
    settled = {s for s, _ in relations.objects([DEF + "locatedIn"], {s for s, _ in units})}
    units = [(unit, whole) for unit, whole in units if unit not in settled]
    held = {s for s, _ in relations.subjects([SCHEMA + "location"], places)} | {s for s, _ in located}
    events = relations.of_class(DEF + "Event", held)
    sites = held - events
    having = (DEF + "involvesActor", ORG + "hasMember")
    involved = [(actor, site) for site, actor in relations.objects(having, sites)]
    nodes = {node: event for event, node in relations.objects([M8G + "hasParticipation"], events)}
    came = [(actor, nodes[node]) for node, actor in relations.objects([M8G + "hasParticipant"], nodes)]
    everyone = {actor for pairs in (located, working, units, involved, came) for actor, _ in pairs}
    actors = set().union(*(relations.of_class(name, everyone) for name in _ACTORS))
    for kind, pairs in ((SEAT, located), (UNIT, units), (WORKS, working), (SITE, involved), (EVENT, came)):
        add(kind, pairs)
    return found, held - actors - events


def _with_code(relations: Relations, code: str) -> str | None:
    """Return the IRI of the place with a code: that of the newest version where several have it."""
    rows = relations.rows(
        "SELECT node.iri FROM value JOIN node ON node.id = value.s WHERE p = ? AND text = ?",
        VALUES[SKOS + "notation"],
        code,
    )
    found = []
    for (iri,) in rows:
        place, _, fragment = str(iri).partition("#")
        if fragment.startswith(IDENTIFIERS):
            found.append((_text(relations, DEF + "schemeVersion", str(iri)), place))
    return max(found)[1] if found else None


def _identifiers(relations: Relations, iri: str) -> list[tuple[str, str]]:
    """Return the identifiers of a place by which it is found, with their notations."""
    found = relations.rows(
        "SELECT node.iri, value.text FROM node CROSS JOIN value ON value.s = node.id AND value.p = ? "
        "WHERE node.iri >= ? AND node.iri < ?",
        VALUES[SKOS + "notation"],
        f"{iri}#",
        f"{iri}$",
    )
    pairs = [(str(fragment), str(text)) for fragment, text in found]
    return sorted(pair for pair in pairs if pair[0].partition("#")[2].startswith(IDENTIFIERS))


def _text(relations: Relations, predicate: str, iri: str) -> str:
    rows = relations.rows("SELECT text FROM value WHERE p = ? AND s = ?", VALUES[predicate], number_of(iri))
    return max((str(row[0]) for row in rows), default="")
