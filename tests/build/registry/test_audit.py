"""The audit log: everything that happened to any source, in a chain that shows each change to it."""

import hashlib
import json
from collections.abc import Callable

import pytest

from koinon.build.registry.audit import START, read_audit
from koinon.build.registry.disk import audit
from koinon.build.registry.journals import record
from koinon.build.registry.options import Options
from koinon.build.registry.purging import purge
from koinon.model.errors import StorageError
from registering import Desk, members


def test_the_log_has_each_act_with_who_when_files_and_rights(desk: Desk) -> None:
    desk.add("Ada", rights=None, because="no answer")
    desk.registry().accept("members")
    desk.registry().withdraw("members", "asked")
    report = read_audit(audit(desk.world.home))
    assert [line["action"] for line in report.lines] == ["add", "check", "accept", "withdraw"]
    assert {line["by"] for line in report.lines} == {"desk"}
    assert {line["source"] for line in report.lines} == {"members"}
    first = report.lines[0]
    assert first["override"] == "no answer"
    assert first["files"] == [
        {
            "name": "members.ttl",
            "sha256": hashlib.sha256(members("Ada").encode()).hexdigest(),
            "size": len(members("Ada").encode()),
        }
    ]
    assert report.lines[3]["reason"] == "asked"


def test_each_line_has_the_hash_of_the_line_before(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    lines = audit(desk.world.home).read_bytes().splitlines()
    before = START
    for line in lines:
        assert json.loads(line)["before"] == before
        before = hashlib.sha256(line).hexdigest()
    report = read_audit(audit(desk.world.home))
    assert (report.problem, report.head) == (None, before)


def edited(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b'"by":"desk"', b'"by":"duke"'), *lines[1:]]


def dropped(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def swapped(lines: list[bytes]) -> list[bytes]:
    return [lines[1], lines[0], *lines[2:]]


def inserted(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[0], *lines[1:]]


def broken(lines: list[bytes]) -> list[bytes]:
    return [lines[0], b"nonsense\n", *lines[2:]]


@pytest.mark.parametrize("change", [edited, dropped, swapped, inserted, broken])
def test_a_log_that_was_changed_shows_it_and_nothing_is_written_after_it(
    desk: Desk, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    path = audit(desk.world.home)
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    assert read_audit(path).problem
    before = desk.tree()
    with pytest.raises(StorageError, match="audit log"):
        desk.registry().withdraw("members", None)
    assert desk.tree() == before
    assert not desk.registry().get("members").waiting


def test_what_a_crash_kept_out_of_the_log_is_written_by_the_next_act(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().check("members")
    path = audit(desk.world.home)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    desk.registry().update("members", [desk.file("members.ttl", members("Eve"))], Options())
    report = read_audit(path)
    assert [(line["action"], line.get("late")) for line in report.lines] == [
        ("add", None),
        ("check", True),
        ("update", None),
    ]
    assert report.problem is None


@pytest.mark.parametrize("last", ["update", "accept", "withdraw"])
def test_what_a_crash_kept_out_of_the_log_is_written_by_the_same_act_again(desk: Desk, last: str) -> None:
    def act() -> bool:
        if last == "update":
            return desk.registry().update("members", [desk.file("members.ttl", members("Eve"))], Options()).changed
        if last == "accept":
            return desk.registry().accept("members").changed
        return desk.registry().withdraw("members", None).changed

    desk.add("Ada")
    assert act()
    path = audit(desk.world.home)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    assert not act()
    line = read_audit(path).lines[-1]
    assert (line["action"], line.get("late")) == (last, True)


def test_who_purged_stays_in_the_log_though_a_crash_kept_it_out(desk: Desk) -> None:
    desk.add("Ada")
    path = audit(desk.world.home)
    record(desk.world.home, "members", "purge", "desk", reason="asked")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    purge(desk.world.home, "members", "night shift", None, wait=False)
    last = [(line["action"], line["by"], line.get("reason")) for line in read_audit(path).lines[-2:]]
    assert last == [("purge", "desk", "asked"), ("purged", "night shift", None)]
