"""Boundaries that an operator supplies are read from one file, and a wrong one is told what would be right."""

import json
from pathlib import Path
from typing import Any

import pytest

from koinon.model.errors import ConfigurationError
from koinon.publish.maps.boundaries import Boundaries

SQUARE = [[[18.1234567, 54.0], [19.0, 54.0], [19.0, 55.0], [18.1234567, 54.0]]]
CREDIT = "© the office"


def feature(code: object, coordinates: object = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"NUTS_ID": code, "NUTS_NAME": "<b>"}, "geometry": geometry}


def read(folder: Path, document: object) -> Boundaries:
    file = folder / "shapes.geojson"
    file.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return Boundaries.read(file, CREDIT)


def collection(*features: object, **members: object) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features), **members}


def test_regions_are_found_by_their_codes_with_the_credit_line_and_nothing_else(tmp_path: Path) -> None:
    many = feature("EL51", [SQUARE, SQUARE], "MultiPolygon")
    found = read(tmp_path, collection(feature("PL63"), many, feature(None), feature("PL63")))
    told = json.loads(found.collection(["PL63", "XX99", "PL63"]))
    assert told["credit"] == CREDIT
    assert [each["properties"] for each in told["features"]] == [{"code": "PL63"}]
    assert told["features"][0]["geometry"]["coordinates"][0][0] == [18.1235, 54.0]
    assert (sorted(found.shapes), found.left_out) == (["EL51", "PL63"], 2)


def test_codes_may_stand_in_other_members_too(tmp_path: Path) -> None:
    by_id = {**feature(None), "properties": None, "id": "LV00"}
    named = {**feature(None), "properties": {"code": "PL21"}}
    assert set(read(tmp_path, collection(by_id, named)).shapes) == {"LV00", "PL21"}


def test_without_a_file_there_are_none() -> None:
    assert json.loads(Boundaries().collection(["PL63"]))["features"] == []


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "is no JSON"),
        ("[" * 200_000, "is no JSON"),
        ("[]", "no GeoJSON FeatureCollection"),
        (collection(), "no polygon with a code of NUTS"),
        (
            collection("x", None, feature("Pomorskie"), {**feature("PL63"), "geometry": None}),
            "no polygon with a code",
        ),
        (collection(feature("PL63", [[18.0, 54.0]], "Point")), "no polygon with a code"),
        (collection(feature("PL63"), crs={"properties": {"name": "urn:ogc:def:crs:EPSG::3035"}}), "ends in 4326"),
        (collection(feature("PL63", [[[4321000.0, 3210000.0]]])), "PL63: .*ends in 4326"),
        (collection(feature("PL63", [[18.0, 54.0]])), "PL63: "),
        (collection(feature("PL63", [[["x", "y"]]])), "PL63: "),
        (collection(feature("PL63", [[[None, None]]])), "PL63: "),
        (collection(feature("PL63", {"a": 1})), "PL63: .*not nested"),
        (collection(feature("PL63", [[[float("nan"), 1.0]]])), "PL63: .*no longitude"),
    ],
)
def test_a_wrong_file_is_refused_by_the_name_of_its_setting(tmp_path: Path, document: object, told: str) -> None:
    with pytest.raises(ConfigurationError, match=f"KOINON_SHAPES.*{told}"):
        read(tmp_path, document)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Boundaries.read(tmp_path / "none.geojson", CREDIT)


def test_files_that_name_degrees_in_other_words_are_taken(tmp_path: Path) -> None:
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4326"):
        assert read(
            tmp_path, collection(feature("PL63"), crs={"type": "name", "properties": {"name": name}})
        ).shapes
