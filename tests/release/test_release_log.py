"""Releases never change; the log says what was current when; old ones are collected by rule."""

import json
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from building import World
from koinon.build.verifying import verify_release
from koinon.model.errors import BuildLockedError, NoReleaseError, NotFoundError, ReleaseError, StorageError
from koinon.release.current import open_current, open_release, release_folders
from koinon.release.lock import build_lock
from koinon.release.log import LogEntry, append_log, read_log
from koinon.release.paths import PIN
from koinon.release.retention import disk_usage


def rename_patient(world: World, name: str) -> str:
    """Give the patient another name in the neighbour's source, and build; returns the release id."""
    graph = world.sources / "neighbour" / "graph.ttl"
    lines = graph.read_text().splitlines()
    lines = [f'<project/patient> skos:altLabel "{name}"@en .' if "altLabel" in line else line for line in lines]
    graph.write_text("\n".join(lines))
    return world.build().release


def test_a_release_can_be_read_by_a_service_of_another_account(world: World) -> None:
    world.build()
    assert world.current.path.stat().st_mode & 0o755 == 0o755


def test_there_and_back_again_is_three_entries_and_two_folders(world: World) -> None:
    a = rename_patient(world, "A")
    b = rename_patient(world, "B")
    again = rename_patient(world, "A")
    assert again == a != b
    assert [entry.id for entry in read_log(world.home.log)] == [a, b, a]
    assert [entry.parent for entry in read_log(world.home.log)] == [None, a, b]
    assert [entry.sequence for entry in read_log(world.home.log)] == [1, 2, 3]
    assert {path.name for path in release_folders(world.home)} == {a, b}
    assert world.current.id == a


def test_building_the_same_again_changes_nothing(world: World) -> None:
    world.build()
    before = {path: path.stat().st_mtime_ns for path in world.home.releases.rglob("*")}
    report = world.build()
    assert not report.published
    assert {path: path.stat().st_mtime_ns for path in world.home.releases.rglob("*")} == before


def test_a_release_made_from_its_parent_is_the_one_made_from_nothing(world: World, tmp_path: Path) -> None:
    rename_patient(world, "A")
    identifier = rename_patient(world, "B")
    fresh = World(world.root)
    stepwise = world.current
    assert verify_release(stepwise) == []
    dump = (stepwise.path / "dump.nq").read_bytes()
    default = {quad.triple for quad in stepwise.open().raw.quads_for_pattern(None, None, None, DefaultGraph())}
    (world.root / "home").rename(tmp_path / "old")
    at_once = fresh.build()
    assert at_once.release == identifier
    assert (fresh.current.path / "dump.nq").read_bytes() == dump
    assert {
        q.triple for q in fresh.current.open().raw.quads_for_pattern(None, None, None, DefaultGraph())
    } == default


def test_the_default_graph_holds_every_statement_once(world: World) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text() + "<organisation/patient-office> koi:locatedIn <place/gdansk> .\n")
    world.build()
    store = world.current.open()
    subject = NamedNode("https://w3id.org/koinon/id/organisation/patient-office")
    predicate = NamedNode("https://w3id.org/koinon/def#locatedIn")
    assert len(list(store.triples(subject, predicate))) == 1
    (triple,) = store.triples(subject, predicate)
    assert [graph.value.rpartition("/")[2] for graph in store.graphs_of(triple)] == ["neighbour", "patient"]


def test_the_changes_lead_from_the_parent_to_the_release(world: World) -> None:
    first = rename_patient(world, "A")
    second = rename_patient(world, "B")
    old, new = (
        set((open_release(world.home, i).path / "dump.nq").read_bytes().splitlines()) for i in (first, second)
    )
    changes = open_release(world.home, second).path / "changes"
    added = set((changes / "added.nq").read_bytes().splitlines())
    removed = set((changes / "removed.nq").read_bytes().splitlines())
    assert added == new - old
    assert removed == old - new
    assert any(b'"B"@en' in line for line in added)


def test_the_dump_reads_back_as_the_named_graphs_of_the_store(world: World) -> None:
    world.build()
    read = Store()
    read.load(path=world.current.path / "dump.nq", format=RdfFormat.N_QUADS)
    held = world.current.open().raw
    assert set(read) == {quad for quad in held if not isinstance(quad.graph_name, DefaultGraph)}


def test_old_releases_are_collected_but_never_the_current_a_pinned_one_or_the_one_before(world: World) -> None:
    first = rename_patient(world, "0")
    (world.home.release(first) / PIN).touch()
    ids = [rename_patient(world, str(number)) for number in range(1, 4)]
    report = world.build(keep_releases=2)
    assert {path.name for path in release_folders(world.home)} >= {first, ids[-1]}
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text().replace('"3"@en', '"4"@en'))
    report = world.build(keep_releases=2)
    assert {path.name for path in release_folders(world.home)} == {first, ids[-1], report.release}
    assert len(read_log(world.home.log)) == 5


def test_a_quota_that_is_too_small_is_a_clear_error_and_leaves_all_as_it_was(world: World) -> None:
    release = rename_patient(world, "A")
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text().replace('"A"@en', '"B"@en'))
    with pytest.raises(StorageError, match="KOINON_DISK_QUOTA"):
        world.build(disk_quota=disk_usage(world.home.releases) + 1000)
    assert world.current.id == release
    assert verify_release(world.current) == []
    assert not [path for path in world.home.releases.iterdir() if path.name.startswith(".")]


def test_a_second_build_at_the_same_time_is_told_so(world: World) -> None:
    with build_lock(world.home, wait=False), pytest.raises(BuildLockedError, match="--wait"):
        world.build()
    assert world.build().published


def test_a_torn_line_of_the_log_is_dropped_and_a_damaged_one_is_an_error(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append_log(log, LogEntry(1, "a", None, "2026-11-21T00:00:00+00:00"))
    with log.open("ab") as file:
        file.write(b'{"sequence": 2, "id"')
    assert [entry.id for entry in read_log(log)] == ["a"]
    append_log(log, LogEntry(2, "b", "a", "2026-11-22T00:00:00+00:00"))
    assert [entry.id for entry in read_log(log)] == ["a", "b"]
    log.write_bytes(b"nonsense\n")
    with pytest.raises(ReleaseError, match="line 1"):
        read_log(log)


def test_without_a_release_the_next_step_is_named(world: World) -> None:
    with pytest.raises(NoReleaseError, match="koinon build"):
        open_current(world.home)
    with pytest.raises(NotFoundError, match="koinon release list"):
        open_release(world.home, "abc")


@pytest.mark.parametrize("part", ["graphs/patient.nt", "store", "manifest.json"])
def test_damage_to_a_release_is_found(world: World, part: str) -> None:
    world.build()
    release = world.current
    damaged = release.path / part
    if damaged.is_dir():
        store = Store(str(damaged))
        store.remove(next(iter(store)))
        del store
    elif part == "manifest.json":
        fields = json.loads(damaged.read_text())
        fields["ontology_version"] = "9.9.9"
        damaged.write_text(json.dumps(fields))
        release = world.current
    else:
        damaged.write_bytes(damaged.read_bytes().replace(b"Projekt", b"Project"))
    assert verify_release(release)


def test_the_files_of_a_source_are_kept_as_they_came_for_the_operator_only(world: World) -> None:
    world.build()
    (world.sources / "patient" / "graph.ttl").write_text("broken")
    world.build()
    kept = world.home.sources / "patient" / "raw"
    contents = {path.read_bytes() for path in kept.iterdir()}
    assert b"broken" in contents
    assert len(contents) == 3
    assert {path.stat().st_mode & 0o777 for path in kept.iterdir()} == {0o600}
