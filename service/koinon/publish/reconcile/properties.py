"""The properties that entities can be matched by and extended with, and their values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.model.namespaces import ADMS, CODE, DCT, DEF, FOAF, FRAPO, GEO, LOCN, M8G, ORG, RDF, SCHEMA, SKOS
from koinon.publish.reconcile.asking import TYPES
from koinon.publish.reconcile.entities import OTHERS, PREFERRED, SHORT, WHERE, Entity
from koinon.publish.vocabulary import Vocabulary

Node = NamedNode | Literal

_MOST: Final = 100
"""Values of one property that are given."""
_IDENTIFIER: Final = NamedNode(ADMS + "identifier")
_NOTATION: Final = NamedNode(SKOS + "notation")
_AGENCY: Final = NamedNode(ADMS + "schemeAgency")
_PARTICIPATION: Final = NamedNode(M8G + "hasParticipation")
_PARTICIPANT: Final = NamedNode(M8G + "hasParticipant")
_ROLE: Final = NamedNode(M8G + "role")
_LEAD: Final = frozenset(CODE + f"role/{name}" for name in ("lead-partner", "coordinator"))
_COUNTRY: Final = CODE + "place-type/country"


@dataclass(frozen=True, slots=True)
class Property:
    """A property: its id, the term whose label names it, the types that have it, and what finds its values.

    ``leads`` is the id of the type of its values, where they are entities.
    """

    id: str
    term: str
    types: frozenset[str]
    find: Callable[[Entity], Iterator[Node]]
    leads: str = ""

    def values(self, entity: Entity) -> list[Node]:
        """Return its values of an entity, at most 100, each once."""
        return list(dict.fromkeys(islice(self.find(entity), _MOST)))

    def name(self, vocabulary: Vocabulary, entity_name: Callable[[str], object], language: str) -> str:
        """Return what it is called in the language."""
        if self.term.startswith(CODE):
            return str(entity_name(self.term))
        return str(vocabulary.label(self.term, language))


def _plain(*iris: str) -> Callable[[Entity], Iterator[Node]]:
    nodes = tuple(map(NamedNode, iris))
    return lambda entity: entity.values(*nodes)


def _countries(entity: Entity) -> Iterator[Node]:
    yield from entity.countries()


def _places(entity: Entity) -> Iterator[Node]:
    yield from entity.values(*WHERE)


def _territories(entity: Entity) -> Iterator[Node]:
    yield from (place for place in entity.places() if place != entity.node)


def _identifiers(entity: Entity) -> Iterator[Node]:
    for part in entity.values(_IDENTIFIER):
        if isinstance(part, NamedNode):
            said = list(islice(entity.store.triples(part), _MOST))
            scheme = next((o.value for _, p, o in said if p == _AGENCY and isinstance(o, Literal)), "")
            for _, predicate, value in said:
                if predicate == _NOTATION and isinstance(value, Literal):
                    yield Literal(f"{scheme}: {value.value}" if scheme else value.value)


def _bare_identifiers(entity: Entity) -> Iterator[Node]:
    for part in entity.values(_IDENTIFIER):
        if isinstance(part, NamedNode):
            yield from (
                value for _, _, value in entity.store.triples(part, _NOTATION) if isinstance(value, Literal)
            )


def _participants(entity: Entity, *, lead: bool) -> Iterator[Node]:
    for part in entity.values(_PARTICIPATION):
        if isinstance(part, NamedNode):
            roles = {role.value for _, _, role in entity.store.triples(part, _ROLE) if isinstance(role, NamedNode)}
            if not lead or roles & _LEAD:
                bodies = (body for _, _, body in entity.store.triples(part, _PARTICIPANT))
                yield from (body for body in bodies if isinstance(body, NamedNode))


def _projects(entity: Entity) -> Iterator[Node]:
    for part, _, _ in islice(entity.store.triples(None, _PARTICIPANT, entity.node), _MOST):
        if isinstance(part, NamedNode):
            found = (thing for thing, _, _ in islice(entity.store.triples(None, _PARTICIPATION, part), _MOST))
            yield from (thing for thing in found if isinstance(thing, NamedNode))


_ALL: Final = frozenset(TYPES)
_A, _P, _G, _C, _R, _T = (frozenset({name}) for name in TYPES)
PROPERTIES: Final = {
    one.id: one
    for one in (
        Property("name", SKOS + "prefLabel", _ALL, _plain(*(node.value for node in PREFERRED))),
        Property("other-name", SKOS + "altLabel", _ALL, _plain(*(node.value for node in OTHERS[:1]))),
        Property("acronym", FRAPO + "hasAcronym", _ALL, _plain(*(node.value for node in SHORT))),
        Property("identifier", ADMS + "identifier", _A | _P | _G | _C | _R, _identifiers),
        Property("website", FOAF + "homepage", _A | _P | _G | _C, _plain(FOAF + "homepage", SCHEMA + "url")),
        Property("country", _COUNTRY, _A | _P | _C | _R, _countries, "regions"),
        Property("place", DEF + "locatedIn", _A | _P | _C, _places, "regions"),
        Property("territory", DEF + "coversTerritory", _A | _P | _C | _R, _territories, "regions"),
        Property("post-code", LOCN + "postCode", _A, lambda entity: _address(entity, LOCN + "postCode")),
        Property("classification", ORG + "classification", _A, _plain(ORG + "classification"), "topics"),
        Property("founded", SCHEMA + "foundingDate", _A | _C, _plain(SCHEMA + "foundingDate")),
        Property("part-of", DCT + "isPartOf", _A | _R | _G, _plain(ORG + "unitOf", DCT + "isPartOf")),
        Property("project", DEF + "Project", _A, _projects, "projects"),
        Property("member", ORG + "hasMember", _A | _C, _plain(ORG + "hasMember"), "actors"),
        Property("partner", M8G + "hasParticipant", _P, lambda entity: _participants(entity, lead=False), "actors"),
        Property("lead", CODE + "role/lead-partner", _P, lambda entity: _participants(entity, lead=True), "actors"),
        Property("programme", DEF + "fundedUnder", _P, _plain(DEF + "fundedUnder"), "programmes"),
        Property("start", SCHEMA + "startDate", _P | _G, _plain(SCHEMA + "startDate")),
        Property("end", SCHEMA + "endDate", _P | _G, _plain(SCHEMA + "endDate")),
        Property("grant-number", FRAPO + "hasGrantNumber", _P, _plain(FRAPO + "hasGrantNumber")),
        Property("topic", DCT + "subject", _A | _P | _C, _plain(DCT + "subject", DEF + "fieldOfWork"), "topics"),
        Property(
            "cluster-model",
            CODE + "cluster-model",
            _P | _C,
            _plain(DEF + "addressesClusterModel", DEF + "followsClusterModel"),
            "topics",
        ),
        Property("member-count", DEF + "memberCount", _C, _plain(DEF + "memberCount", DEF + "memberCountApprox")),
        Property("nuts-level", DEF + "nutsLevel", _R, _plain(DEF + "nutsLevel")),
        Property("latitude", GEO + "lat", _A | _R, _plain(GEO + "lat")),
        Property("longitude", GEO + "long", _A | _R, _plain(GEO + "long")),
        Property("broader", SKOS + "broader", _T, _plain(SKOS + "broader"), "topics"),
        Property("exact-match", SKOS + "exactMatch", _T, _plain(SKOS + "exactMatch")),
        Property("scheme", SKOS + "inScheme", _T, _plain(SKOS + "inScheme")),
        Property("type", RDF + "type", _ALL, _plain(RDF + "type")),
        Property(
            "see-also",
            "http://www.w3.org/2000/01/rdf-schema#seeAlso",
            _ALL,
            _plain("http://www.w3.org/2000/01/rdf-schema#seeAlso"),
        ),
    )
}
"""The properties by their ids, those that are asked for most first."""


def _address(entity: Entity, name: str) -> Iterator[Node]:
    for part in entity.values(NamedNode(LOCN + "address")):
        if isinstance(part, NamedNode):
            yield from (
                value for _, _, value in entity.store.triples(part, NamedNode(name)) if isinstance(value, Literal)
            )


def identifiers_of(entity: Entity) -> set[str]:
    """Return the identifiers of an entity, each without its scheme and with it (``ROR: 048tbm396``)."""
    found = (*_bare_identifiers(entity), *_identifiers(entity))
    return {value.value for value in found}


def compared(entity: Entity, name: str) -> list[str]:
    """Return the texts by which a property of an entity is compared: literals, IRIs, and the names of things."""
    prop = PROPERTIES[name]
    found: list[Node] = list(_bare_identifiers(entity)) if name == "identifier" else []
    found += _territories(entity) if name == "place" else ()
    texts: list[str] = []
    for value in (*prop.values(entity), *found):
        texts.append(value.value)
        if isinstance(value, NamedNode):
            thing = Entity(value, entity.store, entity.naming, entity.vocabulary)
            texts += [text.value for text in thing.texts(*PREFERRED, *OTHERS, *SHORT)]
            texts += [text.value for text in _bare_identifiers(thing) if isinstance(text, Literal)]
    return texts
