"""How the globe is laid flat: Lambert's azimuthal equal-area projection about the middle of Europe."""

from math import cos, radians, sin, sqrt
from typing import Final

_CENTRE: Final = (radians(52.0), radians(10.0))
_RADIUS: Final = 6371.0
SCALE: Final = 2.0
"""Kilometres that one unit of a drawing has."""

WEST, NORTH, WIDTH, HEIGHT = -900, -1010, 1960, 1950
"""The window of a drawing of Europe: from Iceland to Cyprus, from the North Cape to Crete."""


def flat(latitude: float, longitude: float) -> tuple[float, float]:
    """Return where a place (WGS 84, degrees) lies in a drawing: units east and south of its middle."""
    phi, delta = radians(latitude), radians(longitude) - _CENTRE[1]
    middle = _CENTRE[0]
    spread = 1 + sin(middle) * sin(phi) + cos(middle) * cos(phi) * cos(delta)
    factor = _RADIUS / SCALE * sqrt(2 / max(spread, 1e-9))
    east = factor * cos(phi) * sin(delta)
    north = factor * (cos(middle) * sin(phi) - sin(middle) * cos(phi) * cos(delta))
    return east, -north


def within(latitude: float, longitude: float) -> bool:
    """Tell whether a place lies in the window of a drawing of Europe."""
    east, south = flat(latitude, longitude)
    return WEST <= east <= WEST + WIDTH and NORTH <= south <= NORTH + HEIGHT
