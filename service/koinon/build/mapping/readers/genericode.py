"""Genericode code lists (OASIS, version 1.0), as a stream."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from koinon.build.mapping.readers.interface import BadRecord, Fault, Limits, OpenTable, Wanted, WantedTable
from koinon.build.mapping.readers.markup import Attributes, Markup
from koinon.build.mapping.readers.packed import opened
from koinon.build.mapping.readers.refusing import Notes, Refusal
from koinon.build.mapping.readers.titles import Head, read_head
from koinon.build.mapping.records import Place, Record, Table

_COMPLEX = "the value is XML and no text; the mapping reads simple values only"


def open_genericode(path: Path, wanted: Wanted, limits: Limits, refuse: Refusal) -> Iterator[OpenTable]:
    """Yield the one table of a code list."""
    codes = _CodeList(wanted.tables[0], limits, refuse)
    records = codes.read(path)
    first = list(_upto(records, 1))
    if codes.head is None:
        raise refuse("format", "the file is no Genericode code list (CodeList with ColumnSet and SimpleCodeList)")
    notes = Notes()
    for name, title in codes.head.renamed:
        detail = f"the column {name!r} is absent; was it renamed to {title!r}?"
        notes.add("renamed-column", Place(refuse.file, "", None, title), detail)
    table = Table(codes.about.get("shortName", ""), codes.head.columns)
    yield OpenTable(table, chain(first, records), list(notes.found.values()), codes.about)


def _upto(records: Iterator[Record | BadRecord], count: int) -> Iterator[Record | BadRecord]:
    for _ in range(count):
        if (record := next(records, None)) is None:
            return
        yield record


class _CodeList:
    def __init__(self, wanted: WantedTable, limits: Limits, refuse: Refusal) -> None:
        self._wanted = wanted
        self._limits = limits
        self._refuse = refuse
        self._markup = Markup(refuse, limits.nesting, self._start, self._end, self._data)
        self._above: list[str] = []
        self._ids: list[str] = []
        self._columns: dict[str, int] = {}
        self._pieces: list[str] = []
        self._size = 0
        self._list_id = False
        self._row: dict[str, str | Fault] = {}
        self._column = -1
        self._problem: tuple[str, str] | None = None
        self._ready: list[Record | BadRecord] = []
        self._read = self._values = 0
        self.about: dict[str, str] = {}
        self.head: Head | None = None

    def read(self, path: Path) -> Iterator[Record | BadRecord]:
        with opened(path, self._refuse, self._limits) as stream:
            for _ in self._markup.read(stream):
                yield from self._ready
                self._ready.clear()

    def _start(self, name: str, attributes: Attributes) -> None:
        parent = self._above[-1] if self._above else ""
        self._above.append(name)
        if not parent and name != "CodeList":
            raise self._refuse("format", f"the XML is no Genericode code list: it begins with {name[:80]!r}")
        if name == "Row":
            self._row = {}
            self._column = -1
            self._problem = None
        elif name == "Value" and parent == "Row":
            self._start_value(attributes)
        elif name == "SimpleValue" or parent == "Identification":
            self._pieces.clear()
            self._size = 0
            self._list_id = attributes.get("Identifier") == "listId"
            self._markup.listen(True)
        elif name == "ComplexValue":
            self._put(Fault("", "complex-value", _COMPLEX))
        elif name == "Column" and parent == "ColumnSet":
            self._columns.setdefault(attributes.get("Id", ""), len(self._ids))
            self._ids.append(attributes.get("Id", ""))
            if len(self._ids) > self._limits.columns:
                raise self._refuse("columns", f"there are more than {self._limits.columns} columns", row=self._line)
        elif name == "SimpleCodeList":
            self._start_rows()

    @property
    def _line(self) -> int:
        return self._markup.line

    def _start_rows(self) -> None:
        head = read_head(dict(enumerate(self._ids)), self._wanted)
        if not isinstance(head, Head):
            raise self._refuse(head.rule, head.detail, row=self._line)
        self.head = head

    def _start_value(self, attributes: Attributes) -> None:
        """A value without ``ColumnRef`` belongs to the column behind that of the value before."""
        self._values += 1
        if self._values > self._limits.cells:
            raise self._refuse("cells", f"the list has more than {self._limits.cells} values", row=self._line)
        reference = attributes.get("ColumnRef")
        if reference is None:
            self._column += 1
        else:
            self._column = self._columns.get(reference, len(self._ids))
        if self._column >= len(self._ids):
            self._problem = (
                "no-such-column",
                f"the row has a value for {reference!r}, which is no column of the list",
            )

    def _end(self, name: str) -> None:
        self._above.pop()
        parent = self._above[-1] if self._above else ""
        if name == "SimpleValue":
            self._markup.listen(False)
            self._put("".join(self._pieces))
        elif name == "Row":
            self._end_row()
        elif parent == "Identification":
            self._markup.listen(False)
            key = "listId" if self._list_id else name[:1].lower() + name[1:]
            self.about.setdefault(key, "".join(self._pieces).strip())

    def _data(self, text: str) -> None:
        self._size += len(text)
        if self._size > self._limits.cell:
            raise self._refuse("cell-size", f"a value has more than {self._limits.cell} characters", row=self._line)
        self._pieces.append(text)

    def _put(self, value: str | Fault) -> None:
        if self.head is None or self._column not in self.head.names or value == "":
            return
        name = self.head.names[self._column]
        if name in self._row:
            self._problem = "column-twice", f"the row has two values for {name!r}; remove one"
        self._row[name] = value

    def _end_row(self) -> None:
        self._read += 1
        if self._read > self._limits.rows:
            raise self._refuse("rows", f"the list has more than {self._limits.rows} rows", row=self._line)
        table = self.about.get("shortName", "")
        place = Place(self._refuse.file, table, self._read)
        if self._problem:
            self._ready.append(BadRecord(place, *self._problem))
        elif self._row:
            self._ready.append(Record(place, self._row))
