"""The raw files of the reference sources, told apart by what stands in them: a kept file may have lost its name."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from koinon.model.errors import SourceError

MAX_BYTES: Final = 2**28
"""Bytes of one raw file, unpacked; the largest list that is known has 10 MB."""


def content_of(path: Path, source: str) -> bytes:
    """Return the bytes of a file, unpacked where it is a gzip; a SourceError says why it cannot be read."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            data = gzip.GzipFile(fileobj=file).read(MAX_BYTES + 1) if packed else file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(source, "unreadable", path.name, f"the file cannot be read: {error}") from error
    if len(data) > MAX_BYTES:
        detail = f"the file has more than {MAX_BYTES} bytes; give the list as its publisher has it"
        raise SourceError(source, "too-large", path.name, detail)
    return data


def is_xml(data: bytes) -> bool:
    """Tell whether the bytes begin as an XML document in UTF-8 does."""
    return data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def titles_of(data: bytes) -> tuple[str, ...]:
    """Return the titles in the first line of a CSV file, or none where it is not text in UTF-8."""
    line = data[: data.find(b"\n") + 1 or None][:20_000]
    try:
        return tuple(next(csv.reader([line.decode("utf-8-sig")]), ()))
    except (UnicodeDecodeError, csv.Error):
        return ()


def rows_of(data: bytes, titles: Sequence[str], path: Path, source: str) -> Iterator[tuple[str, ...]]:
    """Yield the cells below the given titles, which must all stand in the first line of the CSV file."""
    try:
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        head = next(rows, [])
        places = [head.index(title) for title in titles]
        for row in rows:
            if len(row) == len(head):
                yield tuple(row[place] for place in places)
            elif row:
                detail = f"{len(row)} cells stand below {len(head)} titles; get the file from its publisher anew"
                raise SourceError(source, "cells", f"{path.name}, line {rows.line_num}", detail)
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(source, "syntax", path.name, f"the file is no CSV in UTF-8: {error}") from error
