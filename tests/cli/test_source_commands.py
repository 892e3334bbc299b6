"""``koinon source``: what people read, what machines read, and how each command ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from building import make_world
from registering import LICENCE, Desk, members

RIGHTS = ("--facts-only", "--licence", LICENCE, "--mints", "organisation/members-*", "--language", "en")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(make_world(tmp_path))


def source(desk: Desk, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "koinon.cli", "source", *arguments],
        env={
            **os.environ,
            "KOINON_ASSETS": str(desk.world.root / "assets"),
            "KOINON_HOME": str(desk.world.home.root),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def columns(line: str, head: str) -> dict[str, str]:
    """The cells of a line under the words of the head of its table."""
    starts = [
        head.index(word) for word in ("source", "state", "version", "received", "mapping", "due", "last check")
    ]
    cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
    return dict(zip(("source", "state", "version", "received", "mapping", "due", "last"), cells, strict=True))


def test_the_way_of_a_source_in_words(desk: Desk) -> None:
    path = desk.file("members.ttl", members("Ada"))
    assert source(desk, "list").stdout.startswith("No source is registered. `koinon source add")
    added = source(desk, "add", "members", path, *RIGHTS, "--by", "registry desk", "--received", "2026-11-01")
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith("members registered: version ")
    assert "koinon source check members" in added.stdout
    checked = source(desk, "check", "members")
    assert checked.returncode == 0, checked.stderr
    accepted = source(desk, "accept", "members")
    assert "koinon build" in accepted.stdout
    assert "was accepted already" in source(desk, "accept", "members").stdout
    assert "has these files already" in source(desk, "update", "members", path).stdout
    shown = source(desk, "show", "members").stdout
    assert "facts only, text not reproduced" in shown
    assert "registry desk" in shown
    assert "members.ttl" in shown
    withdrawn = source(desk, "withdraw", "members", "--because", "asked")
    assert "the next `koinon build` leaves it out" in withdrawn.stdout
    log = source(desk, "log")
    assert log.returncode == 0
    for line, action in zip(log.stdout.splitlines(), ("add", "check", "accept", "withdraw"), strict=False):
        assert f"  {action}  " in line
        assert "  members" in line
    assert log.stdout.splitlines()[-1].startswith("The log is whole: 4 lines")


def test_the_list_has_aligned_columns_and_says_what_is_due(desk: Desk) -> None:
    desk.mapping("coop-list", version=7)
    table = desk.file("export.csv", "a,b\n")
    source(desk, "add", "coop-list", table, "--received", "2020-05-01")
    source(desk, "add", "members", desk.file("members.ttl", members("Ada")), *RIGHTS, "--received", "2026-11-01")
    source(desk, "check", "members")
    head, first, second = source(desk, "list").stdout.splitlines()
    one, two = columns(first, head), columns(second, head)
    assert (one["source"], one["state"], one["mapping"]) == ("coop-list", "pending", "coop-list 7")
    assert (one["received"], one["due"], one["last"]) == ("2020-05-01", "2021-05-01, DUE", "-")
    assert (two["source"], two["mapping"], two["due"]) == ("members", "-", "-")
    assert two["last"].startswith("good: ")


def test_every_command_speaks_json_and_nothing_else(desk: Desk) -> None:
    path = desk.file("members.ttl", members("Ada"))
    added = json.loads(source(desk, "add", "members", path, *RIGHTS, "--json").stdout)
    assert (added["changed"], added["state"], added["accepted"]) == (True, "pending", None)
    again = json.loads(source(desk, "update", "members", path, "--json").stdout)
    assert (again["changed"], again["version"]) == (False, added["version"])
    checked = source(desk, "check", "members", "--json")
    assert json.loads(checked.stdout)
    assert checked.stderr == ""
    accepted = json.loads(source(desk, "accept", "members", "--json").stdout)
    assert (accepted["changed"], accepted["accepted"]) == (True, added["version"])
    listed = json.loads(source(desk, "list", "--json").stdout)
    assert [(row["slug"], row["state"]) for row in listed] == [("members", "accepted")]
    shown = json.loads(source(desk, "show", "members", "--json").stdout)
    assert shown["manifest"]["rights"]["statement"] == "facts only, text not reproduced"
    assert [entry["action"] for entry in shown["history"]] == ["add", "check", "accept"]
    log = json.loads(source(desk, "log", "members", "--json").stdout)
    assert (log["whole"], len(log["lines"])) == (True, 3)
    assert json.loads(source(desk, "withdraw", "members", "--json").stdout)["state"] == "withdrawn"
    plan = source(desk, "purge", "members", "--json")
    assert (plan.returncode, json.loads(plan.stdout)["purged"]) == (2, False)
    assert json.loads(source(desk, "purge", "members", "--yes", "--json").stdout)["purged"] is True
    assert json.loads(source(desk, "list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("show", "nothing"), 1, "koinon source list"),
        (("check", "nothing"), 1, "koinon source list"),
        (("accept", "NOT A NAME"), 2, "small letters"),
        (("purge", "../evil", "--yes"), 2, "small letters"),
        (("purge", "nothing", "--yes"), 1, "koinon source list"),
        (("add", "members", "/nowhere.ttl"), 2, "/nowhere.ttl"),
        (("add", "members", "https://example.org/x.ttl"), 4, "KOINON_ALLOWED_HOSTS"),
        (("add", "members", "FILE", "--licence", LICENCE), 4, "--facts-only"),
        (("add", "members", "FILE", *RIGHTS, "--rights", "x"), 2, "--facts-only"),
        (("add", "members", "FILE", *RIGHTS, "--received", "yesterday"), 2, "2026-11-22"),
        (("add", "members", "FILE", *RIGHTS, "--received", "2999-01-01"), 2, "future"),
        (("add", "members", "FILE", *RIGHTS, "--by", "ann@example.org"), 2, "no name of a person"),
    ],
)
def test_an_error_is_said_in_words_with_its_own_exit_code(
    desk: Desk, arguments: tuple[str, ...], code: int, words: str
) -> None:
    path = desk.file("members.ttl", members("Ada"))
    done = source(desk, *(path if argument == "FILE" else argument for argument in arguments))
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_refused_check_ends_with_4_and_says_where(desk: Desk) -> None:
    path = desk.file("members.ttl", members("Ada") + "nonsense")
    assert source(desk, "add", "members", path, *RIGHTS).returncode == 0
    done = source(desk, "check", "members")
    assert done.returncode == 4
    assert "members.ttl" in done.stdout
    assert source(desk, "accept", "members").returncode == 4


def test_a_log_that_was_changed_ends_with_5(desk: Desk) -> None:
    source(desk, "add", "members", desk.file("members.ttl", members("Ada")), *RIGHTS)
    path = desk.world.home.sources / "audit.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    done = source(desk, "log")
    assert done.returncode == 5
    assert "The log is NOT whole: line 2" in done.stdout


def test_the_plan_of_a_purge_takes_nothing_away(desk: Desk) -> None:
    source(desk, "add", "members", desk.file("members.ttl", members("Ada")), *RIGHTS)
    before = desk.tree()
    done = source(desk, "purge", "members")
    assert done.returncode == 2
    assert "--yes" in done.stdout
    assert desk.tree() == before


def test_who_does_it_can_be_a_setting(desk: Desk) -> None:
    path = desk.file("members.ttl", members("Ada"))
    source(desk, "add", "members", path, *RIGHTS, KOINON_OPERATOR="night shift")
    assert desk.registry().get("members").entries[0].by == "night shift"
