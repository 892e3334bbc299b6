"""What the system refuses is told as what it is, with a way out that works."""

import errno
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from koinon.model.refusals import Refusal


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
