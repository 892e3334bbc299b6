"""Receiving files: streamed to the disk piece by piece, hashed on the way, then kept under their hash."""

import fcntl
import hashlib
import os
import stat
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from pydantic import TypeAdapter, ValidationError

from koinon.build.registry.disk import MAPPING, incoming, storage
from koinon.build.registry.entries import KeptFile
from koinon.build.source_manifest import MANIFEST, FileName
from koinon.model.errors import SourceError
from koinon.release.current import sync_folder
from koinon.release.paths import Home

PIECE = 2**20
"""Bytes that are read at a time."""
ABANDONED = 60.0
"""Seconds after which a file that nobody is receiving counts as left by a crash."""
_NAME: TypeAdapter[str] = TypeAdapter(FileName)


@dataclass(slots=True)
class Received:
    """Files that are on the disk but not yet a source's; ``files`` are those that were handed in."""

    home: Home
    slug: str
    max_bytes: int
    files: list[KeptFile] = field(default_factory=list)
    held: dict[str, tuple[Path, BinaryIO]] = field(default_factory=dict)

    def file(self, path: Path) -> KeptFile:
        """Receive a file; raises SourceError (``unreadable``, ``size``, ``empty``, ``file-name``) or OSError."""
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise self._refused("unreadable", str(path), f"it cannot be read ({error.strerror})") from error
        with os.fdopen(handle, "rb") as source:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise self._refused("unreadable", str(path), "this is no file with content; give a file")
            return self.pieces(path.name, self._read(source, path))

    def pieces(
        self, name: str, pieces: Iterable[bytes], address: str | None = None, etag: str | None = None
    ) -> KeptFile:
        """Receive what ``pieces`` yield as the file ``name``, which came from ``address``."""
        self._check_name(name)
        kept = self._store(name, pieces).model_copy(update={"address": address, "etag": etag})
        self.files.append(kept)
        return kept

    def text(self, name: str, content: bytes) -> KeptFile:
        """Receive what goes with the files: the manifest or the mapping."""
        return self._store(name, [content])

    def settle(self, folder: Path) -> None:
        """Move everything to ``folder``, each file under its hash, and wait until it is there."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.parent.chmod(0o700)
        for sha256, (path, _) in self.held.items():
            path.replace(folder / sha256)
        for parent in (folder, folder.parent, folder.parent.parent):
            sync_folder(parent)

    def _check_name(self, name: str) -> None:
        shown = name.encode("utf-8", "backslashreplace").decode()
        if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in name):
            raise self._refused("file-name", shown, "the name has characters that show nothing; rename the file")
        try:
            _NAME.validate_python(name)
        except ValidationError as error:
            raise self._refused("file-name", shown, "no name for a source's file; rename it") from error
        if name in {MANIFEST, MAPPING}:
            raise self._refused("file-name", shown, "this name is Koinon's own; rename the file")
        if any(name.casefold() == file.name.casefold() for file in self.files):
            raise self._refused("file-name", shown, "two files have this name; rename one")

    def _check_size(self, name: str, size: int) -> None:
        if size < 0:
            raise self._refused("empty", name, "the file is empty")
        if size > self.max_bytes:
            detail = f"it has more than {self.max_bytes} bytes (KOINON_MAX_SOURCE); split it"
            raise self._refused("size", name, detail)

    def _read(self, source: BinaryIO, path: Path) -> Iterator[bytes]:
        try:
            while piece := source.read(PIECE):
                yield piece
        except OSError as error:
            raise self._refused("unreadable", str(path), f"it cannot be read ({error.strerror})") from error

    def _store(self, name: str, pieces: Iterable[bytes]) -> KeptFile:
        handle, path = tempfile.mkstemp(prefix="in-", dir=incoming(self.home))
        file = os.fdopen(handle, "wb")
        whole = False
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            sha256, size = self._write(file, name, pieces)
            whole = True
        finally:
            if not whole:
                _drop(Path(path), file)
        if sha256 in self.held:
            _drop(*self.held.pop(sha256))
        self.held[sha256] = (Path(path), file)
        return KeptFile(name=name, sha256=sha256, size=size)

    def _write(self, file: BinaryIO, name: str, pieces: Iterable[bytes]) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        for piece in pieces:
            size += len(piece)
            self._check_size(name, size)
            digest.update(piece)
            file.write(piece)
        self._check_size(name, size or -1)
        file.flush()
        os.fsync(file.fileno())
        return digest.hexdigest(), size

    def _refused(self, rule: str, where: str, detail: str) -> SourceError:
        return SourceError(self.slug, rule, where, detail)


@dataclass(slots=True)
class Weighed(Received):
    """The same for what is in memory and not to be kept yet: named, hashed and counted, but not on the disk."""

    def _store(self, name: str, pieces: Iterable[bytes]) -> KeptFile:
        content = b"".join(pieces)
        self._check_size(name, len(content) or -1)
        return KeptFile(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content))


@contextmanager
def receiving(home: Home, slug: str, max_bytes: int) -> Iterator[Received]:
    """Receive files for a source; what is not settled when the block ends is gone. Raises StorageError."""
    received = Received(home, slug, max_bytes)
    with storage(home):
        incoming(home).mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            yield received
        finally:
            for path, file in received.held.values():
                _drop(path, file)


def clear_abandoned(home: Home) -> None:
    """Remove what crashes left of files that were being received."""
    for path in incoming(home).glob("in-*"):
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if time.time() - path.stat().st_mtime > ABANDONED:
                    path.unlink()
        except (BlockingIOError, FileNotFoundError):
            continue


def _drop(path: Path, file: BinaryIO) -> None:
    path.unlink(missing_ok=True)
    try:
        file.close()
    except OSError:
        return  # what could not be written any more is not wanted either
