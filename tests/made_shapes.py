"""A made-up file of boundaries, in the form in which the publisher of NUTS offers its own."""

import json
from pathlib import Path
from typing import Final

BOXES: Final = {
    "PL63": (16.7, 53.5, 19.6, 54.8),
    "ITG1": (12.4, 36.7, 15.6, 38.3),
    "EL51": (23.9, 40.8, 26.6, 41.7),
}
"""Codes of regions, each with the west, south, east and north of its box."""


def made_shapes(folder: Path) -> Path:
    """Write the file and return its path."""
    features = [
        {
            "type": "Feature",
            "properties": {"NUTS_ID": code, "LEVL_CODE": 2},
            "geometry": {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]},
        }
        for code, (w, s, e, n) in BOXES.items()
    ]
    file = folder / "shapes.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file
