"""Facts of the real files of Co-operatives UK, picked at random, are right in the graph."""

import csv
from pathlib import Path

import pytest
from facts import Kind, Row, pick, shared, text, wrong
from mapped import mapped, real_lookups
from pyoxigraph import Store

from real_sources import released

SEED = 20261122
NUMBER = {"2017": 10, "2023": 12}
OLD, NEW = ("coops-uk/coops_uk_2017-06.csv", "coops-uk/coops_uk_2023-q2.csv")
ESS = "http://purl.org/essglobal/standard/"


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{title: cell.strip() for title, cell in row.items()} for row in csv.DictReader(file)]


def body(number: str) -> str:
    """Find the organisation by its number in the publisher's list, not by its address."""
    agency = text("Co-operatives UK")
    return (
        f"?body a org:Organization ; adms:identifier ?id . ?id skos:notation {text(number)} ; "
        f"adms:schemeAgency {agency} . ?body "
    )


def old(row: Row) -> str:
    return body(row["CUK Organisation ID"])


def new(row: Row) -> str:
    return body(row["Identifier"])


def day(value: str) -> str:
    d, m, y = (int(part) for part in value.split("/"))
    return f'"{y:04}-{m:02}-{d:02}"^^xsd:date'


STATUS = {"Live": "in-operation", "Dead": "inactive"}
KINDS_OF_2017 = [
    Kind(
        "Registered Name",
        lambda row: old(row) + f"skos:prefLabel|skos:altLabel {text(row['Registered Name'], 'und')}",
    ),
    Kind(
        "Registered Number",
        lambda row: (
            old(row) + f"adms:identifier [ skos:notation {text(row['Registered Number'])} ; "
            f"adms:schemeAgency {text('Financial Conduct Authority')} ]"
        ),
        lambda row: row["Registrar"] == "FCA",
    ),
    Kind("Incorporation Date", lambda row: old(row) + f"schema:foundingDate {day(row['Incorporation Date'])}"),
    Kind("Dissolved Date", lambda row: old(row) + f"schema:endDate {day(row['Dissolved Date'])}"),
    Kind(
        "Registered Status",
        lambda row: (
            old(row) + f"koi:status <https://w3id.org/koinon/code/status/{STATUS[row['Registered Status']]}>"
        ),
    ),
    Kind("Registered City", lambda row: old(row) + f"locn:address/locn:postName {text(row['Registered City'])}"),
    Kind(
        "Ownership Classification",
        lambda row: old(row) + f"dct:type/skos:prefLabel {text(row['Ownership Classification'], 'en')}",
    ),
]
KINDS_OF_2023 = [
    Kind("Name", lambda row: new(row) + f"skos:prefLabel {text(row['Name'], 'und')}"),
    Kind("Postcode", lambda row: new(row) + f"locn:address/locn:postCode {text(row['Postcode'])}"),
    Kind("Sector", lambda row: new(row) + f"dct:subject/skos:prefLabel {text(row['Sector'], 'en')}"),
    Kind("Legal Form", lambda row: new(row) + f"dct:type/skos:prefLabel {text(row['Legal Form'], 'en')}"),
    Kind(
        "Primary Activity",
        lambda row: new(row) + f"dct:subject <{ESS}activities-ica/{row['Primary Activity'].rpartition('/')[2]}>",
    ),
    Kind(
        "SIC Code",
        lambda row: new(row) + f"dct:subject/skos:notation {text(row['SIC Code'])}",
        lambda row: row["SIC Code"] not in {"75120", "85140", "90100", "99990"},
    ),
    Kind(
        "Website",
        lambda row: (
            new(row)
            + f"foaf:homepage|rdfs:seeAlso ?site . FILTER(STRSTARTS(STR(?site), {text(row['Website'].lower())}))"
        ),
        lambda row: row["Website"] == row["Website"].lower(),
    ),
    Kind(
        "Geo Container Latitude",
        lambda row: new(row) + f"geo:lat ?lat . FILTER(?lat = {row['Geo Container Latitude']})",
    ),
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return (
        released("coops-uk")
        or mapped("coops-uk", shared(OLD, NEW), real_lookups(), tmp_path_factory.mktemp("coops")).store()
    )


@pytest.mark.parametrize(
    ("name", "kinds"), [("2017", KINDS_OF_2017), ("2023", KINDS_OF_2023)], ids=["2017", "2023"]
)
def test_random_facts_of_the_lists_are_right(graph: Store, name: str, kinds: list[Kind]) -> None:
    (path,) = shared(OLD if name == "2017" else NEW)
    assert wrong(graph, pick(kinds, rows(path), NUMBER[name], SEED)) == []


def test_each_register_number_of_both_files_is_one_organisation(graph: Store) -> None:
    numbers = {row["CUK Organisation ID"] for row in rows(shared(OLD)[0])}
    numbers |= {row["Identifier"] for row in rows(shared(NEW)[0])}
    answer = graph.query("SELECT (COUNT(DISTINCT ?o) AS ?n) { ?o a <http://www.w3.org/ns/org#Organization> }")
    (row,) = answer  # type: ignore[misc]
    assert int(row["n"].value) == len(numbers)


def test_no_line_of_an_address_is_in_care_of_somebody(graph: Store) -> None:
    streets = {
        row["Street Address"] for row in rows(shared(NEW)[0]) if row["Street Address"].lower().startswith("c/o")
    }
    assert streets
    said = [quad.object.value.lower() for quad in graph if quad.predicate.value.endswith("#thoroughfare")]
    assert said
    assert not [street for street in said if "c/o" in street]
