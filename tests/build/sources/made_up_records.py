"""Small made-up files in the schemas of ROR and of the SUSY map."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

Json = Mapping[str, object]


def ror(number: str) -> str:
    return f"https://ror.org/{number}"


_INSTITUTE: Json = {
    "id": ror("0aaaaaa01"),
    "names": [
        {"value": "Institut de la Mer", "lang": "fr", "types": ["label"]},
        {"value": "IM", "lang": None, "types": ["acronym"]},
        {"value": "Sea Institute of Example", "lang": "en", "types": ["label"]},
        {"value": "Sea Institute", "lang": "en", "types": ["ror_display", "label"]},
        {"value": "Ινστιτούτο Θάλασσας", "lang": "el", "types": ["alias"]},
        {"value": "Sjøhuset", "lang": None, "types": ["alias"]},
    ],
    "types": ["education", "funder", "other"],
    "established": 1969,
    "status": "active",
    "links": [
        {"type": "website", "value": "http://Sea.Example/"},
        {"type": "wikipedia", "value": "http://fr.wikipedia.example/wiki/Institut_de_la_Mer"},
    ],
    "locations": [
        {
            "geonames_id": 2988507,
            "geonames_details": {"name": "Paris", "country_code": "FR", "lat": 48.85341, "lng": 2.3488},
        },
        {
            "geonames_id": 2911298,
            "geonames_details": {"name": "Hamburg", "country_code": "DE", "lat": 53.55073, "lng": 9.99302},
        },
    ],
    "external_ids": [
        {"type": "isni", "all": ["0000 0001 0789 9416"], "preferred": None},
        {"type": "wikidata", "all": ["Q100", "Q200"], "preferred": "Q100"},
    ],
    "relationships": [
        {"type": "child", "id": ror("0aaaaaa02"), "label": "Fish House"},
        {"type": "child", "id": ror("0zzzzzz99"), "label": "Not in the file"},
        {"type": "related", "id": ror("0aaaaaa01"), "label": "Itself"},
        {"type": "related", "id": ror("0aaaaaa03"), "label": "Old Sea Office"},
        {"type": "predecessor", "id": ror("0aaaaaa03"), "label": "Old Sea Office"},
    ],
    "domains": ["sea.example"],
    "admin": {"created": {"date": "2018-11-14", "schema_version": "1.0"}},
}
_FISH_HOUSE: Json = {
    "id": ror("0aaaaaa02"),
    "name": "Fish House",
    "aliases": ["House of Fish", "Fish House"],
    "acronyms": ["FH"],
    "labels": [{"label": "Dom Ryby", "iso639": "pl"}],
    "types": ["Company", "Facility"],
    "established": None,
    "status": "inactive",
    "links": ["fish.example"],
    "wikipedia_url": "",
    "email_address": "ann@fish.example",
    "country": {"country_code": "FR", "country_name": "France"},
    "addresses": [{"city": "Paris", "lat": 48.9, "lng": 2.3488, "geonames_city": {"id": 2988507, "city": "Paris"}}],
    "external_ids": {
        "GRID": {"preferred": "grid.1.2", "all": "grid.1.2"},
        "FundRef": {"preferred": None, "all": ["100", "200"]},
    },
    "relationships": [{"type": "Parent", "id": ror("0aaaaaa01"), "label": "Sea Institute"}],
}
_OLD_OFFICE: Json = {
    "id": ror("0aaaaaa03"),
    "name": "Old Sea Office",
    "types": ["Government"],
    "status": "withdrawn",
    "country": {"country_code": "QQ"},
    "addresses": [{"city": "Nowhere", "lat": 95, "lng": 2.5, "geonames_city": {"id": 77, "city": "Nowhere"}}],
    "external_ids": {},
    "relationships": [{"type": "Successor", "id": ror("0aaaaaa01"), "label": "Sea Institute"}],
}
_NO_NUMBER: Json = {
    "id": "https://other.example/5",
    "name": "Not of the registry",
    "types": [],
    "relationships": [],
}


def ror_file(folder: Path) -> Path:
    """Write records of both schemas as they come: mixed, packed."""
    path = folder / "ror.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for record in (_INSTITUTE, _FISH_HOUSE, _OLD_OFFICE, _NO_NUMBER):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def _point(number: int, longitude: float, latitude: float, **properties: object) -> Json:
    given = {"_id": f"{number:032x}", "SSEDAS_PARTNER": "yes", "_timestamp": 1505836684470, **properties}
    return {
        "type": "Feature",
        "properties": given,
        "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
    }


def susy_file(folder: Path) -> Path:
    """Write points as the map has them, with its free tags and its slips."""
    points = [
        _point(
            1, 23.3, 42.6,
            **{
                "name": "Градина",
                "addr:country": "Germany",
                "addr:city": "София",
                "addr:street": "c/o Ann Example, ул. Пример",
                "addr:housenumber": "56",
                "addr:postcode": "1421",
                "type_of_initiative": "community_garden; collective_energy,othe",
                "contact:website": "garden.example",
                "website": "https://garden.example/en",
                "description": "A garden.",
                "description:gr": "Ένας κήπος.",
                "descripiton:de": "Ein Garten.",
                "free_keywords": "green;slow",
                "a": "b",
            },
        ),
        _point(2, 56, 24, **{"name": "Swapped", "addr:country": "SR", "contact:website": "ann@swapped.example"}),
        _point(
            3, 2.5, 48.5,
            **{"name": "Cowork", "description": "Ask Ann: 0241 82808", "website": "http://a.example http://b.example"},
        ),
        _point(4, 2.5, 48.5, **{"name": "c/o Ann Example"}),
    ]  # fmt: skip
    path = folder / "data.json"
    text = json.dumps(
        {"type": "FeatureCollection", "license": "Public Domain", "features": points}, ensure_ascii=False
    )
    path.write_text(text, encoding="utf-8")
    return path
