"""A release folder gives its place to another one, on file systems of every kind, and is never lost over it."""

import os
from pathlib import Path

import pytest

from koinon.release.exchange import exchange
from koinon.release.paths import Home
from koinon.release.publishing import recover


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one release, ``old``, and the folder of a build that is to take its place, ``new``."""
    for name, says in (("release", "old"), (".building-x", "new")):
        (tmp_path / "releases" / name).mkdir(parents=True)
        (tmp_path / "releases" / name / "manifest.json").write_text(says)
    return Home(tmp_path)


def said(home: Home) -> dict[str, str]:
    """What the folders in ``releases`` say, by name."""
    return {path.name: (path / "manifest.json").read_text() for path in home.releases.iterdir()}


@pytest.mark.parametrize("steps", [1, 3])
def test_folders_change_names_in_one_step_or_in_three(
    home: Home, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if steps == 3:
        monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    exchange(home.releases / ".building-x", home.release("release"))
    assert said(home) == {"release": "new", ".building-x": "old"}


@pytest.mark.parametrize(("killed_before", "stays"), [(1, "old"), (2, "old"), (3, "new")])
def test_a_release_is_there_again_after_a_kill_between_the_three_steps(
    home: Home, killed_before: int, stays: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    rename, done = os.rename, []

    def killed(*names: Path) -> None:
        done.append(names)
        if len(done) == killed_before:
            raise KeyboardInterrupt
        rename(*names)

    with monkeypatch.context() as patched:
        patched.setattr("os.rename", killed)
        with pytest.raises(KeyboardInterrupt):
            exchange(home.releases / ".building-x", home.release("release"))
    recover(home)
    assert said(home) == {"release": stays}
