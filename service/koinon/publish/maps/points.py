"""About where a region lies: a point for each NUTS code, to a tenth of a degree, good for a dot on a small map."""

import csv
from functools import cache
from importlib.resources import files
from typing import Final

FILE: Final = "points.csv"
"""Codes of NUTS and of the statistical regions beside it, each with the middle of its larger towns (GeoNames)."""


def point_of(code: str) -> tuple[float, float] | None:
    """Return latitude and longitude (WGS 84) of a region; of one that is not known, those of what it is part of."""
    points = _points()
    return next((points[code[:end]] for end in range(len(code), 1, -1) if code[:end] in points), None)


@cache
def _points() -> dict[str, tuple[float, float]]:
    with (files("koinon.publish.maps") / FILE).open(encoding="utf-8") as lines:
        return {row["code"]: (float(row["latitude"]), float(row["longitude"])) for row in csv.DictReader(lines)}
