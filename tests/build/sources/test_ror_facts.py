"""Facts of the real records of ROR, picked at random and read with another reader, are right in the graph."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from facts import Kind, Row, node, pick, shared, text, wrong
from mapped import PLACE, mapped, real_lookups
from pyoxigraph import QuerySolutions, Store

from real_sources import released

SEED = 20261122
NUMBER = 14
FILE = "ror/ror_europe.jsonl.gz"
STATUS = {"active": "in-operation", "inactive": "inactive", "withdrawn": "withdrawn"}
KIND_OF_TYPE = {"company": "actor-type/company", "education": "helix/academia", "government": "helix/public"}
RELATIONS = {
    "parent": "dct:isPartOf",
    "child": "dct:hasPart",
    "predecessor": "dct:replaces",
    "successor": "dct:isReplacedBy",
    "related": "org:linkedTo",
}


def records(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def rows(path: Path, schema: int) -> list[Row]:
    """Return one row for each record: what it says, flat, one value of each list (the last)."""
    numbers = {record["id"] for record in records(path)}
    made = (_flat(record, numbers) for record in records(path) if ("names" in record) == (schema == 2))
    return list(made)


def _flat(record: dict, numbers: set) -> Row:  # type: ignore[type-arg]
    row = {"id": record["id"], "established": str(record["established"] or ""), "status": record["status"]}
    row["type"] = record["types"][-1].lower() if record["types"] else ""
    for relation in record["relationships"]:
        if relation["id"] in numbers and relation["id"] != record["id"]:
            row |= {"relation": relation["type"].lower(), "related": relation["id"]}
    if "names" in record:
        for name in record["names"]:
            key = "shown" if "ror_display" in name["types"] else name["types"][0]
            row |= {key: name["value"], f"{key}_lang": name["lang"] or "und"}
        for number in record["external_ids"]:
            row[number["type"]] = number["all"][-1]
        town = record["locations"][0]
        row |= {"town": str(town["geonames_id"]), "country": town["geonames_details"]["country_code"]}
    else:
        row |= {
            "shown": record["name"],
            "shown_lang": "und",
            "town": str(record["addresses"][0]["geonames_city"]["id"]),
        }
        row |= {"alias": record["aliases"][-1] if record["aliases"] else "", "alias_lang": "und"}
        row |= {"acronym": record["acronyms"][-1] if record["acronyms"] else ""}
        row |= {"country": record["country"]["country_code"]}
        for name in record["labels"]:
            row |= {"label": name["label"], "label_lang": name["iso639"]}
        for scheme, number in record["external_ids"].items():
            row[scheme.lower()] = number["all"] if isinstance(number["all"], str) else number["all"][-1]
    return row


def body(row: Row) -> str:
    """Find the organisation by its number in the registry, not by our address."""
    return f"?body a org:Organization ; rdfs:seeAlso {node(row['id'])} . ?body "


def number(column: str, agency: str) -> Kind:
    def ask(row: Row) -> str:
        given = row[column].replace(" ", "") if column == "isni" else row[column]
        return body(row) + f"adms:identifier [ skos:notation {text(given)} ; adms:schemeAgency {text(agency)} ]"

    return Kind(column, ask)


def named(column: str, path: str) -> Kind:
    return Kind(column, lambda row: body(row) + f"{path} {text(row[column].strip(), row[column + '_lang'])}")


def of_type(row: Row) -> str:
    ours = KIND_OF_TYPE.get(row["type"])
    if ours:
        return body(row) + f"org:classification {node('https://w3id.org/koinon/code/' + ours)}"
    return body(row) + f"dct:subject/skos:prefLabel {text(row['type'], 'en')}"


KINDS = [
    named("shown", "skos:prefLabel"),
    named("label", "skos:prefLabel|skos:altLabel"),
    named("alias", "skos:prefLabel|skos:altLabel"),
    Kind("acronym", lambda row: body(row) + f"frapo:hasAcronym {text(row['acronym'])}"),
    Kind("established", lambda row: body(row) + f'schema:foundingDate "{row["established"]}"^^xsd:gYear'),
    Kind(
        "status",
        lambda row: body(row) + f"koi:status <https://w3id.org/koinon/code/status/{STATUS[row['status']]}>",
        lambda row: row["status"] != "active",
    ),
    Kind("type", of_type, lambda row: row["type"] != "other"),
    Kind(
        "town",
        lambda row: (
            body(row) + f"koi:locatedIn/adms:identifier [ skos:notation {text(row['town'])} ; "
            f"adms:schemeAgency {text('GeoNames')} ]"
        ),
        lambda row: row["town"] not in {"3128760", "2996944", "2911298", "2711537"},
    ),
    Kind(
        "country",
        lambda row: body(row) + f"koi:locatedIn/dct:isPartOf {node(PLACE + 'country-' + row['country'].lower())}",
        lambda row: row["country"] in {"AT", "CH", "DK", "FI", "GB", "HU", "NL", "PT", "RS", "TR", "UA"},
    ),
    Kind(
        "related",
        lambda row: body(row) + f"{RELATIONS[row['relation']]} ?other . ?other rdfs:seeAlso {node(row['related'])}",
    ),
    number("isni", "ISNI"),
    number("wikidata", "Wikidata"),
    number("grid", "GRID"),
    number("fundref", "Crossref Funder Registry"),
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return released("ror") or mapped("ror", shared(FILE), real_lookups(), tmp_path_factory.mktemp("ror")).store()


@pytest.mark.parametrize("schema", [1, 2])
def test_random_facts_of_the_registry_are_right(graph: Store, schema: int) -> None:
    (path,) = shared(FILE)
    assert wrong(graph, pick(KINDS, rows(path, schema), NUMBER, SEED + schema)) == []


def test_each_record_is_one_organisation(graph: Store) -> None:
    (path,) = shared(FILE)
    answer = graph.query("SELECT (COUNT(DISTINCT ?o) AS ?n) { ?o a <http://www.w3.org/ns/org#Organization> }")
    assert isinstance(answer, QuerySolutions)
    (row,) = answer
    assert int(row["n"].value) == len({record["id"] for record in records(path)})
