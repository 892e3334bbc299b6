"""The rows of one sheet of a workbook, as a stream (ECMA-376 part 1, 18.3)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from koinon.build.mapping.readers.interface import Fault, Limits, Typed
from koinon.build.mapping.readers.markup import Attributes, Markup
from koinon.build.mapping.readers.numbers import show_number
from koinon.build.mapping.readers.packed import Readable
from koinon.build.mapping.readers.refusing import Refusal
from koinon.build.mapping.readers.workbook import Show, Strings, unescaped

ROWS: Final = 2**20
"""Rows of a sheet."""
COLUMNS: Final = 2**14
"""Columns of a sheet."""
ERRORS: Final = frozenset(
    {
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#N/A",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
    }
)
"""What cells show when their formula has failed."""
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z")
_RANGE: Final = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]{0,200}?ref\s*=\s*["']([A-Z0-9:]{2,23})["']""")
_BLOCK: Final = 2**16
_KEPT: Final = 100
"""Characters of a formula that a message repeats."""


@dataclass(slots=True)
class Row:
    """One row: its number, and by column what stands in it; blanks are not there."""

    number: int
    cells: dict[int, str | Fault] = field(default_factory=dict)
    formulas: list[int] = field(default_factory=list)
    """Columns of formulas whose stored result is in ``cells``; one without is a fault there."""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """A range of cells that were made one; rows from 1, columns from 0, both ends within."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


def column_of(letters: str) -> int:
    """Return the position of a column: A is 0, AA is 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def merged_cells(stream: Readable, most: int) -> list[Merged] | None:
    """Return the merged ranges of a sheet, which stand behind its rows; None if there are more than ``most``."""
    found: list[Merged] = []
    text = b""
    while block := stream.read(_BLOCK):
        text += block
        if b"mergeCell" in text:
            end = 0
            for match in _RANGE.finditer(text):
                end = match.end()
                corners = [_REFERENCE.match(corner) for corner in match[1].decode().split(":")]
                first, last = corners[0], corners[-1]
                if first and last:
                    found.append(Merged(int(first[2]), column_of(first[1]), int(last[2]), column_of(last[1])))
            if len(found) > most:
                return None
            text = text[end:]
        text = text[-300:]
    return sorted(found, key=lambda merged: merged.first_row)


class Rows:
    """Reads the rows of a sheet; iterate once."""

    def __init__(self, refuse: Refusal, sheet: str, strings: Strings, shows: list[Show], limits: Limits) -> None:
        """Prepare for the sheet that is called ``sheet``."""
        self._refuse = refuse
        self._sheet = sheet
        self._strings = strings
        self._shows = shows
        self._limits = limits
        self._markup = Markup(refuse, limits.nesting, self._start, self._end, self._data, sheet)
        self._row = Row(0)
        self._ready: list[Row] = []
        self._columns: dict[str, int] = {}
        self._column = -1
        self._kind = "n"
        self._style = ""
        self._pieces: list[str] = []
        self._size = 0
        self._formula: list[str] | None = None
        self._into: list[str] | None = None
        self._has_value = False
        self._inline = self._spoken = False
        self._cells = 0
        self.hidden_columns = 0

    def read(self, stream: Readable) -> Iterator[Row]:
        """Yield the rows that hold anything."""
        for _ in self._markup.read(stream):
            yield from self._ready
            self._ready.clear()

    def _damaged(self, what: str, column: str | None = None) -> Exception:
        detail = f"{what}; open the workbook and save it again"
        return self._refuse("damaged", detail, table=self._sheet, row=self._row.number or None, column=column)

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._listen(self._pieces)
            self._has_value = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula = []
            self._listen(self._formula)
        elif name == "is":
            self._inline = self._has_value = True
        elif name == "t" and self._inline and not self._spoken:
            self._listen(self._pieces)
        elif name == "rPh":
            self._spoken = True
        elif name == "col" and attributes.get("hidden") in {"1", "true"}:
            self.hidden_columns += 1

    def _end(self, name: str) -> None:
        if name in {"v", "t", "f"}:
            self._markup.listen(False)
        elif name == "c":
            self._end_cell()
        elif name == "row":
            if self._row.cells:
                self._ready.append(self._row)
        elif name == "is":
            self._inline = False
        elif name == "rPh":
            self._spoken = False

    def _listen(self, into: list[str]) -> None:
        self._into = into
        self._markup.listen(True)

    def _data(self, text: str) -> None:
        self._size += len(text)
        if self._size > self._limits.cell and self._into is not None:
            detail = f"a cell has more than {self._limits.cell} characters; shorten it"
            raise self._refuse("cell-size", detail, table=self._sheet, row=self._row.number)
        if self._into is not None:
            self._into.append(text)

    def _start_row(self, attributes: Attributes) -> None:
        text = attributes.get("r", "")
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else self._row.number + 1
        if not self._row.number < number <= ROWS:
            raise self._damaged(f"the row {number} stands in the wrong place")
        self._row = Row(number, hidden=attributes.get("hidden") in {"1", "true"})
        self._column = -1

    def _start_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        column = self._column + 1 if reference is None else self._columns.get(reference.rstrip("0123456789"), -1)
        if column < 0 and reference is not None:
            match = _REFERENCE.match(reference)
            column = column_of(match[1]) if match else COLUMNS
            if match and column < COLUMNS:
                self._columns[match[1]] = column
        if not self._column < column < COLUMNS:
            raise self._damaged(f"the cell {reference!r} stands in the wrong place")
        self._column = column
        self._cells += 1
        if self._cells > self._limits.cells:
            detail = f"the sheet has more than {self._limits.cells} cells; share it out over files"
            raise self._refuse("cells", detail, table=self._sheet, row=self._row.number)
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._pieces.clear()
        self._size = 0
        self._formula = None
        self._has_value = False

    def _end_cell(self) -> None:
        if self._formula is not None and not self._pieces and self._kind != "str":
            formula = "=" + "".join(self._formula)[:_KEPT]
            detail = "the formula has no stored result; put its value into the cell"
            self._row.cells[self._column] = Fault(formula, "formula", detail)
            return
        if not self._has_value or not self._pieces:
            return
        text = self._pieces[0] if len(self._pieces) == 1 else "".join(self._pieces)
        value = self._value(text)
        if self._formula is not None and not isinstance(value, Fault):
            self._row.formulas.append(self._column)
        if value != "":
            self._row.cells[self._column] = value

    def _value(self, text: str) -> str | Fault:
        kind = self._kind
        if kind == "s":
            try:
                shown = self._strings[int(text)]
            except (ValueError, IndexError) as error:
                raise self._damaged(
                    f"a cell refers to the text {text[:20]!r}, which the workbook has not"
                ) from error
            return failed(shown)
        if kind == "n":
            number = self._show()(text.strip())
            return Typed(number) if isinstance(number, str) else number
        if kind in {"inlineStr", "str"}:
            return failed(unescaped(text))
        if kind == "e":
            return failed(text) if text in ERRORS else Fault(text, "cell-error", _FAILED)
        if kind == "b":
            return {"1": "true", "0": "false"}.get(text.strip(), text)
        return Typed(text) if kind == "d" else text

    def _show(self) -> Callable[[str], str | Fault]:
        if not self._style:
            return self._shows[0] if self._shows else show_number
        try:
            return self._shows[int(self._style)]
        except (ValueError, IndexError) as error:
            raise self._damaged(f"a cell has the style {self._style[:20]!r}, which the workbook has not") from error


_FAILED: Final = "the cell shows an error of a formula; put the right value into it"


def failed(text: str) -> str | Fault:
    """Return a text, or a fault where it is an error such as ``#REF!``."""
    return Fault(text, "cell-error", _FAILED) if text[:1] == "#" and text in ERRORS else text
