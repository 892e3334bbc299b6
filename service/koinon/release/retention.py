"""Which releases are kept: the current one, the pinned ones, and the newest, within a number and a disk quota.

A release is pinned by an empty file ``pinned`` in its folder, as cited releases are.
"""

import os
import shutil
from pathlib import Path

from koinon.model.errors import StorageError
from koinon.release.current import current_id, release_folders
from koinon.release.log import read_log
from koinon.release.paths import Home
from koinon.release.publishing import REMOVING

PIN = "pinned"


def disk_usage(folder: Path) -> int:
    """Return the bytes that ``folder`` takes on the disk; a file with several names counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            stat = (Path(parent) / name).lstat()
            if (stat.st_dev, stat.st_ino) not in seen:
                seen.add((stat.st_dev, stat.st_ino))
                total += stat.st_blocks * 512
    return total


def collect(home: Home, keep: int, quota: int) -> list[str]:
    """Remove what the rule no longer keeps, oldest first, and return the ids. Call it with the lock held."""
    removed = []
    candidates = _removable(home)
    folders = len(release_folders(home))
    while candidates and (folders > keep or disk_usage(home.releases) > quota):
        _remove(home, candidates[0])
        removed.append(candidates.pop(0).name)
        folders -= 1
    return removed


def make_room(home: Home, keep: int, quota: int) -> None:
    """Bring all releases, with the one being written, under the quota; raises StorageError where that cannot be."""
    collect(home, keep + 1, quota)
    used = disk_usage(home.releases)
    if used > quota:
        raise StorageError(
            f"The releases in {home.releases} would take {used} bytes; the quota is {quota}. "
            "Raise KOINON_DISK_QUOTA, or unpin releases that nobody cites."
        )


def _removable(home: Home) -> list[Path]:
    last_time = {entry.id: entry.sequence for entry in read_log(home.log)}
    current = current_id(home)
    folders = [path for path in release_folders(home) if path.name != current and not (path / PIN).exists()]
    return sorted(folders, key=lambda path: (last_time.get(path.name, 0), path.name))


def _remove(home: Home, folder: Path) -> None:
    gone = home.releases / f"{REMOVING}{folder.name}"
    folder.rename(gone)
    shutil.rmtree(gone)
