"""Rows as Arrow tables, and these as Parquet and CSV. Here alone pyarrow is loaded."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from koinon.build.dumps.columns import Column, Kind, Table
from koinon.build.dumps.rows import Row

GROUP: Final = 10_000
"""Rows of one group of a Parquet file, wherever they came from: so the same rows give the same file."""
SUFFIXES: Final = (".csv", ".parquet")

_TYPES: Final = {
    Kind.INTEGER: pa.int64(),
    Kind.DECIMAL: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.LIST: pa.list_(pa.string()),
}
_CALCULATED: Final = r"^[=+\-@\t\r]"
"""How a text begins that a spreadsheet would take for a formula."""
_NOTHING, _APOSTROPHE, _QUOTE, _COMMA, _OPEN, _CLOSE = (pa.scalar(text) for text in ("", "'", '"', ",", "[", "]"))
_ZERO: Final = pa.scalar(0, pa.int32())


def schema_of(table: Table) -> pa.Schema:
    """Return the Arrow schema of a table."""
    return pa.schema([(column.name, _type(column)) for column in table.columns])


def _type(column: Column) -> pa.DataType:
    return _TYPES.get(column.kind, pa.string())


def as_arrow(table: Table, rows: Sequence[Row]) -> pa.Table:
    """Return rows as an Arrow table."""
    used = {place for row in rows for place in row}
    columns = [
        pa.array([row.get(place) for row in rows], type=_type(column))
        if place in used
        else pa.nulls(len(rows), _type(column))
        for place, column in enumerate(table.columns)
    ]
    return pa.Table.from_arrays(columns, schema=schema_of(table))


class Sink:
    """Writes the groups of one table as Parquet and CSV."""

    def __init__(self, folder: Path, table: Table) -> None:
        """Begin the two files of ``table`` in ``folder``."""
        self.rows = 0
        self._rows: list[Row] = []
        self._table = table
        schema = schema_of(table)
        csv, parquet = (folder / f"{table.name}{suffix}" for suffix in SUFFIXES)
        self._parquet = pa.parquet.ParquetWriter(parquet, schema, compression="snappy")
        plain = pa.schema([(f.name, pa.string() if pa.types.is_list(f.type) else f.type) for f in schema])
        self._csv = pa.csv.CSVWriter(csv, plain)

    def __enter__(self) -> Self:
        """Return the sink."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close both files."""
        try:
            if self._rows:
                self._flush()
        finally:
            self._parquet.close()
            self._csv.close()

    def add(self, row: Row) -> None:
        """Add a row."""
        self._rows.append(row)
        if len(self._rows) == GROUP:
            self._flush()

    def write(self, group: pa.Table) -> None:
        """Write a group of rows: as many as ``GROUP``, the last one fewer."""
        self._parquet.write_table(group, row_group_size=GROUP)
        self._csv.write_table(_for_csv(group))
        self.rows += len(group)

    def _flush(self) -> None:
        self.write(as_arrow(self._table, self._rows))
        self._rows.clear()


def _for_csv(group: pa.Table) -> pa.Table:
    """Return a group with text for lists, and none that a spreadsheet would calculate.

    Columns of one type are one array meanwhile: there are many of them, often short.
    """
    columns = [column.combine_chunks() for column in group.columns]
    given = [place for place, column in enumerate(columns) if column.null_count < len(column)]
    lists = [place for place in given if pa.types.is_list(columns[place].type)]
    texts = [place for place in given if pa.types.is_string(columns[place].type)]
    for places, plain in ((lists, _json_lists), (texts, _harmless)):
        if places:
            whole = plain(pa.concat_arrays([columns[place] for place in places]))
            for number, place in enumerate(places):
                columns[place] = whole.slice(number * len(group), len(group))
    empty = pa.nulls(len(group), pa.string())
    columns = [empty if pa.types.is_list(column.type) else column for column in columns]
    return pa.table(columns, names=group.column_names)


def _harmless(column: pa.Array) -> pa.Array:
    marked = pc.binary_join_element_wise(_APOSTROPHE, column, _NOTHING)
    return pc.if_else(pc.match_substring_regex(column, _CALCULATED), marked, column)


def _json_lists(column: pa.Array) -> pa.Array:
    texts = pc.replace_substring(pc.replace_substring(column.flatten(), "\\", "\\\\"), '"', '\\"')
    if pc.any(pc.match_substring_regex(texts, r"[\x00-\x1f]")).as_py():
        for number in range(0x20):
            texts = pc.replace_substring(texts, chr(number), f"\\u{number:04x}")
    quoted = pc.binary_join_element_wise(_QUOTE, texts, _QUOTE, _NOTHING)
    lengths = pc.fill_null(pc.list_value_length(column), _ZERO)
    ends = pc.cumulative_sum(lengths)
    offsets = pa.concat_arrays([pa.array([0], ends.type), ends])
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, quoted), _COMMA)
    whole = pc.binary_join_element_wise(_OPEN, joined, _CLOSE, _NOTHING)
    return pc.if_else(pc.is_null(column), pa.scalar(None, pa.string()), whole)


def changed(old: Path, table: Table, gone: set[str], fresh: Iterable[Row]) -> Iterator[pa.Table]:
    """Yield the groups of a table: the rows of the Parquet file ``old`` without ``gone``, and the ``fresh`` ones.

    ``fresh`` is sorted as tables are, and names no thing that stays in ``old``.
    """
    with pa.parquet.ParquetFile(old) as file:
        parts = _merged(file, table, pa.array(sorted(gone), pa.string()), list(fresh))
        yield from _regrouped(parts)


def _merged(file: pa.parquet.ParquetFile, table: Table, gone: pa.Array, fresh: list[Row]) -> Iterator[pa.Table]:
    waiting = iter(fresh)
    left = list(islice(waiting, len(fresh)))
    for number in range(file.num_row_groups):
        group = file.read_row_group(number, use_threads=False)
        end = key(group.column("id")[len(group) - 1].as_py())
        here = [row for row in left if key(row[0]) < end]
        left = left[len(here) :]
        kept = group.filter(pc.invert(pc.is_in(group.column("id"), value_set=gone)))
        yield _sorted([kept, as_arrow(table, here)]) if here else kept
    if left:
        yield as_arrow(table, left)


def key(thing: object) -> str:
    """Return what rows are sorted by: the IRI as it stands in the graph files, with what ends it."""
    return f"{thing}>"


def _sorted(parts: list[pa.Table]) -> pa.Table:
    whole = pa.concat_tables(parts)
    keys = pc.binary_join_element_wise(whole.column("id"), ">", "")
    return whole.take(pc.sort_indices(keys))


def _regrouped(parts: Iterator[pa.Table]) -> Iterator[pa.Table]:
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(part)
        while sum(map(len, waiting)) >= GROUP:
            whole = pa.concat_tables(waiting)
            yield _copied(whole.slice(0, GROUP))
            waiting = [whole.slice(GROUP)]
    whole = pa.concat_tables(waiting) if waiting else None
    if whole is not None and len(whole):
        yield _copied(whole)


def _copied(table: pa.Table) -> pa.Table:
    """Return a table whose columns are whole arrays that begin at 0, as those are that were made of rows."""
    return table.take(pa.array(range(len(table)), pa.int64())).combine_chunks()
