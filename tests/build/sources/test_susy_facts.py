"""Facts of the real SUSY map, picked at random and read with another reader, are right in the graph."""

import json
import re
from pathlib import Path

import pytest
from facts import Kind, Row, node, pick, shared, text, wrong
from mapped import PLACE, mapped, real_lookups
from pyoxigraph import QuerySolutions, Store

from real_sources import released

SEED = 20261122
NUMBER = 22
FILE = "susy/data.json"
COUNTRIES = {
    "Österreich": "country-at", "Austria": "country-at", "England": "country-gb", "UK": "country-gb",
    "uk": "country-gb", "SCOTLAND": "country-gb", "Italy": "italy", "Portogallo": "country-pt", "GR": "greece",
    "Ελλάδα": "greece", "Belgique": "belgium", "Latvija": "latvia", "Slovenija": "country-si",
    "România": "country-ro", "Czech Republic": "country-cz", "Ghana": "country-gh", "Malta": "country-mt",
    "DE": "germany",
}  # fmt: skip


def rows(path: Path) -> list[Row]:
    features = json.loads(path.read_text("utf-8"))["features"]
    made = []
    for feature in features:
        longitude, latitude = feature["geometry"]["coordinates"]
        row = {key: str(value).strip() for key, value in feature["properties"].items()}
        made.append({**row, "lat": f"{latitude}", "long": f"{longitude}"})
    return made


def body(row: Row) -> str:
    """Find the organisation by its point on the map, not by our address."""
    return f"?body a org:Organization ; rdfs:seeAlso {node(row['_uri'])} . ?body "


def address(column: str, part: str) -> Kind:
    def ask(row: Row) -> str:
        return body(row) + f"locn:address/{part} {text(row[column])}"

    return Kind(column, ask, lambda row: not re.search(r"c/o|\b(Dr|Ing|Sir)\b", row[column], re.IGNORECASE))


def website(column: str) -> Kind:
    def plain(row: Row) -> bool:
        return re.fullmatch(r"https?://[a-z0-9.-]+/?", row[column]) is not None

    return Kind(column, lambda row: body(row) + f"foaf:homepage {node(row[column].rstrip('/') + '/')}", plain)


def described(column: str, lang: str) -> Kind:
    def ask(row: Row) -> str:
        start = row[column].split("\n")[0][:60].strip()
        return (
            body(row) + f"dct:description ?text FILTER(LANG(?text) = '{lang}' && STRSTARTS(?text, {text(start)}))"
        )

    return Kind(column, ask, lambda row: re.search(r"\b(Mag|Dr|Ms|Sir|Prof)\b|\d{4}", row[column]) is None)


KINDS = [
    Kind("name", lambda row: body(row) + f"skos:prefLabel {text(row['name'], 'und')}"),
    Kind(
        "type_of_initiative",
        lambda row: (
            body(row) + f"dct:subject/skos:notation {text(row['type_of_initiative'].split(';')[-1].strip())}"
        ),
        lambda row: not re.search(r"othe$|educatio$|ressource$|collective_energy|,", row["type_of_initiative"]),
    ),
    Kind(
        "addr:country",
        lambda row: body(row) + f"koi:locatedIn {node(PLACE + COUNTRIES[row['addr:country']])}",
        lambda row: row["addr:country"] in COUNTRIES,
    ),
    address("addr:city", "locn:postName"),
    address("addr:postcode", "locn:postCode"),
    address("addr:street", "locn:thoroughfare"),
    address("addr:housenumber", "locn:locatorDesignator"),
    website("contact:website"),
    website("website"),
    Kind(
        "lat",
        lambda row: (
            body(row) + f"geo:lat ?lat ; geo:long ?long FILTER(?lat = {row['lat']} && ?long = {row['long']})"
        ),
        lambda row: 27 < float(row["lat"]) < 72 and -32 < float(row["long"]) < 46,
    ),
    described("description", "und"),
    described("description:gr", "el"),
    described("description:de", "de"),
    described("description:hu", "hu"),
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return released("susy") or mapped("susy", shared(FILE), real_lookups(), tmp_path_factory.mktemp("susy")).store()


def test_random_facts_of_the_map_are_right(graph: Store) -> None:
    (path,) = shared(FILE)
    assert wrong(graph, pick(KINDS, rows(path), NUMBER, SEED)) == []


def test_each_point_is_one_organisation(graph: Store) -> None:
    (path,) = shared(FILE)
    answer = graph.query("SELECT (COUNT(DISTINCT ?o) AS ?n) { ?o a <http://www.w3.org/ns/org#Organization> }")
    assert isinstance(answer, QuerySolutions)
    (row,) = answer
    assert int(row["n"].value) == len(rows(path))


def test_no_address_of_e_mail_is_in_the_graph(graph: Store) -> None:
    addresses = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}")
    said = (quad.object.value for quad in graph if hasattr(quad.object, "value"))
    assert [text for text in said if addresses.search(text) and not text.startswith("http")] == []
