"""Boundaries of regions that the operator of a node supplies: the licence of those of NUTS lets Koinon carry none.

The file is GeoJSON (RFC 7946): polygons with longitude and latitude in degrees, each with a code of NUTS, as the
publisher of NUTS offers them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings

_LARGEST: Final = 128 * 2**20
"""Bytes that a file may have; those of NUTS have 1 to 60 MB."""

_NAMES: Final = ("NUTS_ID", "nuts_id", "NUTS_CODE", "code", "CODE", "id")
_CODE: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}")
_DEGREES: Final = re.compile(r"(EPSG:+|/)4326$|CRS84$")
_POLYGONS: Final = {"Polygon": 3, "MultiPolygon": 4}
_DIGITS: Final = 4
"""Digits of a coordinate that are kept: ten metres."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Shapes by the code of their region, each a GeoJSON feature, and the credit line that maps show with them.

    ``left_out`` counts the features of the file that have no code, no area, or a code that an earlier one has.
    """

    shapes: Mapping[str, str] = field(default_factory=dict)
    credit: str = ""
    left_out: int = 0

    @classmethod
    def read(cls, path: Path, credit: str) -> Self:
        """Read the operator's file. Raises ConfigurationError, which says what is wrong and what would be right."""
        wrong = f"KOINON_SHAPES: {path} "
        try:
            if path.stat().st_size > _LARGEST:
                raise ConfigurationError(f"{wrong}is larger than {_LARGEST // 2**20} MB: take a coarser scale.")
            document = json.loads(path.read_text("utf-8"))
        except OSError as error:
            raise ConfigurationError(f"{wrong}cannot be read: {error.strerror}.") from error
        except (ValueError, RecursionError) as error:
            raise ConfigurationError(f"{wrong}is no JSON: {error}.") from error
        features = document.get("features") if isinstance(document, dict) else None
        if not isinstance(features, list):
            raise ConfigurationError(f"{wrong}is no GeoJSON FeatureCollection.")
        _check_reference(document, wrong)
        shapes: dict[str, str] = {}
        for feature in features:
            code = _code_of(feature)
            geometry = feature.get("geometry") if isinstance(feature, dict) else None
            if code and code not in shapes and isinstance(geometry, dict) and geometry.get("type") in _POLYGONS:
                shapes[code] = _written(code, geometry, f"{wrong}, feature {code}: ")
        if not shapes:
            raise ConfigurationError(
                f"{wrong}has no polygon with a code of NUTS in one of {', '.join(_NAMES)}, like PL63."
            )
        return cls(shapes, credit, len(features) - len(shapes))

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return those of a node's settings: none where no file is named. Raises ConfigurationError."""
        return cls.read(settings.shapes, settings.shapes_credit) if settings.shapes else cls()

    def collection(self, codes: Iterable[str]) -> bytes:
        """Return the GeoJSON of the regions with these codes, of those that are known, with the credit line."""
        found = ",".join(self.shapes[code] for code in dict.fromkeys(codes) if code in self.shapes)
        credit = json.dumps(self.credit, ensure_ascii=False)
        return f'{{"type":"FeatureCollection","credit":{credit},"features":[{found}]}}'.encode()


def is_code(text: str) -> bool:
    """Tell whether a text has the form of a code of NUTS."""
    return _CODE.fullmatch(text) is not None


def _check_reference(document: Mapping[str, Any], wrong: str) -> None:
    reference = document.get("crs")
    named = reference.get("properties", {}).get("name", "") if isinstance(reference, dict) else ""
    if named and not _DEGREES.search(str(named)):
        raise ConfigurationError(f"{wrong}is in {named!s:.60}: take the file in degrees, whose name ends in 4326.")


def _code_of(feature: object) -> str:
    if not isinstance(feature, dict):
        return ""
    properties = feature.get("properties")
    given = [properties.get(name) for name in _NAMES] if isinstance(properties, dict) else []
    return next((each for each in [*given, feature.get("id")] if isinstance(each, str) and is_code(each)), "")


def _written(code: str, geometry: Mapping[str, Any], wrong: str) -> str:
    depth = _POLYGONS[geometry["type"]]
    try:
        rounded = _rounded(geometry.get("coordinates"), depth)
    except (TypeError, ValueError, IndexError) as error:
        raise ConfigurationError(f"{wrong}{error}.") from error
    shape = {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": geometry["type"], "coordinates": rounded},
    }
    return json.dumps(shape, separators=(",", ":"))


def _rounded(found: Any, depth: int) -> list[Any]:
    if not isinstance(found, list):
        raise TypeError("its coordinates are not nested as RFC 7946 has them")
    if depth > 1:
        return [_rounded(each, depth - 1) for each in found]
    longitude, latitude = float(found[0]), float(found[1])
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise ValueError(
            f"[{longitude}, {latitude}] is no longitude and latitude: take the file in degrees, whose name ends in "
            "4326"
        )
    return [round(longitude, _DIGITS), round(latitude, _DIGITS)]
