"""JSON Lines and lists inside JSON files: objects as they stand, each with its line or position."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

import pytest

from koinon.build.mapping.readers import BadRecord, Limits, Wanted, WantedTable, open_tables
from koinon.build.mapping.records import Place, Record
from made_files import COLUMNS, WANTED, geojson, json_lines, objects, put, read_one, values

LINES = Wanted("jsonl", (WANTED,), source="fund")
FEATURES = Wanted("json", (WantedTable("features", (frozenset({"properties", "geometry"}),)),), source="fund")
SOUND_LINE = '{"a": 1}'


@pytest.mark.parametrize(
    "content",
    [
        json_lines().encode(),
        json_lines().encode("utf-8-sig"),
        gzip.compress(json_lines().encode()),
        json_lines().replace("\n", "\r\n\r\n").encode(),
        json_lines().rstrip().encode(),
    ],
    ids=["plain", "BOM", "gz", "blank lines", "no last line end"],
)
def test_each_line_is_a_record(tmp_path: Path, content: bytes) -> None:
    _, records = read_one(put(tmp_path, "made.jsonl", content), LINES)
    assert values(records) == objects()


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("block", [1, 7, 2**18])
def test_each_item_of_a_list_is_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, indent: int | None, block: int
) -> None:
    monkeypatch.setattr("koinon.build.mapping.readers.json_lists._BLOCK", block)
    path = put(tmp_path, "made.json", json.dumps(geojson() | {"after": [{"x": "]"}]}, indent=indent))
    table, records = read_one(path, FEATURES)
    assert table.table.name == "features"
    assert [one["properties"] for one in values(records)] == objects()
    assert [one.place for one in records] == [Place("made.json", "features", row) for row in (1, 2, 3)]
    assert values(records)[0]["geometry"] == {"type": "Point", "coordinates": [Decimal("23.335"), Decimal("42.7")]}


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ('[{"a": 1}]', "", [{"a": 1}]),
        ("[]", "", []),
        ('{"x": {"features": [{"b": 2}]}, "features": [{"a": 1}]}', "features", [{"a": 1}]),
        ('{"x": {"y": 1}, "r": {"x": [{"b": 2}], "list": [{"a": 1}]}}', "r.list", [{"a": 1}]),
        ('{"x": "features", "features": [{"a": "[{"}]}', "features", [{"a": "[{"}]),
        ('{"features" : [ {"a": "\\"}\\\\"} ]}', "features", [{"a": '"}\\'}]),
        ('{"fe\\u0061tures": [{"a": 1}]}', "features", [{"a": 1}]),
    ],
)
@pytest.mark.parametrize("block", [1, 2**18])
def test_the_list_is_found_by_its_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, path: str, found: list[object], block: int
) -> None:
    monkeypatch.setattr("koinon.build.mapping.readers.json_lists._BLOCK", block)
    _, records = read_one(put(tmp_path, "made.json", text), Wanted("json", (WantedTable(path),)))
    assert values(records) == found


def test_two_lists_of_one_file(tmp_path: Path) -> None:
    path = put(tmp_path, "made.json", '{"b": [{"n": 1}], "a": [{"n": 2}]}')
    wanted = Wanted("json", (WantedTable("a"), WantedTable("b"), WantedTable("c", optional=True)))
    assert [values(list(table)) for table in list(open_tables(path, wanted, Limits()))] == [[{"n": 2}], [{"n": 1}]]


def test_numbers_are_what_is_written(tmp_path: Path) -> None:
    text = '{"a": 1.10, "b": 0.1234567890123456789, "c": 12345678901234567890, "d": -2E3}\n'
    _, records = read_one(put(tmp_path, "made.jsonl", text), Wanted("jsonl"))
    assert {key: str(value) for key, value in values(records)[0].items()} == {
        "a": "1.10",
        "b": "0.1234567890123456789",
        "c": "12345678901234567890",
        "d": "-2E+3",
    }


BAD_OBJECTS = [
    ('{"a": 1', "syntax", "line 2, column 8"),
    ('{"a": 1, "a": 1}', "duplicate-key", "'a'"),
    ('{"a": {"b": 1, "b": 2}}', "duplicate-key", "'b'"),
    ('{"a": NaN}', "number", "NaN"),
    ('{"a": -Infinity}', "number", "Infinity"),
    ('{"a": 1e999999}', "number", "1e999999"),
    ('{"a": 1e99999999999999999999}', "number", "1e9999"),
    ('{"a": ' + "9" * 5000 + "}", "number", "9999"),
    (r'{"a": "\ud800"}', "surrogate", "half of a character"),
    (r'{"\uDFFF": 1}', "surrogate", "half of a character"),
    ('{"a": ' + "[" * 101 + "]" * 101 + "}", "nesting", "100"),
    ('{"a": ' + "[" * 200_000, "nesting", "100"),
    ("[1, 2]", "not-an-object", "braces"),
    ("null", "not-an-object", "braces"),
    ("{'a': 1}", "syntax", "line 2"),
]


@pytest.mark.parametrize(("line", "rule", "told"), BAD_OBJECTS, ids=lambda text: str(text)[:30])
def test_a_bad_line_is_named_and_the_others_stay(tmp_path: Path, line: str, rule: str, told: str) -> None:
    path = put(tmp_path, "made.jsonl", f"{SOUND_LINE}\n{line}\n{SOUND_LINE}\n")
    _, (first, bad, last) = read_one(path, Wanted("jsonl"))
    assert isinstance(bad, BadRecord)
    assert (bad.rule, bad.place.row) == (rule, 2)
    assert told in bad.detail
    assert values([first, last]) == [{"a": 1}, {"a": 1}]


@pytest.mark.parametrize(
    ("item", "rule"),
    [(line, rule) for line, rule, _ in BAD_OBJECTS if line.endswith(("}", "]")) and rule != "nesting"],
    ids=lambda text: str(text)[:30],
)
def test_a_bad_item_is_named_with_its_line_and_the_others_stay(tmp_path: Path, item: str, rule: str) -> None:
    path = put(tmp_path, "made.json", f'{{"features": [\n{SOUND_LINE},\n{item},\n{SOUND_LINE}]}}')
    _, (first, bad, last) = read_one(path, Wanted("json", (WantedTable("features"),)))
    assert isinstance(bad, BadRecord)
    assert (bad.rule, bad.place.row) == (rule, 2)
    assert bad.detail.startswith("line 3")
    assert values([first, last]) == [{"a": 1}, {"a": 1}]


def test_pairs_of_surrogates_are_one_character(tmp_path: Path) -> None:
    _, records = read_one(put(tmp_path, "made.jsonl", r'{"a": "\ud83d\ude00 \\ud800"}'), Wanted("jsonl"))
    assert values(records) == [{"a": "😀 \\ud800"}]


def test_a_renamed_key_is_told_with_what_may_be_meant(tmp_path: Path) -> None:
    renamed = json_lines().replace('"Country"', '"country "')
    _, records = read_one(put(tmp_path, "made.jsonl", renamed), LINES)
    assert all(isinstance(one, BadRecord) and one.rule == "missing-key" for one in records)
    assert isinstance(records[0], BadRecord)
    assert "'Country' (did you mean 'country '?)" in records[0].detail


def test_records_of_several_schema_versions_stand_beside_each_other(tmp_path: Path) -> None:
    wanted = Wanted("jsonl", (WantedTable(variants=(frozenset({"name"}), frozenset({"names"}))),))
    path = put(tmp_path, "made.jsonl", '{"name": "A"}\n{"names": []}\n{"title": "C"}\n')
    _, records = read_one(path, wanted)
    assert [type(one) for one in records] == [Record, Record, BadRecord]


def test_columns_of_the_made_up_objects_are_those_of_the_tables() -> None:
    assert all(tuple(one) == COLUMNS for one in objects())
