"""The map of a region and those it works with, and of two regions that are compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from pyoxigraph import NamedNode

from koinon.engine import GraphStore
from koinon.publish.bridge.views import BridgeView, RegionView, Side
from koinon.publish.maps.places import where, window_of
from koinon.publish.maps.projection import flat, within
from koinon.publish.text import Text
from koinon.publish.views import Named


@dataclass(frozen=True, slots=True)
class Spot:
    """A region on the map: ``path`` is the page it leads to, ``number`` how many projects it shares, if any."""

    x: float
    y: float
    label: Text
    path: str
    code: str
    number: int

    @property
    def radius(self) -> float:
        """The radius of its dot, in units of the drawing; its area grows with the number."""
        return round(min(9 + 5 * sqrt(self.number), 40), 1)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A map: its window, the region or the two that the page is about, and those joined with the first."""

    window: tuple[int, int, int, int]
    own: tuple[Spot, ...]
    others: tuple[Spot, ...]


def neighbourhood(view: RegionView | BridgeView, store: GraphStore) -> Neighbourhood | None:
    """Return the map of a page about regions; None where nobody knows where they lie, or far away."""
    if isinstance(view, BridgeView):
        own = [_own(view.one, store), _own(view.other, store)]
        others: list[Spot | None] = []
    else:
        own = [_own(view.side, store)]
        side = view.side.name
        others = [
            _spot(place.region, f"/regions/{side}/with/{place.name}", _code(place.name), place.number, store)
            for place in view.partners
        ]
    here = _known(own)
    if len(here) < len(own):
        return None
    there = _known(others)
    return Neighbourhood(window_of((spot.x, spot.y) for spot in (*here, *there)), here, there)


def _own(side: Side, store: GraphStore) -> Spot | None:
    return _spot(side.region, f"/regions/{side.name}", side.code, 0, store)


def _code(name: str) -> str:
    return name if name.isupper() else ""


def _spot(place: Named, path: str, code: str, number: int, store: GraphStore) -> Spot | None:
    point = where(store, NamedNode(place.iri))
    if point is None or not within(*point):
        return None
    x, y = flat(*point)
    return Spot(round(x, 1), round(y, 1), place.label, path, code, number)


def _known(spots: Iterable[Spot | None]) -> tuple[Spot, ...]:
    return tuple(spot for spot in spots if spot is not None)
