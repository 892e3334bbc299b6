"""What a cut of power takes away beside the process: whatever was not synced, contents and names.

The harshest reading of POSIX: a file that was written and not synced is empty afterwards, and a name that was made
or moved in a folder is as before, until the folder is synced.
"""

import json
import os
import shutil
from pathlib import Path

Stamps = dict[str, tuple[int, int]]


def stamps(root: Path) -> Stamps:
    """Return size and time of every file, by device and number."""
    found = {}
    for parent, _, names in os.walk(root):
        for name in names:
            status = (Path(parent) / name).lstat()
            found[f"{status.st_dev}:{status.st_ino}"] = (status.st_size, status.st_mtime_ns)
    return found


def cut(root: Path, before: Stamps, notes: Path) -> None:
    """Take away what was not synced since ``before``, by the notes of the process that was killed."""
    noted = json.loads(notes.read_text())
    synced = {key: tuple(value) for key, value in noted["synced"].items()}
    for parent, _, names in os.walk(root):
        for name in names:
            path = Path(parent) / name
            status = path.lstat()
            key, now = f"{status.st_dev}:{status.st_ino}", (status.st_size, status.st_mtime_ns)
            if not path.is_symlink() and before.get(key) != now and synced.get(key) != now:
                _back(path, before.get(key), synced.get(key))
    for kind, one, other in reversed(noted["names"]):
        _undo(kind, Path(one), Path(other) if other else None)


def _back(path: Path, before: tuple[int, int] | None, synced: tuple[int, ...] | None) -> None:
    """Cut a file to the size that was synced, which is right for files that only grow."""
    known = synced or before
    os.truncate(path, min(known[0], path.stat().st_size) if known else 0)


def _undo(kind: str, one: Path, other: Path | None) -> None:
    if other is None:
        if one.is_dir() and not one.is_symlink():
            shutil.rmtree(one)
        elif os.path.lexists(one):
            one.unlink()
        return
    if os.path.lexists(other) and one.parent.is_dir() and not os.path.lexists(one):
        other.rename(one)
    target = kind.partition(" ")[2]
    if target and not os.path.lexists(other):
        other.symlink_to(target)
