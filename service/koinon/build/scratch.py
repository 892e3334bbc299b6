"""Folders for what lies between, outside of the home: gone after use, and swept where a crash has left them."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

FORGOTTEN: Final = 86_400.0
"""Seconds after which a folder that was left counts as one that nobody works in."""
_PREFIX: Final = "koinon-"


@contextmanager
def scratch(what: str) -> Iterator[Path]:
    """Give an empty folder for ``what``; it is gone afterwards, and so are those that were killed a day ago."""
    prefix = f"{_PREFIX}{what}-"
    _sweep(Path(tempfile.gettempdir()), prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(root: Path, prefix: str) -> None:
    for left in root.glob(f"{prefix}*"):
        with suppress(OSError):
            status = left.lstat()
            if time.time() - status.st_mtime > FORGOTTEN and status.st_uid == os.getuid():
                shutil.rmtree(left, ignore_errors=True)
