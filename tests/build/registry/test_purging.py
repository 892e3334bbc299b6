"""Purging takes a source from everything that is kept, byte for byte, and says so in the audit log for good."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from building import PREFIXES, World, manifest
from koinon.build.registry.audit import read_audit
from koinon.build.registry.disk import audit
from koinon.build.registry.purging import plan_purge, purge
from koinon.build.sealing import is_sealed
from koinon.build.verifying import verify_release
from koinon.model.errors import BuildLockedError, ConfigurationError, NotFoundError
from koinon.model.namespaces import SH
from koinon.release.changelog import ChangeLog
from koinon.release.current import release_folders
from koinon.release.lock import build_lock
from koinon.release.paths import PIN
from koinon.release.quality import Quality
from registering import Desk

KILLED = Path(__file__).parents[2] / "release" / "killed_build.py"
NAME = b"Quodlibetanum"
REFUSED = f"""{PREFIXES}
<organisation/refused> a org:Organization ; skos:prefLabel "Somebody"@en ; schema:foundingDate "{NAME.decode()}" ;
    org:classification actor-type:{NAME.decode().lower()} .
"""
"""What is refused, and quoted: a date that is none, and a kind that is in no list."""


def traces(world: World) -> list[str]:
    """The files of the home in which a text of the source stands, in whatever form."""
    return [
        str(path.relative_to(world.home.root))
        for path in world.home.root.rglob("*")
        if path.is_file() and NAME.lower() in path.read_bytes().lower()
    ]


def released_and_withdrawn(desk: Desk) -> str:
    """A release before, one with the source, and the current one without; returns the id of the middle one."""
    desk.world.build()
    desk.add(NAME.decode())
    desk.registry().accept("members")
    middle = desk.world.build().release
    desk.registry().withdraw("members", None)
    desk.world.build()
    return middle


def test_nothing_of_a_purged_source_is_left_anywhere(desk: Desk) -> None:
    middle = released_and_withdrawn(desk)
    current = desk.world.current.id
    assert {trace.split("/")[0] for trace in traces(desk.world)} == {"changes", "releases", "sources"}
    plan = purge(desk.world.home, "members", "desk", "asked by the network", wait=False)
    assert plan.removed == (middle,)
    assert traces(desk.world) == []
    assert not desk.folder.exists()
    assert desk.world.current.id == current
    assert verify_release(desk.world.current) == []
    assert middle not in [path.name for path in release_folders(desk.world.home)]


def test_the_reports_of_a_release_that_refused_a_source_do_not_quote_it_any_more(desk: Desk) -> None:
    folder = desk.world.sources / "refused"
    desk.world.put("refused", {"source.toml": manifest("refused"), "graph.ttl": REFUSED})
    assert [(source.slug, source.outcome) for source in desk.world.build().refused] == [("refused", "out")]
    release = desk.world.current
    assert {"releases", "sources"} <= {trace.split("/")[0] for trace in traces(desk.world)}
    others = json.loads((release.path / "report.json").read_text())["sources"]
    shutil.rmtree(folder)
    assert desk.world.build().release == release.id
    purge(desk.world.home, "refused", "desk", None, wait=False)
    assert traces(desk.world) == []
    report = json.loads((release.path / "report.json").read_text())
    assert report["sources"] == [source for source in others if source["slug"] != "refused"]
    assert report["release"] == release.id
    assert "refused" not in (release.path / "report.txt").read_text()
    kept = Quality.read(release.path)
    assert kept is not None
    assert {source.slug for source in kept.sources} == {source["slug"] for source in report["sources"]}
    focus = SH + "focusNode"
    told = parse((release.path / "shacl.ttl").read_bytes(), RdfFormat.TURTLE)
    assert any(triple.predicate.value == focus for triple in told), "what the shapes said of others stays"
    assert verify_release(release) == []
    assert is_sealed(release.path)


def test_the_change_log_forgets_a_purged_source_and_still_leads_to_the_release(desk: Desk) -> None:
    released_and_withdrawn(desk)
    purge(desk.world.home, "members", "desk", None, wait=False)
    changes = ChangeLog(desk.world.home)
    bodies = [changes.body(sequence, number) for sequence, number, _ in changes.latest().values()]
    assert {line for body in bodies for line in body.splitlines(keepends=True)} == set(
        (desk.world.current.path / "dump.nq").read_bytes().splitlines(keepends=True)
    )
    every = [(m, changes.body(s.sequence, m.number)) for s in changes.steps() for m in changes.members(s.sequence)]
    assert not [m for m, body in every if NAME in body or "members" in m.causes or NAME.decode() in str(m.labels)]
    assert all(not list(changes.slices(step.sequence, "source/members")) for step in changes.steps())


def test_who_reads_the_change_log_meanwhile_sees_no_more_of_a_purged_source(desk: Desk) -> None:
    released_and_withdrawn(desk)
    reader = ChangeLog(desk.world.home)

    def said() -> str:
        every = [member for step in reader.steps() for member in reader.members(step.sequence)]
        return str([(member, reader.body(member.sequence, member.number)) for member in every])

    assert NAME.decode() in said()
    state = reader.state
    counts = [(step.created, step.removed) for step in reader.steps()]
    purge(desk.world.home, "members", "desk", None, wait=False)
    assert NAME.decode() not in said()
    assert reader.state != state, "who has an answer from before is not told that it still holds"
    assert [(step.created, step.removed) for step in reader.steps()] != counts


def test_a_build_goes_on_from_a_release_that_was_written_anew(desk: Desk) -> None:
    released_and_withdrawn(desk)
    current = desk.world.current.id
    purge(desk.world.home, "members", "desk", None, wait=False)
    report = desk.world.build()
    assert (report.release, report.published) == (current, False)
    desk.add("Ada")
    desk.registry().accept("members")
    assert desk.world.build().published
    assert verify_release(desk.world.current) == []


def test_releases_that_were_written_anew_are_sealed_and_one_that_somebody_touched_is_not(desk: Desk) -> None:
    desk.world.build()
    touched = desk.world.current.path
    desk.add("Ada")
    desk.registry().accept("members")
    desk.world.build()
    desk.registry().withdraw("members", None)
    (desk.world.sources / "neighbour").rename(desk.world.root / "gone")
    desk.world.build()
    os.utime(touched / "dump.nq", (1, 1))
    purge(desk.world.home, "members", "desk", None, wait=False)
    sealed = {path.name: is_sealed(path) for path in release_folders(desk.world.home)}
    assert sealed == {desk.world.current.id: True, touched.name: False}


def test_the_audit_log_keeps_that_it_was_there_and_is_gone(desk: Desk) -> None:
    middle = released_and_withdrawn(desk)
    purge(desk.world.home, "members", "desk", "asked by the network", wait=False)
    report = read_audit(audit(desk.world.home))
    assert report.problem is None
    assert [line["action"] for line in report.lines] == ["add", "check", "accept", "withdraw", "purge", "purged"]
    assert report.lines[4]["reason"] == "asked by the network"
    assert report.lines[5]["releases"] == [middle]


def test_a_source_of_the_current_release_is_not_purged_under_the_readers(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    desk.world.build()
    before = desk.tree()
    with pytest.raises(ConfigurationError, match="koinon source withdraw members"):
        purge(desk.world.home, "members", "desk", None, wait=False)
    assert desk.tree() == before


def test_a_pinned_release_goes_too_and_the_plan_says_so(desk: Desk) -> None:
    middle = released_and_withdrawn(desk)
    (desk.world.home.release(middle) / PIN).touch()
    plan = plan_purge(desk.world.home, "members")
    assert (plan.removed, plan.pinned) == ((middle,), (middle,))
    purge(desk.world.home, "members", "desk", None, wait=False)
    assert not desk.world.home.release(middle).exists()


def test_a_source_that_came_from_a_folder_is_purged_too(desk: Desk) -> None:
    desk.world.build()
    (desk.world.sources / "neighbour").rename(desk.world.root / "gone")
    desk.world.build()
    plan = purge(desk.world.home, "neighbour", "desk", None, wait=False)
    assert plan.kept == 2
    assert not (desk.world.home.sources / "neighbour").exists()
    assert not list(desk.world.home.releases.rglob("neighbour.nt"))


def test_what_is_unknown_cannot_be_purged_nor_during_a_build(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="koinon source list"):
        purge(desk.world.home, "members", "desk", None, wait=False)
    desk.add("Ada")
    with build_lock(desk.world.home, wait=False), pytest.raises(BuildLockedError):
        purge(desk.world.home, "members", "desk", None, wait=False)
    assert desk.folder.exists()


def test_a_damaged_journal_is_no_reason_to_keep_a_source(desk: Desk) -> None:
    desk.add("Ada")
    (desk.folder / "journal.jsonl").write_text("nonsense\n")
    purge(desk.world.home, "members", "desk", None, wait=False)
    assert not desk.folder.exists()


@pytest.mark.timeout(600)
def test_purging_that_was_killed_leaves_a_valid_release_and_is_finished_by_purging_again(desk: Desk) -> None:
    released_and_withdrawn(desk)
    current = desk.world.current.id
    for moment in (3, 9, 20, 45, 70):
        process = subprocess.run(
            [sys.executable, str(KILLED), str(moment), "source", "purge", "members", "--yes"],
            env={
                **os.environ,
                "KOINON_ASSETS": str(desk.world.root / "assets"),
                "KOINON_HOME": str(desk.world.home.root),
                "PYTHONPATH": str(KILLED.parents[1]),
            },
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert desk.world.current.id == current
        assert verify_release(desk.world.current) == []
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, process.stderr
    else:
        purge(desk.world.home, "members", "desk", None, wait=False)
    assert traces(desk.world) == []
    assert not desk.folder.exists()
    report = read_audit(audit(desk.world.home))
    assert report.problem is None
    assert [line["action"] for line in report.lines][-2:] == ["purge", "purged"]
