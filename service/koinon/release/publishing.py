"""Publishing a release: rename the finished folder, switch ``current``, log it; and mending after a crash.

The order is what makes a crash harmless. Before the rename nothing is visible; after it, the folder is whole
but not yet current; after the switch, only the log line may be missing, and the next build writes it.
"""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from koinon.release.current import current_id, switch_current, sync_folder
from koinon.release.log import LogEntry, append_log, read_log
from koinon.release.manifest import Manifest
from koinon.release.paths import BUILDING, Home

REMOVING = ".removing-"
_LEFTOVERS = (BUILDING, REMOVING, ".current-")


def recover(home: Home) -> None:
    """Clear away what a crashed build left, and log a switch that it had made. Call it with the lock held."""
    home.releases.mkdir(parents=True, exist_ok=True)
    for path in home.releases.iterdir():
        if path.name.startswith(_LEFTOVERS):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    current = current_id(home)
    log = read_log(home.log)
    if current is not None and (not log or log[-1].id != current):
        _log(home, current, log)


def publish(home: Home, building: Path, manifest: Manifest) -> None:
    """Make the finished folder ``building`` the current release, durably. Call it with the lock held."""
    _sync_tree(building)
    building.rename(home.release(manifest.id))
    sync_folder(home.releases)
    make_current(home, manifest.id)


def make_current(home: Home, identifier: str) -> bool:
    """Make an existing release current and log it; False where it is current already."""
    if current_id(home) == identifier:
        return False
    log = read_log(home.log)
    switch_current(home, identifier)
    _log(home, identifier, log)
    return True


def _log(home: Home, identifier: str, log: list[LogEntry]) -> None:
    parent = log[-1].id if log else None
    published = datetime.now(UTC).isoformat(timespec="seconds")
    append_log(home.log, LogEntry(len(log) + 1, identifier, parent, published))
    sync_folder(home.releases)


def _sync_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            handle = os.open(Path(parent) / name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(parent))
