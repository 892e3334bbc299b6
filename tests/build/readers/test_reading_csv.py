"""Delimited text in the forms that publishers write, each row with the line on which it begins."""

import gzip
from pathlib import Path

import pytest

from koinon.build.mapping.readers import BadRecord, Fault, Wanted
from koinon.build.mapping.records import Record
from made_files import COLUMNS, ROWS, WANTED, csv_text, put, read_one, values

CSV = Wanted("csv", (WANTED,), source="fund")
SOUND = [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


@pytest.mark.parametrize(
    "content",
    [
        csv_text().encode(),
        csv_text().encode("utf-8-sig"),
        csv_text().encode("utf-16"),
        b"\xfe\xff" + csv_text().encode("utf-16-be"),
        csv_text(end="\n").encode(),
        csv_text().encode()[:-2],
        gzip.compress(csv_text().encode()),
        csv_text([COLUMNS, [], *ROWS, [""]]).encode(),
        csv_text([(*COLUMNS, ""), *((*row, "") for row in ROWS)]).encode(),
        csv_text([COLUMNS, *((*row, "", "") for row in ROWS)]).encode(),
    ],
    ids=["utf-8", "BOM", "utf-16", "utf-16-be", "LF", "no last line end", "gz", "blank lines", "comma", "commas"],
)
def test_the_same_rows_in_any_unicode_encoding(tmp_path: Path, content: bytes) -> None:
    _, records = read_one(put(tmp_path, "made.csv", content), CSV)
    assert values(records) == SOUND


@pytest.mark.parametrize(
    ("encoding", "town"), [("cp1253", "Θεσσαλονίκη"), ("cp1250", "Łódź"), ("cp1251", "Пловдив"), ("utf-16", "Łódź")]
)
def test_an_older_encoding_is_read_where_the_mapping_declares_it(tmp_path: Path, encoding: str, town: str) -> None:
    content = f"name,town\nA,{town}\n".encode(encoding).removeprefix(b"\xff\xfe")
    _, records = read_one(put(tmp_path, "made.csv", content), Wanted("csv", encoding=encoding))
    assert values(records) == [{"name": "A", "town": town}]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_used_where_the_mapping_declares_it(tmp_path: Path, delimiter: str) -> None:
    path = put(tmp_path, "made.csv", csv_text(delimiter=delimiter))
    _, records = read_one(path, Wanted("csv", (WANTED,), delimiter=delimiter))
    assert values(records) == SOUND


def test_line_ends_and_quotes_inside_of_cells(tmp_path: Path) -> None:
    text = 'name,town\r\n"The ""A""\nHermes Road",x\r\nB,5" pipe\r\n,\r\nC,y\r\n'
    _, records = read_one(put(tmp_path, "made.csv", text), Wanted("csv"))
    assert values(records) == [
        {"name": 'The "A"\nHermes Road', "town": "x"},
        {"name": "B", "town": '5" pipe'},
        {},
        {"name": "C", "town": "y"},
    ]
    assert [one.place.row for one in records] == [2, 4, 5, 6]


def test_a_row_with_too_many_or_too_few_cells_is_bad_and_the_others_stay(tmp_path: Path) -> None:
    text = "a,b,c\n1,2,3\n1,2\n1,2,3,4\n4,5,6\n"
    _, records = read_one(put(tmp_path, "made.csv", text), Wanted("csv"))
    assert [(one.rule, one.place.row) for one in records if isinstance(one, BadRecord)] == [
        ("too-few-cells", 3),
        ("too-many-cells", 4),
    ]
    assert [one.values["a"] for one in records if isinstance(one, Record)] == ["1", "4"]


def test_an_error_of_a_spreadsheet_is_no_value(tmp_path: Path) -> None:
    _, (record,) = read_one(put(tmp_path, "made.csv", "a,b\n#REF!,#1 of its kind\n"), Wanted("csv"))
    assert isinstance(record, Record)
    assert isinstance(record.values["a"], Fault)
    assert record.values["b"] == "#1 of its kind"


def test_titles_that_are_repeated_among_the_rows_make_a_bad_record(tmp_path: Path) -> None:
    _, records = read_one(put(tmp_path, "made.csv", csv_text((COLUMNS, ROWS[0], COLUMNS, ROWS[1]))), CSV)
    assert [(one.rule, one.place.row) for one in records if isinstance(one, BadRecord)] == [("header-twice", 3)]


@pytest.mark.parametrize("change", [{"encoding": "rot13"}, {"delimiter": "::"}, {"reader": "pdf"}])
def test_what_no_reader_knows_is_an_error_of_the_mapping(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"read|cells"):
        Wanted(**({"reader": "csv"} | change))  # type: ignore[arg-type]
