"""Kill -9 at any moment leaves a valid ``current``; two builds at once do no harm; a full disk is an error."""

import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from building import World
from koinon.build.pipeline import build
from koinon.build.verifying import verify_release
from koinon.model.errors import StorageError
from koinon.model.settings import Settings
from koinon.release.current import current_id, release_folders
from koinon.release.log import read_log

pytestmark = pytest.mark.long

KILLED = Path(__file__).with_name("killed_build.py")
SEED = 20261121
DICE = random.Random(SEED)  # noqa: S311  a test that can be repeated


def arguments(world: World) -> list[str]:
    return ["build", "--only", "--data", str(world.sources), "--home", str(world.home.root)]


def start(world: World, *command: str, **options: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *command],
        env={
            **os.environ,
            "KOINON_ASSETS": str(world.root / "assets"),
            "KOINON_DUMPS": "false",
            "PYTHONPATH": str(KILLED.parents[1]),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def change(world: World, name: str) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(re.sub(r'altLabel "[^"]*"', f'altLabel "{name}"', graph.read_text()))


def assert_whole(world: World, allowed: set[str | None]) -> None:
    assert current_id(world.home) in allowed
    if current_id(world.home):
        assert verify_release(world.current) == []
    for folder in release_folders(world.home):
        assert (folder / "report.json").is_file()


def assert_tidy(world: World) -> None:
    names = {path.name for path in world.home.releases.iterdir()}
    assert not {name for name in names if name.startswith(".")}
    log = read_log(world.home.log)
    assert log[-1].id == current_id(world.home)
    assert [entry.sequence for entry in log] == list(range(1, len(log) + 1))
    assert all(a.id == b.parent for a, b in pairwise(log))


def moments(world: World) -> int:
    process = start(world, str(KILLED), "0", *arguments(world))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return int(errors.rpartition("moments ")[2])


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_build_killed_at_any_moment_leaves_a_valid_current(world: World) -> None:
    old = world.build().release
    change(world, "B")
    count = moments(world)
    new = world.current.id
    assert new != old
    chosen = DICE.sample(range(1, count - 11), 6) + list(range(count - 11, count + 1))
    sys.stdout.write(f"seed {SEED}: killing at {sorted(chosen)} of {count} moments\n")
    killed = 0
    for number, moment in enumerate(chosen):
        change(world, f"C{number}")
        before = current_id(world.home)
        process = start(world, str(KILLED), str(moment), *arguments(world))
        process.communicate(timeout=120)
        # The store's own files vary by one or two, so a build may end before the last moments come.
        killed += process.returncode == -signal.SIGKILL
        assert process.returncode in {0, -signal.SIGKILL}
        fresh = {path.name for path in release_folders(world.home)}
        assert_whole(world, {before} | fresh)
    assert killed >= len(chosen) - 7
    world.build()
    assert_tidy(world)
    assert_whole(world, {current_id(world.home)})


@pytest.mark.timeout(300)
def test_a_build_killed_by_the_clock_leaves_a_valid_current(world: World) -> None:
    begun = time.monotonic()
    release = world.build().release
    length = time.monotonic() - begun + 0.3
    for number in range(6):
        change(world, f"T{number}")
        process = start(world, "-m", "koinon.cli", *arguments(world))
        time.sleep(DICE.uniform(0.2, 1.2) * length)
        process.kill()
        process.communicate()
        assert_whole(world, {release, *(path.name for path in release_folders(world.home))})
    world.build()
    assert_tidy(world)


@pytest.mark.timeout(300)
def test_two_builds_at_once_do_no_harm(world: World) -> None:
    processes = [
        start(world, "-m", "koinon.cli", *arguments(world), *wait) for wait in (["--wait"], ["--wait"], [])
    ]
    results = [(process.communicate(timeout=120), process.returncode) for process in processes]
    codes = [code for _, code in results]
    assert codes[:2] == [0, 0], results
    assert codes[2] in {0, 3}
    if codes[2] == 3:
        assert "Another build is at work" in results[2][0][1]
    assert_tidy(world)
    assert_whole(world, {current_id(world.home)})
    assert len(read_log(world.home.log)) == 1


def limited(size: int) -> Callable[[], None]:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("size", [1_000, 300_000])
def test_a_disk_that_takes_no_more_is_a_clear_error_and_current_stays(world: World, size: int) -> None:
    release = world.build().release
    change(world, "X")
    process = start(world, "-m", "koinon.cli", *arguments(world), preexec_fn=limited(size))
    _, errors = process.communicate(timeout=120)
    assert process.returncode == StorageError.exit_code, errors
    assert "KOINON_HOME" in errors
    assert "Traceback" not in errors
    assert current_id(world.home) == release
    world.build()
    assert_tidy(world)
    assert_whole(world, {current_id(world.home)})


@pytest.mark.parametrize(
    "place", ["derived.write_graph", "pipeline.write_verdicts", "pipeline.publish", "candidate.write_lines"]
)
def test_no_space_left_while_writing_is_a_clear_error(
    world: World, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    release = world.build().release
    change(world, "Y")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(f"koinon.build.{place}", full)
        with pytest.raises(StorageError, match="is full"):
            world.build()
    assert current_id(world.home) == release
    assert_tidy(world)
    assert world.build().published


def test_a_home_that_cannot_be_written_is_a_clear_error(world: World) -> None:
    (world.root / "home").write_text("a file where the home should be")
    with pytest.raises(StorageError, match="cannot be read or written"):
        world.build()


def test_a_relative_home_is_as_good_as_any(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world.root)
    relative = World(world.root)
    settings = Settings.from_environment({}, home=Path("home"))
    report = build(settings, relative.assets, [Path("sources")])
    assert report.published
    assert world.current.id == report.release
