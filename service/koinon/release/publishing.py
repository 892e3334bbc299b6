"""Publishing a release: rename the finished folder, switch ``current``, log it; and mending after a crash.

The order is what makes a crash harmless. Before the rename nothing is visible; after it, the folder is whole
but not yet current; after the switch, only the log line may be missing, and the next build writes it.
"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from koinon.model.errors import ReleaseError, StorageError
from koinon.release.current import current_id, release_folders, switch_current, sync_folder
from koinon.release.exchange import exchange, put_back
from koinon.release.log import LogEntry, append_log, read_log
from koinon.release.manifest import Manifest
from koinon.release.paths import BUILDING, PIN, REMOVING, Home

_LEFTOVERS = (BUILDING, REMOVING, ".current-")


def recover(home: Home) -> None:
    """Clear away what a crashed build left, and log a switch that it had made. Call it with the lock held.

    Raises ReleaseError where something else stands in the place of the link ``current``.
    """
    home.releases.mkdir(parents=True, exist_ok=True)
    if home.current.exists() and not home.current.is_symlink():
        raise ReleaseError(f"{home.current} is not the link to a release that it should be. Move it away first.")
    put_back(home)
    for path in home.releases.iterdir():
        if path.name.startswith(_LEFTOVERS):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    current = current_id(home)
    log = read_log(home.log)
    whole = {path.name for path in release_folders(home)}
    if current in whole and (not log or log[-1].id != current):
        _log(home, current, log)


def publish(home: Home, building: Path, manifest: Manifest) -> None:
    """Make the finished folder ``building`` the current release, durably. Call it with the lock held.

    A folder that has the id already, because it is damaged, gives way.
    """
    release = home.release(manifest.id)
    damaged = release.exists()
    if damaged and (release / PIN).exists():
        (building / PIN).touch()
    sync_tree(building)
    if damaged:
        exchange(building, release)
    else:
        building.rename(release)
        sync_folder(home.releases)
    make_current(home, manifest.id)
    if damaged:
        shutil.rmtree(building)


def make_current(home: Home, identifier: str) -> bool:
    """Make an existing release current and log it; False where it is current already.

    Raises StorageError where it is current and the log cannot say so, OSError where it is not.
    """
    if current_id(home) == identifier:
        return False
    log = read_log(home.log)
    try:
        switch_current(home, identifier)
        if not log or log[-1].id != identifier:
            _log(home, identifier, log)
    except OSError as error:
        if current_id(home) != identifier:
            raise
        raise StorageError(
            f"The release is published, but {home.log} cannot say so ({error}). Free some space, or mend the file, "
            "then build again: the next build writes the line."
        ) from error
    return True


def _log(home: Home, identifier: str, log: list[LogEntry]) -> None:
    parent = log[-1].id if log else None
    published = datetime.now(UTC).isoformat(timespec="seconds")
    append_log(home.log, LogEntry(len(log) + 1, identifier, parent, published))
    sync_folder(home.releases)


def sync_tree(folder: Path) -> None:
    """Wait until every file and folder below ``folder`` is on the disk; raises OSError where it refuses."""
    for parent, _, names in os.walk(folder):
        for name in names:
            handle = os.open(Path(parent) / name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(parent))
