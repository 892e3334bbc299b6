"""Kill -9 at any moment, two at once, a full disk: what was there before stays whole, what was answered is kept."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from koinon.build.registry.audit import read_audit
from koinon.build.registry.disk import audit, incoming
from koinon.build.registry.journals import every
from koinon.build.registry.options import Options
from koinon.build.registry.receiving import clear_abandoned
from koinon.build.registry.registered import Registered
from koinon.model.errors import StorageError
from registering import LICENCE, Desk, members

pytestmark = pytest.mark.long

KILLED = Path(__file__).parents[2] / "release" / "killed_build.py"
SEED = 20261122
DICE = random.Random(SEED)  # noqa: S311  a test that can be repeated
RIGHTS = ("--facts-only", "--licence", LICENCE, "--mints", "organisation/members-*", "--language", "en")


def start(desk: Desk, *command: str, **options: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *command],
        env={
            **os.environ,
            "KOINON_ASSETS": str(desk.world.root / "assets"),
            "KOINON_HOME": str(desk.world.home.root),
            "PYTHONPATH": str(KILLED.parents[1]),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def state(desk: Desk) -> list[tuple[str, ...]]:
    """What the registry says, with each kept file read again."""
    found = []
    for source in every(desk.world.home):
        assert isinstance(source, Registered)
        for version in source.versions:
            for file in version.files:
                content = (desk.world.home.sources / source.slug / "raw" / file.sha256).read_bytes()
                assert len(content) == file.size
        acts = [entry.action for entry in source.entries]
        found.append((source.slug, source.state.value, source.latest.version, *acts))
    return found


def killed_at_moments(desk: Desk, arguments: tuple[str, ...], moments: list[int]) -> int:
    """Run the command and kill it at each moment; the state is the earlier or the later one, never between."""
    before = state(desk)
    killed = 0
    for moment in moments:
        process = start(desk, str(KILLED), str(moment), *arguments)
        process.communicate(timeout=120)
        assert process.returncode in {0, -signal.SIGKILL}, process.returncode
        killed += process.returncode == -signal.SIGKILL
        now = state(desk)
        if now != before:
            assert len(now) == len(before) or not before
            assert all(a[: len(b)][0] == b[0] for a, b in zip(now, before, strict=False))
            return killed
        assert process.returncode == -signal.SIGKILL, "it ended well and nothing changed"
    return killed


def again(desk: Desk, arguments: tuple[str, ...]) -> None:
    process = start(desk, "-m", "koinon.cli", *arguments)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


def moments(desk: Desk, arguments: tuple[str, ...]) -> int:
    process = start(desk, str(KILLED), "0", *arguments)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return int(errors.rpartition("moments ")[2])


@pytest.mark.timeout(600)
def test_an_add_killed_at_any_moment_leaves_nothing_or_all(desk: Desk) -> None:
    trial = Desk(desk.world)
    path = desk.file("members.ttl", members("Ada"))
    arguments = ("source", "add", "members", path, *RIGHTS)
    count = moments(trial, arguments)
    assert state(desk)[0][1:2] == ("pending",)
    for source in desk.world.home.root.iterdir():
        source.rename(desk.world.root / f"first-{source.name}")
    chosen = sorted(DICE.sample(range(1, count + 1), min(8, count)))
    sys.stdout.write(f"seed {SEED}: killing at {chosen} of {count} moments\n")
    assert killed_at_moments(desk, arguments, chosen) >= 1
    if not state(desk):
        again(desk, arguments)
    assert [row[:2] for row in state(desk)] == [("members", "pending")]
    desk.registry().accept("members")
    assert read_audit(audit(desk.world.home)).problem is None
    assert [line["action"] for line in read_audit(audit(desk.world.home)).lines] == ["add", "check", "accept"]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", ["update", "accept", "withdraw"])
def test_a_change_killed_at_any_moment_leaves_the_earlier_or_the_later_state(desk: Desk, command: str) -> None:
    desk.add("Ada")
    desk.registry().check("members")
    if command == "withdraw":
        desk.registry().accept("members")
    path = desk.file("more.ttl", members("Ada", "Eve"))
    arguments = ("source", command, "members", *([path] if command == "update" else []))
    before = state(desk)
    copy = desk.world.root / "before"
    subprocess.run(["cp", "-a", desk.world.home.root, copy], check=True)
    count = moments(desk, arguments)
    after = state(desk)
    assert after != before
    for moment in sorted(DICE.sample(range(1, count + 1), min(5, count))):
        subprocess.run(["rm", "-rf", desk.world.home.root], check=True)
        subprocess.run(["cp", "-a", copy, desk.world.home.root], check=True)
        process = start(desk, str(KILLED), str(moment), *arguments)
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL
        assert state(desk) in (before, after)
        if state(desk) == before:
            again(desk, arguments)
        assert state(desk) == after
        desk.registry().check("members")
        report = read_audit(audit(desk.world.home))
        assert report.problem is None
        assert [line["action"] for line in report.lines] == [*after[0][3:], "check"]


@pytest.mark.timeout(300)
def test_many_adds_at_once_all_come_in_and_one_name_goes_to_one_of_them(desk: Desk) -> None:
    processes = []
    for number in range(6):
        slug = f"members-{number % 5}"
        path = desk.file(f"{number}.ttl", members(f"Ada{number}"))
        command = ("-m", "koinon.cli", "source", "add", slug, path, *RIGHTS, "--json")
        processes.append(start(desk, *command))
    done = [(process.communicate(timeout=200), process.returncode) for process in processes]
    assert [code for _, code in done[1:5]] == [0, 0, 0, 0], done
    assert sorted([done[0][1], done[5][1]]) == [0, 2]
    assert [row[:2] for row in state(desk)] == [(f"members-{number}", "pending") for number in range(5)]
    report = read_audit(audit(desk.world.home))
    assert report.problem is None
    assert len(report.lines) == 5
    winner = json.loads(next(out for (out, _), code in (done[0], done[5]) if code == 0))
    assert winner["version"] == state(desk)[0][2]
    assert list(incoming(desk.world.home).iterdir()) == []


def limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [0, 500, 2_000])
def test_a_disk_that_takes_no_more_is_a_clear_error_and_nothing_changes(desk: Desk, size: int) -> None:
    desk.add("Ada")
    before = desk.tree()
    path = desk.file("more.ttl", members("Ada", "Eve") + "#" * 3000)
    process = start(desk, "-m", "koinon.cli", "source", "update", "members", path, preexec_fn=limited(size))
    out, errors = process.communicate(timeout=120)
    assert process.returncode == StorageError.exit_code, errors
    assert "KOINON_HOME" in errors
    assert "Traceback" not in errors
    assert out == ""
    assert desk.tree() == before
    assert desk.registry().update("members", [path], Options()).changed


@pytest.mark.parametrize(
    "place", ["build.registry.receiving.os.fsync", "release.lines.os.fsync", "build.registry.receiving.sync_folder"]
)
def test_a_disk_that_fails_at_a_step_is_a_clear_error_and_nothing_happened(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    desk.add("Ada")
    before = state(desk)
    path = desk.file("more.ttl", members("Ada", "Eve"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"koinon.{place}", full)
        with pytest.raises(StorageError, match="is full"):
            desk.registry().update("members", [path], Options())
    assert state(desk) == before
    assert desk.registry().update("members", [path], Options()).changed


def test_a_file_that_cannot_be_read_to_its_end_is_refused(desk: Desk) -> None:
    process = start(desk, "-m", "koinon.cli", "source", "add", "members", "/proc/self/mem", *RIGHTS)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 4, errors
    assert "Traceback" not in errors


def test_what_a_crash_left_of_incoming_files_goes_with_a_later_change(desk: Desk) -> None:
    desk.add("Ada")
    left = incoming(desk.world.home) / "in-crashed"
    left.write_bytes(b"half")
    clear_abandoned(desk.world.home)
    assert left.exists()
    os.utime(left, (0, 0))
    desk.registry().update("members", [desk.file("more.ttl", members("Eve"))], Options())
    assert not left.exists()


def test_a_huge_file_is_never_read_whole(desk: Desk) -> None:
    path = desk.world.root / "huge.ttl"
    with path.open("wb") as file:
        file.truncate(600 * 2**20)

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (700 * 2**20, 700 * 2**20))

    process = start(
        desk, "-m", "koinon.cli", "source", "add", "members", str(path), *RIGHTS, "--json", preexec_fn=small
    )
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert json.loads(out)["files"][0]["size"] == 600 * 2**20
