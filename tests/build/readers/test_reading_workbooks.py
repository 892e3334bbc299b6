"""What a workbook shows is what a mapping gets, with the sheet and the row that it stands in."""

from datetime import date, datetime
from pathlib import Path

import pytest

from koinon.build.mapping.readers import BadRecord, Fault, Limits, Wanted, WantedTable, open_tables
from koinon.build.mapping.records import Place, Record
from made_files import COLUMNS, ROWS, WANTED, Book, Raw, put, read_one, values, workbook

XLSX = Wanted("xlsx", (WANTED,), source="fund")


def only_cell(folder: Path, cell: object, **more: object) -> object:
    """Return what a reader makes of one cell in a table of one column."""
    content = Book({"Projects": [["A", "B"], ["x", cell]]}, **more).bytes()  # type: ignore[arg-type]
    _, (record,) = read_one(put(folder, "one.xlsx", content), Wanted("xlsx"))
    assert isinstance(record, Record)
    return record.values.get("B")


def test_each_row_is_a_record_with_its_place(tmp_path: Path) -> None:
    table, records = read_one(put(tmp_path, "made.xlsx", workbook()), XLSX)
    assert table.table.name == "Projects"
    assert table.table.columns == COLUMNS
    assert values(records) == [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]
    assert [one.place for one in records] == [Place("made.xlsx", "Projects", row) for row in (2, 3, 4)]
    assert str(records[0].place.at("Country")) == "made.xlsx, Projects, row 2, Country"
    assert table.notes == []


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    swapped = [tuple(reversed(row)) for row in (COLUMNS, *ROWS)]
    _, records = read_one(put(tmp_path, "made.xlsx", workbook(*swapped)), XLSX)
    assert values(records) == [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def test_white_space_in_titles_does_not_matter(tmp_path: Path) -> None:
    titles = (" Programme", "Acronym\n", "Coun\u200btry", "\ufeffBudget")
    _, records = read_one(put(tmp_path, "made.xlsx", workbook(titles, *ROWS)), XLSX)
    assert values(records)[0] == dict(zip(COLUMNS, ROWS[0], strict=True))


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (103, "103"),
        (103.0, "103"),
        (892228.58, "892228.58"),
        (0.1 + 0.2, "0.3"),
        (919094.3100000001, "919094.31"),
        (-12345678901234.5, "-12345678901234.5"),
        (-0.0, "0"),
        (1e21, "1000000000000000000000"),
        (1.5e-7, "0.00000015"),
        (True, "true"),
        (False, "false"),
        ("  blanks stay ", "  blanks stay "),
        (" ", " "),
        ("", None),
        (None, None),
        ("=1+1", "=1+1"),
        ("line\nline", "line\nline"),
        ("Ελλάδα & <Ö>", "Ελλάδα & <Ö>"),
        ("bell _x0007_ and _x005F_x0007_", "bell \x07 and _x0007_"),
        ("half _xD800_", "half _xD800_"),
        (date(2015, 10, 27), "2015-10-27"),
        (date(1900, 3, 1), "1900-03-01"),
        (datetime(2015, 10, 27, 13, 5), "2015-10-27T13:05:00"),
        (datetime(2015, 10, 27, 23, 59, 59), "2015-10-27T23:59:59"),
        (Raw('<c r="{at}" s="3"><v>0.75</v></c>'), "18:00:00"),
        (Raw('<c r="{at}" s="1"><v>1</v></c>'), "1900-01-01"),
        (Raw('<c r="{at}" t="d"><v>2015-10-27</v></c>'), "2015-10-27"),
        (Raw('<c r="{at}" t="inlineStr"><is><t>in</t></is></c>'), "in"),
        (Raw('<c r="{at}" t="inlineStr"><is><r><t>two </t></r><r><t>runs</t></r></is></c>'), "two runs"),
        (
            Raw('<c r="{at}" t="inlineStr"><is><t>東京</t><rPh><t>とうきょう</t></rPh></is></c>'),
            "東京",
        ),
        (Raw('<c r="{at}" t="str"><f>A2&amp;"y"</f><v>xy</v></c>'), "xy"),
        (Raw('<c r="{at}" t="str"><f>""</f><v></v></c>'), None),
        (Raw('<c r="{at}"/>'), None),
        (Raw('<x:c xmlns:x="urn:x" r="{at}"><x:v>7</x:v></x:c>'), "7"),
        (Raw("<c><v>7</v></c>"), "7"),
    ],
    ids=str,
)
def test_a_cell_is_read_as_it_is_shown(tmp_path: Path, cell: object, shown: str | None) -> None:
    assert only_cell(tmp_path, cell) == shown


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("yyyy/mm/dd", "42304", "2015-10-27"),
        ("[$-409]d\\-mmm\\-yy;@", "42304", "2015-10-27"),
        ("mmm yyyy", "42304", "2015-10"),
        ("yyyy", "42304", "2015"),
        ('dd.mm.yyyy" (day)"', "42304", "2015-10-27"),
        ("dd/mm/yyyy hh:mm", "42304.5", "2015-10-27T12:00:00"),
        ("h:mm AM/PM", "0.5", "12:00:00"),
        ("00000", "1069", "01069"),
        ("General", "1069", "1069"),
        ("Standard", "1069", "1069"),
        ("#,##0.00", "1069.5", "1069.5"),
        ('0.0" days"', "3", "3"),
        ("0.00E+00", "42304", "42304"),
        ("[Red]0", "5", "5"),
        ("#,##0 [$€-407]", "5", "5"),
    ],
)
def test_the_number_format_tells_dates_and_leading_zeros(
    tmp_path: Path, code: str, number: str, shown: str
) -> None:
    cell = Raw('<c r="{at}" s="4"><v>' + number + "</v></c>")
    assert only_cell(tmp_path, cell, formats=[code]) == shown


def test_dates_that_count_from_1904(tmp_path: Path) -> None:
    cell = Raw('<c r="{at}" s="1"><v>40842</v></c>')
    assert only_cell(tmp_path, cell, since_1904=True) == "2015-10-27"


@pytest.mark.parametrize(
    ("cell", "rule", "value"),
    [
        (Raw('<c r="{at}" t="e"><v>#REF!</v></c>'), "cell-error", "#REF!"),
        ("#N/A", "cell-error", "#N/A"),
        (Raw('<c r="{at}" t="str"><f>X</f><v>#NAME?</v></c>'), "cell-error", "#NAME?"),
        (Raw('<c r="{at}"><f>SUM(A1:A9)</f></c>'), "formula", "=SUM(A1:A9)"),
        (Raw('<c r="{at}"><f>SUM(A1:A9)</f><v/></c>'), "formula", "=SUM(A1:A9)"),
        (Raw('<c r="{at}" s="1"><v>60</v></c>'), "date", "60"),
        (Raw('<c r="{at}" s="1"><v>-3</v></c>'), "date", "-3"),
        (Raw('<c r="{at}" s="1"><v>99999999</v></c>'), "date", "99999999"),
        (Raw('<c r="{at}" s="1"><v>soon</v></c>'), "number", "soon"),
        (Raw('<c r="{at}"><v>NaN</v></c>'), "number", "NaN"),
        (Raw('<c r="{at}"><v>1e999</v></c>'), "number", "1e999"),
        (Raw('<c r="{at}"><v>1_000</v></c>'), "number", "1_000"),
    ],
    ids=str,
)
def test_a_cell_that_cannot_be_taken_is_a_fault_and_the_row_stays(
    tmp_path: Path, cell: object, rule: str, value: str
) -> None:
    fault = only_cell(tmp_path, cell)
    assert isinstance(fault, Fault)
    assert (fault.rule, fault.value) == (rule, value)
    assert fault.detail


def test_a_span_of_time_is_not_taken_for_a_date(tmp_path: Path) -> None:
    fault = only_cell(tmp_path, Raw('<c r="{at}" s="4"><v>1.5</v></c>'), formats=["[h]:mm"])
    assert isinstance(fault, Fault)
    assert fault.rule == "duration"


def test_formulas_and_hidden_things_are_read_and_told(tmp_path: Path) -> None:
    formula = Raw('<c r="{at}"><f>1+1</f><v>2</v></c>')
    content = Book(
        {
            "Projects": [COLUMNS, ("Hills", "A", "Greece", formula), ("Hills", "B", "Greece", formula)],
            "Codes": [["x"]],
        },
        hidden=("Projects", "Codes"),
        before_rows='<cols><col min="1" max="1" hidden="1"/></cols>',
    ).bytes()
    table, records = read_one(put(tmp_path, "made.xlsx", content), XLSX)
    assert [one["Budget"] for one in values(records)] == ["2", "2"]
    told = {note.rule: (note.count, str(note.place)) for note in table.notes}
    assert told == {
        "unread-sheet": (1, "made.xlsx, Codes"),
        "hidden-sheet": (1, "made.xlsx, Projects"),
        "formula": (2, "made.xlsx, Projects, row 2, Budget"),
        "hidden-columns": (1, "made.xlsx, Projects"),
    }


def test_of_a_formula_without_a_stored_result_it_is_not_said_that_one_was_read(tmp_path: Path) -> None:
    stored, bare = Raw('<c r="{at}"><f>1+1</f><v>2</v></c>'), Raw('<c r="{at}"><f>1+1</f></c>')
    failed = Raw('<c r="{at}" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    rows = [COLUMNS, ("Hills", "A", "Greece", bare), ("Hills", "C", "Greece", failed)]
    table, records = read_one(put(tmp_path, "bare.xlsx", Book({"Projects": rows}).bytes()), XLSX)
    assert isinstance(values(records)[0]["Budget"], Fault)
    assert table.notes == []
    rows.append(("Hills", "B", "Greece", stored))
    table, records = read_one(put(tmp_path, "both.xlsx", Book({"Projects": rows}).bytes()), XLSX)
    assert values(records)[2]["Budget"] == "2"
    (note,) = table.notes
    assert (note.rule, note.count, note.place.row) == ("formula", 1, 4)


def test_the_value_of_merged_cells_is_not_copied_and_not_lost_in_silence(tmp_path: Path) -> None:
    rows = [COLUMNS, ("Hills", "A", "Greece", "1"), (None, "B", "Greece", "2"), (None, "C", "Greece", "3")]
    content = Book({"Projects": rows}, merged={"Projects": ["A2:A3"]}).bytes()
    _, (first, second, third) = read_one(put(tmp_path, "made.xlsx", content), XLSX)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert isinstance(third, Record)
    assert first.values["Programme"] == "Hills"
    fault = second.values["Programme"]
    assert isinstance(fault, Fault)
    assert fault.rule == "merged-cells"
    assert "A2" in fault.detail
    assert "Programme" not in third.values


def test_cells_without_a_title_are_kept_under_their_column(tmp_path: Path) -> None:
    rows = [(*COLUMNS, None, "  "), (*ROWS[0], "aside", "far")]
    _, records = read_one(put(tmp_path, "made.xlsx", workbook(*rows)), XLSX)
    assert values(records)[0]["(column E)"] == "aside"
    assert values(records)[0]["(column F)"] == "far"


def test_titles_that_are_repeated_among_the_rows_make_a_bad_record(tmp_path: Path) -> None:
    _, records = read_one(put(tmp_path, "made.xlsx", workbook(COLUMNS, ROWS[0], COLUMNS, ROWS[1])), XLSX)
    (bad,) = [one for one in records if isinstance(one, BadRecord)]
    assert (bad.rule, bad.place.row) == ("header-twice", 3)
    assert len(records) == 3


def test_sheets_come_in_the_order_in_which_they_are_wanted(tmp_path: Path) -> None:
    path = put(tmp_path, "made.xlsx", Book({"A": [["x"], ["1"]], "B": [["x"], ["2"]]}).bytes())
    wanted = Wanted("xlsx", (WantedTable("B"), WantedTable("C", optional=True), WantedTable("A")))
    found = {table.table.name: values(list(table)) for table in list(open_tables(path, wanted, Limits()))}
    assert list(found.items()) == [("B", [{"x": "2"}]), ("A", [{"x": "1"}])]


def test_titles_in_another_row_are_found_where_the_mapping_says(tmp_path: Path) -> None:
    wanted = Wanted("xlsx", (WantedTable("Projects", WANTED.variants, header=3),))
    table, records = read_one(
        put(tmp_path, "made.xlsx", workbook(["Export of the fund"], [], COLUMNS, *ROWS)), wanted
    )
    assert [one.place.row for one in records] == [4, 5, 6]
    assert [(note.rule, note.place.row) for note in table.notes] == [("row-above", 1)]


def test_a_column_that_the_mapping_speaks_of_and_that_was_renamed_is_told(tmp_path: Path) -> None:
    wanted = Wanted("xlsx", (WantedTable("Projects", WANTED.variants, frozenset({"Web site"})),))
    table, records = read_one(
        put(tmp_path, "made.xlsx", workbook((*COLUMNS, "Website"), (*ROWS[0], "x.example"))), wanted
    )
    assert values(records)[0]["Website"] == "x.example"
    (note,) = table.notes
    assert (note.rule, note.place.column) == ("renamed-column", "Website")
