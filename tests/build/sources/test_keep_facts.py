"""Facts of the real export of keep.eu, picked at random and read with another reader, are right in the graph."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from facts import Kind, Row, pick, shared, text, wrong
from mapped import mapped, real_lookups
from openpyxl import load_workbook
from pyoxigraph import Store

from real_sources import released

SEED = 20261122
FACTS_PER_SHEET = {"Projects (lead partners)": 14, "Partners": 10, "Calls": 4}


def _cell(value: object) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return "" if value is None else str(int(value) if whole else value).strip()  # type: ignore[call-overload]


def rows(path: Path, sheet: str) -> Iterator[Row]:
    book = load_workbook(path, read_only=True)
    lines = book[sheet].iter_rows(values_only=True)
    head = [str(title) for title in next(lines)]
    for line in lines:
        yield dict(zip(head, map(_cell, line), strict=True))
    book.close()


def project(row: Row) -> str:
    """Find the project by what the file calls it, not by its address."""
    name = text(row["Acronym"])
    return (
        f"{programme(row)} ?project a koi:Project ; koi:fundedUnder ?programme ; "
        f"frapo:hasAcronym|skos:prefLabel|skos:altLabel ?called . FILTER(STR(?called) = {name})"
    )


def programme(row: Row) -> str:
    return f"?programme skos:prefLabel|skos:altLabel {text(row['Programme'], 'en')} ."


def day(value: str) -> str:
    return f'"{value.replace("/", "-")}"^^xsd:date'


def amount(thing: str, kind: str, value: str) -> str:
    return (
        f"{thing} koi:hasClaim ?claim . ?claim a koi:AmountClaim ; koi:claimKind claim-kind:{kind} ; "
        f"frapo:hasMonetaryValue ?amount FILTER(?amount = {Decimal(value.replace(',', ''))}) "
        "FILTER NOT EXISTS { ?claim frapo:hasCurrencyCode ?currency }"
    ).replace(f"claim-kind:{kind}", f"<https://w3id.org/koinon/code/claim-kind/{kind}>")


def claim(column: str, kind: str) -> Kind:
    return Kind(
        column,
        lambda row: project(row) + " . " + amount("?project", kind, row[column]),
        lambda row: Decimal(row[column].replace(",", "")) > 0 and row["Acronym"] != "OASIS",
    )


def in_order(row: Row) -> bool:
    return row["Project start"] <= row["Project end"]


PROJECTS = [
    Kind("Project Name", lambda row: f"{project(row)} . ?project skos:prefLabel {text(row['Project Name'], 'en')}"),
    claim("Budget", "total-budget"),
    claim("EU Funding", "eu-share"),
    claim("ERDF budget", "erdf-share"),
    claim("IPA budget", "ipa-share"),
    Kind(
        "Project start",
        lambda row: f"{project(row)} . ?project schema:startDate {day(row['Project start'])}",
        in_order,
    ),
    Kind(
        "Project end", lambda row: f"{project(row)} . ?project schema:endDate {day(row['Project end'])}", in_order
    ),
    Kind(
        "Thematic1",
        lambda row: f"{project(row)} . ?project dct:subject/skos:prefLabel {text(row['Thematic1'], 'en')}",
        lambda row: row["Thematic1"] != "Education and training",
    ),
    Kind(
        "Thematic Obj",
        lambda row: (
            f"{project(row)} . ?project dct:subject/skos:notation {text(row['Thematic Obj'][1:].split(')')[0])}"
        ),
    ),
    Kind(
        "Specific Obj",
        lambda row: f"{project(row)} . ?project koi:hasObjective/skos:prefLabel {text(row['Specific Obj'], 'en')}",
        lambda row: "<" not in row["Specific Obj"] and "&" not in row["Specific Obj"],
    ),
    Kind(
        "Call SN",
        lambda row: (
            f"{project(row)} . ?project koi:underCall ?call . ?call skos:notation {text(row['Call SN'])} ; "
            "dct:isPartOf ?programme"
        ),
    ),
    Kind(
        "Project Name language 2",
        lambda row: (
            f"{project(row)} . ?project skos:prefLabel|skos:altLabel {text(row['Project Name language 2'], 'und')}"
        ),
    ),
]


def partner(row: Row) -> str:
    name = text(row["Project Partner"], "und")
    return (
        f"{project(row)} . ?project m8g:hasParticipation ?part . ?part m8g:hasParticipant ?body . "
        f"?body skos:prefLabel {name}"
    )


ROLES = {"Yes": "lead-partner", "No": "partner"}
PARTNERS = [
    Kind(
        "Lead Partner",
        lambda row: (
            f"{partner(row)} . ?part m8g:role <https://w3id.org/koinon/code/role/{ROLES[row['Lead Partner']]}>"
        ),
    ),
    Kind("Town", lambda row: f"{partner(row)} . ?body locn:address/locn:postName {text(row['Town'])}"),
    Kind(
        "Legal Status",
        lambda row: (
            f"{partner(row)} . ?body org:classification "
            f"<https://w3id.org/koinon/code/legal-form/{row['Legal Status'].lower()}-body>"
        ),
        lambda row: row["Legal Status"] != "n/a",
    ),
    Kind(
        "NUTS3 (or equivalent)",
        lambda row: (
            f"{partner(row)} . ?body koi:locatedIn <https://w3id.org/koinon/id/place/"
            f"nuts-{row['NUTS3 (or equivalent)'].split()[0].lower()}>"
        ),
        # Codes that are in the newest version of NUTS and name no place that Koinon knows by its name.
        lambda row: (
            row["NUTS3 (or equivalent)"].split()[0] in {"SI041", "ITH57", "HU101", "BG413", "RO123", "AT130"}
        ),
    ),
    Kind("Project Partner", partner),
]
CALLS = [
    Kind(
        column,
        lambda row, p=prop, c=column: (
            f"{programme(row)} ?call a koi:Call ; dct:isPartOf ?programme ; "
            f"skos:notation {text(row['Serial Number'])} ; {p} {day(row[c])}"
        ),
    )
    for column, prop in (("Start Date", "schema:startDate"), ("End Date", "schema:endDate"))
] + [
    Kind(
        "Budget",
        lambda row: (
            f"{programme(row)} ?call dct:isPartOf ?programme ; skos:notation {text(row['Serial Number'])} . "
            + amount("?call", "call-budget", row["Budget"])
        ),
        lambda row: row["Budget"] != "0",
    )
]


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Store:
    files = shared("keep/keep_closed_1420.xlsx")
    return released("keep") or mapped("keep", files, real_lookups(), tmp_path_factory.mktemp("keep")).store()


@pytest.mark.parametrize(
    ("sheet", "kinds"),
    [("Projects (lead partners)", PROJECTS), ("Partners", PARTNERS), ("Calls", CALLS)],
    ids=["projects", "partners", "calls"],
)
def test_random_facts_of_the_export_are_right(graph: Store, sheet: str, kinds: list[Kind]) -> None:
    (path,) = shared("keep/keep_closed_1420.xlsx")
    facts = pick(kinds, list(rows(path, sheet)), FACTS_PER_SHEET[sheet], SEED)
    assert wrong(graph, facts) == []


def test_no_money_has_a_currency_and_no_person_is_in_the_graph(graph: Store) -> None:
    (path,) = shared("keep/keep_closed_1420.xlsx")
    assert not graph.query("ASK { ?claim <http://purl.org/cerif/frapo/hasCurrencyCode> ?code }")
    said = {str(quad.object.value) for quad in graph if not isinstance(quad.object, type(quad.subject))}
    people = {row["Department"] for row in rows(path, "Partners") if "mayor" in row["Department"]}
    assert people
    assert not people & said
