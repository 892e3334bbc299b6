"""What the system refuses is told as what it is, with a way out that works."""

import errno
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from building import World
from koinon.model.refusals import Refusal
from koinon.release.current import current_id
from koinon.release.lines import append_line
from koinon.release.links_writing import write_links
from koinon.release.log import read_log
from koinon.release.mappings import Run
from koinon.release.publishing import make_current, recover

UNREADABLE = "/proc/self/mem"
"""Reading this from its beginning is an error of the device, as a bad block gives."""
NEXT = "0" * 64
"""The id of a release."""


@pytest.mark.parametrize(
    ("error", "what", "mend"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "The disk under home is full", "Free some space"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "The disk under home is full", "Free some space"),
        (OSError("IO error: No space left on device: While appending"), "is full", "Free some space"),
        (OSError(errno.EMFILE, "Too many open files"), "Too few files may be open at a time", "ulimit -n"),
        (OSError("needs at least 96 file descriptors, only 12 allowed"), "Too few files may be open", "ulimit -n"),
        (OSError(errno.EIO, "Input/output error"), "cannot be read or written", "Mend that"),
    ],
)
def test_what_is_refused_is_named_with_its_remedy(error: OSError, what: str, mend: str) -> None:
    refusal = Refusal.of(error, Path("home"))
    assert what in refusal.what
    assert str(error) in refusal.what
    assert mend in refusal.mend


def test_too_few_open_files_are_no_damage_of_a_release(home: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))

    script = (
        "import sys; from pathlib import Path; from koinon.release.current import open_current;"
        "from koinon.release.paths import Home; open_current(Home(Path(sys.argv[1]))).open()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(home)], preexec_fn=limited, capture_output=True, text=True
    )
    assert "StorageError: Too few files may be open at a time" in done.stderr
    assert "ulimit -n 1024" in done.stderr
    assert "koinon build" not in done.stderr


def read_error(path: Path) -> OSError:
    """The error of reading a file that opens well."""
    path.symlink_to(UNREADABLE)
    with pytest.raises(OSError, match="Input/output error") as refused:
        path.read_bytes()
    assert refused.value.filename is None
    return refused.value


def test_an_error_of_reading_names_the_file_though_the_system_does_not(tmp_path: Path) -> None:
    refusal = Refusal.of(read_error(tmp_path / "journal.jsonl"), tmp_path)
    assert f"The disk under {tmp_path} cannot be read or written" in refusal.what
    assert f"'{tmp_path}/journal.jsonl'" in refusal.what


def test_the_home_is_not_blamed_for_a_file_that_lies_elsewhere(tmp_path: Path) -> None:
    refusal = Refusal.of(read_error(tmp_path / "claim.ttl"), tmp_path / "home")
    assert refusal.what.startswith(f"{tmp_path}/claim.ttl cannot be read or written")
    assert "KOINON_HOME" not in refusal.mend
    full = OSError(errno.ENOSPC, "No space left on device", f"{tmp_path}/scratch/part")
    assert Refusal.of(full, tmp_path / "home").what.startswith(f"The disk under {tmp_path}/scratch is full")


def test_a_line_that_cannot_be_written_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append_line(path, {"first": 1})
    done = limited(
        f"from koinon.release.lines import append_line; append_line(Path({str(path)!r}), {{'second': 2}})"
    )
    assert "File too large" in done.stderr
    assert f"'{path}'" in done.stderr
    assert path.read_text() == '{"first":1}\n'


def test_links_that_the_disk_refuses_are_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"links\.sqlite cannot be written"):
        write_links(tmp_path / "gone" / "links.sqlite", [], Run("model", "judgements"))


def test_that_a_release_is_published_is_said_where_its_log_is_refused(world: World) -> None:
    assert world.run()[0] == 0
    home, before = world.home, current_id(world.home)
    assert before is not None
    shutil.copytree(home.release(before), home.release(NEXT))
    script = "from koinon.release.paths import Home; from koinon.release.publishing import make_current;"
    done = limited(f"{script} make_current(Home(Path({str(home.root)!r})), {NEXT!r})", home.log.stat().st_size)
    assert "StorageError: The release is published, but" in done.stderr
    assert str(home.log) in done.stderr
    assert current_id(home) == NEXT
    assert [entry.id for entry in read_log(home.log)] == [before]
    recover(home)
    assert [entry.id for entry in read_log(home.log)] == [before, NEXT]
    assert make_current(home, before)


def limited(script: str, size: int = 12) -> subprocess.CompletedProcess[str]:
    """Run a script that may write no file longer than so many bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-B", "-c", f"from pathlib import Path; {script}"]
    return subprocess.run(command, preexec_fn=limit, capture_output=True, text=True)


def test_a_service_that_may_open_too_few_files_says_how_many_it_needs_and_what_to_do(home: Path) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))

    command = [sys.executable, "-m", "koinon.cli", "serve", "--port", "0"]
    environment = {**os.environ, "KOINON_HOME": str(home), "KOINON_METRICS_PORT": "0"}
    done = subprocess.run(command, preexec_fn=few, capture_output=True, text=True, env=environment, timeout=60)
    assert done.returncode == 2
    assert "allows 100 open files; the service needs more than" in done.stderr
    assert "ulimit -n 1024" in done.stderr
