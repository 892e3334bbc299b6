"""Rows of tables: what all graphs of a release say of a thing, one row in the table of each of its classes.

A row maps the place of a column to its value and leaves out what is empty. Things come in the order of their IRIs
as N-Triples terms, which is that of the graph files: these are read side by side, and no more than a block of each
is in memory.
"""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from koinon.build.changelog.grouping import lines_of_quads
from koinon.build.dumps.columns import LABEL, Column, Kind, Table
from koinon.engine import OxigraphStore
from koinon.model.namespaces import GRAPH, RDF, XSD

Row = dict[int, object]
Placed = tuple[str, Row]
"""The IRI of a class and a row of its table."""

_TYPE: Final = f"<{RDF}type>".encode()
_MEMORY: Final = 2**26
"""Bytes of all graph files together that are read at a time."""
_BLOCKS: Final = (2**13, 2**20)
_LARGEST: Final = 2**63
_STRING: Final = XSD + "string"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class RowMaker:
    """Makes the rows of things."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        """Make rows for ``tables``, by the IRI of their class."""
        self._tables = {f"<{iri}>".encode(): (iri, _Places(table)) for iri, table in tables.items()}

    def has(self, term: bytes) -> bool:
        """Tell whether a class, as a term, has a table."""
        return term in self._tables

    def rows(self, thing: str, said: Mapping[bytes, list[bytes]], sources: Iterable[str]) -> Iterator[Placed]:
        """Yield the rows of a thing of which ``said`` gives the sorted values by predicate, as N-Triples terms."""
        types = said.get(_TYPE, ())
        for name in types:
            if name in self._tables:
                iri, places = self._tables[name]
                yield iri, places.row(thing, [term[1:-1].decode() for term in types], sorted(sources), said)


class _Places:
    """The columns of a table by predicate."""

    def __init__(self, table: Table) -> None:
        self._last = len(table.columns) - 1
        leading = {column.name: place for place, column in enumerate(table.columns) if not column.property}
        self._id, self._sources = leading["id"], leading["sources"]
        self._types = next(place for place, column in enumerate(table.columns) if column.name == "types")
        self._labels = {column.language: place for place, column in enumerate(table.columns) if column.language}
        self._by_predicate: dict[bytes, tuple[int, Column]] = {
            f"<{column.property}>".encode(): (place, column)
            for place, column in enumerate(table.columns)
            if column.property and not column.language and place != self._types
        }

    def row(self, thing: str, types: list[str], sources: list[str], said: Mapping[bytes, list[bytes]]) -> Row:
        row: Row = {self._id: thing, self._types: types, self._sources: sources}
        rest: dict[str, list[str]] = {}
        for predicate, values in said.items():
            if predicate == _LABEL:
                self._label(row, values)
            known = self._by_predicate.get(predicate)
            if known is None:
                continue
            place, column = known
            value, left = _CELLS[column.kind](values, column)
            if value is not None:
                row[place] = value
            if left:
                rest[column.name] = [term.decode() for term in left]
        if rest:
            row[self._last] = _json(rest)
        return row

    def _label(self, row: Row, values: list[bytes]) -> None:
        for value in values:
            term = _Literal(value)
            place = self._labels.get(term.language)
            if place is not None:
                row.setdefault(place, term.text)


class _Literal:
    """A literal of N-Triples, taken apart when it is asked for."""

    def __init__(self, term: bytes) -> None:
        self._end = term.rfind(b'"')
        self._term = term
        self._suffix = term[self._end + 1 :].decode()

    @property
    def text(self) -> str:
        """The text without its escapes, which are those of JSON, or the whole of another term."""
        if not self._term.startswith(b'"'):
            return self._term.decode()
        inside = self._term[1 : self._end].decode()
        return str(json.loads(f'"{inside}"', strict=False)) if "\\" in inside else inside

    @property
    def language(self) -> str:
        """The language tag, or nothing."""
        return self._suffix[1:] if self._suffix.startswith("@") else ""

    @property
    def datatype(self) -> str:
        """The datatype of a literal without a language."""
        return self._suffix[3:-1] if self._suffix.startswith("^^") else "" if self.language else _STRING


Cell = tuple[object, list[bytes]]
"""The value of a cell, or None, and the terms that found no place in it."""


def _first(values: list[bytes], read: Callable[[bytes], object]) -> Cell:
    """Return the first value that can be read."""
    for place, term in enumerate(values):
        value = read(term)
        if value is not None:
            return value, values[:place] + values[place + 1 :]
    return None, values


def _iri(values: list[bytes], _: Column) -> Cell:
    return _first(values, lambda term: term[1:-1].decode() if term.startswith(b"<") else None)


def _text(values: list[bytes], column: Column) -> Cell:
    def read(term: bytes) -> object:
        literal = _Literal(term)
        fits = term.startswith(b'"') and (not column.datatype or literal.datatype == column.datatype)
        return literal.text if fits else None

    return _first(values, read)


def _typed(datatype: str, parse: Callable[[str], object]) -> Callable[[list[bytes], Column], Cell]:
    def read(term: bytes) -> object:
        literal = _Literal(term)
        return parse(literal.text) if literal.datatype == XSD + datatype else None

    return lambda values, _: _first(values, read)


def _integer(text: str) -> object:
    try:
        number = int(text)
    except ValueError:
        return None
    return number if -_LARGEST <= number < _LARGEST else None


def _decimal(text: str) -> object:
    """Return a number where none of its digits is lost."""
    try:
        exact, number = Decimal(text), float(text)
    except (InvalidOperation, ValueError):
        return None
    return number if exact.is_finite() and Decimal(repr(number)) == exact else None


def _boolean(text: str) -> object:
    return {"true": True, "1": True, "false": False, "0": False}.get(text)


def _date(text: str) -> object:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-22") else None
    except ValueError:
        return None


def _list(values: list[bytes], _: Column) -> Cell:
    return [term[1:-1].decode() if term.startswith(b"<") else _Literal(term).text for term in values], []


def _texts(values: list[bytes], _: Column) -> Cell:
    texts: dict[str, list[str]] = {}
    left = []
    for term in values:
        literal = _Literal(term)
        if term.startswith(b'"') and literal.language:
            texts.setdefault(literal.language, []).append(literal.text)
        else:
            left.append(term)
    return _json(texts) if texts else None, left


def _none(values: list[bytes], _: Column) -> Cell:
    return None, values


_CELLS: Final[dict[Kind, Callable[[list[bytes], Column], Cell]]] = {
    Kind.IRI: _iri,
    Kind.TEXT: _text,
    Kind.INTEGER: _typed("integer", _integer),
    Kind.DECIMAL: _typed("decimal", _decimal),
    Kind.BOOLEAN: _typed("boolean", _boolean),
    Kind.DATE: _typed("date", _date),
    Kind.LIST: _list,
    Kind.TEXTS: _texts,
    Kind.REST: _none,
}
_LABEL: Final = f"<{LABEL}>".encode()


def _json(value: object) -> str:
    return _ENCODER.encode(value)


def all_rows(maker: RowMaker, graphs: Mapping[str, Path]) -> Iterator[Placed]:
    """Yield the rows of all things in graph files (by slug), sorted by thing."""
    block = max(_BLOCKS[0], min(_BLOCKS[1], _MEMORY // max(len(graphs), 1)))
    merged = heapq.merge(*(_groups(path, slug, block) for slug, path in graphs.items()), key=itemgetter(0))
    for subject, groups in groupby(merged, key=itemgetter(0)):
        lines: list[bytes] = []
        sources = []
        for _, slug, own in groups:
            lines += own
            sources.append(slug)
        yield from _rows(maker, subject, lines, sources)


def rows_of(maker: RowMaker, store: OxigraphStore, thing: str) -> Iterator[Placed]:
    """Yield the rows of one thing, as the store knows it; they are the same as those from the graph files."""
    said, sources = [], set()
    for line in lines_of_quads(store.raw.quads_for_pattern(NamedNode(thing), None, None, None)):
        statement, _, graph = line[:-3].rpartition(b" ")
        sources.add(graph[1:-1].decode().removeprefix(GRAPH))
        said.append(statement + b" .\n")
    yield from _rows(maker, f"<{thing}>".encode(), said, sources)


def _rows(maker: RowMaker, subject: bytes, lines: Iterable[bytes], sources: Iterable[str]) -> Iterator[Placed]:
    said, typed = list(lines), subject + b" " + _TYPE + b" "
    if not any(line.startswith(typed) and maker.has(line[len(typed) : -3]) for line in said):
        return  # most are receipts
    values: dict[bytes, set[bytes]] = {}
    for line in said:
        _, predicate, value = line.split(b" ", 2)
        values.setdefault(predicate, set()).add(value[:-3])
    ordered = {predicate: sorted(values[predicate]) for predicate in sorted(values)}
    yield from maker.rows(subject[1:-1].decode(), ordered, sources)


def _groups(path: Path, slug: str, block: int) -> Iterator[tuple[bytes, str, list[bytes]]]:
    for subject, lines in groupby(_lines(path, block), key=lambda line: line[: line.index(b" ")]):
        if subject.startswith(b"<"):
            yield subject, slug, list(lines)


def _lines(path: Path, block: int) -> Iterator[bytes]:
    """Yield the lines of a file that is open only while a block of it is read: there may be many files."""
    place = 0
    while True:
        with path.open("rb") as file:
            file.seek(place)
            content = file.read(block)
            content += file.readline()
        if not content:
            return
        place += len(content)
        yield from content.splitlines(keepends=True)
