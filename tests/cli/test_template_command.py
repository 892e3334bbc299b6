"""``koinon template`` writes the workbook of a members' list, and never over a file that is there."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from koinon.model.languages import INTERFACE_LANGUAGES


def koinon(folder: Path, *words: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "koinon.cli", "template", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_a_workbook_is_written_in_each_language(tmp_path: Path, language: str) -> None:
    done = koinon(tmp_path, "members-list", "--lang", language, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["file"] == f"members-list.{language}.xlsx"
    assert openpyxl.load_workbook(tmp_path / told["file"]).properties.creator == "Koinon"


def test_it_can_be_piped(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(koinon(tmp_path, "--lang", "el", "--out", "-").stdout))
    assert "Μέλη" in book.sheetnames
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_stays_unless_force_is_given(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"mine")
    done = koinon(tmp_path, "--out", str(path))
    assert (done.returncode, path.read_bytes()) == (2, b"mine")
    assert b"--force" in done.stderr
    assert koinon(tmp_path, "--out", str(path), "--force").returncode == 0
    assert path.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("nope",), 2, "There is members-list"),
        (("--lang", "de"), 2, "en, pl, el"),
        (("--out", "no/such/folder.xlsx"), 5, "cannot be written: No such file or directory. Give another place"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, words: tuple[str, ...], code: int, told: str) -> None:
    done = koinon(tmp_path, *words)
    assert done.returncode == code
    assert told in done.stderr.decode()
