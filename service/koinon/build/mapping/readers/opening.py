"""Opening a file by the reader that a mapping names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from koinon.build.mapping.readers.genericode import open_genericode
from koinon.build.mapping.readers.interface import Limits, OpenTable, Wanted
from koinon.build.mapping.readers.json_lines import open_jsonl
from koinon.build.mapping.readers.json_lists import open_json
from koinon.build.mapping.readers.packed import check_file
from koinon.build.mapping.readers.refusing import Refusal
from koinon.build.mapping.readers.tables import open_csv
from koinon.build.mapping.readers.xlsx import open_xlsx


def open_tables(path: Path, wanted: Wanted, limits: Limits) -> Iterator[OpenTable]:
    """Yield the wanted tables of a file, in the order in which they are wanted.

    Raises SourceError, here or while records are read, by one of these rules:

    * any file: ``unreadable``, ``size``, ``empty``, ``format``, ``damaged``, ``zip-bomb``, ``encoding``; beyond the
      limits ``columns``, ``rows``, ``cells``, ``cell-size``, ``record-size``, ``line-size``
    * tables: ``missing-column``, ``column-twice``, ``header-row``, ``header-twice``
    * xlsx: ``old-xls``, ``encrypted``, ``no-such-sheet``, ``merged-cells``
    * CSV: ``delimiter``, ``quotes``, ``nul``, ``line-ends``
    * JSON: ``no-such-list``, ``syntax``, ``nesting``, ``duplicate-key``, ``number``, ``surrogate``
    * XML: ``syntax``, ``doctype``, ``nesting``, ``token``

    A ``BadRecord`` has one of ``too-few-cells``, ``too-many-cells``, ``header-twice``, ``cell-size``,
    ``missing-key``, ``not-an-object``, ``syntax``, ``nesting``, ``duplicate-key``, ``number``, ``surrogate``,
    ``no-such-column``, ``column-twice``; a ``Fault`` ``cell-error``, ``formula``, ``merged-cells``, ``number``,
    ``date``, ``duration``, ``complex-value``; a ``Note`` ``formula``, ``hidden-sheet``, ``hidden-row``,
    ``hidden-columns``, ``unread-sheet``, ``renamed-column``, ``row-above``.
    """
    refuse = Refusal(wanted.source, path.name)
    check_file(path, wanted.reader, refuse, limits)
    yield from _OPEN[wanted.reader](path, wanted, limits, refuse)


_OPEN: Final = {
    "xlsx": open_xlsx,
    "csv": open_csv,
    "jsonl": open_jsonl,
    "json": open_json,
    "genericode": open_genericode,
}
