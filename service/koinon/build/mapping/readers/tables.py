"""Tables in text: delimited files (RFC 4180), read strictly."""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from koinon.build.mapping.readers.interface import BadRecord, Fault, Limits, OpenTable, Wanted, WantedTable
from koinon.build.mapping.readers.packed import opened
from koinon.build.mapping.readers.refusing import Notes, Refusal
from koinon.build.mapping.readers.sheets import failed
from koinon.build.mapping.readers.texts import lines
from koinon.build.mapping.readers.titles import Head, letters_of, missing_of, plain, read_head
from koinon.build.mapping.records import Place, Record, Table

_DELIMITERS: Final = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_LOOKED_AT: Final = 20
_TWICE: Final = 0.6

Numbered = tuple[int, list[str]]
"""A row and the line on which it begins."""


def open_csv(path: Path, wanted: Wanted, limits: Limits, refuse: Refusal) -> Iterator[OpenTable]:
    """Yield the one table of a delimited file."""
    yield _CsvTable(path, wanted, limits, refuse).open()


class _CsvTable:
    def __init__(self, path: Path, wanted: Wanted, limits: Limits, refuse: Refusal) -> None:
        self._path = path
        self._wanted = wanted
        self._table: WantedTable = wanted.tables[0]
        self._limits = limits
        self._refuse = refuse
        self._notes = Notes()
        self._title_line = ""

    def open(self) -> OpenTable:
        rows = self._rows()
        above: list[Numbered] = []
        first: Numbered | None = None
        for first in rows:
            if first[0] >= self._table.header:
                break
            above.append(first)
            first = None
        if first is None:
            raise self._refuse("missing-column", "the file has no row of titles", row=self._table.header)
        line, titles = first
        if len(titles) > self._limits.columns:
            detail = f"the row of titles has {len(titles)} cells; at most {self._limits.columns} columns are taken"
            raise self._refuse("columns", detail, row=line)
        head = read_head(dict(enumerate(titles)), self._table)
        if not isinstance(head, Head):
            if head.rule == "missing-column":
                self._check_elsewhere(line, titles, rows)
            raise self._refuse(head.rule, head.detail, row=line)
        for other, _cells in above:
            self._notes.add("row-above", self._place(other), "what stands above the titles is not read")
        for name, title in head.renamed:
            detail = f"the column {name!r} is absent; was it renamed to {title!r}?"
            self._notes.add("renamed-column", self._place(line, title), detail)
        opened_table = OpenTable(Table("", head.columns), iter(()))
        opened_table.records = self._records(rows, head, len(titles), opened_table)
        return opened_table

    def _place(self, row: int, column: str | None = None) -> Place:
        return Place(self._refuse.file, "", row, column)

    def _rows(self) -> Iterator[Numbered]:
        with opened(self._path, self._refuse, self._limits) as stream:
            text = lines(stream, self._wanted.encoding, self._limits, self._refuse)
            yield from self._parsed(self._watched(text))

    def _watched(self, text: Iterator[str]) -> Iterator[str]:
        for number, line in enumerate(text, 1):
            if number == self._table.header:
                self._title_line = line
            yield line

    def _parsed(self, text: Iterator[str]) -> Iterator[Numbered]:
        reader = csv.reader(text, delimiter=self._wanted.delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if line <= self._table.header:
                    self._check_delimiter()
                raise self._broken(str(error), line, reader.line_num) from error
            if row and row != [""]:
                yield line, row

    def _broken(self, message: str, line: int, last: int) -> Exception:
        if "field larger" in message:
            detail = "a cell is very long; look for a quote that is opened and not closed"
            return self._refuse("cell-size", detail, row=line)
        if "new-line" in message:
            return self._refuse("line-ends", "lines end in CR alone; save the file with CR LF or LF", row=line)
        until = f" and was read up to line {last}" if last > line else ""
        detail = (
            f"a quote is not closed, or stands inside a quoted cell without being doubled; the row begins "
            f"in line {line}{until}. Write a quote in a cell twice"
        )
        return self._refuse("quotes", detail, row=line)

    def _check_delimiter(self) -> None:
        """Refuse titles that are parted in another way than was declared."""
        for delimiter, name in _DELIMITERS.items():
            cells = {plain(cell.strip().strip('"')) for cell in self._title_line.split(delimiter)}
            if delimiter != self._wanted.delimiter and self._table.variants and self._has_wanted(cells):
                used = _DELIMITERS.get(self._wanted.delimiter, repr(self._wanted.delimiter))
                detail = f"the cells are parted by {name}, while {used} is expected; save the file with that"
                raise self._refuse("delimiter", detail, row=self._table.header)

    def _has_wanted(self, titles: set[str]) -> bool:
        wanted = WantedTable(variants=tuple(frozenset(map(plain, one)) for one in self._table.variants))
        return not missing_of(wanted, dict.fromkeys(titles))

    def _check_elsewhere(self, line: int, titles: list[str], rows: Iterator[Numbered]) -> None:
        """Refuse titles that stand in another row, or in two."""
        self._check_delimiter()
        upper = {plain(title) for title in titles}
        for other, row in islice(rows, _LOOKED_AT):
            names = {plain(cell) for cell in row}
            if self._has_wanted(names):
                detail = f"the titles stand in line {other}; remove the lines above them"
                raise self._refuse("header-row", detail, row=other)
            if self._has_wanted(names | upper):
                detail = f"the titles stand in two rows, lines {line} and {other}; write them into one"
                raise self._refuse("header-twice", detail, row=line)

    def _records(
        self, rows: Iterator[Numbered], head: Head, width: int, table: OpenTable
    ) -> Iterator[Record | BadRecord]:
        names = [head.names.get(column, f"(column {letters_of(column)})") for column in range(width)]
        cells = 0
        for read, (line, row) in enumerate(rows, 1):
            cells += len(row)
            if read > self._limits.rows:
                detail = f"the table has more than {self._limits.rows} rows; share it out over files"
                raise self._refuse("rows", detail, row=line)
            if cells > self._limits.cells:
                detail = f"the table has more than {self._limits.cells} cells; share it out over files"
                raise self._refuse("cells", detail, row=line)
            yield self._record(line, row, names)
        self._notes.into(table.notes)

    def _record(self, line: int, row: list[str], names: list[str]) -> Record | BadRecord:
        place = self._place(line)
        if len(row) != len(names) and (len(row) < len(names) or any(row[len(names) :])):
            return BadRecord(place, *_uneven(row, names))
        values: dict[str, str | Fault] = {}
        again = 0
        for name, cell in zip(names, row, strict=False):
            if cell:
                values[name] = failed(cell)
                again += cell == name
        if again > 1 and again >= _TWICE * len(values):
            return BadRecord(place, "header-twice", "the row repeats the titles; remove it")
        if len(max(row, key=len)) > self._limits.cell:
            detail = f"a cell has more than {self._limits.cell} characters; look for a quote that is not closed"
            return BadRecord(place, "cell-size", detail)
        return Record(place, values)


def _uneven(row: list[str], names: list[str]) -> tuple[str, str]:
    rule = "too-few-cells" if len(row) < len(names) else "too-many-cells"
    why = (
        "a delimiter or a quote is missing"
        if len(row) < len(names)
        else "put cells that hold the delimiter in quotes"
    )
    return rule, f"the row has {len(row)} cells where there are {len(names)} columns; {why}"
