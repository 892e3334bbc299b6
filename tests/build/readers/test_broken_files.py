"""A broken file is refused by rule, with the place and what to do; nothing else ever comes out of a reader."""

import os
from collections import Counter
from pathlib import Path

import pytest
from broken_files import BROKEN, CSV, NAME, XLSX, Broken

from koinon.build.mapping.readers import Limits, open_tables
from koinon.model.errors import SourceError
from made_files import put, workbook


def read_all(path: Path, broken: Broken) -> None:
    for table in open_tables(path, broken.wanted, broken.limits):
        for _record in table:
            pass


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_file_is_refused_with_rule_place_and_advice(tmp_path: Path, broken: Broken) -> None:
    path = put(tmp_path, NAME[broken.wanted.reader], broken.content())
    with pytest.raises(SourceError) as refused:
        read_all(path, broken)
    error = refused.value
    assert (error.source, error.rule) == ("fund", broken.rule), error
    assert error.where.startswith(broken.where), error
    assert broken.advice in error.detail, error
    assert str(tmp_path) not in str(error)
    assert len(str(error)) < 1000


def test_at_least_forty_files_are_broken_and_each_in_its_own_way() -> None:
    assert len(BROKEN) >= 40
    assert max(Counter(broken.name for broken in BROKEN).values()) == 1


@pytest.mark.parametrize("wanted", [XLSX, CSV], ids=lambda wanted: wanted.reader)
def test_a_file_that_is_absent_or_a_folder_is_refused(tmp_path: Path, wanted: object) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(SourceError) as refused:
            list(open_tables(path, wanted, Limits()))  # type: ignore[arg-type]
        assert refused.value.rule == "unreadable"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device files")
def test_a_device_or_pipe_is_refused_before_it_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError) as refused:
        list(open_tables(tmp_path / "pipe", CSV, Limits()))
    assert refused.value.rule == "unreadable"


def test_too_many_open_files_is_an_error_of_the_file_and_not_of_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "made.xlsx", workbook())

    def none_left(*_arguments: object, **_more: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("zipfile.io.open", none_left)
    with pytest.raises(SourceError) as refused:
        list(open_tables(path, XLSX, Limits()))
    assert (refused.value.rule, "Too many open files" in refused.value.detail) == ("unreadable", True)
