"""The first page of a template: how to fill it in, what is not asked and why, and what each column is."""

import math
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from koinon.build.templates.forms import SHEETS
from koinon.build.templates.styles import Styles
from koinon.build.templates.texts import Texts

_WIDTHS: Final = (30, 28, 20, 78)
_LINE: Final = 15.0
"""Height of a line of text, in points."""
_STEPS: Final = tuple(f"step{number}" for number in range(1, 8))


def write_readme(book: Workbook, styles: Styles, words: Texts) -> None:
    """Add the page to a workbook."""
    page = book.add_worksheet(words["sheets"]["readme"])
    for index, width in enumerate(_WIDTHS):
        page.set_column(index, index, width)
    readme = words["readme"]
    fills = {"example": f"“{words['words']['example']}”", **words["sheets"]}
    page.set_row(0, 28)
    page.write_string(0, 0, readme["title"], styles.heading)
    row = _paragraph(page, 1, readme["lead"], styles.text)
    for number, step in enumerate(_STEPS, 1):
        row = _paragraph(page, row, f"{number}.  {readme[step].format(**fills)}", styles.text)
    for part in ("private", "rights"):
        row = _paragraph(page, row + 1, readme[f"{part}_title"], styles.strong)
        row = _paragraph(page, row, readme[part], styles.text)
    row = _paragraph(page, row + 1, readme["table_title"], styles.strong)
    _write_columns(page, row, styles, words)
    page.set_portrait()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
    page.protect("", {"format_columns": True, "format_rows": True})


def _paragraph(page: Worksheet, row: int, text: str, style: Format) -> int:
    """Write a paragraph over the width of the page; return the row after it."""
    lines = math.ceil(len(text) / (sum(_WIDTHS) * 0.95))
    page.merge_range(row, 0, row, len(_WIDTHS) - 1, text, style)
    page.set_row(row, _LINE * lines + 4)
    return row + 1


def _write_columns(page: Worksheet, row: int, styles: Styles, words: Texts) -> None:
    heads = (words["words"]["sheet"], words["words"]["column"], "", words["words"]["content"])
    for index, head in enumerate(heads):
        page.write_string(row, index, head, styles.title)
    for sheet in SHEETS:
        for column in sheet.columns:
            if column.n > 1:
                continue
            row += 1
            need = words["words"]["required" if column.required else "optional"]
            note = words["notes"][column.key]
            title = words["columns"][column.key].replace(" {n}", "")
            for index, text in enumerate((words["sheets"][sheet.name], title, need, note)):
                page.write_string(row, index, text, styles.row)
            page.set_row(row, _LINE * max(1, math.ceil(len(note) / _WIDTHS[-1])) + 3)
