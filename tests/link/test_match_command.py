"""``koinon match`` in a shell: files in, pairs out, faults in one line."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

NATIVE = (
    "aid\tname\tcc\nA1\tInstytut Badań nad Wodą\tPL\nA2\tMuzeum Kolejnictwa Górskiego\tPL\nA3\tKino Zorza\tPL\n"
)
ENGLISH = "bid,title,cc\n=B1,Water Research Institute,PL\nB2,Mountain Railway Museum,PL\nB3,Salt Theatre,PL\n"


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "koinon.cli", "match", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("match")
    left, right = folder / "left.tsv", folder / "right.csv"
    left.write_text(NATIVE, "utf-8")
    right.write_text(ENGLISH, "utf-8")
    return left, right


def test_pairs_are_written_with_probability_band_and_reasons(tables: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "pairs.tsv"
    done = run(*tables, "--out", out)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8") as file:
        rows = {(row["left_id"], row["right_id"]): row for row in csv.DictReader(file, delimiter="\t")}
    assert set(rows) == {("A1", "'=B1"), ("A2", "B2")}, "an id may not become a formula"
    assert all(
        0.4 <= float(row["probability"]) <= 1 and row["band"] in {"accept", "review"} for row in rows.values()
    )
    assert "badan = research" in rows["A1", "'=B1"]["reasons"]
    assert "3 and 3 rows" in done.stderr


def test_what_was_compared_can_be_written_too(tables: tuple[Path, Path], tmp_path: Path) -> None:
    run(*tables, "--candidates", tmp_path / "near.tsv")
    rows = (tmp_path / "near.tsv").read_text("utf-8").splitlines()
    assert rows[0] == "left_id\tright_id\tleft_rank\tright_rank"
    assert "A2\tB2\t1\t1" in rows


def test_json_has_each_reason_with_its_weight(tables: tuple[Path, Path]) -> None:
    done = run(*tables, "--json")
    document = json.loads(done.stdout)
    assert document["rows"] == [3, 3]
    assert {"feature", "text", "weight"} == set(document["pairs"][0]["reasons"][0])


def test_a_workbook_is_read_and_a_column_named(tables: tuple[Path, Path], tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (
        ["Nr", "Wie heißt es", "Country"],
        [1, "Water Research Institute", "PL"],
        [2, "Mountain Railway Museum", "PL"],
    ):
        book.active.append(row)
    path = tmp_path / "table.xlsx"
    book.save(path)
    done = run(tables[0], path, "--column", "right:name=Wie heißt es", "--json")
    assert done.returncode == 0, done.stderr
    assert {pair["right"]["id"] for pair in json.loads(done.stdout)["pairs"]} == {"1", "2"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"id,nothing\n1,2\n", "no column that looks like the name"),
        (b"id,name\n1,\xff\xfe\n", "is not UTF-8"),
        (b"id,name\n1,Sun\n1,Moon\n", "stands twice"),
    ],
)
def test_a_fault_is_one_line_and_an_exit_code(
    tables: tuple[Path, Path], tmp_path: Path, content: bytes, words: str
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(content)
    done = run(tables[0], bad)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_pairs_are_not_written_as_what_they_are_not(tables: tuple[Path, Path], tmp_path: Path) -> None:
    done = run(*tables, "--out", tmp_path / "pairs.xlsx")
    assert done.returncode == 2
    assert ".tsv, .csv or .json" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told_with_the_next_step(
    tables: tuple[Path, Path], tmp_path: Path
) -> None:
    done = run(*tables, "--out", tmp_path / "nowhere" / "pairs.tsv")
    assert done.returncode == 5
    assert "cannot be written: No such file or directory. Give another place." in done.stderr


def test_what_is_no_workbook_is_told(tables: tuple[Path, Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"not a workbook")
    done = run(tables[0], bad)
    assert done.returncode == 2
    assert done.stderr.strip().startswith("koinon: bad.xlsx: ")
    assert "[" not in done.stderr, "a rule's name is for those who write sources"
    assert "Traceback" not in done.stderr
