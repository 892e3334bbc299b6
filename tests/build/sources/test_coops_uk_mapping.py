"""What the lists of Co-operatives UK become, on two small files in the columns of both vintages."""

from pathlib import Path

import pytest
from made_up_exports import coops_files
from mapped import Outcome, few_lookups, golden, mapped

from koinon.model.errors import SourceError


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("coops")
    return mapped("coops-uk", coops_files(folder), few_lookups(), folder)


def test_both_lists_together_say_what_was_written_by_hand(outcome: Outcome) -> None:
    said, wanted = outcome.triples(), golden("coops-uk")
    assert sorted(map(str, wanted - said)) == []
    assert sorted(map(str, said - wanted)) == []


def test_the_newer_name_wins_whatever_the_order_of_the_files(outcome: Outcome, tmp_path: Path) -> None:
    older, newer = coops_files(tmp_path)
    turned = mapped("coops-uk", [newer, older], few_lookups(), tmp_path)
    assert turned.path.read_bytes() == outcome.path.read_bytes()
    names = [each for each in turned.triples() if each.subject.value.endswith("/coops-uk-r000101")]
    (name,) = [each.object.value for each in names if each.predicate.value.endswith("#prefLabel")]
    assert name == "Clwb y Pentref"


def test_one_list_alone_is_taken_too(tmp_path: Path) -> None:
    older, _ = coops_files(tmp_path)
    alone = mapped("coops-uk", [older], few_lookups(), tmp_path)
    names = {each.object.value for each in alone.triples() if each.predicate.value.endswith("#prefLabel")}
    assert "Clwb y Pentref Cyfyngedig" in names


def test_what_cannot_be_taken_is_counted_by_rule(outcome: Outcome) -> None:
    rejected = outcome.rules()
    assert rejected["2023", "Companies House Number"] == {"pattern": 1}
    assert rejected["2023", "SIC Code"] == {"unknown": 1}
    assert rejected["2017", "Dissolved Date"] == {"impossible-date": 1}
    assert rejected["2017", "CUK Organisation ID"] == {"pattern": 1}
    (table,) = [table for table in outcome.report.tables if table.rejected]
    assert (table.name, sum(table.rejected.values()), table.mapped) == ("2017", 1, 3)


def test_every_cell_is_accounted_for(outcome: Outcome) -> None:
    assert outcome.unbalanced() == []


def test_nobody_in_whose_care_a_letter_is_sent_is_in_the_graph(outcome: Outcome) -> None:
    said = outcome.path.read_text(encoding="utf-8")
    assert "Ann Example" not in said
    assert "2 High Street" in said


def test_a_list_without_the_register_number_is_refused(tmp_path: Path) -> None:
    _, newer = coops_files(tmp_path)
    newer.write_text(newer.read_text("utf-8").replace("Identifier", "Number", 1), encoding="utf-8", newline="")
    with pytest.raises(SourceError, match="Identifier"):
        mapped("coops-uk", [newer], few_lookups(), tmp_path)
