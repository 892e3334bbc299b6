"""What is damaged is named with a way out that works, and nothing that is whole is lost over it."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from building import World
from koinon.build.verifying import verify_release
from koinon.cli.app import app
from koinon.model.errors import ReleaseError, StorageError
from koinon.release.contents import FILE
from koinon.release.current import Release, current_id, release_folders
from koinon.release.log import read_log
from koinon.release.paths import PIN
from koinon.release.retention import disk_usage

pytestmark = pytest.mark.long


def change(world: World, name: str) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    lines = graph.read_text().splitlines()
    lines = [f'<project/patient> skos:altLabel "{name}"@en .' if "altLabel" in line else line for line in lines]
    graph.write_text("\n".join(lines))


def cut_in_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_store(folder: Path) -> None:
    for path in folder.glob("store/*.sst"):
        content = path.read_bytes()
        path.unlink()  # its other names, in other releases, keep what they have
        path.write_bytes(content[: len(content) // 2])


DAMAGES = {
    "store": damage_store,
    "no store": lambda folder: shutil.rmtree(folder / "store"),
    "dump": lambda folder: cut_in_half(folder / "dump.nq"),
    "owners": lambda folder: (folder / "owners.tsv").write_bytes(b"\xff"),
    "graph": lambda folder: cut_in_half(folder / "graphs" / "place.nt"),
    "graph gone": lambda folder: (folder / "graphs" / "place.nt").unlink(),
    "manifest": lambda folder: (folder / "manifest.json").write_text("null"),
    "manifest gone": lambda folder: (folder / "manifest.json").unlink(),
}
BY_HAND = {"owners", "graph", "graph gone", "manifest", "manifest gone"}
"""Damages in what a refused source would fall back on: the operator decides to do without."""


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_current_release_is_written_anew_from_the_same_sources(world: World, what: str) -> None:
    change(world, "A")
    first = world.build().release
    change(world, "B")
    release = world.build().release
    dump = (world.current.path / "dump.nq").read_bytes()
    changes = (world.current.path / "changes" / "added.nq").read_bytes()
    (world.current.path / PIN).touch()
    DAMAGES[what](world.current.path)
    if what in BY_HAND:
        with pytest.raises(ReleaseError, match=f"remove {world.home.current}"):
            world.build()
        world.home.current.unlink()
        world.build()
    else:
        world.build()
        assert world.current.manifest.parent == first
        assert (world.current.path / "changes" / "added.nq").read_bytes() == changes
    assert world.current.id == release
    assert verify_release(world.current) == []
    assert (world.current.path / "dump.nq").read_bytes() == dump
    assert (world.current.path / PIN).exists()
    assert not [path for path in world.home.releases.iterdir() if path.name.startswith(".")]
    assert {entry.id for entry in read_log(world.home.log)} == {first, release}


def test_a_build_of_the_same_reads_only_the_seal_of_a_release_that_nobody_touched(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = world.build().release
    compared: list[str] = []

    def compare(release: Release) -> list[str]:
        compared.append(release.id)
        return []

    monkeypatch.setattr("koinon.build.workspace.verify_release", compare)
    assert not world.build().published
    assert compared == []
    os.utime(world.current.path / "dump.nq")
    assert not world.build().published
    assert compared == [release]
    (world.current.path / "seal.json").unlink()
    world.build()
    assert compared == [release, release]


@pytest.mark.parametrize("what", ["store", "no store"])
def test_a_next_release_is_whole_though_the_store_of_its_parent_is_damaged(world: World, what: str) -> None:
    change(world, "A")
    world.build()
    change(world, "B")
    DAMAGES[what](world.current.path)
    (world.sources / "patient" / "graph.ttl").write_text("broken")
    report = world.build()
    assert [(source.slug, source.outcome) for source in report.refused] == [("patient", "kept")]
    assert verify_release(world.current) == []


def test_a_kept_graph_is_never_taken_from_a_damaged_file(world: World) -> None:
    world.build()
    DAMAGES["graph"](world.current.path)
    (world.sources / "place" / "graph.ttl").write_text("broken")
    change(world, "B")
    with pytest.raises(ReleaseError, match="graph file of place is not the one that was released"):
        world.build()


@pytest.mark.parametrize("what", ["store", "manifest", "graph"])
def test_a_damaged_release_is_reported_by_every_command_without_a_traceback(world: World, what: str) -> None:
    identifier = world.build().release
    DAMAGES[what](world.current.path)
    run = CliRunner().invoke
    home = ["--home", str(world.home.root)]
    verified = run(app, ["release", "verify", *home])
    assert isinstance(verified.exception, SystemExit | ReleaseError)
    listed = run(app, ["release", "list", *home])
    assert listed.exit_code == 0
    assert identifier in listed.stdout
    assert isinstance(run(app, ["doctor", *home]).exception, SystemExit | None)
    if what == "manifest":
        assert f"! {identifier}" in listed.stdout
        assert identifier in json.loads(run(app, ["release", "list", "--json", *home]).stdout)["damaged"]


def test_a_link_to_nowhere_is_an_error_and_leaves_no_line_in_the_log(world: World) -> None:
    release = world.build().release
    world.home.current.unlink()
    world.home.current.symlink_to("nowhere")
    with pytest.raises(ReleaseError, match="current first"):
        world.build()
    world.home.current.unlink()
    world.build()
    assert current_id(world.home) == release
    assert [entry.id for entry in read_log(world.home.log)] == [release]


def test_a_folder_in_the_place_of_the_link_is_an_error_that_says_so(world: World) -> None:
    world.build()
    world.home.current.unlink()
    world.home.current.mkdir()
    with pytest.raises(ReleaseError, match="not the link to a release"):
        world.build()


def test_a_quota_that_cannot_be_met_removes_nothing(world: World) -> None:
    for name in "ABC":
        change(world, name)
        world.build()
    before = {path.name for path in release_folders(world.home)}
    change(world, "D")
    with pytest.raises(StorageError, match="nothing was removed"):
        world.build(disk_quota=disk_usage(world.current.path))
    assert {path.name for path in release_folders(world.home)} == before


def test_a_quota_that_can_be_met_removes_the_oldest(world: World) -> None:
    ids = []
    for name in "ABC":
        change(world, name)
        ids.append(world.build().release)
    quota = disk_usage(world.home.releases)
    change(world, "D")
    last = world.build(disk_quota=quota).release
    kept = {path.name for path in release_folders(world.home)}
    assert ids[0] not in kept
    assert {ids[2], last} <= kept
    assert disk_usage(world.home.releases) <= quota


def test_a_home_that_cannot_be_one_is_an_error_that_says_so(world: World) -> None:
    world.home.root.write_text("a file")
    with pytest.raises(StorageError, match="set KOINON_HOME"):
        world.build()


def test_a_service_goes_on_reading_while_a_build_moves_on(world: World) -> None:
    change(world, "A")
    world.build()
    reader = world.current.open()
    change(world, "B")
    world.build(keep_releases=1)
    assert any(str(triple[2]) == '"A"@en' for triple in reader.triples())
    change(world, "C")
    world.build(keep_releases=1)
    assert len(release_folders(world.home)) == 2


@pytest.mark.parametrize("change", ["DELETE FROM part", "UPDATE entry SET label = label || '?'", None])
def test_a_table_of_contents_that_says_something_else_than_the_store_is_found(
    world: World, change: str | None
) -> None:
    world.build()
    assert verify_release(world.current) == []
    path = world.current.path / FILE
    if change is None:
        cut_in_half(path)
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(change)
            connection.commit()
    (problem,) = verify_release(world.current)
    assert FILE in problem
