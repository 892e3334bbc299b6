"""What the search index says of one thing, read from the statements around it."""

from collections.abc import Iterator
from itertools import islice
from math import log2
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store

from koinon.engine import matching
from koinon.model.namespaces import ADMS, DCT, DEF, FOAF, ORG, OWL, RDF, RDFS, SCHEMA, SKOS, VOID
from koinon.release.contents import LABELS
from koinon.release.search_index import Body, Name

_DEFAULT: Final = DefaultGraph()
_TYPE: Final = NamedNode(RDF + "type")
_NOTATION: Final = NamedNode(SKOS + "notation")
_IDENTIFIER: Final = NamedNode(ADMS + "identifier")
_PART_OF: Final = NamedNode(DCT + "isPartOf")
_LEVEL: Final = NamedNode(DEF + "nutsLevel")

NAMES: Final = tuple(
    map(
        NamedNode, dict.fromkeys((*LABELS, SKOS + "altLabel", SKOS + "hiddenLabel", FOAF + "name", SCHEMA + "name"))
    )
)
"""What names a thing, what a page shows first before all others."""
CODES: Final = len(NAMES)
"""Rank of a name that is a code of an identifier."""

_PLACES: Final = tuple(
    map(
        NamedNode,
        (DEF + "locatedIn", DEF + "coversTerritory", DEF + "worksIn", SCHEMA + "location", DEF + "territory"),
    )
)
"""What places a thing."""

HIERARCHY: Final = frozenset({_PART_OF, _TYPE, _LEVEL})
"""Statements about a place that also concern what is placed in it."""

_TERRITORY: Final = DEF + "Territory"
_KINDS: Final = {
    DEF + "Project": 1.0,
    DEF + "FundingProgramme": 1.0,
    DEF + "Cluster": 1.0,
    DEF + "ClusterModel": 1.0,
    DEF + "Network": 0.8,
    ORG + "Organization": 0.9,
    ORG + "FormalOrganization": 0.9,
    ORG + "OrganizationalUnit": 0.8,
    _TERRITORY: 1.0,
    DCT + "Location": 0.7,
    DEF + "Initiative": 0.7,
    DEF + "GoodPractice": 0.7,
    DEF + "Event": 0.5,
    DEF + "Activity": 0.4,
    DEF + "Output": 0.4,
    DEF + "Fund": 0.7,
    DEF + "Facility": 0.6,
    DEF + "PolicyDocument": 0.5,
    SKOS + "ConceptScheme": 0.2,
    SKOS + "Concept": 0.5,
    FOAF + "Document": 0.2,
}
"""Kinds that people look for, the one that a thing is shown as first, and how much each matters."""
_AS: Final = {ORG + "FormalOrganization": ORG + "Organization", ORG + "OrganizationalUnit": ORG + "Organization"}
"""Kinds that are counted as another."""
_ORDINARY: Final = 0.3
_LEFT_OUT: Final = (OWL, RDFS, VOID, "http://www.w3.org/ns/shacl#", "http://www.w3.org/ns/dcat#")
"""Namespaces of classes whose things describe data, not the world."""
_LEFT_OUT_CLASSES: Final = frozenset(
    {RDF + "Statement", RDF + "Property", DEF + "SourceGraph", DEF + "SourceRange"}
)
_MOST_NAMES: Final = 200
_MOST_PLACES: Final = 200
_MOST_TEXT: Final = 1_000
_DEPTH: Final = 12
"""Places in places that are followed."""
_DEGREE: Final = 1_023
_DIGITS: Final = 4


def is_listed(iri: str) -> bool:
    """Tell whether an IRI may be that of a thing in the index: no part of a thing."""
    return "#" not in iri


class Things:
    """Reads what the index says of things of a store. What places lie in is remembered."""

    def __init__(self, store: Store) -> None:
        """Read from an open store, whose default graph does not change meanwhile."""
        self._store = store
        self._within: dict[NamedNode, tuple[frozenset[str], frozenset[str]]] = {}

    def body(self, thing: NamedNode) -> Body | None:
        """Return what the index says of a thing, or None where it is not in it."""
        if not is_listed(thing.value):
            return None
        classes, names, places = set(), set(), {thing}
        for quad in self._store.quads_for_pattern(thing, None, None, _DEFAULT):
            predicate, value = quad.predicate, quad.object
            if isinstance(value, Literal):
                if predicate in NAMES:
                    names.add(Name(value.value[:_MOST_TEXT], value.language or "", NAMES.index(predicate)))
            elif isinstance(value, NamedNode):
                if predicate == _TYPE:
                    classes.add(value.value)
                elif predicate in _PLACES:
                    places.add(value)
                elif predicate == _IDENTIFIER:
                    names.update(self._codes(value))
        if (
            not names
            or not classes
            or any(name in _LEFT_OUT_CLASSES or name.startswith(_LEFT_OUT) for name in classes)
        ):
            return None
        countries, regions = set[str](), set[str]()
        for place in sorted(places, key=lambda node: node.value)[:_MOST_PLACES]:
            found = self._territories(place)
            countries |= found[0]
            regions |= found[1]
        kind = next((name for name in _KINDS if name in classes), min(classes, default=""))
        ordered = sorted(names, key=lambda name: (name.rank, name.tag, name.text))[:_MOST_NAMES]
        return Body(
            iri=thing.value,
            kind=_AS.get(kind, kind),
            classes=tuple(sorted(classes)),
            names=tuple(ordered),
            countries=tuple(sorted(countries)),
            regions=tuple(sorted(regions)),
            importance=self._importance(thing, kind, ordered[0].text),
        )

    def _codes(self, identifier: NamedNode) -> Iterator[Name]:
        for quad in self._store.quads_for_pattern(identifier, _NOTATION, None, _DEFAULT):
            if isinstance(quad.object, Literal):
                yield Name(quad.object.value[:_MOST_TEXT], "", CODES)

    def _importance(self, thing: NamedNode, kind: str, name: str) -> float:
        """Return 1 to 2: a half for the kind, most of the rest for how often the thing is named."""
        named = sum(1 for _ in islice(matching(self._store, None, None, thing, _DEFAULT), _DEGREE))
        known = log2(1 + named) / log2(1 + _DEGREE)
        brevity = 1 / (1 + len(name.split()))
        return round(1 + 0.5 * _KINDS.get(kind, _ORDINARY) + 0.4 * known + 0.1 * brevity, _DIGITS)

    def _territories(self, place: NamedNode) -> tuple[frozenset[str], frozenset[str]]:
        """Return the countries among the territories that a place lies in, and all of these, with itself."""
        if place in self._within:
            return self._within[place]
        if self._level(place) is None:
            return frozenset(), frozenset()
        countries, regions = set[str](), set[str]()
        near, seen = [place], {place}
        for _ in range(_DEPTH):
            further = []
            for node in near:
                level = self._level(node)
                if level is None:
                    continue
                if level == 0:
                    countries.add(node.value)
                if level >= 0:
                    regions.add(node.value)
                for quad in self._store.quads_for_pattern(node, _PART_OF, None, _DEFAULT):
                    if isinstance(quad.object, NamedNode) and quad.object not in seen:
                        seen.add(quad.object)
                        further.append(quad.object)
            near = further
        self._within[place] = result = frozenset(countries), frozenset(regions)
        return result

    def _level(self, node: NamedNode) -> int | None:
        """Return the NUTS level of a territory; 9 where it has none, -1 for another place, None for no place."""
        classes = {
            quad.object.value
            for quad in self._store.quads_for_pattern(node, _TYPE, None, _DEFAULT)
            if isinstance(quad.object, NamedNode)
        }
        if _TERRITORY not in classes:
            return -1 if DCT + "Location" in classes else None
        values = (quad.object for quad in self._store.quads_for_pattern(node, _LEVEL, None, _DEFAULT))
        levels = (value.value for value in values if isinstance(value, Literal))
        return min((int(level) for level in levels if level.isdecimal()), default=9)


def placed_in(store: Store, place: NamedNode) -> Iterator[tuple[NamedNode, bool]]:
    """Yield what lies in a place directly: places (True), and what is placed there."""
    for quad in matching(store, None, _PART_OF, place, _DEFAULT):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject, True
    for predicate in _PLACES:
        for quad in matching(store, None, predicate, place, _DEFAULT):
            if isinstance(quad.subject, NamedNode):
                yield quad.subject, False
