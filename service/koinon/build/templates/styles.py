"""How cells of a template look."""

from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from koinon.build.templates.forms import Kind

NUMBERS: Final = {
    Kind.DATE: "yyyy-mm-dd",
    Kind.END: "yyyy-mm-dd",
    Kind.YEAR: "0",
    Kind.COUNT: "0",
    Kind.NUMBER: "#,##0.00",
}
"""Number formats; every other cell is text, so that nothing is turned into a number or a date."""
_DARK: Final = "#17435C"
_PALE: Final = "#E8EFF3"


class Styles:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        """Make them."""
        self._book = book
        self.heading = book.add_format({"bold": True, "font_size": 15, "font_color": _DARK, "valign": "vcenter"})
        self.intro = book.add_format({"font_size": 11, "font_color": "#333333", "valign": "vcenter"})
        title = {
            "bold": True,
            "font_color": "#FFFFFF",
            "bg_color": "#4A6B7C",
            "text_wrap": True,
            "valign": "vcenter",
            "border": 1,
            "border_color": "#FFFFFF",
        }
        self.title = book.add_format(title)
        self.required = book.add_format(title | {"bg_color": _DARK})
        self.hidden = book.add_format({"font_color": "#888888", "font_size": 8})
        self.alarm = book.add_format({"bg_color": "#FFC7CE", "font_color": "#7A0010"})
        self.text = book.add_format({"text_wrap": True, "valign": "top", "font_size": 11})
        self.strong = book.add_format({"text_wrap": True, "valign": "top", "bold": True, "font_color": _DARK})
        self.row = book.add_format({"text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": "#C5D2D9"})
        self._cells: dict[tuple[str, bool], Format] = {}

    def cell(self, kind: Kind) -> Format:
        """Return the format of the cells of a column."""
        return self._of(kind, example=False)

    def example(self, kind: Kind) -> Format:
        """Return the format of a cell in the row of the example."""
        return self._of(kind, example=True)

    def _of(self, kind: Kind, *, example: bool) -> Format:
        number = NUMBERS.get(kind, "@")
        if (number, example) not in self._cells:
            look: dict[str, object] = {"num_format": number, "locked": False}
            if number != "@":
                look["align"] = "left"
            if example:
                look |= {"italic": True, "font_color": "#5F6B72", "bg_color": _PALE}
            self._cells[number, example] = self._book.add_format(look)
        return self._cells[number, example]
