"""The change log says of every step what became of each thing, and holds every version of it."""

import random
import sqlite3
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph

from building import World
from koinon.build.changelog import recording
from koinon.build.changelog.grouping import Gatherer, grouped
from koinon.build.changelog.recording import record_changes
from koinon.build.changelog.slices import Slicer
from koinon.model.errors import ReleaseError
from koinon.model.namespaces import ID
from koinon.release.changelog import Change, ChangeLog, State
from koinon.release.current import open_current, open_release
from koinon.release.log import read_log
from koinon.release.paths import Home
from small_release import make_release

PATIENT = ID + "project/patient"


def say(world: World, *lines: str) -> str:
    """Let the neighbour's source say ``lines`` about the patient beside what it always says, and build."""
    graph = world.sources / "neighbour" / "graph.ttl"
    kept = [line for line in graph.read_text().splitlines() if not line.endswith("# said")]
    graph.write_text("\n".join([*kept, *(f"{line} # said" for line in lines)]) + "\n")
    return world.build().release


def changes_of(world: World, sequence: int) -> dict[str, Change]:
    log = ChangeLog(world.home)
    return {member.thing: member.change for member in log.members(sequence, most=10_000)}


def state_of(world: World) -> set[bytes]:
    """Return all quads that are left when every step is followed."""
    log = ChangeLog(world.home)
    return {
        line
        for sequence, number, _ in log.latest().values()
        for line in log.body(sequence, number).splitlines(keepends=True)
    }


def dump(world: World) -> set[bytes]:
    with (world.current.path / "dump.nq").open("rb") as lines:
        return set(lines)


def test_the_first_step_creates_every_thing(world: World) -> None:
    world.build()
    (step,) = ChangeLog(world.home).steps()
    assert (step.sequence, step.release, step.parent) == (1, world.current.id, None)
    assert step.published_at == read_log(world.home.log)[0].published_at
    assert step.created == step.members > 20
    assert set(changes_of(world, 1).values()) == {Change.CREATED}
    assert state_of(world) == dump(world)


def test_a_changed_statement_is_a_change_of_its_thing_caused_by_its_source(world: World) -> None:
    world.build()
    say(world, '<project/patient> skos:altLabel "Another"@en .')
    log = ChangeLog(world.home)
    (member,) = [m for m in log.members(2) if m.thing == PATIENT]
    assert member.change is Change.CHANGED
    assert member.causes == ("neighbour",)
    assert member.kind.endswith("#Project")
    assert member.labels["en"]
    assert b'"Another"@en' in log.body(2, member.number)
    assert [m.sequence for m in log.history(PATIENT)] == [2, 1]
    # Nothing else changed but what the catalogue says of the release and its graphs.
    others = [m for m in log.members(2) if m.thing != PATIENT]
    assert {cause for m in others for cause in m.causes} == {"catalogue"}


def test_a_thing_that_a_source_no_longer_has_is_removed_with_the_name_it_had(world: World) -> None:
    say(world, '<organisation/neighbour-gone> a org:Organization ; skos:prefLabel "Gone"@en .')
    say(world)
    log = ChangeLog(world.home)
    (member,) = [m for m in log.members(2) if m.thing.endswith("neighbour-gone")]
    assert member.change is Change.REMOVED
    assert member.labels == {"en": "Gone"}
    assert log.body(2, member.number) == b""
    assert "class/Organization" in {
        name for name in log.slices(2, "class") if any(m.thing == member.thing for m in log.members(2, name))
    }


def test_there_and_back_again_is_three_steps(world: World) -> None:
    say(world, '<project/patient> skos:altLabel "A"@en .')
    say(world, '<project/patient> skos:altLabel "B"@en .')
    say(world, '<project/patient> skos:altLabel "A"@en .')
    log = ChangeLog(world.home)
    first, _, third = (m for m in reversed(log.history(PATIENT)))
    assert log.body(1, first.number) == log.body(3, third.number)
    assert third.change is Change.CHANGED
    assert state_of(world) == dump(world)


def test_a_build_that_changes_nothing_records_nothing(world: World) -> None:
    world.build()
    world.build()
    assert len(ChangeLog(world.home).steps()) == 1
    assert record_changes(world.home) == 0


def test_a_step_that_a_crash_left_out_is_recorded_by_the_next_build(world: World) -> None:
    world.build()
    say(world, '<project/patient> skos:altLabel "Another"@en .')
    step = world.home.changes / "00000002.sqlite"
    before = changes_of(world, 2)
    step.unlink()
    (world.home.changes / ".step-torn").write_bytes(b"half")
    world.build()
    assert changes_of(world, 2) == before
    assert not list(world.home.changes.glob(".step-*"))


def test_recording_again_gives_the_same_file(world: World) -> None:
    world.build()
    say(world, '<project/patient> skos:altLabel "Another"@en .')
    files = sorted(world.home.changes.iterdir())
    before = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    record_changes(world.home)
    assert [path.read_bytes() for path in files] == before


def test_looking_up_what_differs_gives_what_comparing_everything_gives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(20261122)  # noqa: S311  # a test, not a secret
    names = [f"organisation/neighbour-{n}" for n in range(6)]
    for step in range(1, 5):
        said = [
            f'<{name}> a org:Organization ; skos:prefLabel "{name} {chance.randrange(3)}"@en .'
            for name in names
            if chance.random() < 0.6
        ]
        say(world, f'<project/patient> skos:altLabel "step {step}"@en .', *said)
    looked_up = {sequence: changes_of(world, sequence) for sequence in range(1, 5)}
    slices = {s: sorted(ChangeLog(world.home).slices(s, "region")) for s in range(1, 5)}
    for path in world.home.changes.iterdir():
        path.unlink()
    monkeypatch.setattr(recording, "FEW", -1)
    record_changes(world.home)
    assert {sequence: changes_of(world, sequence) for sequence in range(1, 5)} == looked_up
    assert {s: sorted(ChangeLog(world.home).slices(s, "region")) for s in range(1, 5)} == slices
    assert state_of(world) == dump(world)


def test_a_release_that_is_gone_before_it_was_recorded_leaves_no_gap_in_the_state(world: World) -> None:
    say(world, '<project/patient> skos:altLabel "A"@en .')
    gone = say(world, '<project/patient> skos:altLabel "B"@en .')
    say(world, '<project/patient> skos:altLabel "C"@en .')
    for sequence in (2, 3):
        (world.home.changes / f"{sequence:08d}.sqlite").unlink()
    folder = world.home.release(gone)
    folder.rename(folder.with_name(".elsewhere"))
    record_changes(world.home)
    assert [step.state for step in ChangeLog(world.home).steps()] == [State.RECORDED, State.GONE, State.RECORDED]
    assert state_of(world) == dump(world)


def test_slices_hold_what_touches_a_region_a_source_or_a_class(world: World) -> None:
    world.build()
    log = ChangeLog(world.home)
    pomorskie = {member.thing for member in log.members(1, "region/pomorskie", most=1000)}
    assert ID + "place/pomorskie" in pomorskie
    assert ID + "place/gdansk" in pomorskie
    assert pomorskie < {member.thing for member in log.members(1, "region/poland", most=1000)}
    projects = {member.thing for member in log.members(1, "class/Project")}
    assert PATIENT in projects
    patient = {member.thing for member in log.members(1, "source/patient", most=1000)}
    assert PATIENT in patient
    assert log.count(1, "region/nowhere") == 0


def test_a_network_has_what_is_its_member_by_its_own_word_or_the_members(tmp_path: Path) -> None:
    said = """@prefix org: <http://www.w3.org/ns/org#> .
<organisation/net> a koi:Network ; org:hasMember <organisation/one> .
<organisation/two> org:memberOf <organisation/net> , <https://example.org/club> .
<organisation/other> org:linkedTo <organisation/net> .
"""
    slicer = Slicer(open_current(make_release(tmp_path, "a" * 64, said)).open())
    found = {name: slicer.slices(f"{ID}organisation/{name}", ()) for name in ("net", "one", "two", "other")}
    member = {"network/net"}
    assert found == {"net": member, "one": member, "two": member, "other": set()}


def test_positions_page_a_slice_without_gaps(world: World) -> None:
    world.build()
    log = ChangeLog(world.home)
    for name in ("", "source/patient"):
        total = log.count(1, name)
        paged = [m for start in range(0, total, 3) for m in log.members(1, name, start, 3)]
        assert [m.position for m in paged] == list(range(1, total + 1))
        assert len({m.thing for m in paged}) == total


def test_receipts_and_fragments_belong_to_their_thing(home: Path) -> None:
    release = open_release(Home(home), "")
    files = [(release.graph_file(entry.slug), entry.name) for entry in release.manifest.graphs]
    things = dict(grouped(files, release.manifest.total, home))
    gatherer = Gatherer(release)
    for thing in sorted(things)[::25]:
        assert gatherer.quads(thing) == things[thing], thing
    held = release.open().raw
    named = sum(1 for quad in held if not isinstance(quad.graph_name, DefaultGraph))
    assert sum(map(len, things.values())) == named


def test_a_damaged_step_is_named(world: World) -> None:
    world.build()
    path = world.home.changes / "00000001.sqlite"
    path.write_bytes(b"nonsense")
    with pytest.raises(ReleaseError, match=r"00000001\.sqlite"):
        ChangeLog(world.home).steps()


def test_a_step_of_another_version_says_so(world: World) -> None:
    world.build()
    path = world.home.changes / "00000001.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE about SET format = 99")
    with pytest.raises(ReleaseError, match="another version"):
        ChangeLog(world.home).steps()
