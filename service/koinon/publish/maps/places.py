"""Where a thing is: the dots that a page puts on its map, from what the graph says of places."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import ADMS, DCT, DEF, GEO, M8G, SCHEMA, SKOS
from koinon.publish.documents import Document, literal_of
from koinon.publish.maps.points import point_of
from koinon.publish.maps.projection import HEIGHT, NORTH, WEST, WIDTH, flat, within
from koinon.publish.naming import Naming
from koinon.publish.text import Text

_LATITUDE: Final = NamedNode(GEO + "lat")
_LONGITUDE: Final = NamedNode(GEO + "long")
_IDENTIFIER: Final = NamedNode(ADMS + "identifier")
_NOTATION: Final = NamedNode(SKOS + "notation")
_LOCATED: Final = NamedNode(DEF + "locatedIn")
_WIDER: Final = (NamedNode(DEF + "withinTerritory"), NamedNode(DCT + "isPartOf"))
_CODE: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}")
_OF_ITSELF: Final = {DEF + "locatedIn", SCHEMA + "location", DCT + "spatial"}
_COVERED: Final = {DEF + "coversTerritory", DEF + "worksIn"}
_PARTICIPANT: Final = M8G + "hasParticipant"
_MOST: Final = 24
_STEPS: Final = 3
"""Dots that a map has, and wider places that are asked for a point."""

_LEAST: Final = 520.0
_SHAPE: Final = 0.72
_MARGIN: Final = 90.0
"""The width of the smallest map, its height for its width, and what is left free around the dots, in units."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on a map: ``kind`` is ``seat``, ``covered`` or ``partner``, ``code`` that of NUTS, if it has one."""

    x: float
    y: float
    kind: str
    iri: str
    label: Text
    code: str


@dataclass(frozen=True, slots=True)
class PlaceMap:
    """A map: its window (left, top, width, height, in the units of the drawing of Europe) and its dots."""

    window: tuple[int, int, int, int]
    dots: tuple[Dot, ...]


def place_map(document: Document, store: GraphStore, naming: Naming) -> PlaceMap | None:
    """Return the map of a thing's document; None where nothing tells a place in Europe."""
    found: dict[tuple[float, float], Dot] = {}
    for kind, place in islice(_places(document, store), _MOST * 2):
        point = where(store, place)
        if point is None or not within(*point):
            continue
        x, y = flat(*point)
        spot = (round(x, 1), round(y, 1))
        if spot not in found and len(found) < _MOST:
            found[spot] = Dot(*spot, kind, place.value, naming(place.value), next(codes_of(store, place), ""))
    return PlaceMap(window_of(found), tuple(found.values())) if found else None


def where(store: GraphStore, place: NamedNode) -> tuple[float, float] | None:
    """Return latitude and longitude of a place: as stated, by its NUTS code, or those of what it lies in."""
    for _ in range(_STEPS):
        point = _stated(store, place) or _by_code(store, place)
        if point is not None:
            return point
        wider = (
            value
            for predicate in _WIDER
            for _, _, value in islice(store.triples(place, predicate), 2)
            if isinstance(value, NamedNode) and value != place
        )
        following = next(wider, None)
        if following is None:
            return None
        place = following
    return None


def _places(document: Document, store: GraphStore) -> Iterator[tuple[str, NamedNode]]:
    yield "seat", document.topic
    later: list[tuple[str, NamedNode]] = []
    own = set(document.own)
    for subject, predicate, value in document.triples:
        if subject not in own or not isinstance(value, NamedNode):
            continue
        if subject == document.topic and predicate.value in _OF_ITSELF:
            yield "seat", value
        elif subject == document.topic and predicate.value in _COVERED:
            yield "covered", value
        elif predicate.value == _PARTICIPANT:
            later.extend(
                ("partner", place)
                for _, _, place in islice(store.triples(value, _LOCATED), 2)
                if isinstance(place, NamedNode)
            )
    yield from later


def _stated(store: GraphStore, place: NamedNode) -> tuple[float, float] | None:
    latitude, longitude = literal_of(store, place, _LATITUDE), literal_of(store, place, _LONGITUDE)
    if latitude is None or longitude is None:
        return None
    try:
        return float(latitude.value), float(longitude.value)
    except ValueError:
        return None


def _by_code(store: GraphStore, place: NamedNode) -> tuple[float, float] | None:
    for code in codes_of(store, place):
        point = point_of(code)
        if point is not None:
            return point
    return None


def codes_of(store: GraphStore, place: NamedNode) -> Iterator[str]:
    """Yield the identifiers of a place that look like codes of NUTS, at most a few."""
    for _, _, identifier in islice(store.triples(place, _IDENTIFIER), 12):
        if not isinstance(identifier, NamedNode):
            continue
        for _, _, notation in islice(store.triples(identifier, _NOTATION), 2):
            if isinstance(notation, Literal) and _CODE.fullmatch(notation.value):
                yield notation.value


def window_of(spots: Iterable[tuple[float, float]]) -> tuple[int, int, int, int]:
    """Return the window (left, top, width, height) of a map with these spots, all in units of the drawing."""
    points = list(spots)
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    width = min(max(right - left + 2 * _MARGIN, (bottom - top + 2 * _MARGIN) / _SHAPE, _LEAST), WIDTH)
    height = min(width * _SHAPE, HEIGHT)
    x = min(max((left + right - width) / 2, WEST), WEST + WIDTH - width)
    y = min(max((top + bottom - height) / 2, NORTH), NORTH + HEIGHT - height)
    return round(x), round(y), round(width), round(height)
