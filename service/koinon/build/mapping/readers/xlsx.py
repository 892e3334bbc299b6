"""Workbooks (xlsx): wanted sheets, their titles, and a record for each row."""

from collections import deque
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Final

from koinon.build.mapping.readers.interface import BadRecord, Fault, Limits, Note, OpenTable, Wanted, WantedTable
from koinon.build.mapping.readers.refusing import Notes, Refusal
from koinon.build.mapping.readers.sheets import Merged, Row, Rows, merged_cells
from koinon.build.mapping.readers.titles import Head, did_you_mean, letters_of, missing_of, plain, read_head
from koinon.build.mapping.readers.workbook import Sheet, Workbook, open_parts, open_workbook
from koinon.build.mapping.records import Place, Record, Table

_LOOKED_AT: Final = 20
"""Rows among which the titles are looked for, for the message."""
_MERGED: Final = 10_000
_TWICE: Final = 0.6
"""Part of a row's cells that repeat their titles if it is the titles again."""


def open_xlsx(path: Path, wanted: Wanted, limits: Limits, refuse: Refusal) -> Iterator[OpenTable]:
    """Yield the wanted sheets of a workbook, in the order in which they are wanted."""
    book = open_workbook(path, refuse, limits)
    sheets = {plain(sheet.name): sheet for sheet in book.sheets}
    names = {plain(name) for table in wanted.tables for name in (table.name, *table.others)}
    aside = {plain(name) for name in wanted.aside}
    if not sheets:
        raise refuse("no-such-sheet", "the workbook has no sheet with cells")
    unread = [sheet for name, sheet in sheets.items() if name not in names | aside and names != {""}]
    for table in wanted.tables:
        named = (sheets[name] for name in map(plain, (table.name, *table.others)) if name in sheets)
        sheet = next(named, None) if table.name else book.sheets[0]
        if sheet is not None:
            notes = [_unread(refuse, sheet) for sheet in unread]
            unread = []
            yield _SheetTable(book, sheet, table).open(notes)
        elif not table.optional:
            raise _no_such_sheet(refuse, table, book.sheets)


def _unread(refuse: Refusal, sheet: Sheet) -> Note:
    hidden = " hidden" if sheet.hidden else ""
    return Note(
        "unread-sheet", Place(refuse.file, sheet.name), f"the{hidden} sheet is not one that the mapping reads"
    )


def _no_such_sheet(refuse: Refusal, table: WantedTable, sheets: list[Sheet]) -> Exception:
    names = [sheet.name for sheet in sheets]
    close = did_you_mean(table.name, names)
    meant = f" (did you mean {close!r}?)" if close else ""
    there = ", ".join(map(repr, names[:12]))
    detail = f"there is no sheet {table.name!r}{meant}; the workbook has {there}. Rename the sheet"
    return refuse("no-such-sheet", detail)


class _SheetTable:
    def __init__(self, book: Workbook, sheet: Sheet, wanted: WantedTable) -> None:
        self._book = book
        self._sheet = sheet
        self._wanted = wanted
        self._refuse = book.refuse
        self._notes = Notes()
        self._merged: list[Merged] = []

    def _place(self, row: int | None = None, column: str | None = None) -> Place:
        return Place(self._refuse.file, self._sheet.name, row, column)

    def open(self, notes: list[Note]) -> OpenTable:
        self._merged = self._merged_cells()
        rows = self._rows()
        first = list(islice(rows, self._wanted.header + _LOOKED_AT))
        head = self._head(first)
        records = self._records(chain(first, rows), head, notes)
        return OpenTable(Table(self._sheet.name, head.columns), records, notes, shown=self._shown(first, head))

    def _shown(self, first: list[Row], head: Head) -> dict[str, str]:
        """Return the titles for people, which stand above those for programs where these are hidden."""
        at = self._wanted.header
        hidden = any(row.hidden for row in first if row.number == at)
        above = [_titles(row) for row in first if row.number == at - 1] if hidden else []
        return {
            head.names[index]: plain(title) for row in above for index, title in row.items() if index in head.names
        }

    def _merged_cells(self) -> list[Merged]:
        book = self._book
        with open_parts(book.path, self._refuse) as file, book.part(file, self._sheet.part) as stream:
            found = merged_cells(stream, _MERGED)
        if found is None:
            detail = f"more than {_MERGED} ranges of cells are merged; unmerge them"
            raise self._refuse("merged-cells", detail, table=self._sheet.name)
        return found

    def _rows(self) -> Iterator[Row]:
        rows = Rows(self._refuse, self._sheet.name, self._book.strings, self._book.shows, self._book.limits)
        book = self._book
        with open_parts(book.path, self._refuse) as file, book.part(file, self._sheet.part) as stream:
            yield from rows.read(stream)
        if rows.hidden_columns:
            self._notes.add("hidden-columns", self._place(), "columns are hidden; they were read")

    def _head(self, first: list[Row]) -> Head:
        titles = {row.number: _titles(row) for row in first}
        at = titles.get(self._wanted.header, {})
        hidden = any(row.hidden for row in first if row.number == self._wanted.header)
        if at and max(at) >= self._book.limits.columns:
            detail = f"the table has more than {self._book.limits.columns} columns; remove those without use"
            raise self._refuse("columns", detail, table=self._sheet.name, row=self._wanted.header)
        head = read_head(at, self._wanted)
        if isinstance(head, Head) and head.columns:
            above = [row.number for row in first if row.number < self._wanted.header]
            self._tell_head(head, [] if hidden else above)
            return head
        if isinstance(head, Head):
            raise self._elsewhere(titles) or self._refuse(
                "missing-column", "the sheet has no row of titles", table=self._sheet.name, row=self._wanted.header
            )
        if head.rule == "missing-column" and (error := self._elsewhere(titles)):
            raise error
        raise self._refuse(head.rule, head.detail, table=self._sheet.name, row=self._wanted.header)

    def _elsewhere(self, titles: dict[int, dict[int, str]]) -> Exception | None:
        """Tell whether the titles stand in another row, or in two."""
        wanted = self._wanted.header
        upper = {plain(title) for title in titles.get(wanted, {}).values()}
        for row, cells in titles.items():
            names = {plain(title) for title in cells.values()}
            if row == wanted or not self._wanted.variants:
                continue
            alone = not missing_of(_plainly(self._wanted), dict.fromkeys(names))
            both = not missing_of(_plainly(self._wanted), dict.fromkeys(names | upper))
            if both and row == wanted + 1 and upper and (not alone or self._is_merged(wanted)):
                detail = f"the titles stand in two rows, {wanted} and {row}; write them into one row"
                return self._refuse("header-twice", detail, table=self._sheet.name, row=wanted)
            if alone:
                detail = f"the titles stand in row {row} and not in row {wanted}; remove the rows above them"
                return self._refuse("header-row", detail, table=self._sheet.name, row=row)
        if self._is_merged(wanted):
            detail = f"cells of the titles in row {wanted} are merged; unmerge them and give each column its title"
            return self._refuse("merged-cells", detail, table=self._sheet.name, row=wanted)
        return None

    def _is_merged(self, row: int) -> bool:
        return any(merged.first_row <= row <= merged.last_row for merged in self._merged)

    def _tell_head(self, head: Head, above: list[int]) -> None:
        row = self._wanted.header
        for name, title in head.renamed:
            detail = f"the column {name!r} is absent; was it renamed to {title!r}?"
            self._notes.add("renamed-column", self._place(row, title), detail)
        for other in above:
            self._notes.add("row-above", self._place(other), "what stands above the titles is not read")
        if self._sheet.hidden:
            self._notes.add("hidden-sheet", self._place(), "the sheet is hidden; it was read")

    def _records(self, rows: Iterator[Row], head: Head, notes: list[Note]) -> Iterator[Record | BadRecord]:
        limits = self._book.limits
        waiting = deque(merged for merged in self._merged if merged.first_row > self._wanted.header)
        active: list[Merged] = []
        read = covered = 0
        for row in rows:
            if row.number <= self._wanted.header:
                continue
            read += 1
            if read > limits.rows:
                detail = f"the sheet has more than {limits.rows} rows; share it out over files"
                raise self._refuse("rows", detail, table=self._sheet.name, row=row.number)
            if waiting or active:
                active = [merged for merged in active if merged.last_row >= row.number]
                while waiting and waiting[0].first_row <= row.number:
                    merged = waiting.popleft()
                    if merged.first_row == row.number and merged.first_column in row.cells:
                        active.append(merged)
                covered += _cover(row, active, head)
                if covered > limits.cells:
                    detail = "the merged cells overlap or have no end; unmerge them"
                    raise self._refuse("merged-cells", detail, table=self._sheet.name, row=row.number)
            yield self._record(row, head)
        self._notes.into(notes)

    def _record(self, row: Row, head: Head) -> Record | BadRecord:
        place = self._place(row.number)
        values: dict[str, str | Fault] = {}
        again = 0
        for column, value in row.cells.items():
            name = head.names.get(column)
            if name is None:
                name = f"(column {letters_of(column)})"
            elif isinstance(value, str) and value == name:
                again += 1
            values[name] = value
        if again > 1 and again >= _TWICE * len(values):
            return BadRecord(place, "header-twice", "the row repeats the titles; remove it")
        if row.formulas:
            first = place.at(head.names.get(row.formulas[0], letters_of(row.formulas[0])))
            self._notes.add("formula", first, "cells hold formulas; their stored results were read")
        if row.hidden:
            self._notes.add("hidden-row", place, "rows are hidden; they were read")
        return Record(place, values)


def _titles(row: Row) -> dict[int, str]:
    return {column: value for column, value in row.cells.items() if isinstance(value, str)}


def _plainly(wanted: WantedTable) -> WantedTable:
    return WantedTable(variants=tuple(frozenset(map(plain, variant)) for variant in wanted.variants))


def _cover(row: Row, active: list[Merged], head: Head) -> int:
    """Put faults where a value is shown that stands in another cell; return how many cells were looked at."""
    looked_at = 0
    rightmost = max(head.names)
    for merged in active:
        top = f"{letters_of(merged.first_column)}{merged.first_row}"
        detail = f"the cell is merged with {top}; unmerge it and write the value into each of the cells"
        looked_at += 1 + max(0, min(merged.last_column, rightmost) - merged.first_column)
        for column in range(merged.first_column, min(merged.last_column, rightmost) + 1):
            corner = (row.number, column) == (merged.first_row, merged.first_column)
            if not corner and column in head.names and column not in row.cells:
                row.cells[column] = Fault("", "merged-cells", detail)
    return looked_at
