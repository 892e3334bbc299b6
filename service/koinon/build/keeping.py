"""Keeping what was handed in: every file of a source as it came, under its hash, readable by the operator only."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from koinon.build.sources import MANIFEST, Source
from koinon.release.paths import Home


def keep_raw(home: Home, source: Source, max_bytes: int) -> dict[str, str]:
    """Keep the files of a source that can be read and are not above ``max_bytes``; returns file name to SHA-256.

    Raises OSError where the disk refuses.
    """
    folder = home.sources / source.slug / "raw"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = {}
    for path in _files(source):
        try:
            content = path.read_bytes() if path.is_file() and path.stat().st_size <= max_bytes else None
        except OSError:
            continue
        if content is not None:
            kept[path.name] = hashlib.sha256(content).hexdigest()
            _write_once(folder / kept[path.name], content)
    return kept


def _files(source: Source) -> Iterable[Path]:
    return (source.folder / MANIFEST, *source.files)


def _write_once(path: Path, content: bytes) -> None:
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
