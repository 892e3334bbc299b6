"""The parts of an xlsx file other than its sheets (ECMA-376): which sheets there are, texts, number formats."""

import errno
import posixpath
import re
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from koinon.build.mapping.readers.interface import Fault, Limits
from koinon.build.mapping.readers.markup import Attributes, Markup
from koinon.build.mapping.readers.numbers import form_of, padding_of, show_number, shower
from koinon.build.mapping.readers.packed import Bounded
from koinon.build.mapping.readers.refusing import Refusal

_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
"""What zipfile raises on files that are damaged, encrypted or packed in an unusual way."""
_DIRECTORY: Final = 2**20
"""Bytes of the list of parts; a workbook has a few kB of it."""
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_END_RECORD: Final = b"PK\x05\x06"
_STYLES: Final = 65_536
_SHEETS: Final = 1_000
_SMALL: Final = 2**24
"""Bytes of a part that tells of others; it has some kB."""

Show = Callable[[str], str | Fault]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook and the part that holds it."""

    name: str
    part: str
    hidden: bool


@dataclass(slots=True)
class Strings:
    """The strings that cells share, as UTF-8 in one piece: a fifth of the memory of so many objects."""

    text: bytearray = field(default_factory=bytearray)
    ends: "array[int]" = field(default_factory=lambda: array("L", [0]))

    def add(self, text: str) -> None:
        """Append one string."""
        self.text += text.encode()
        self.ends.append(len(self.text))

    def __getitem__(self, index: int) -> str:
        """Return a string; IndexError if there is none."""
        if index < 0:
            raise IndexError(index)
        return self.text[self.ends[index] : self.ends[index + 1]].decode()


@dataclass(slots=True)
class Workbook:
    """An xlsx file whose parts can be read."""

    path: Path
    refuse: Refusal
    limits: Limits
    sheets: list[Sheet] = field(default_factory=list)
    strings: Strings = field(default_factory=Strings)
    shows: list[Show] = field(default_factory=list)

    @contextmanager
    def part(self, file: zipfile.ZipFile, name: str) -> Iterator[Bounded]:
        """Open one part; KeyError if there is none."""
        info = file.getinfo(name)
        try:
            stream = file.open(info)
        except (*_BROKEN, OSError) as error:
            raise _damaged_part(name, error, self.refuse) from error
        with stream:
            yield Bounded(_Part(name, stream, self.refuse), self.refuse, self.limits, info.compress_size)


class _Part:
    """A part of a packed file whose damage shows as SourceError."""

    def __init__(self, name: str, stream: IO[bytes], refuse: Refusal) -> None:
        self._name = name
        self._stream = stream
        self._refuse = refuse

    def read(self, size: int, /) -> bytes:
        try:
            return self._stream.read(size)
        except (*_BROKEN, OSError) as error:
            raise _damaged_part(self._name, error, self._refuse) from error


def _damaged_part(name: str, error: Exception, refuse: Refusal) -> Exception:
    if isinstance(error, OSError) and error.errno != errno.EINVAL:  # a list of parts that points before the file
        return refuse("unreadable", f"the file cannot be read: {error.strerror or error}")
    return refuse("damaged", f"the part {name} of the workbook is damaged or encrypted ({error}); save it again")


def open_parts(path: Path, refuse: Refusal) -> zipfile.ZipFile:
    """Open the packed file; the list of its parts is bounded before it is read."""
    try:
        with path.open("rb") as raw:
            raw.seek(max(0, path.stat().st_size - 2**16 - 22))
            tail = raw.read()
        end = tail.rfind(_END_RECORD)
        size = int.from_bytes(tail[end + 12 : end + 16], "little")
        if end >= 0 and (size > _DIRECTORY or b"PK\x06\x07" in tail[:end]):
            raise refuse("zip-bomb", "the workbook lists more parts than any has; nothing of it is taken")
        file = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise refuse("damaged", f"the workbook is cut off or damaged ({error}); fetch or save it again") from error
    except OSError as error:
        raise refuse("unreadable", f"the file cannot be read: {error.strerror or error}") from error
    names = file.namelist()
    if len(set(names)) < len(names):
        file.close()
        raise refuse("damaged", "the workbook holds two parts of one name; save it again")
    return file


def open_workbook(path: Path, refuse: Refusal, limits: Limits) -> Workbook:
    """Read what is to be known before a sheet is read."""
    book = Workbook(path, refuse, limits)
    with open_parts(path, refuse) as file:
        names = set(file.namelist())
        main = _targets(book, file, "", names).get("officeDocument", "xl/workbook.xml")
        if main not in names:
            what = "an OpenDocument file" if "content.xml" in names else "no workbook"
            raise refuse("format", f"this is {what}; save it as an Excel workbook (xlsx)")
        if main.endswith(".bin"):
            raise refuse("format", "this is a binary workbook (xlsb); save it as an Excel workbook (xlsx)")
        parts = _targets(book, file, main, names)
        since_1904 = _read_sheets(book, file, main, parts, names)
        if (part := parts.get("sharedStrings")) in names and part:
            _read_strings(book, file, part)
        if (part := parts.get("styles")) in names and part:
            _read_styles(book, file, part, since_1904)
    return book


def _targets(book: Workbook, file: zipfile.ZipFile, part: str, names: set[str]) -> dict[str, str]:
    """Return the parts that ``part`` relates to, by id and, for the first of a kind, by kind."""
    folder, name = posixpath.split(part)
    found: dict[str, str] = {}

    def start(element: str, attributes: Attributes) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))[1:]
            found.setdefault(attributes.get("Type", "").rpartition("/")[2], target)
            found[attributes.get("Id", "")] = target

    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations in names:
        _parse(book, file, relations, start)
    return found


def _read_sheets(book: Workbook, file: zipfile.ZipFile, main: str, parts: dict[str, str], names: set[str]) -> bool:
    since_1904 = False

    def start(element: str, attributes: Attributes) -> None:
        nonlocal since_1904
        if element == "workbookPr":
            since_1904 = attributes.get("date1904") in {"1", "true"}
        elif element == "sheet":
            ids = [value for key, value in attributes.items() if key.rpartition(":")[2] == "id"]
            part = parts.get(ids[0] if ids else "", "")
            if part in names:  # charts and macros are sheets too, without rows
                hidden = attributes.get("state", "visible") != "visible"
                book.sheets.append(Sheet(attributes.get("name", ""), part, hidden))
                if len(book.sheets) > _SHEETS:
                    raise book.refuse(
                        "size", f"the workbook has more than {_SHEETS} sheets; share it out over files"
                    )

    _parse(book, file, main, start)
    return since_1904


def _read_strings(book: Workbook, file: zipfile.ZipFile, part: str) -> None:
    if file.getinfo(part).file_size > book.limits.strings:
        detail = f"the texts of the workbook have more than {book.limits.strings} bytes; share it out over files"
        raise book.refuse("size", detail)
    pieces: list[str] = []
    spoken = False

    def start(element: str, _attributes: Attributes) -> None:
        nonlocal spoken
        if element == "si":
            pieces.clear()
        elif element == "rPh":  # how a text in Chinese characters is pronounced
            spoken = True
        elif element == "t" and not spoken:
            markup.listen(True)

    def end(element: str) -> None:
        nonlocal spoken
        if element == "t":
            markup.listen(False)
        elif element == "rPh":
            spoken = False
        elif element == "si":
            book.strings.add(unescaped("".join(pieces)))

    markup = Markup(book.refuse, book.limits.nesting, start, end, pieces.append, part)
    with book.part(file, part) as stream:
        for _ in markup.read(stream):
            pass


def unescaped(text: str) -> str:
    """Return a text with ``_x000D_`` and the like as the characters that they stand for (ECMA-376, 22.9.2.19)."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)


def _read_styles(book: Workbook, file: zipfile.ZipFile, part: str, since_1904: bool) -> None:
    codes: dict[int, str] = {}
    cells = False

    def start(element: str, attributes: Attributes) -> None:
        nonlocal cells
        if element == "numFmt":
            codes[number(attributes)] = attributes.get("formatCode", "")
        elif element == "cellXfs":
            cells = True
        elif element == "xf" and cells and len(book.shows) < _STYLES:
            code = codes.get(number(attributes))
            book.shows.append(shower(form_of(number(attributes), code), padding_of(code), since_1904))

    def number(attributes: Attributes) -> int:
        text = attributes.get("numFmtId", "0")
        return int(text) if len(text) < 9 and text.isascii() and text.isdecimal() else 0

    def end(element: str) -> None:
        nonlocal cells
        cells = cells and element != "cellXfs"

    _parse(book, file, part, start, end)
    if not book.shows:
        book.shows.append(show_number)


def _parse(
    book: Workbook,
    file: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda _element: None,
) -> None:
    if file.getinfo(part).file_size > _SMALL:
        raise book.refuse("size", f"the part {part} of the workbook has more than {_SMALL} bytes; save it again")
    markup = Markup(book.refuse, book.limits.nesting, start, end, lambda _text: None, part)
    with book.part(file, part) as stream:
        for _ in markup.read(stream):
            pass
