"""A folder for what lies between while a check runs."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108  # a file system that is never written to a disk
_ROOM: Final = 2**28
_FORGOTTEN: Final = 3600.0
_PREFIX: Final = "koinon-handed-in-"


@contextmanager
def folder_for_one() -> Iterator[str]:
    """Make a folder for one check, in memory where there is room, and remove it with all that is in it."""
    shared = shutil.disk_usage(_IN_MEMORY).free > _ROOM if os.access(_IN_MEMORY, os.W_OK) else False
    root = str(_IN_MEMORY) if shared else None
    _sweep(Path(root or tempfile.gettempdir()))
    prefix = f"{_PREFIX}{os.getpid()}-"  # whoever finds one left behind sees whose it was
    with tempfile.TemporaryDirectory(prefix=prefix, dir=root, ignore_cleanup_errors=True) as folder:
        yield folder


def _sweep(root: Path) -> None:
    """Remove what checks left behind of a service that was killed."""
    for left in root.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _FORGOTTEN and left.stat().st_uid == os.getuid():
                shutil.rmtree(left, ignore_errors=True)
