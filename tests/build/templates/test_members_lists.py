"""A list that was filled in gives the same graph in whichever language, and answers questions of the catalogue."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from filling import FIRST, Form, assets, fill_in

from koinon.build.checking import Checked, check_path
from koinon.build.findings import Severity
from koinon.build.grouping import groups
from koinon.build.mapping.engine import Mapped, apply, load_mapping
from koinon.build.mapping.lookups import Lookups
from koinon.build.pipeline import build
from koinon.build.registry.options import Options
from koinon.build.registry.registry import Registry
from koinon.build.templates.texts import LANGUAGES, texts
from koinon.build.templates.words import MAPPING
from koinon.model.settings import Settings

TOLD = Options(
    title="Μέλη του Σχηματισμού Κομοτηνής", publisher="Σχηματισμός Κοινωνικής Οικονομίας Κομοτηνής", language="el"
)
ID = "https://w3id.org/koinon/id/"


def mapped(path: Path, folder: Path) -> Mapped:
    return apply(load_mapping(assets().data / MAPPING), [path], Lookups.of({}), folder / "out.nt")


def check(path: Path, folder: Path) -> Checked:
    return check_path(path, Settings.from_environment({}, home=folder / "home"), assets(), mapping="members-list")


@pytest.fixture(scope="module")
def greek(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the list says when it is filled in in Greek."""
    folder = tmp_path_factory.mktemp("greek")
    return mapped(fill_in(Form(folder, "el")).save(), folder).path.read_text("utf-8").splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_gives_the_same_graph(tmp_path: Path, language: str, greek: list[str]) -> None:
    found = mapped(fill_in(Form(tmp_path, language)).save(), tmp_path)
    assert found.path.read_text("utf-8").splitlines() == greek
    assert found.report.records_rejected == 0
    assert sum(table.ignored for table in found.report.tables) == 5
    assert not [note for table in found.report.tables for note in table.notes]
    assert not [rule for table in found.report.tables for column in table.columns for rule in column.rules]


def test_an_empty_template_says_nothing(tmp_path: Path) -> None:
    found = mapped(Form(tmp_path, "fr").save(), tmp_path)
    assert found.report.records == 0
    assert all("document/members-list" in line for line in found.path.read_text("utf-8").splitlines())


def test_what_a_cell_says_stands_in_the_graph(greek: list[str]) -> None:
    cluster, member = f"<{ID}cluster/members-list-1>", f"<{ID}organisation/members-list-member-m-1>"
    said = "\n".join(greek)
    for statement in (
        f"{cluster} <http://www.w3.org/ns/org#hasMember> {member} .",
        f"{cluster} <https://w3id.org/koinon/def#followsClusterModel> "
        "<https://w3id.org/koinon/code/cluster-model/social-economy-cluster> .",
        f'{cluster} <https://schema.org/foundingDate> "2021"^^<http://www.w3.org/2001/XMLSchema#gYear> .',
        f"{member} <http://www.w3.org/ns/org#classification> <https://w3id.org/koinon/code/legal-form/koinsep> .",
        f"{member} <http://xmlns.com/foaf/0.1/homepage> <http://www.rodopi.example/> .",
        f'<{ID}organisation/members-list-member-m-2> <http://www.w3.org/2004/02/skos/core#prefLabel> "Lavender '
        'Growers"@en .',
        f"<{ID}project/members-list-p1> <https://w3id.org/koinon/def#fundedUnder> <{ID}programme/erasmus-plus> .",
        f'<{ID}project/members-list-p1> <https://schema.org/endDate> "2026-12-31"^^'
        "<http://www.w3.org/2001/XMLSchema#date> .",
        f"<{ID}project/members-list-p1#member-m-1> <http://data.europa.eu/m8g/role> "
        "<https://w3id.org/koinon/code/role/coordinator> .",
        f"<{ID}project/members-list-p1#network-1> <http://data.europa.eu/m8g/hasParticipant> {cluster} .",
        f"<{ID}practice/members-list-k1> <https://w3id.org/koinon/def#relatesToCluster> {cluster} .",
    ):
        assert statement in said


def test_a_good_list_would_be_accepted(tmp_path: Path) -> None:
    found = check(fill_in(Form(tmp_path, "el")).save(), tmp_path)
    assert not found.refused, found.findings
    assert found.triples > 60


def test_a_list_written_over_the_example_loses_no_row(tmp_path: Path) -> None:
    form = fill_in(Form(tmp_path, "el"))
    form.put("members", FIRST - 1, {"id": "m-0", "name": "Πρώτο μέλος", "member_of": "1"})
    assert f"{ID}organisation/members-list-member-m-0>" in mapped(form.save(), tmp_path).path.read_text("utf-8")


@pytest.mark.parametrize(
    ("values", "rule", "column"),
    [
        ({"id": "m-9", "member_of": "1"}, "required-missing", "name"),
        ({"id": "m-9", "name": "Άλλο", "member_of": "7"}, "orphan", "member_of"),
        ({"id": "M-1", "name": "Δεύτερο", "member_of": "1"}, "twice", ""),
        ({"id": "no number", "name": "Άλλο", "member_of": "1"}, "identifier", "id"),
        ({"id": "m-9", "name": "Dr Anna Example, Director", "member_of": "1"}, "person", "name"),
        ({"id": "m-9", "name": "Άλλο", "member_of": "1", "website": "anna@example.org"}, "email", "website"),
        (
            {"id": "m-9", "name": "Άλλο", "member_of": "1", "website": "javascript:alert(1)"},
            "url-scheme",
            "website",
        ),
        ({"id": "m-9", "name": "Άλλο", "member_of": "1", "country": "Ατλαντίδα"}, "unknown", "country"),
        ({"id": "m-9", "name": "Άλλο", "member_of": "1", "founded": "πέρσι"}, "year", "founded"),
    ],
)
def test_a_fault_names_sheet_row_and_title_as_people_see_them(
    tmp_path: Path, values: dict[str, str], rule: str, column: str
) -> None:
    form = fill_in(Form(tmp_path, "el"))
    form.put("members", FIRST + 2, values)
    found = check(form.save(), tmp_path)
    (where, *_) = [one.where for one in found.findings if one.rule.removeprefix("record: ") == rule]
    assert where.startswith("list.xlsx, Μέλη, row 7")
    if column:
        assert texts("el")["columns"][column] in where
    assert [group.rule for group in groups(found) if not group.examples] == []


def test_dates_in_the_wrong_order_are_left_out_and_told(tmp_path: Path) -> None:
    form = fill_in(Form(tmp_path, "pl"))
    form.put("projects", FIRST, {"start": "31.12.2026", "end": "1.1.2024"})
    found = mapped(form.save(), tmp_path)
    assert "schema.org/startDate" not in found.path.read_text("utf-8")
    rules = {rule for table in found.report.tables for column in table.columns for rule in column.rules}
    assert rules == {"end-before-start"}


def test_a_formula_in_a_name_stays_text_or_is_told(tmp_path: Path) -> None:
    form = fill_in(Form(tmp_path, "en"))
    form.put("members", FIRST, {"name": '=HYPERLINK("http://x.example","x")'})
    found = mapped(form.save(), tmp_path)
    assert "HYPERLINK" not in found.path.read_text("utf-8")
    assert "formula" in {e.rule.removeprefix("record: ") for table in found.report.tables for e in table.examples}


def test_a_list_answers_a_question_of_the_catalogue(tmp_path: Path) -> None:
    """From the Greek template to the answer: handed in, accepted, built, asked."""
    settings = Settings.from_environment({}, home=tmp_path / "home")
    desk = Registry(settings, assets(), "desk")
    path = str(fill_in(Form(tmp_path, "el")).save())
    desk.add("komotini", [path], TOLD, "members-list")
    assert desk.accept("komotini").changed
    report = build(settings, assets(), [assets().data / "reference"])
    assert not report.refused, report.lines(details=True)
    given = desk.manifest("komotini", desk.get("komotini").latest)
    assert (given.publisher, given.language) == (TOLD.publisher, "el")
    asked = subprocess.run(
        [sys.executable, "-m", "koinon.cli", "query", "members-of-a-network", "--format", "json",
         "--param", f"network={ID}cluster/komotini-1"],
        env={"PATH": os.environ["PATH"], "KOINON_HOME": str(settings.home)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    rows = json.loads(asked.stdout)["results"]["bindings"]
    told = {
        (row["name"]["value"], row["name"]["xml:lang"], row.get("projectName", {}).get("value")) for row in rows
    }
    assert told == {
        ("Κοιν.Σ.Επ. Ροδόπη", "el", "Μαζί για την περιφέρεια"),
        ("Lavender Growers", "en", None),
    }


def test_warnings_of_a_list_are_about_what_it_leaves_open(tmp_path: Path) -> None:
    """Who checks a list in Greek is not told that nobody knows the language of its names."""
    path = fill_in(Form(tmp_path, "el")).save()
    settings = Settings.from_environment({}, home=tmp_path / "home")
    found = check_path(path, settings, assets(), mapping="members-list", language="el")
    rules = {one.rule for one in found.findings if one.severity == Severity.WARNING}
    assert "GoodPracticeQualityShape-theme" in rules
    assert not {rule for rule in rules if rule.startswith("LanguageStated")}
    assert not rules & {"unknown", "required-missing"}


@pytest.mark.parametrize("second", [{"member": "M-2"}, {"network": "1"}], ids=str)
def test_two_lead_partners_of_a_list_are_told(tmp_path: Path, second: dict[str, str]) -> None:
    form = fill_in(Form(tmp_path, "el"))
    lead = form.word("role", "role:lead-partner")
    form.put("partners", FIRST, {"project": "p1", "member": "M-1", "role": lead})
    form.put("partners", FIRST + 1, {"project": "p1", "network": None, **second, "role": lead})
    found = check(form.save(), tmp_path)
    (told,) = (one for one in found.findings if one.rule == "ProjectLeadShape-single")
    assert told.severity == Severity.WARNING
    assert not found.refused
