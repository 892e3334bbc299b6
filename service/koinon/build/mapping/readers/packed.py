"""Opening files: the kind that a file really is, and streams that stop at the limits of what it may grow to."""

import gzip
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Protocol

from koinon.build.mapping.readers.interface import Limits
from koinon.build.mapping.readers.refusing import Refusal

_SLACK: Final = 2**20
"""Bytes below which nobody asks how well a file was packed."""
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_HEAD: Final = 4096


class Readable(Protocol):
    """A file that can be read forward."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""
        ...


class Bounded:
    """A stream that refuses the file when it is damaged, cannot be read, or grows beyond its limits.

    ``packed`` is the bytes it was packed into, None where it is not packed.
    """

    def __init__(self, stream: Readable, refuse: Refusal, limits: Limits, packed: int | None) -> None:
        """Wrap ``stream``."""
        self._stream = stream
        self._refuse = refuse
        self._most = limits.unpacked
        if packed is not None:
            self._most = min(self._most, max(_SLACK, packed * limits.ratio))
        self._read = 0

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most ``size``; none at the end."""
        try:
            block = self._stream.read(size)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            detail = f"the packed file is damaged ({error}); fetch or save it again"
            raise self._refuse("damaged", detail) from error
        except OSError as error:
            raise self._refuse("unreadable", f"the file cannot be read: {error.strerror or error}") from error
        self._read += len(block)
        if self._read > self._most:
            detail = f"the file grows to more than {self._most} bytes when it is unpacked; nothing of it is taken"
            raise self._refuse("zip-bomb", detail)
        return block


def check_file(path: Path, reader: str, refuse: Refusal, limits: Limits) -> None:
    """Raise SourceError unless ``path`` is a file of the kind and size that ``reader`` reads.

    Rules: ``unreadable``, ``size``, ``empty``, ``format``, ``old-xls``, ``encrypted``.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise refuse("unreadable", "this is no file with content; put one in its place")
        with path.open("rb") as file:
            head = file.read(_HEAD)
            if head.startswith(_OLE) and reader == "xlsx":
                raise _old_workbook(file, refuse)
    except OSError as error:
        raise refuse("unreadable", f"the file cannot be read: {error.strerror}") from error
    if status.st_size > limits.file:
        raise refuse("size", f"the file has {status.st_size} bytes; at most {limits.file} are taken")
    if not head.strip():
        raise refuse("empty", "the file is empty; fetch or save it again")
    found = _kind(head)
    if reader == "xlsx" and found != "a packed file, such as a workbook (xlsx)":
        raise refuse("format", f"this is {found or 'no workbook'}; save it as an Excel workbook (xlsx)")
    if reader != "xlsx" and found and found != "packed with gzip":
        raise refuse("format", f"this is {found}, while {reader} is expected; save it as that")


def _kind(head: bytes) -> str | None:
    if head.startswith(b"PK"):
        return "a packed file, such as a workbook (xlsx)"
    if head.startswith(b"\x1f\x8b"):
        return "packed with gzip"
    if head.startswith(_OLE):
        return "an old or encrypted Office file"
    if head.startswith(b"%PDF"):
        return "a PDF"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return "a web page (often the publisher's error or login page, kept by mistake)"
    return None


def _old_workbook(file: IO[bytes], refuse: Refusal) -> Exception:
    file.seek(0)
    before = b""
    while block := file.read(_SLACK):
        if _ENCRYPTED in before + block:
            return refuse("encrypted", "the workbook has a password; save it without one (File, Info, Protect)")
        before = block[-len(_ENCRYPTED) :]
    detail = "this is an old Excel workbook (xls); open it and save it as xlsx (Excel workbook)"
    return refuse("old-xls", detail)


@contextmanager
def opened(path: Path, refuse: Refusal, limits: Limits) -> Iterator[Bounded]:
    """Open a text file, unpacking gzip as it goes."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise refuse("unreadable", f"the file cannot be read: {error.strerror}") from error
    with file:
        size = path.stat().st_size
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not packed:
            yield Bounded(file, refuse, limits, None)
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield Bounded(unpacked, refuse, limits, size)
