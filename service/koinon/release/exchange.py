"""A release folder that takes the place of another one, so that no kill can leave neither of them there."""

import ctypes
import errno
import os
import shutil
from pathlib import Path
from typing import Final

from koinon.release.current import release_folders, sync_folder
from koinon.release.paths import REPLACING, Home

_EXCHANGE: Final = 2
_HERE: Final = -100


def exchange(fresh: Path, release: Path) -> None:
    """Let the folder ``fresh``, which is on the disk, and a release folder change names, durably.

    One step (``renameat2`` of Linux) where the file system can do that. Else it takes three, and between them the
    release is missing: after a kill there, ``put_back`` has it again. Raises OSError where the disk refuses.
    """
    swap = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if swap is None or swap(_HERE, os.fsencode(fresh), _HERE, os.fsencode(release), _EXCHANGE) != 0:
        number = ctypes.get_errno() if swap is not None else errno.ENOSYS
        if number not in {errno.ENOSYS, errno.EINVAL}:
            raise OSError(number, os.strerror(number), str(release))
        aside = release.with_name(f"{REPLACING}{release.name}")
        release.rename(aside)
        fresh.rename(release)
        sync_folder(release.parent)
        aside.rename(fresh)
    sync_folder(release.parent)


def put_back(home: Home) -> None:
    """Give each release its folder back that a killed ``exchange`` left aside. Call it with the lock held."""
    there = {path.name for path in release_folders(home)}
    for aside in home.releases.glob(f"{REPLACING}*"):
        release = home.release(aside.name.removeprefix(REPLACING))
        if release.name in there:
            shutil.rmtree(aside)
        else:
            aside.rename(release)
