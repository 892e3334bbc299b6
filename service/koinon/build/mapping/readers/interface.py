"""What is asked of a reader, and what it gives: open tables with their records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from koinon.build.mapping.records import Place, Record, Table

READERS: Final = ("xlsx", "csv", "jsonl", "json", "genericode")
"""The names of the readers."""
ENCODINGS: Final = ("utf-8", "utf-16", *(f"cp125{page}" for page in range(9)), "iso8859-2", "iso8859-7")
"""The encodings that a mapping may declare, as Python names them."""


@dataclass(frozen=True, slots=True)
class WantedTable:
    """One table that a mapping reads.

    ``name`` is a sheet of a workbook, or the keys that lead to the list in a JSON file, joined by dots
    (``features``; empty: the file is the list itself). CSV, JSON Lines and Genericode hold one table and need none.
    ``variants`` are the columns (of JSON: keys) that tell the versions of the publisher's schema apart: a table
    must have all columns of one of them, and for JSON each record must. ``known`` are further columns that the
    mapping speaks of. White space in titles does not matter; records carry them as they are written here.
    ``header`` is the row of the titles. A table that is ``optional`` may be absent. ``others`` are names that the
    sheet has in other languages.
    """

    name: str = ""
    variants: tuple[frozenset[str], ...] = ()
    known: frozenset[str] = frozenset()
    header: int = 1
    optional: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read: by which of ``READERS``, and which tables of it.

    ``source`` is the slug for error messages. ``encoding`` and ``delimiter`` are for CSV; an encoding other than
    UTF-8 and UTF-16 with a byte order mark is used only where it is declared here. ``aside`` names sheets of a
    workbook that are left unread on purpose.
    """

    reader: str
    tables: tuple[WantedTable, ...] = (WantedTable(),)
    source: str = "source"
    encoding: str = "utf-8"
    delimiter: str = ","
    aside: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Raise ValueError for a reader, an encoding or a delimiter that there is not."""
        if self.reader not in READERS:
            raise ValueError(f"no reader is called {self.reader!r}; there are {', '.join(READERS)}")
        if self.encoding not in ENCODINGS:
            raise ValueError(f"the encoding {self.encoding!r} is not read; write one of {', '.join(ENCODINGS)}")
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n\0':
            raise ValueError(f"{self.delimiter!r} cannot part cells; write one character, such as ',' or ';'")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold at most; above it the file is refused.

    ``file`` and ``unpacked`` are bytes, of the file and of what a packed one (xlsx, gz) grows to, ``ratio`` how
    many times larger the second may be once it has a MiB; ``cells``, ``columns`` and ``rows`` hold for each table;
    ``strings`` is the bytes of what a workbook's cells share, which is held in memory; ``cell`` the characters of
    one cell, ``record`` the bytes of one line or JSON object; ``nesting`` the levels of JSON and XML.
    """

    file: int = 2**28
    unpacked: int = 2**30
    ratio: int = 200
    cells: int = 50_000_000
    columns: int = 2_000
    rows: int = 2_000_000
    strings: int = 2**27
    cell: int = 100_000
    record: int = 2**22
    nesting: int = 100


class Typed(str):
    """The text of a cell that its workbook keeps as a number or a date: with a point, or as ISO 8601.

    What a mapping says of how its publisher writes numbers and dates is not about these.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Stands in a record for a value that cannot be taken, such as a cell that shows ``#REF!``.

    ``value`` is what stands in the file, ``rule`` a short stable name, ``detail`` what to do.
    """

    value: str
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class BadRecord:
    """Stands among the records for a row or line that cannot be read while those after it can."""

    place: Place
    rule: str
    detail: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling about a table although nothing of it is lost: ``place`` is the first of them."""

    rule: str
    place: Place
    detail: str
    count: int = 1


@dataclass(slots=True)
class OpenTable:
    """A table whose records are read while one iterates over it, once, before the next table is opened.

    ``table.columns`` is empty for JSON, whose keys show in each record; its numbers with a point or an exponent are
    ``Decimal``. A record may hold a ``Fault`` in place of a value; cells in a column without a title stand under
    ``(column AX)``. ``notes`` is complete after the last record. ``about`` holds what a Genericode file says of
    itself: ``shortName``, ``version``, ``canonicalUri``, ``listId``. ``shown`` is what people see above a column
    where the row of its titles is hidden.
    """

    table: Table
    records: Iterator[Record | BadRecord]
    notes: list[Note] = field(default_factory=list)
    about: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Record | BadRecord]:
        """Return the records in the order of the file."""
        return self.records
