"""Which releases are kept: the current one, the pinned ones, and the newest, within a number and a disk quota.

The one that was current before is kept too, until the next build: services may still be reading it.
"""

import os
import shutil
from pathlib import Path

from koinon.model.errors import StorageError
from koinon.release.current import current_id, release_folders, sync_folder
from koinon.release.dumps import remove_dumps
from koinon.release.log import read_log
from koinon.release.paths import PIN, REMOVING, Home


def disk_usage(*folders: Path) -> int:
    """Return the bytes that the folders together take on the disk; a file with several names counts once."""
    blocks: dict[tuple[int, int], int] = {}
    for folder in folders:
        for parent, _, names in os.walk(folder):
            for name in names:
                status = (Path(parent) / name).lstat()
                blocks[status.st_dev, status.st_ino] = status.st_blocks
    return sum(blocks.values()) * 512


def collect(home: Home, keep: int, quota: int) -> list[str]:
    """Remove what the rule no longer keeps, oldest first, and return the ids. Call it with the lock held."""
    before = (entry.id for entry in reversed(read_log(home.log)) if entry.id != current_id(home))
    return _collect(home, _removable(home, {next(before, None)}), keep, quota)


def make_room(home: Home, building: Path, keep: int, quota: int) -> None:
    """Bring all releases, with the one being written in ``building``, under the quota.

    Raises StorageError, before anything is removed, where removing what may be removed would not be enough.
    """
    removable = _removable(home, set())
    used = disk_usage(building, *(path for path in release_folders(home) if path not in removable))
    if used > quota:
        raise StorageError(
            f"The releases in {home.releases} that must stay, with the new one, would take {used} bytes; "
            f"the quota is {quota}, so nothing was removed. Raise KOINON_DISK_QUOTA, or unpin what nobody cites."
        )
    _collect(home, removable, keep + 1, quota)


def _collect(home: Home, removable: list[Path], keep: int, quota: int) -> list[str]:
    removed = []
    folders = len(release_folders(home))
    for folder in removable:
        if folders <= keep and disk_usage(home.releases) <= quota:
            break
        _remove(home, folder)
        removed.append(folder.name)
        folders -= 1
    return removed


def _removable(home: Home, spared: set[str | None]) -> list[Path]:
    """Return the folders that may go, the one that was current longest ago first."""
    last_time = {entry.id: entry.sequence for entry in read_log(home.log)}
    stay = {current_id(home), *spared}
    folders = [path for path in release_folders(home) if path.name not in stay and not (path / PIN).exists()]
    return sorted(folders, key=lambda path: (last_time.get(path.name, 0), path.name))


def _remove(home: Home, folder: Path) -> None:
    gone = home.releases / f"{REMOVING}{folder.name}"
    folder.rename(gone)
    sync_folder(home.releases)  # else a cut of power may give half a folder its name back
    shutil.rmtree(gone)
    remove_dumps(home, folder.name)
