"""Disks and systems that refuse, at every step: a clear error, nothing is lost, and the next run goes on.

The refusals are real where the system can be made to refuse: a small file system, a limit of open files or of the
size of a file, a file that cannot be read. At the other steps the call of the system is made to fail.
"""

import errno
import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from koinon.model.errors import StorageError
from koinon.release.current import current_id
from torture.bench import Ended, Victims, victims, world_at
from torture.checks import age, assert_chain, assert_current, litter, registry_of
from torture.life import SLUGS, Life, Moments
from torture.moments import Plan
from torture.rehearsal import rehearse

pytestmark = pytest.mark.long

SEED = os.environ.get("KOINON_TORTURE_SEED", "20261122")
EACH = int(os.environ.get("KOINON_TORTURE_REFUSALS", "1"))
"""Steps of each action that are refused, for each reason."""
REASONS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE)
ACTIONS = ("add", "update", "accept", "build")
ALL = [(action, reason) for action in ACTIONS for reason in REASONS]
PAIRS = ALL if "KOINON_TORTURE_REFUSALS" in os.environ else list(zip(ACTIONS, REASONS, strict=True))
"""What is refused to which action: all for all with ``make torture``, in each run of the tests one."""
CODES = {0, StorageError.exit_code, 2, 3, 4}
"""Ends in order; 2, 3 and 4 where what cannot be read is a setting's, a release's or a source's."""


@pytest.fixture(scope="module")
def killed() -> Iterator[Victims]:
    with victims() as processes:
        yield processes


@pytest.fixture(scope="module")
def moments(killed: Victims, tmp_path_factory: pytest.TempPathFactory) -> Moments:
    return rehearse(killed, tmp_path_factory.mktemp("rehearsal"), served=False)


@pytest.fixture
def life(killed: Victims, moments: Moments, tmp_path: Path) -> Life:
    life = Life(SEED, killed, world_at(tmp_path), moments)
    assert life.run("build").code == 0
    prepare(life)
    return life


def prepare(life: Life) -> None:
    """Let there be an accepted source and one that waits."""
    for slug in SLUGS[:2]:
        label = f"first of {slug}"
        ended = life.run("add", slug, label)
        assert ended.code == 0
        life.look("add", slug, label, ended, life.known)
    assert life.run("accept", SLUGS[0]).code == 0
    life.known = registry_of(life.world)


def arguments_of(action: str) -> tuple[str, str, str]:
    slug = {"add": SLUGS[2], "accept": SLUGS[1], "build": "", "builder": ""}.get(action, SLUGS[0])
    return action, slug, f"refused {action}"


def assert_in_order(ended: Ended) -> None:
    assert ended.code in CODES, ended
    assert "Traceback" not in ended.err, ended.err
    if ended.code and ended.answer is None:
        assert ended.err.startswith("koinon: "), ended.err
        assert ended.out == "", ended.out
    if ended.code == 4 and ended.answer is not None:
        refused = [source for source in ended.answer["sources"] if source["outcome"] != "accepted"]
        assert refused, ended.answer
        assert all(source["findings"] for source in refused), refused


def assert_nothing_lost(life: Life, before: str | None, ended: Ended, action: str) -> None:
    known = life.known
    _, slug, label = arguments_of(action)
    life.look(action, slug, label, ended, known)
    current = assert_current(life.world, fully=True)
    if ended.code and ended.answer is None and "The release is published, but" not in ended.err:
        assert current == before, "a build that failed made a release current"
    assert_chain(life.world, late=1)


def goes_on(life: Life, action: str) -> None:
    """The same command, on a sound system, does its work and leaves nothing lying about."""
    ended = life.run(*arguments_of(action))
    done = action == "add" and ended.code == 2 and "registered already" in ended.err
    assert ended.code == 0 or done, ended
    after = registry_of(life.world)
    if action in {"add", "update"}:
        life.labels[arguments_of(action)[1], after[arguments_of(action)[1]].latest] = arguments_of(action)[2]
    life.known = after
    if action in {"add", "update", "accept"}:
        assert arguments_of(action)[1] in life.known
    assert_chain(life.world)
    age(life.world)
    life.settle()
    assert litter(life.world) == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("action", "reason"), PAIRS, ids=[f"{action}-{errno.errorcode[reason]}" for action, reason in PAIRS]
)
def test_a_step_that_the_system_refuses_is_a_clear_error(life: Life, action: str, reason: int) -> None:
    dice = random.Random(f"{SEED} {action} {reason}")  # noqa: S311
    steps = [name for name in life.moments[action] if name.startswith("before ") and "elsewhere" not in name]
    if reason == errno.EMFILE:
        steps = [name for name in steps if " open " in name]
    for step in dice.sample(steps, min(EACH, len(steps))):
        current = current_id(life.world.home)
        plan = Plan("error", step, reason)
        ended = life.run(*arguments_of(action), plan)
        try:
            assert_in_order(ended)
            assert_nothing_lost(life, current, ended, action)
        except AssertionError as error:
            raise AssertionError(f"{action}, {plan}: {error}") from error
    goes_on(life, action)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("action", ACTIONS)
def test_too_few_open_files_are_a_clear_error(life: Life, action: str) -> None:
    dice = random.Random(f"{SEED} files {action}")  # noqa: S311
    for files in sorted({5, 8, 12, *(dice.randint(6, 40) for _ in range(EACH))}):
        current = current_id(life.world.home)
        ended = life.run(*arguments_of(action), limits={"files": files})
        try:
            assert_in_order(ended)
            assert_nothing_lost(life, current, ended, action)
        except AssertionError as error:
            raise AssertionError(f"{action} with {files} open files: {error}") from error
    goes_on(life, action)


@contextmanager
def small_disk(path: Path, size: int) -> Iterator[Path]:
    """Give a file system of so many bytes; skip the test where nobody may mount one."""
    path.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes=4000", "koinon-small", str(path)],
        capture_output=True,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"a small file system cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill(path: Path, left: int) -> None:
    """Leave so many bytes of a file system."""
    free = os.statvfs(path)
    with (path / "filler").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(4096, free.f_bavail * free.f_frsize - left))


@pytest.mark.timeout(600)
@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount here")
def test_a_full_disk_is_a_clear_error_at_every_step(killed: Victims, moments: Moments, tmp_path: Path) -> None:
    dice = random.Random(f"{SEED} disk")  # noqa: S311
    with small_disk(tmp_path / "disk", 400 * 2**20) as disk:
        life = Life(SEED, killed, world_at(tmp_path, disk), moments)
        assert life.run("build").code == 0
        prepare(life)
        refused = 0
        for action in ACTIONS:
            life.known = registry_of(life.world)
            rooms = [0, 4096, *(2 ** dice.uniform(12, 23) for _ in range(EACH))]
            for room in sorted(rooms):
                life.change()
                current = current_id(life.world.home)
                fill(disk, int(room))
                ended = life.run(*arguments_of(action))
                (disk / "filler").unlink()
                try:
                    assert_in_order(ended)
                    assert ended.code in {0, StorageError.exit_code, 2}, ended
                    assert_nothing_lost(life, current, ended, action)
                except AssertionError as error:
                    raise AssertionError(f"{action} with {room:.0f} bytes left: {error}") from error
                refused += ended.code == StorageError.exit_code
                if not ended.code:
                    break
            goes_on(life, action)
        assert refused >= len(ACTIONS)


@pytest.mark.parametrize(
    "kept",
    ["sources/members-1/raw", "sources/members-1/journal.jsonl", "sources/audit.jsonl", "graphs", "owners.tsv"],
)
def test_what_cannot_be_read_is_told_and_nothing_is_lost(life: Life, kept: str) -> None:
    """Reading ``/proc/self/mem`` from its beginning is an error of the device, as a bad block gives."""
    current = current_id(life.world.home)
    assert current is not None
    home = life.world.home
    path = home.root / kept if kept.startswith("sources") else home.release(current) / kept
    if path.is_dir():
        path = max(path.iterdir(), key=lambda file: file.stat().st_size)
    aside = life.world.root / "aside"
    shutil.copy2(path, aside)
    inside = path.stat()
    path.unlink()
    path.symlink_to("/proc/self/mem")
    for action in ("add", "build"):
        ended = life.run(*arguments_of(action))
        assert_in_order(ended)
        assert current_id(home) == current or ended.code in {0, 4}
    path.unlink()
    shutil.copy2(aside, path)
    os.utime(path, ns=(inside.st_atime_ns, inside.st_mtime_ns))
    life.known = registry_of(life.world)
    assert set(SLUGS[:2]) <= set(life.known)
    goes_on(life, "build")


def test_a_quota_that_is_used_up_is_a_clear_error(life: Life) -> None:
    current = current_id(life.world.home)
    life.change()
    ended = life.run("build", environment={"KOINON_DISK_QUOTA": "1000"})
    assert ended.code == StorageError.exit_code
    assert "KOINON_DISK_QUOTA" in ended.err
    assert assert_current(life.world, fully=True) == current
    goes_on(life, "build")
