"""A release that goes has lost its name for good before the first of its files goes."""

import os
import shutil
from pathlib import Path

import pytest

from koinon.release.paths import Home
from koinon.release.retention import collect


def test_the_new_name_is_on_the_disk_before_the_first_file_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    for name in ("old", "new"):
        home.release(name).mkdir(parents=True)
        (home.release(name) / "manifest.json").touch()
    home.current.symlink_to("new")
    synced: list[tuple[str, bool]] = []
    before: list[tuple[str, bool]] = []
    fsync, remove = os.fsync, shutil.rmtree

    def noted(handle: int) -> None:
        synced.append((str(Path(f"/proc/self/fd/{handle}").readlink()), home.release("old").exists()))
        fsync(handle)

    def removed(path: Path) -> None:
        before.extend(synced)
        remove(path)

    monkeypatch.setattr("os.fsync", noted)
    monkeypatch.setattr("shutil.rmtree", removed)
    assert collect(home, 1, 2**40) == ["old"]
    assert (str(home.releases), False) in before
