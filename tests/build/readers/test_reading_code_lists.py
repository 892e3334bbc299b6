"""Genericode lists: a record for each code, and what the list says of itself."""

import gzip
from pathlib import Path

from koinon.build.mapping.readers import BadRecord, Fault, Wanted, WantedTable
from koinon.build.mapping.records import Place, Record
from made_files import code_list, code_row, put, read_one, values

LIST = Wanted("genericode", (WantedTable("", (frozenset({"code", "Name"}),)),), source="fund")
SOUND = [{"code": "GRC", "Name": "Ελλάδα"}, {"code": "POL", "Name": "Polska"}]


def test_each_row_is_a_record_with_its_position(tmp_path: Path) -> None:
    table, records = read_one(put(tmp_path, "land.gc", code_list()), LIST)
    assert values(records) == SOUND
    assert [one.place for one in records] == [Place("land.gc", "Land", 1), Place("land.gc", "Land", 2)]
    assert table.table.columns == ("code", "Name")
    assert table.about == {"shortName": "Land", "listId": "https://lists.example/land", "version": "7"}


def test_a_packed_list(tmp_path: Path) -> None:
    _, records = read_one(put(tmp_path, "land.gc.gz", gzip.compress(code_list().encode())), LIST)
    assert values(records) == SOUND


def test_a_list_without_rows_has_no_records(tmp_path: Path) -> None:
    table, records = read_one(put(tmp_path, "land.gc", code_list("")), LIST)
    assert (table.table.columns, records) == (("code", "Name"), [])


def test_values_without_a_column_follow_each_other(tmp_path: Path) -> None:
    row = "<Row><Value><SimpleValue>A</SimpleValue></Value><Value><SimpleValue>B</SimpleValue></Value></Row>"
    _, records = read_one(put(tmp_path, "land.gc", code_list(row)), LIST)
    assert values(records) == [{"code": "A", "Name": "B"}]


def test_empty_and_absent_values_are_not_there(tmp_path: Path) -> None:
    empty = '<Row><Value ColumnRef="code"><SimpleValue>A</SimpleValue></Value><Value ColumnRef="Name"/></Row>'
    _, records = read_one(put(tmp_path, "land.gc", code_list(empty + code_row(code="B", Name=""))), LIST)
    assert values(records) == [{"code": "A"}, {"code": "B"}]


def test_a_row_with_a_value_too_many_is_bad_and_the_others_stay(tmp_path: Path) -> None:
    twice = code_row(code="A").replace("</Row>", "") + code_row(code="B").replace("<Row>", "")
    rows = twice + code_row(code="C", Nme="D") + code_row(code="POL", Name="Polska")
    _, records = read_one(put(tmp_path, "land.gc", code_list(rows)), LIST)
    assert [(one.rule, one.place.row) for one in records if isinstance(one, BadRecord)] == [
        ("column-twice", 1),
        ("no-such-column", 2),
    ]
    assert values(records[2:]) == [SOUND[1]]


def test_a_value_that_is_xml_is_a_fault(tmp_path: Path) -> None:
    row = '<Row><Value ColumnRef="code"><ComplexValue><b>x</b></ComplexValue></Value></Row>'
    _, (record,) = read_one(put(tmp_path, "land.gc", code_list(row)), LIST)
    assert isinstance(record, Record)
    assert isinstance(record.values["code"], Fault)
