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

    Raises SourceError, here or while records are read; docs/mappings.md lists the rules.
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
