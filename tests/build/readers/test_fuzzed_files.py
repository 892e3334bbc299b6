"""Whatever is done to a sound file, a reader gives records or refuses it by rule: nothing else comes out."""

import gzip
import io
import json
import re
import zipfile
from dataclasses import dataclass
from html import escape
from pathlib import Path

import pytest
from broken_files import CODES, CSV, JSON, LINES, XLSX
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from koinon.build.mapping.readers import BadRecord, Limits, Wanted, open_tables
from koinon.build.mapping.records import Record
from koinon.model.errors import SourceError
from made_files import COLUMNS, Book, code_list, csv_text, geojson, json_lines, packed, put

LIMITS = Limits(unpacked=2**22, strings=2**20, record=2**16)
BOOK = Book(
    {"Projects": [COLUMNS, ("Hills", 103, True, 1.5), (None, "B", "Greece", "2"), ("Coasts", "Ω", "Polska", None)]},
    merged={"Projects": ["A2:A3"]},
    formats=["yyyy/mm/dd"],
).bytes()
PARTS = {
    info.filename: zipfile.ZipFile(io.BytesIO(BOOK)).read(info)
    for info in zipfile.ZipFile(io.BytesIO(BOOK)).filelist
}
SOUND: dict[str, tuple[Wanted, bytes]] = {
    "xlsx": (XLSX, BOOK),
    "csv": (CSV, csv_text().encode()),
    "csv in UTF-16": (CSV, csv_text().encode("utf-16")),
    "csv.gz": (CSV, gzip.compress(csv_text().encode())),
    "jsonl": (LINES, json_lines().encode()),
    "json": (JSON, json.dumps(geojson(), indent=1).encode()),
    "genericode": (CODES, code_list().encode()),
}
TELLING = [
    *(
        b'"',
        b",",
        b";",
        b"\n",
        b"\r",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"{",
        b"}",
        b"[",
        b"]",
        b":",
        b"\\",
        b"\\ud800",
    ),
    *(
        b"NaN",
        b"1e999",
        b"<",
        b">",
        b"&a;",
        b"<!DOCTYPE x>",
        b"<!--",
        b"]]>",
        b"<?",
        b"</",
        b"'",
        b"=",
        b"PK\x05\x06",
    ),
    *(
        b"-1",
        b"99999999999999999999",
        b"\xd2",
        b"\xed\xa0\x80",
        b'r="A1048577"',
        b't="s"',
        b't="e"',
        b's="1"',
        b"_xD800_",
    ),
]


VALUES = [
    *(
        "",
        "0",
        "-1",
        "1",
        "2",
        "99",
        "1e5",
        "1e999",
        "NaN",
        "1_0",
        "٣",
        "1" * 5000,
        "60",
        "2958465.99999999",
        "0.1",
    ),
    *("A1", "ZZZ1", "XFD1048576", "XFE1", "A0", "a1", "A1048577", "s", "n", "b", "e", "d", "str", "inlineStr", "x"),
    *(
        "[h]:mm",
        "yyyy",
        '"',
        "\\",
        "[",
        "_",
        "00000",
        "general",
        "../../x",
        "/xl/styles.xml",
        "worksheets/sheet1.xml",
    ),
    *(
        "styles",
        "sharedStrings",
        "worksheet",
        "rId1",
        "hidden",
        "true",
        "Projects",
        " Projects ",
        "xl/workbook.xml",
    ),
]


@dataclass(frozen=True)
class Change:
    """One change of bytes: at a share of the length, so many are replaced by ``new``."""

    at: float
    taken: int
    new: bytes

    def made(self, content: bytes) -> bytes:
        start = int(self.at * len(content))
        return content[:start] + self.new + content[start + self.taken :]


CHANGES = st.lists(
    st.builds(
        Change,
        st.floats(0, 1),
        st.one_of(st.integers(0, 3), st.integers(0, 2000)),
        st.one_of(st.sampled_from(TELLING), st.binary(max_size=4), st.just(b"")),
    ),
    min_size=1,
    max_size=4,
)


def changed(content: bytes, changes: list[Change]) -> bytes:
    for change in changes:
        content = change.made(content)
    return content


def with_value(content: bytes, at: float, value: str) -> bytes:
    """Return XML with another attribute value or text at a share of those that it has."""
    places = list(re.finditer(rb'(?<==")[^"]*(?=")|(?<=>)[^<]*(?=</)', content))
    place = places[int(at * len(places))]
    return content[: place.start()] + escape(value).encode() + content[place.end() :]


def outcome(folder: Path, wanted: Wanted, content: bytes) -> str:
    """Read a file to its end; return ``read`` or the rule by which it was refused."""
    path = put(folder, "changed", content)
    refused = None
    try:
        for table in open_tables(path, wanted, LIMITS):
            for record in table:
                assert isinstance(record, Record | BadRecord)
                assert record.place.file == "changed"
                if isinstance(record, Record):
                    json.dumps(dict(record.values), default=str, ensure_ascii=False).encode()
    except SourceError as error:
        refused = error
    assert refused is None or (refused.source == "fund" and refused.rule and refused.detail)
    return refused.rule if refused else "read"


patient = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("name", SOUND)
def test_the_sound_file_is_read(tmp_path: Path, name: str) -> None:
    assert outcome(tmp_path, *SOUND[name]) == "read"


@pytest.mark.parametrize("name", SOUND)
@patient
@given(changes=CHANGES)
def test_a_file_with_changed_bytes_gives_records_or_is_refused(
    tmp_path: Path, name: str, changes: list[Change]
) -> None:
    wanted, content = SOUND[name]
    assert outcome(tmp_path, wanted, changed(content, changes))


@patient
@given(part=st.sampled_from(sorted(PARTS)), changes=CHANGES)
def test_a_workbook_with_a_changed_part_gives_records_or_is_refused(
    tmp_path: Path, part: str, changes: list[Change]
) -> None:
    assert outcome(tmp_path, XLSX, packed(PARTS | {part: changed(PARTS[part], changes)}))


@patient
@given(
    part=st.sampled_from(sorted(PARTS)),
    at=st.floats(0, 0.999),
    value=st.one_of(st.sampled_from(VALUES), st.text(st.characters(codec="utf-8"), max_size=6)),
)
def test_a_workbook_with_another_value_in_a_part_gives_records_or_is_refused(
    tmp_path: Path, part: str, at: float, value: str
) -> None:
    assert outcome(tmp_path, XLSX, packed(PARTS | {part: with_value(PARTS[part], at, value)}))


@patient
@given(changes=CHANGES)
def test_a_packed_file_with_changed_content_gives_records_or_is_refused(
    tmp_path: Path, changes: list[Change]
) -> None:
    assert outcome(tmp_path, CSV, gzip.compress(changed(csv_text().encode(), changes)))


@pytest.mark.parametrize("wanted", [XLSX, CSV, LINES, JSON, CODES], ids=lambda wanted: wanted.reader)
@patient
@given(content=st.binary(max_size=300))
def test_any_bytes_give_records_or_are_refused(tmp_path: Path, wanted: Wanted, content: bytes) -> None:
    assert outcome(tmp_path, wanted, content)
