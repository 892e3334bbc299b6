"""Workbooks that people fill in: titles for programs are hidden, sheets have names in many languages."""

import io

import pytest
import xlsxwriter
from made_up_fund import HEAD, Make, lines

from koinon.build.mapping.model import MappingError

FORM = (
    HEAD.replace("[source]", 'aside = ["Read me", "Przeczytaj"]\n[source]', 1)
    + '[codes.language]\n"polski" = "pl"\n"Greek" = "el"\n'
)
TABLE = """
[[table]]
name = "Members"
reader = "xlsx"
sheet = ["Members", "Członkowie"]
header = 3
ignore = { id = ["EXAMPLE", "PRZYKŁAD"] }
columns.id = { required = true }
columns.language = { datatype = "code", table = "language" }
columns.name = { lang = { column = "language", default = "source" }, required = true, maxLength = 20 }
[[table.things]]
id = "organisation/{source}-{id}"
type = ["org:Organization"]
has = [{ p = "skos:prefLabel", column = "name" }]
"""


def form(*rows: tuple[str, ...], sheet: str = "Członkowie", hidden: bool = True) -> bytes:
    """A workbook with an introduction, titles in Polish above hidden ones, and rows."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet("Przeczytaj").write(0, 0, "Jak wypełnić")
        page = book.add_worksheet(sheet)
        given = [("Członkowie sieci",), ("Numer", "Nazwa", "Język nazwy"), ("id", "name", "language"), *rows]
        for number, row in enumerate(given):
            page.write_row(number, 0, row)
        if hidden:
            page.set_row(2, None, None, {"hidden": True})
    return file.getvalue()


def test_names_are_in_their_own_language_or_in_that_of_the_list(fund: Make) -> None:
    found = fund(
        TABLE,
        head=FORM,
        list_xlsx=form(("1", "Spółdzielnia"), ("2", "Κοιν.Σ.Επ.", "Greek"), ("3", "Kooperatywa", "polski")),
    )
    assert {line.split(" ", 2)[2] for line in lines(found) if "prefLabel" in line} >= {
        '"Spółdzielnia"@en',
        '"Κοιν.Σ.Επ."@el',
        '"Kooperatywa"@pl',
    }


@pytest.mark.parametrize("marked", ["PRZYKŁAD", " example "])
def test_the_row_of_the_example_is_no_record(fund: Make, marked: str) -> None:
    found = fund(TABLE, head=FORM, list_xlsx=form((marked, "Spółdzielnia przykładowa"), ("1", "Spółdzielnia")))
    assert not [line for line in lines(found) if "przykładowa" in line]
    (table,) = found.report.tables
    assert (table.read, table.mapped, table.ignored, dict(table.rejected)) == (1, 1, 1, {})
    assert "1 ignored" in "\n".join(found.report.lines())


def test_an_example_that_was_written_over_is_a_record(fund: Make) -> None:
    found = fund(TABLE, head=FORM, list_xlsx=form(("7", "Spółdzielnia")))
    assert lines(found, "<organisation/fund-7>")


@pytest.mark.parametrize("sheet", ["Members", "Członkowie"])
def test_what_belongs_to_the_form_is_not_remarked_upon(fund: Make, sheet: str) -> None:
    found = fund(TABLE, head=FORM, list_xlsx=form(("1", "Spółdzielnia"), sheet=sheet))
    assert found.report.tables[0].notes == ()


def test_titles_above_others_that_can_be_seen_are_remarked_upon(fund: Make) -> None:
    found = fund(TABLE, head=FORM, list_xlsx=form(("1", "Spółdzielnia"), hidden=False))
    assert {note.rule for note in found.report.tables[0].notes} == {"row-above"}


def test_a_fault_is_told_with_the_title_that_people_see(fund: Make) -> None:
    found = fund(
        TABLE, head=FORM, list_xlsx=form(("1", "Spółdzielnia o bardzo długiej nazwie"), ("2", "", "polski"))
    )
    assert {str(example.place) for example in found.report.tables[0].examples} >= {
        "list.xlsx, Członkowie, row 4, Nazwa",
        "list.xlsx, Członkowie, row 5, Nazwa",
    }


def test_an_ignored_column_has_to_be_one(fund: Make) -> None:
    with pytest.raises(MappingError, match="no column 'other'"):
        fund(TABLE.replace("ignore = { id", "ignore = { other"), head=FORM, list_xlsx=form())
