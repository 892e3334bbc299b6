"""Draw the countries of Europe once: ``python -m koinon.publish.maps.outline countries-50m.json > europe.svg``.

The file is that of the npm package ``world-atlas``, made from Natural Earth, which is in the public domain. The
drawing is kept in ``web/static``: whoever serves or builds Koinon does not need the package.
"""

import json
import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from koinon.publish.maps.projection import HEIGHT, NORTH, WEST, WIDTH, flat

Point = tuple[float, float]

_TOLERANCE: Final = 2.4
_LEAST: Final = 30.0
"""Units by which a line may be drawn straighter than it is, and the least area that is drawn."""

_STYLE: Final = (
    "path{fill:#e4e6de;stroke:#fbfaf7;stroke-width:2.5;stroke-linejoin:round}"
    "@media(prefers-color-scheme:dark){path{fill:#27312e;stroke:#121816}}"
)


def europe(topology: Any) -> str:
    """Return the drawing, an SVG file, of a TopoJSON topology of the world's countries."""
    step, start = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [_straighter(_projected(arc, step, start)) for arc in topology["arcs"]]
    rings = [
        ring
        for country in topology["objects"]["countries"]["geometries"]
        for polygon in _polygons(country)
        for ring in (_joined(arcs, line) for line in polygon)
        if _is_seen(ring)
    ]
    lines = "".join(_path(ring) for ring in rings)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{WEST} {NORTH} {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><style>{_STYLE}</style><path d="{lines}"/></svg>\n'
    )


def _projected(arc: Iterable[list[int]], step: list[float], start: list[float]) -> list[Point]:
    x, y = 0, 0
    points = []
    for dx, dy in arc:  # each point is told by how far it is from the one before
        x, y = x + dx, y + dy
        points.append(flat(y * step[1] + start[1], x * step[0] + start[0]))
    return points


def _straighter(line: list[Point]) -> list[Point]:
    """Leave out points that lie near the line between their neighbours (Douglas and Peucker, 1973)."""
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5

    def off(point: Point) -> float:
        if length == 0:
            return float(((point[0] - ax) ** 2 + (point[1] - ay) ** 2) ** 0.5)
        return abs((bx - ax) * (ay - point[1]) - (ax - point[0]) * (by - ay)) / float(length)

    most = max(range(1, len(line) - 1), key=lambda index: off(line[index]))
    if off(line[most]) <= _TOLERANCE:
        return [line[0], line[-1]]
    return _straighter(line[: most + 1])[:-1] + _straighter(line[most:])


def _polygons(country: Any) -> list[list[list[int]]]:
    match country["type"]:
        case "Polygon":
            return [country["arcs"]]
        case "MultiPolygon":
            return list(country["arcs"])
        case _:
            return []


def _joined(arcs: list[list[Point]], line: list[int]) -> list[Point]:
    ring: list[Point] = []
    for index in line:
        ring += (arcs[index] if index >= 0 else arcs[~index][::-1])[1 if ring else 0 :]
    return ring


def _is_seen(ring: list[Point]) -> bool:
    inside = any(WEST <= x <= WEST + WIDTH and NORTH <= y <= NORTH + HEIGHT for x, y in ring)
    return inside and abs(_area(ring)) >= _LEAST


def _area(ring: list[Point]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def _path(ring: list[Point]) -> str:
    margin = 60
    whole = [
        (
            round(min(max(x, WEST - margin), WEST + WIDTH + margin)),
            round(min(max(y, NORTH - margin), NORTH + HEIGHT + margin)),
        )
        for x, y in ring
    ]
    points = [point for index, point in enumerate(whole) if index == 0 or point != whole[index - 1]]
    steps = [(bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points)]
    moves = "".join(f"{dx}{'' if dy < 0 else ' '}{dy}" + " " for dx, dy in steps).replace(" -", "-").strip()
    return f"M{points[0][0]} {points[0][1]}l{moves}z"


if __name__ == "__main__":
    sys.stdout.write(europe(json.loads(Path(sys.argv[1]).read_text("utf-8"))))
