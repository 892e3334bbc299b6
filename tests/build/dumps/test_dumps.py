"""Dumps hold all that a release says, give the same bytes however they were made, and go with their release."""

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize

from building import World
from koinon.build.dumps import making
from koinon.build.dumps.making import LeftOffError, dumps_lock, make_dumps
from koinon.build.following import follow
from koinon.build.pipeline import build
from koinon.build.registry.purging import purge
from koinon.model.errors import StorageError
from koinon.model.settings import Settings
from koinon.release.current import Release, current_id
from koinon.release.dumps import INDEX, SUMS, DumpFile, dump_files, folder_of
from registering import Desk

WHOLE = {
    "dump.nq.gz": RdfFormat.N_QUADS,
    "dump.trig.gz": RdfFormat.TRIG,
    "dump.jsonld.gz": RdfFormat.JSON_LD,
}
NAME = b"Quodlibetanum"


def folder(world: World) -> Path:
    return folder_of(world.home, world.current.id)


def unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def statements(content: bytes, syntax: RdfFormat) -> list[bytes]:
    return sorted((serialize(parse(content, format=syntax), format=RdfFormat.N_QUADS) or b"").splitlines())


def made(world: World) -> dict[str, bytes]:
    return {str(p.relative_to(folder(world))): p.read_bytes() for p in folder(world).rglob("*") if p.is_file()}


def rename(world: World, old: str, new: str) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    assert old in graph.read_text()
    graph.write_text(graph.read_text().replace(old, new))


@pytest.mark.parametrize("name", WHOLE)
def test_each_whole_file_says_what_the_release_says(world: World, name: str) -> None:
    world.build(dumps=True)
    said = sorted(world.current.dump.read_bytes().splitlines())
    assert statements(unpacked(folder(world) / name), WHOLE[name]) == said


def test_each_source_has_its_turtle(world: World) -> None:
    world.build(dumps=True)
    for entry in world.current.manifest.graphs:
        turtle = unpacked(folder(world) / "sources" / f"{entry.slug}.ttl.gz")
        triples = serialize((q.triple for q in parse(turtle, format=RdfFormat.TURTLE)), format=RdfFormat.N_TRIPLES)
        assert (
            sorted((triples or b"").splitlines()) == world.current.graph_file(entry.slug).read_bytes().splitlines()
        )


def test_json_ld_has_a_thing_on_each_line_and_needs_no_context(world: World) -> None:
    world.build(dumps=True)
    content = unpacked(folder(world) / "dump.jsonld.gz")
    graphs = json.loads(content)
    assert [graph["@id"] for graph in graphs] == [entry.name for entry in world.current.manifest.graphs]
    assert b"@context" not in content
    things = sum(len(graph["@graph"]) for graph in graphs)
    lines = [line for line in content.splitlines() if line.startswith((b'{"@id":"', b'[{"@id":"'))]
    assert len(lines) == things + len(graphs)


def test_the_list_tells_bytes_sums_and_rows_of_every_file(world: World) -> None:
    world.build(dumps=True)
    files = dump_files(world.home, world.current.id)
    assert {file.name for file in files} == made(world).keys() - {INDEX, SUMS}
    for file in files:
        content = (folder(world) / file.name).read_bytes()
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert file.packed == content.startswith(b"\x1f\x8b")
    rows = {file.name: file.rows for file in files}
    assert rows["dump.nq.gz"] == world.current.manifest.total
    assert rows["tables/Project.csv"] == 1
    checked = subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=folder(world), check=False)
    assert checked.returncode == 0


def test_dumps_made_again_and_elsewhere_are_the_same_bytes(world: World, tmp_path: Path) -> None:
    world.build(dumps=True)
    first = made(world)
    make_dumps(world.home, world.assets, world.current, again=True)
    assert made(world) == first
    other = Settings.from_environment({}, home=tmp_path / "elsewhere")
    release = build(other, world.assets, [world.sources]).release
    there = other.home / "dumps" / release
    assert {str(p.relative_to(there)): p.read_bytes() for p in there.rglob("*") if p.is_file()} == first


def test_what_a_graph_gave_before_is_not_packed_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.build(dumps=True)
    before = folder(world)
    rename(world, "The patient", "Our project")
    world.build(dumps=True)
    for slug in ("place", "code", "ontology"):
        old, new = (root / "sources" / f"{slug}.ttl.gz" for root in (before, folder(world)))
        assert old.samefile(new)
    assert (before / "tables" / "Document.parquet").samefile(folder(world) / "tables" / "Document.parquet")
    first = made(world)
    monkeypatch.setattr(making._Making, "_earlier", lambda _: (None, {}))
    make_dumps(world.home, world.assets, world.current, again=True)
    assert made(world) == first


def test_no_dumps_are_made_where_the_setting_says_so(world: World) -> None:
    world.build(dumps=False)
    assert dump_files(world.home, world.current.id) == ()


def test_the_release_is_published_whether_or_not_dumps_can_be_made(world: World) -> None:
    (world.home.root).mkdir()
    (world.home.root / "dumps").write_text("a file is in the way")
    with pytest.raises(StorageError, match="The release is published, but its dumps cannot be written"):
        world.build(dumps=True)
    assert world.current.manifest.total > 0
    (world.home.root / "dumps").unlink()
    world.build(dumps=True)
    assert dump_files(world.home, world.current.id)


def test_dumps_go_with_their_release(world: World) -> None:
    first = world.build(dumps=True, keep_releases=1).release
    for name in ("one", "two"):
        rename(world, 'altLabel "', f'altLabel "{name} ')
        world.build(dumps=True, keep_releases=1)
    assert not world.home.release(first).exists()
    assert not folder_of(world.home, first).exists()
    assert dump_files(world.home, world.current.id)


def test_what_a_crash_left_is_swept_away(world: World) -> None:
    world.build(dumps=True)
    for name in (".making-crash", "0" * 64):
        (world.home.root / "dumps" / name).mkdir()
    make_dumps(world.home, world.assets, world.current)
    names = {path.name for path in (world.home.root / "dumps").iterdir()}
    assert names == {".lock", world.current.id}


def test_a_crash_while_dumps_are_made_leaves_none_and_the_next_command_makes_them(world: World) -> None:
    world.build()
    program = """
import os, signal, sys
from pathlib import Path
from koinon.build.dumps import statements, tables
from koinon.cli.app import app
tables.write_tables = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
app(["release", "dumps", "--home", sys.argv[1]])
"""
    environment = {**os.environ, "KOINON_ASSETS": str(world.root / "assets")}
    killed = subprocess.run([sys.executable, "-c", program, world.home.root], env=environment, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert dump_files(world.home, world.current.id) == ()
    assert list((world.home.root / "dumps").glob(".making-*/dump.nq.gz"))
    make_dumps(world.home, world.assets, world.current)
    assert dump_files(world.home, world.current.id)
    assert not list((world.home.root / "dumps").glob(".making-*"))


def test_dumps_of_a_release_that_is_collected_meanwhile_are_not_left_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.build()
    release = world.current
    run = making._Making.run

    def collected(self: making._Making) -> None:
        run(self)
        release.path.rename(world.root / "collected")

    monkeypatch.setattr(making._Making, "run", collected)
    assert make_dumps(world.home, world.assets, release) == ()
    assert {path.name for path in (world.home.root / "dumps").iterdir()} == {".lock"}


def test_dumps_from_which_pieces_were_to_come_may_be_collected_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.build(dumps=True)
    before = folder(world)
    rename(world, "The patient", "Our project")
    world.build()
    write, times = making.write_statements, []

    def without_those_before(root: Path, release: Release, *others: object) -> object:
        times.append(others[0])
        if others[0] is not None:
            (before / "dump.nq.gz").unlink()
        return write(root, release, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "write_statements", without_those_before)
    make_dumps(world.home, world.assets, world.current)
    assert [earlier is None for earlier in times] == [False, True]
    said = sorted(world.current.dump.read_bytes().splitlines())
    assert statements(unpacked(folder(world) / "dump.nq.gz"), RdfFormat.N_QUADS) == said


def test_making_is_left_off_without_a_trace_when_somebody_asks_for_that(world: World) -> None:
    world.build()
    asked = iter([False, False, True])
    with pytest.raises(LeftOffError):
        make_dumps(world.home, world.assets, world.current, stop=lambda: next(asked))
    assert {path.name for path in (world.home.root / "dumps").iterdir()} == {".lock"}


def test_the_builder_makes_dumps_when_nothing_else_waits(desk: Desk) -> None:
    world = desk.world
    world.build()
    desk.add("Ada")
    desk.registry().accept("members")
    home = world.home
    (home.root / "folders.json").write_text(json.dumps({"folders": [str(world.sources)]}))
    settings = Settings.from_environment({}, home=home.root)
    follow(settings, world.assets, lambda: bool(dump_files(home, current_id(home) or "")), idle=30)
    assert "sources/members.ttl.gz" in {file.name for file in dump_files(home, world.current.id)}


def test_nothing_of_a_purged_source_is_left_in_any_dump(desk: Desk) -> None:
    world = desk.world
    first = world.build(dumps=True).release
    desk.add(NAME.decode())
    desk.registry().accept("members")
    middle = world.build(dumps=True).release
    assert traces(world)
    desk.registry().withdraw("members", None)
    last = world.build(dumps=True).release
    purge(world.home, "members", "desk", None, wait=False, assets=world.assets)
    assert traces(world) == []
    assert not folder_of(world.home, middle).exists()
    assert last == first
    assert dump_files(world.home, last)


def traces(world: World) -> list[Path]:
    files = (path for path in (world.home.root / "dumps").rglob("*") if path.is_file())
    return [path for path in files if NAME in unpacked(path)]


def test_a_purge_waits_for_dumps_that_are_being_made(world: World) -> None:
    world.build()
    with dumps_lock(world.home):
        other = (
            f"from koinon.build.dumps.making import dumps_lock; from koinon.release.paths import Home\n"
            f"from pathlib import Path\nwith dumps_lock(Home(Path({str(world.home.root)!r}))): print('in')"
        )
        waiting = subprocess.Popen([sys.executable, "-c", other], stdout=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.communicate(timeout=3)
    assert waiting.communicate(timeout=60)[0] == "in\n"


def test_the_list_is_read_again_when_it_changes(world: World) -> None:
    world.build(dumps=True)
    files = dump_files(world.home, world.current.id)
    path = folder(world) / INDEX
    given = json.loads(path.read_text())
    given["files"] = given["files"][:1]
    path.write_text(json.dumps(given))
    os.utime(path, ns=(1, 1))
    assert dump_files(world.home, world.current.id) == files[:1]
    assert isinstance(files[0], DumpFile)
