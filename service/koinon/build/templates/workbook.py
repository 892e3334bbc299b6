"""Writing a template: the same bytes every time for the same lists and language."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from koinon.build.templates.checks import FIRST, LAST, alarms, validation
from koinon.build.templates.choices import Choice, Choices
from koinon.build.templates.explaining import write_readme
from koinon.build.templates.forms import NAME, SHEETS, VERSION, Column, Sheet
from koinon.build.templates.styles import Styles
from koinon.build.templates.texts import Texts, texts

HIDDEN: Final = 3
"""The row, as people count, of the titles for programs; the mapping calls it header."""
LISTS: Final = "lists"
"""The hidden sheet with the words of the drop-downs."""
_MADE: Final = datetime(2026, 11, 22)
"""The day that the files bear; a clock would make other bytes each time."""
_PROTECTED: Final = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
}
"""What may be done in spite of the protection of the titles."""


def template(choices: Choices, language: str) -> bytes:
    """Return the workbook of a members' list in one of the interface languages."""
    given, words = choices.of(language), texts(language)
    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        book.set_properties({"title": words["readme"]["title"], "author": "Koinon", "created": _MADE})
        book.set_custom_property("koinon-template", f"{NAME} {VERSION}", "text")
        book.set_custom_property("language", language, "text")
        styles = Styles(book)
        write_readme(book, styles, words)
        for sheet in SHEETS:
            page = book.add_worksheet(words["sheets"][sheet.name])
            _Form(page, sheet, styles, words).write(_example(sheet, words, given))
        _write_lists(book, given)
        _name_rows(book, words)
    return file.getvalue()


class _Form:
    """One sheet while it is written."""

    def __init__(self, page: Worksheet, sheet: Sheet, styles: Styles, words: Texts) -> None:
        self._page = page
        self._sheet = sheet
        self._styles = styles
        self._words = words
        self._letters = {column.name: xl_col_to_name(index) for index, column in enumerate(sheet.columns)}

    def write(self, example: Mapping[str, str | float | datetime]) -> None:
        """Write titles, example and checks, and set the sheet up for the screen and for paper."""
        page, styles, words = self._page, self._styles, self._words
        page.write_string(0, 0, words["sheets"][self._sheet.name], styles.heading)
        page.write_string(0, 2, words["intros"][self._sheet.name], styles.intro)
        for index, column in enumerate(self._sheet.columns):
            page.set_column(index, index, column.width, styles.cell(column.kind))
            self._write_column(index, column, example.get(column.name, ""))
        page.set_row(0, 24)
        page.set_row(1, 32)
        page.set_row(HIDDEN - 1, None, None, {"hidden": True})
        for where, formula in alarms(self._sheet, self._letters):
            page.conditional_format(where, {"type": "formula", "criteria": formula, "format": styles.alarm})
        last = self._letters[self._sheet.columns[-1].name]
        page.ignore_errors({"number_stored_as_text": f"A{FIRST}:{last}{LAST}"})
        self._set_up()

    def _write_column(self, index: int, column: Column, example: str | float | datetime) -> None:
        page, styles, words = self._page, self._styles, self._words
        page.write_string(1, index, title_of(column, words), styles.required if column.required else styles.title)
        page.write_comment(
            1,
            index,
            words["notes"][column.key],
            {"author": "Koinon", "x_scale": 2.2, "y_scale": 1.1, "font_size": 9},
        )
        page.write_string(HIDDEN - 1, index, column.name, styles.hidden)
        shown = styles.example(column.kind)
        if isinstance(example, datetime):
            page.write_datetime(FIRST - 1, index, example, shown)
        elif isinstance(example, float | int):
            page.write_number(FIRST - 1, index, example, shown)
        elif example:
            page.write_string(FIRST - 1, index, example, shown)
        else:
            page.write_blank(FIRST - 1, index, None, shown)
        start = self._letters.get("start")
        rule = validation(column, self._letters[column.name], start, words)
        page.data_validation(FIRST - 1, index, LAST - 1, index, rule)

    def _set_up(self) -> None:
        page, words = self._page, self._words
        page.freeze_panes(HIDDEN, 2)
        page.set_selection(FIRST, 0, FIRST, 0)
        page.protect("", dict(_PROTECTED))
        page.set_landscape()
        page.set_paper(9)
        page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        page.fit_to_pages(2, 0)
        page.repeat_rows(0, 1)
        page.repeat_columns(0, 1)
        page.hide_gridlines(0)
        page.print_across()
        page.set_footer(f"&LKoinon · &A&R{words['words']['page']} &P {words['words']['of']} &N")


def title_of(column: Column, words: Texts) -> str:
    """Return the title of a column as people see it; a star says that it is required."""
    return words["columns"][column.key].format(n=column.n) + (" *" if column.required else "")


def _example(sheet: Sheet, words: Texts, choices: Mapping[str, list[Choice]]) -> dict[str, str | float | datetime]:
    """Return the values of the row that shows how a sheet is meant."""
    example = words["example"]
    marked = words["words"]["example"]
    own = {"networks": "network", "members": "member", "projects": "project", "practices": "practice"}
    found: dict[str, str | float | datetime] = {sheet.columns[0].name: marked}
    given: dict[str, str | float | datetime] = {
        "kind": words["words"]["network"],
        "name": example[own[sheet.name]] if sheet.name in own else "",
        "website": "www.example.org",
        "country": _word(choices["country"], "id:place/greece"),
        "nuts": "EL51",
        "town": example["town"],
        "founded": 2015.0,
        "form": _word(choices["legal-form"], "legal-form:social-cooperative"),
        "type": _word(choices["actor-type"], "actor-type:social-cooperative"),
        "theme_1": _word(choices["theme"], "theme:social-economy"),
        "count": 24.0,
        "description": example["description"],
        "sentence": example["sentence"],
        "member_of": "1",
        "start": datetime(2024, 1, 1),
        "end": datetime(2026, 12, 31),
        "programme": _word(choices["programme"], "id:programme/erasmus-plus"),
        "budget": 250000.0,
        "currency": "EUR",
        "member": "7",
        "operated_by": "7",
        "role": _word(choices["role"], "role:partner"),
    }
    return given | found if sheet.name != "networks" else given | {"form": ""} | found


def _word(choices: list[Choice], meaning: str) -> str:
    return next(choice.word for choice in choices if choice.meaning == meaning)


def _write_lists(book: Workbook, choices: Mapping[str, list[Choice]]) -> None:
    page = book.add_worksheet(LISTS)
    page.hide()
    for index, (name, entries) in enumerate(choices.items()):
        letter = xl_col_to_name(index)
        page.write_string(0, index, name)
        for row, choice in enumerate(entries, 1):
            page.write_string(row, index, choice.word)
        end = len(entries) + 1
        book.define_name(f"list_{name.replace('-', '_')}", f"={LISTS}!${letter}$2:${letter}${end}")


def _name_rows(book: Workbook, words: Texts) -> None:
    """Name the numbers of each sheet that others refer to: as many as there are, the example left out."""
    for name in ("networks", "members", "projects"):
        sheet = "'" + words["sheets"][name].replace("'", "''") + "'"
        first, whole = f"{sheet}!$A${FIRST}", f"{sheet}!$A${FIRST}:$A${LAST}"
        past = f'IF({first}="{words["words"]["example"]}",1,0)'
        book.define_name(f"ids_{name}", f"=OFFSET({first},{past},0,MAX(1,COUNTA({whole})-{past}),1)")
