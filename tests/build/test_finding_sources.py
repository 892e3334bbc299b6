"""Which folders are sources: each once, wherever it lies, and never one less than there are without a word."""

import os
from pathlib import Path

import pytest

from building import PATIENT, World, manifest
from koinon.build.checking import check_path
from koinon.build.pipeline import build
from koinon.build.report import Outcome
from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings


def test_two_folders_with_one_slug_are_both_refused(world: World) -> None:
    world.build()
    before = world.hashes()
    world.put("more/patient", {"source.toml": manifest("patient", "page"), "graph.ttl": PATIENT})
    report = world.build()
    assert [(source.slug, source.outcome) for source in report.refused] == [("patient", "kept")]
    assert world.hashes() == before


def test_a_broken_copy_of_a_source_is_not_overlooked(world: World) -> None:
    world.put("more/patient", {"source.toml": "nonsense", "graph.ttl": PATIENT})
    code, output = world.run()
    assert code == 4
    assert "2 folders have this slug" in output


def test_a_folder_reached_by_a_link_is_a_source_and_a_loop_does_no_harm(world: World) -> None:
    (world.sources / "patient").rename(world.root / "elsewhere")
    (world.sources / "patient").symlink_to(world.root / "elsewhere")
    (world.root / "elsewhere" / "loop").symlink_to(world.sources)
    report = world.build()
    assert not report.refused
    assert [source.slug for source in report.sources] == ["neighbour", "patient", "place"]


def test_a_folder_given_twice_or_inside_another_counts_once(world: World) -> None:
    folders = [world.sources, world.sources / "patient", world.sources]
    report = build(Settings.from_environment({}, home=world.home.root), world.assets, folders)
    assert [(source.slug, source.outcome) for source in report.sources] == [
        (slug, Outcome.ACCEPTED) for slug in ("neighbour", "patient", "place")
    ]


def test_hidden_folders_are_left_alone(world: World) -> None:
    world.put(".checkpoints/patient", {"source.toml": manifest("patient", "page"), "graph.ttl": PATIENT})
    assert not world.build().refused


def test_a_data_folder_without_a_source_is_an_error_and_withdraws_nothing(world: World, tmp_path: Path) -> None:
    world.build()
    before = world.hashes()
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ConfigurationError, match="holds no source"):
        build(Settings.from_environment({}, home=world.home.root), world.assets, [empty])
    assert world.hashes() == before


def test_a_folder_that_may_not_be_read_is_an_error_and_withdraws_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.build()
    before = world.hashes()
    readable = os.scandir

    def scandir(path: str | int) -> object:
        if isinstance(path, str) and path.endswith("/patient"):
            raise PermissionError(13, "Permission denied", path)
        return readable(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        with pytest.raises(ConfigurationError, match="patient cannot be read"):
            world.build()
    assert world.hashes() == before


def test_a_manifest_may_begin_with_a_byte_order_mark_and_end_its_lines_as_windows_does(world: World) -> None:
    path = world.sources / "patient" / "source.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert not world.build().refused


def test_a_pipe_in_the_place_of_a_manifest_holds_nothing_up(world: World) -> None:
    path = world.sources / "patient" / "source.toml"
    path.unlink()
    os.mkfifo(path)
    report = world.build()
    assert [source.slug for source in report.refused] == ["patient"]


def test_a_check_of_the_folder_one_is_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.sources / "patient")
    report = check_path(Path(), Settings.from_environment({}, home=world.home.root), world.assets)
    assert not report.refused
