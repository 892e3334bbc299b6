"""The map of all regions: how many things each release has in each of them."""

from dataclasses import dataclass, replace
from itertools import islice
from math import sqrt
from typing import Final

from pyoxigraph import NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import DEF
from koinon.publish.maps.places import codes_of, where
from koinon.publish.maps.projection import flat, within
from koinon.release.contents import Contents

_LEVEL: Final = NamedNode(DEF + "nutsLevel")
_HOLDING: Final = (NamedNode(DEF + "coversTerritory"), NamedNode(DEF + "locatedIn"), NamedNode(DEF + "worksIn"))
_TERRITORIES: Final = 4000
_COUNTED: Final = 400
_SHOWN: Final = 300
"""Territories that are looked at, things that are counted in one of them, and dots that the map has at most."""

_CROWDED: Final = 150
"""Dots from which on none is drawn larger than its number asks for."""


@dataclass(frozen=True, slots=True)
class RegionDot:
    """A region on the map, with how many things lie in it, work in it or cover it, and its code of NUTS, if any.

    ``scale`` makes dots larger where few share the map.
    """

    iri: str
    x: float
    y: float
    things: int
    code: str
    scale: float = 1.0

    @property
    def name(self) -> str:
        """The last part of its address."""
        return self.iri.rpartition("/")[2]

    @property
    def radius(self) -> float:
        """The radius of its dot: its area grows with the number of things."""
        return round(min((9 + 2.2 * sqrt(self.things)) * self.scale, 50), 1)


def region_dots(store: GraphStore, contents: Contents) -> tuple[RegionDot, ...]:
    """Return the regions below the countries in which something is, those with most first."""
    found: list[RegionDot] = []
    for entry in contents.entries(DEF + "Territory", "en", None, _TERRITORIES):
        node = NamedNode(entry.iri)
        levels = {value.value for _, _, value in islice(store.triples(node, _LEVEL), 4)}
        if not levels or "0" in levels:
            continue
        things = _things(store, node)
        point = where(store, node) if things else None
        if point is not None and within(*point):
            x, y = flat(*point)
            code = next(codes_of(store, node), "")
            found.append(RegionDot(entry.iri, round(x, 1), round(y, 1), things, code))
    found.sort(key=lambda dot: (-dot.things, dot.iri))
    scale = min(max(sqrt(_CROWDED / max(len(found), 1)), 1.0), 2.0)
    return tuple(replace(dot, scale=scale) for dot in found[:_SHOWN])


def _things(store: GraphStore, territory: NamedNode) -> int:
    owners = {
        subject.value.partition("#")[0]
        for predicate in _HOLDING
        for subject, _, _ in islice(store.triples(None, predicate, territory), _COUNTED)
        if isinstance(subject, NamedNode)
    }
    return len(owners)
