"""The published files, where they are at hand: every row of them is read, and none is bad."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from koinon.build.mapping.readers import Limits, Wanted, WantedTable, open_tables
from koinon.build.mapping.records import Record

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("KOINON_SHARED", ROOT.parent / "shared")) / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(),
    reason=f"the published files are not here: {DATA} is absent (KOINON_SHARED names another place)",
)


@dataclass(frozen=True)
class Published:
    """A file and what is known of it: by table, rows and cells that hold something."""

    file: str
    wanted: Wanted
    tables: dict[str, tuple[int, int]]


SHEETS = tuple(map(WantedTable, ("Projects (lead partners)", "Partners", "Calls")))
ROR = (frozenset({"id", "names"}), frozenset({"id", "name"}))
PUBLISHED = (
    Published(
        "keep/keep_closed_1420.xlsx",
        Wanted("xlsx", SHEETS),
        {"Projects (lead partners)": (1891, 47123), "Partners": (8621, 119465), "Calls": (138, 642)},
    ),
    Published("coops-uk/coops_uk_2017-06.csv", Wanted("csv"), {"": (4199, 93457)}),
    Published("coops-uk/coops_uk_2023-q2.csv", Wanted("csv"), {"": (3754, 68954)}),
    Published("nuts/all_nuts_codes.csv", Wanted("csv"), {"": (10465, 31395)}),
    Published("nuts/cross_walks.csv.gz", Wanted("csv"), {"": (66877, 802524)}),
    Published("legal-forms/2023-09-28-elf-code-list-v1.5.csv", Wanted("csv"), {"": (3819, 40733)}),
    Published("ror/ror_europe.jsonl.gz", Wanted("jsonl", (WantedTable(variants=ROR),)), {"": (18549, 264232)}),
    Published("susy/data.json", Wanted("json", (WantedTable("features"),)), {"features": (1794, 5382)}),
    Published("eu-code-lists/country.gc", Wanted("genericode"), {"Country": (246, 6396)}),
)


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda published: Path(published.file).name)
def test_every_row_of_a_published_file_is_read(published: Published) -> None:
    path = DATA / published.file
    if not path.is_file():
        pytest.skip(f"{published.file} is not among the published files")
    found: dict[str, tuple[int, int]] = {}
    for table in open_tables(path, published.wanted, Limits()):
        records = list(table)
        assert all(isinstance(one, Record) for one in records)
        found[table.table.name] = len(records), sum(len(one.values) for one in records if isinstance(one, Record))
        assert table.notes == []
    assert found == published.tables


def test_the_workbook_says_the_same_as_another_reader_of_it() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = DATA / "keep" / "keep_closed_1420.xlsx"
    book = openpyxl.load_workbook(path, read_only=True)
    for table in open_tables(path, Wanted("xlsx", SHEETS), Limits()):
        rows = book[table.table.name].iter_rows(min_row=2, values_only=True)
        for theirs, ours in zip(rows, table, strict=True):
            assert isinstance(ours, Record)
            said = {name: _text(value) for name, value in zip(table.table.columns, theirs, strict=True)}
            assert dict(ours.values) == {name: text for name, text in said.items() if text}
    book.close()


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value)
