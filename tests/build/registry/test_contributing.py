"""Contributions in the registry: one line is one change, which costs the same however many there were before."""

import errno
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from koinon.build.registry import audit as audit_log
from koinon.build.registry import journals
from koinon.build.registry.audit import announce, read_audit
from koinon.build.registry.contributing import Contributions, Offer, Taken
from koinon.build.registry.disk import audit, journal
from koinon.build.registry.entries import Result
from koinon.build.registry.options import Options
from koinon.build.registry.registered import State
from koinon.build.registry.room import COUNTED_AGAIN, Room
from koinon.build.registry.tokens import Keeper, Token, add_token
from koinon.model.errors import ConfigurationError, StorageError
from koinon.release.lines import append_line, read_lines
from registering import OPTIONS, Desk, members

GOOD = Result(accepted=True, triples=1, refused=0, warnings=0, notes=0)


@pytest.fixture
def token(desk: Desk) -> Token:
    _, secret = add_token(desk.world.home, "network", ["members*"], ["put"], expires=date.max, by="desk")
    found = Keeper(desk.world.home).now().find(secret)
    assert found is not None
    return found


def put(desk: Desk, token: Token, slug: str, *names: str) -> Taken:
    contributions = Contributions.of(desk.registry())
    content = members(*names).replace("members", slug).encode()
    offer = Offer(slug, ((f"{slug}.ttl", content),), "", replace(OPTIONS, mints=None))
    return contributions.take(contributions.prepare(offer, token), GOOD, token, lambda _: None)


def test_one_line_hands_in_checks_and_accepts(desk: Desk, token: Token) -> None:
    put(desk, token, "members", "Ada")
    source = desk.registry().get("members")
    assert [entry.action for entry in source.entries] == ["put"]
    assert (source.state, source.waiting) == (State.ACCEPTED, False)
    assert source.result(source.latest.version) == GOOD
    desk.registry().withdraw("members", None)
    assert desk.registry().accept("members").changed
    assert desk.registry().get("members").state is State.ACCEPTED
    desk.world.run()
    assert desk.world.current.manifest.graph("members") is not None


def test_a_list_that_others_are_judged_by_is_the_operators(desk: Desk) -> None:
    desk.mapping("nuts", source={"kind": "reference", "mints": ["region/nuts-*"]})
    _, secret = add_token(desk.world.home, "network", ["*"], ["put", "delete"], expires=date.max, by="desk")
    token = Keeper(desk.world.home).now().find(secret)
    assert token is not None
    contributions = Contributions.of(desk.registry())
    offer = Offer("nuts", (("nuts.csv", b"a,b\n1,2\n"),), "nuts", Options())
    with pytest.raises(ConfigurationError, match="operator"):
        contributions.prepare(offer, token)
    desk.add(kind="reference")
    with pytest.raises(ConfigurationError, match="operator"):
        contributions.prepare(Offer("members", (("members.ttl", members("Eve").encode()),), "", Options()), token)
    with pytest.raises(ConfigurationError, match="operator"):
        contributions.withdraw("members", token, None, lambda _: None)
    assert desk.registry().get("members").state is State.PENDING


def test_a_change_reads_neither_the_whole_log_nor_other_journals(
    desk: Desk, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        put(desk, token, f"members-{number}", "Ada")
    read: list[Path] = []

    def counted(path: Path) -> list[dict[str, object]]:
        read.append(path)
        return read_lines(path)

    monkeypatch.setattr(audit_log, "read_lines", counted)
    monkeypatch.setattr(journals, "read_lines", counted)
    for name in ("Eve", "Zoe", "Ida"):
        put(desk, token, "members-3", name)
    assert read == []
    assert [line["action"] for line in read_audit(audit(desk.world.home)).lines].count("put") == 8


def test_what_another_process_wrote_is_seen_and_what_its_crash_left_out_is_added(desk: Desk, token: Token) -> None:
    for slug in ("members-1", "members-2"):
        put(desk, token, slug, "Ada")
    killed_withdrawing(desk, "members-1")
    assert desk.registry().get("members-1").state is State.WITHDRAWN
    put(desk, token, "members-2", "Eve")
    report = read_audit(audit(desk.world.home))
    assert report.problem is None
    last = [(line["source"], line["action"], line.get("late")) for line in report.lines[-2:]]
    assert last == [("members-1", "withdraw", True), ("members-2", "put", None)]


@pytest.mark.parametrize("process", ["the one that was there", "another one"])
def test_who_is_told_that_all_is_so_already_is_in_the_log(
    desk: Desk, token: Token, monkeypatch: pytest.MonkeyPatch, process: str
) -> None:
    put(desk, token, "members", "Ada")
    path = audit(desk.world.home)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))  # killed before that line
    if process == "another one":
        monkeypatch.setattr(audit_log, "_FOLLOWED", {})
    taken = put(desk, token, "members", "Ada")
    report = read_audit(path)
    last = report.lines[-1]
    assert not taken.changed
    assert (last["source"], last["action"], last.get("late")) == ("members", "put", True)
    assert (taken.line, taken.head) == (len(report.lines), report.head)


def test_what_a_crash_left_out_is_added_though_a_token_was_written_down_after_it(desk: Desk, token: Token) -> None:
    put(desk, token, "members-1", "Ada")
    killed_withdrawing(desk, "members-1")
    add_token(desk.world.home, "other", ["other-*"], ["put"], expires=date.max, by="desk")
    put(desk, token, "members-2", "Eve")
    report = read_audit(audit(desk.world.home))
    assert report.problem is None
    last = [(line["action"], line.get("late")) for line in report.lines[-2:]]
    assert last == [("withdraw", True), ("put", None)]


def test_what_could_not_be_added_after_a_crash_is_added_later(
    desk: Desk, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    for slug in ("members-1", "members-2"):
        put(desk, token, slug, "Ada")
        killed_withdrawing(desk, slug)
    with monkeypatch.context() as patched:
        patched.setattr(journals, "read_lines", refused)
        with pytest.raises(StorageError, match="no more files"):
            put(desk, token, "members-3", "Eve")
    put(desk, token, "members-3", "Eve")
    lines = read_audit(audit(desk.world.home)).lines
    assert [line["source"] for line in lines if line.get("late")] == ["members-1", "members-2"]


def refused(path: Path) -> list[dict[str, object]]:
    if path.parent.name == "members-2":
        raise OSError(errno.EMFILE, "no more files", str(path))
    return read_lines(path)


def killed_withdrawing(desk: Desk, slug: str) -> None:
    """Another process withdraws a source, and ends before the audit log has the line."""
    path = journal(desk.world.home, slug)
    entry = {**read_lines(path)[0], "action": "withdraw", "number": 2, "at": "2026-11-22T00:00:00.000+00:00"}
    entry.pop("given")
    entry.pop("result")
    announce(audit(desk.world.home))
    append_line(path, entry)


def test_a_log_that_was_changed_meanwhile_is_noticed_though_it_was_followed(desk: Desk, token: Token) -> None:
    put(desk, token, "members", "Ada")
    path = audit(desk.world.home)
    os.truncate(path, path.stat().st_size - 10)
    with path.open("ab") as file:
        file.write(b"........\n")
    before = desk.tree()
    with pytest.raises(StorageError, match="audit log"):
        put(desk, token, "members", "Eve")
    assert {name: content for name, content in desk.tree().items() if "/raw/" not in name} == {
        name: content for name, content in before.items() if "/raw/" not in name
    }


def test_room_is_counted_again_now_and_then(tmp_path: Path) -> None:
    now = [0.0]
    room = Room(tmp_path / "sources", 100, lambda: now[0])
    room.check(100)
    room.take(60)
    with pytest.raises(StorageError, match="KOINON_SOURCES_QUOTA"):
        room.check(41)
    now[0] = COUNTED_AGAIN + 1
    room.check(100)
    (tmp_path / "sources" / "a").mkdir(parents=True)
    (tmp_path / "sources" / "a" / "file").write_bytes(b"x" * 90)
    now[0] *= 3
    with pytest.raises(StorageError):
        room.check(11)
