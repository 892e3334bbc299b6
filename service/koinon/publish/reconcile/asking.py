"""What a client of the Reconciliation API asks, and what it gets: entities, types, candidates."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from pyoxigraph import NamedNode

from koinon.model.namespaces import BASE, CODE, DEF, ID, ORG, SKOS

TYPES: Final[dict[str, str]] = {
    "actors": ORG + "Organization",
    "projects": DEF + "Project",
    "programmes": DEF + "FundingProgramme",
    "clusters": DEF + "Cluster",
    "regions": DEF + "Territory",
    "topics": SKOS + "Concept",
}
"""The types by their ids, which are the paths of their collections, and the classes of their entities."""
TOPICS: Final = (CODE + "theme/", CODE + "cluster-model/", CODE + "legal-form/")
"""Where the concepts of our code lists stand that are topics; those of the other lists are only codes."""
_NO_IRI: Final = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_REGISTRIES: Final = {
    "ror.org": "ROR",
    "wikidata.org": "Wikidata",
    "isni.org": "ISNI",
    "grid.ac": "GRID",
    "geonames.org": "GeoNames",
    "data.europa.eu/nuts": "Eurostat",
}
_REGISTERED: Final = re.compile(
    rf"(?:https?://)?(?:www\.|sws\.)?({'|'.join(map(re.escape, _REGISTRIES))})/(?:[a-z]+/)?([\w.-]+)(?:/[\w.-]*)?",
    re.IGNORECASE,
)
LIMIT: Final = 10
MOST_CANDIDATES: Final = 50
"""Candidates of one query, where it names no number and at most."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a client gives: a text, or an entity that it matched before."""

    text: str
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A property and the values that an entity should have: any of them, all, or none (``quantifier``)."""

    property: str
    values: tuple[Value, ...]
    required: bool = False
    quantifier: str = "any"


@dataclass(frozen=True, slots=True)
class Query:
    """One query: names (any may fit), the ids of types, conditions, and how many candidates are wanted.

    ``ids`` are entities that are asked for themselves.
    """

    names: tuple[str, ...]
    types: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    limit: int = LIMIT
    ids: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may be meant; ``score`` is from 0 to 100, and so are the ``features`` that it is made of."""

    iri: str
    name: str
    tag: str
    types: tuple[str, ...]
    description: str
    score: float
    match: bool
    features: dict[str, float] = field(default_factory=dict)


def entity_id(iri: str) -> str:
    """Return the id of an entity: what stands behind this node's base, or the whole IRI of what others minted."""
    return iri.removeprefix(BASE) if iri.startswith(BASE) else iri


def iri_of(identifier: str) -> str:
    """Return the IRI of an id: as ``entity_id`` gives it, an IRI, or a short name like ``project/resist``."""
    identifier = _NO_IRI.sub(lambda found: quote(found[0]), identifier.strip())
    if "://" in identifier:
        return identifier
    if identifier.startswith(("id/", "code/")):
        return BASE + identifier
    return ID + identifier


def registered(text: str) -> str:
    """Return the identifier that an address in a register stands for, such as ``ROR: 048tbm396``; "" for others."""
    found = _REGISTERED.fullmatch(text.strip())
    return f"{_REGISTRIES[found[1].lower()]}: {found[2]}" if found else ""


def node_of(iri: str) -> NamedNode:
    """Return the node of an IRI; of what is none, a node of this node's base that nothing is said of."""
    try:
        return NamedNode(iri)
    except ValueError:
        return NamedNode(ID + quote(iri, safe=""))


def types_of(classes: set[str]) -> tuple[str, ...]:
    """Return the ids of the types that a thing of these classes has, in the order of the list."""
    return tuple(name for name, iri in TYPES.items() if iri in classes)


def is_entity(iri: str) -> bool:
    """Tell whether a thing can be an answer: a code of a list that is no topic cannot."""
    return not iri.startswith(CODE) or iri.startswith(TOPICS)
