"""What keep.eu's export becomes, on a small workbook in its columns with its faults."""

import hashlib
from pathlib import Path

import pytest
from made_up_exports import SEA, keep_workbook
from mapped import Outcome, few_lookups, golden, mapped
from openpyxl import load_workbook

from koinon.build.mapping.lookups import Lookups
from koinon.model.errors import SourceError


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("keep")
    return mapped("keep", [keep_workbook(folder)], few_lookups(), folder)


def test_the_workbook_says_what_was_written_by_hand(outcome: Outcome) -> None:
    said, wanted = outcome.triples(), golden("keep")
    assert sorted(map(str, wanted - said)) == []
    assert sorted(map(str, said - wanted)) == []


def test_a_project_with_two_lead_partners_is_one_project(outcome: Outcome) -> None:
    digits = hashlib.sha256(f"{SEA}\x1f103".encode()).hexdigest()[:8]
    project = f"https://w3id.org/koinon/id/project/keep-2014-2020-interreg-vb-example-sea-103-{digits}"
    parts = [each for each in outcome.triples() if each.subject.value.startswith(f"{project}#partner-")]
    leads = [each for each in parts if each.object.value.endswith("/role/lead-partner")]
    assert len(leads) == 2
    budgets = [each for each in outcome.triples() if each.subject.value == f"{project}#claim-total-budget"]
    assert sum(each.predicate.value.endswith("/hasMonetaryValue") for each in budgets) == 1


def test_what_cannot_be_taken_is_counted_by_rule(outcome: Outcome) -> None:
    rejected = outcome.rules()
    assert rejected["Projects", "EU Funding"] == {"share-over-total": 1}
    assert rejected["Projects", "Project start"] == {"end-before-start": 1, "date": 1}
    assert rejected["Projects", "Project end"] == {"end-before-start": 1}
    assert rejected["Projects", "Description EN"] == {"pattern": 1}
    assert rejected["Projects", "Thematic1"] == {"unknown": 1}
    assert rejected["Partners", "NUTS3 (or equivalent)"] == {"countries-contradict": 1}
    assert rejected["Partners", "Country"] == {"countries-contradict": 1}
    assert {table.name: dict(table.rejected) for table in outcome.report.tables if table.rejected} == {
        "Partners": {"orphan": 1}
    }
    assert sum(outcome.report.dangling.values()) == 1, "the call that no sheet describes"


def test_every_cell_is_accounted_for(outcome: Outcome) -> None:
    assert outcome.unbalanced() == []


def test_no_person_and_no_currency_is_in_the_graph(outcome: Outcome) -> None:
    said = outcome.path.read_text(encoding="utf-8")
    assert "Ann Example" not in said
    assert "hasCurrencyCode" not in said


def test_without_the_list_of_countries_no_two_are_said_to_contradict(tmp_path: Path) -> None:
    alone = mapped("keep", [keep_workbook(tmp_path)], Lookups.of({}), tmp_path)
    said = alone.path.read_text(encoding="utf-8")
    assert "Donegal County Council" in said
    assert "claim-country" not in said


def test_a_region_of_another_country_is_no_place_of_a_partner(tmp_path: Path) -> None:
    path = keep_workbook(tmp_path)
    book = load_workbook(path)
    sheet = book["Partners"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["Country code"]).value = "FR France / FRANCE"
    sheet.cell(2, columns["Country"]).value = "France"
    book.save(path)
    found = mapped("keep", [path], few_lookups(), tmp_path)
    assert found.rules()["Partners", "NUTS3 (or equivalent)"]["nuts-contradicts"] == 1
    places = [each for each in found.triples() if each.predicate.value.endswith("#locatedIn")]
    assert not [each for each in places if "city-of-example" in each.subject.value]


def test_the_same_workbook_gives_the_same_bytes(outcome: Outcome, tmp_path: Path) -> None:
    again = mapped("keep", [keep_workbook(tmp_path)], few_lookups(), tmp_path)
    assert again.path.read_bytes() == outcome.path.read_bytes()


def test_a_renamed_column_is_refused_by_its_name(tmp_path: Path) -> None:
    path = keep_workbook(tmp_path)
    book = load_workbook(path)
    book["Partners"]["C1"] = "Partner of the project"
    book.save(path)
    with pytest.raises(SourceError, match="Project Partner"):
        mapped("keep", [path], few_lookups(), tmp_path)


def test_a_missing_sheet_is_refused_by_its_name(tmp_path: Path) -> None:
    path = keep_workbook(tmp_path)
    book = load_workbook(path)
    book["Partners"].title = "Beneficiaries"
    book.save(path)
    with pytest.raises(SourceError, match="Partners"):
        mapped("keep", [path], few_lookups(), tmp_path)
