"""Keeping what was handed in: every file of a source as it came, under its hash, readable by the operator only."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from koinon.build.sources import MANIFEST, Source
from koinon.release.paths import Home

_BLOCK: Final = 2**20


def keep_raw(home: Home, source: Source, max_bytes: int) -> dict[str, str]:
    """Keep the files of a source that can be read and are not above ``max_bytes``; returns file name to SHA-256.

    Raises OSError where the disk refuses.
    """
    folder = home.sources / source.slug / "raw"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.glob(".*"):
        left.unlink()  # of a build that was killed: this one holds the lock
    kept = {}
    for path in _files(source):
        try:
            sha256 = _hash(path) if path.is_file() and path.stat().st_size <= max_bytes else None
        except OSError:
            continue
        if sha256 is not None:
            _write_once(folder / sha256, path)
            kept[path.name] = sha256
    return kept


def _files(source: Source) -> Iterable[Path]:
    return (source.folder / MANIFEST, *source.files)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_once(path: Path, given: Path) -> None:
    """Keep the file ``given`` under the hash of what is copied: somebody may be writing to it."""
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    digest = hashlib.sha256()
    with os.fdopen(handle, "wb") as file, given.open("rb") as content:
        while block := content.read(_BLOCK):
            file.write(block)
            digest.update(block)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path.with_name(digest.hexdigest()))
