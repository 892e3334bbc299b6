"""The seal of a release: size and time of every file as they were when it was published.

A build looks at the seal to see whether anybody has touched a release since; only where it is broken, or missing,
every statement is compared. What changes neither size nor time of a file, such as a failing disk, is for
``koinon release verify`` to find.
"""

import json
import os
from pathlib import Path
from typing import Final

from koinon.release.search_index import LOCKS

FILE: Final = "seal.json"
_NOT_SEALED: Final = frozenset({FILE, "LOCK", "LOG", "pinned", *LOCKS})
"""The seal itself, and what readers and operators may touch."""


def seal(folder: Path) -> None:
    """Write the seal of a finished release folder; raises OSError where the disk refuses."""
    (folder / FILE).write_text(json.dumps(_stamps(folder), indent=0, sort_keys=True) + "\n", encoding="utf-8")


def is_sealed(folder: Path) -> bool:
    """Tell whether a release folder has a seal and every file is as it was."""
    try:
        return bool(json.loads((folder / FILE).read_text(encoding="utf-8")) == _stamps(folder))
    except (OSError, ValueError):
        return False


def _stamps(folder: Path) -> dict[str, list[int]]:
    stamps = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            if name not in _NOT_SEALED:
                path = Path(parent) / name
                status = path.stat()
                stamps[str(path.relative_to(folder))] = [status.st_size, status.st_mtime_ns]
    return stamps
