"""The dumps of a release: files that anybody may download, beside the release and listed in ``index.json``.

``dumps/{release}/`` is written after the release is published, and whole or not there. A dump is derived: it can be
made again at any time, and the same release gives the same bytes.
"""

import json
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from koinon.model.errors import ReleaseError
from koinon.release.current import sync_folder
from koinon.release.paths import REMOVING, Home

INDEX: Final = "index.json"
SUMS: Final = "SHA256SUMS"
"""Name of the file with the SHA-256 of every dump, as ``sha256sum --check`` reads it."""
_KNOWN: Final = 32


@dataclass(frozen=True, slots=True)
class DumpFile:
    """One file: its name, media type (``packed`` tells that it is packed with gzip), bytes, and SHA-256.

    ``about`` is empty for all of the release, else ``source/{slug}`` or ``class/{name}``; ``rows`` counts
    statements or table rows.
    """

    name: str
    media_type: str
    packed: bool
    size: int
    sha256: str
    about: str
    rows: int


def folder_of(home: Home, release: str) -> Path:
    """Return the folder with the dumps of a release, whether or not it exists."""
    return home.dumps / release


def dump_files(home: Home, release: str) -> tuple[DumpFile, ...]:
    """Return the dumps of a release, none where they are not made yet; raises ReleaseError for a damaged index."""
    path = folder_of(home, release) / INDEX
    try:
        status = path.stat()
        return _listed(path, status.st_mtime_ns, status.st_ino)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReleaseError(
            f"{path} is damaged ({error}). Remove its folder, then run `koinon release dumps`."
        ) from error


@lru_cache(maxsize=_KNOWN)
def _listed(path: Path, *_: int) -> tuple[DumpFile, ...]:
    """Return what an index lists, which is read once for as long as it stays."""
    return tuple(DumpFile(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["files"])


def remove_dumps(home: Home, release: str) -> bool:
    """Remove the dumps of a release; False where there are none. They are gone for readers in one step."""
    folder = folder_of(home, release)
    gone = folder.with_name(f"{REMOVING}{release}")
    try:
        folder.rename(gone)
    except FileNotFoundError:
        return False
    sync_folder(folder.parent)  # else a cut of power may give half a folder its name back
    shutil.rmtree(gone)
    return True
