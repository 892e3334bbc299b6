"""What a reader hands to a mapping: records, each with the place in the file that it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file.

    ``table`` is a sheet, a list or a path inside the file and may be empty; ``row`` counts from 1 as the
    publisher's tool shows it (a spreadsheet's row with the header as row 1, a line of a CSV or JSON Lines file, the
    position in a list); ``column`` is a header or a key.
    """

    file: str
    table: str = ""
    row: int | None = None
    column: str | None = None

    def at(self, column: str) -> "Place":
        """Return the place of one value of the record."""
        return Place(self.file, self.table, self.row, column)

    def __str__(self) -> str:
        """Return the place in words, such as ``partners.xlsx, Partners, row 17, Country``."""
        row = f"row {self.row}" if self.row is not None else None
        return ", ".join(part for part in (self.file, self.table, row, self.column) if part)


@dataclass(frozen=True, slots=True)
class Record:
    """One row or object: ``values`` maps column titles (or keys) to text, or to what JSON holds.

    Cells of tables are text exactly as the publisher shows it: whole numbers without ``.0``, dates as ISO 8601
    where the cell is a date, blanks kept. Empty cells are absent.
    """

    place: Place
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The head of one table of a file: its name and its columns, known before its records are read."""

    name: str
    columns: tuple[str, ...]
