"""The rows of a workbook's first sheet, by the readers of the build: bounded, and deaf to formulas and macros."""

from collections.abc import Iterator
from pathlib import Path

from koinon.build.mapping.readers.interface import Limits
from koinon.build.mapping.readers.refusing import Refusal
from koinon.build.mapping.readers.sheets import Rows
from koinon.build.mapping.readers.workbook import open_parts, open_workbook
from koinon.model.errors import ConfigurationError


def rows_of_workbook(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the first sheet as texts; rows without cells are left out.

    Raises SourceError for what is no workbook or a damaged one, ConfigurationError for one without a sheet.
    """
    refuse, limits = Refusal("match", path.name), Limits()
    book = open_workbook(path, refuse, limits)
    if not book.sheets:
        raise ConfigurationError(f"{path.name} has no sheet.")
    sheet = book.sheets[0]
    rows = Rows(refuse, sheet.name, book.strings, book.shows, limits)
    with open_parts(path, refuse) as file, book.part(file, sheet.part) as stream:
        for row in rows.read(stream):
            cells = {place: str(value) for place, value in row.cells.items() if isinstance(value, str)}
            if cells and max(cells) < limits.columns:
                yield [cells.get(place, "") for place in range(max(cells) + 1)]
