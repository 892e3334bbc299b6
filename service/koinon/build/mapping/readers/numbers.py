"""Numbers in cells of a workbook as its publisher sees them: whole, decimal, or a date by the number format.

ECMA-376 part 1, 18.8.30 (number formats) and 18.17.4 (dates: days since 1899-12-30, or since 1904-01-01).
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from koinon.build.mapping.readers.interface import Fault

_PLAIN: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?\Z")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?\Z")
_SILENT: Final = re.compile(r'"[^"]*"?|\\.|_.|\*.')
_BRACKET: Final = re.compile(r"\[([^\]]*)\]?")
_PADDED: Final = re.compile(r"0{2,30}\Z")
_ELAPSED: Final = re.compile(r"[hms]+\Z")
_DIGITS: Final = 15
"""Digits that spreadsheets show; those behind them come from binary fractions."""
_LEAP_DAY: Final = 60
"""29 February 1900, which spreadsheets have and the calendar has not."""
_END: Final = 2_957_000
"""A day in the last years that calendars have; the two ways to count differ by 1,462."""
_LARGEST: Final = 308
"""Digits before the point in the largest number of a spreadsheet."""
_DATE_LETTERS: Final = frozenset("ymdhsapbge")


class Form(Enum):
    """What a number in a cell stands for."""

    NUMBER = "number"
    DATE = "date"
    MONTH = "month"
    YEAR = "year"
    MOMENT = "moment"
    TIME = "time"
    DURATION = "duration"


_BUILT_IN: Final = {
    **dict.fromkeys((14, 15, *range(27, 32), 36, *range(50, 55), 57, 58), Form.DATE),
    17: Form.MONTH,
    16: Form.DATE,
    22: Form.MOMENT,
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), Form.TIME),
    46: Form.DURATION,
}
"""Formats that workbooks name by number only (18.8.30); those that depend on the country are dates everywhere."""


def form_of(number: int, code: str | None) -> Form:
    """Return what a number format makes of a number: ``code`` is given by the workbook, or ``number`` says all."""
    if code is None:
        return _BUILT_IN.get(number, Form.NUMBER)
    letters = _SILENT.sub("", code.split(";", 1)[0]).casefold()
    if any(_ELAPSED.match(inner) for inner in _BRACKET.findall(letters)):
        return Form.DURATION
    letters = _BRACKET.sub("", letters).replace("general", "")
    if not _DATE_LETTERS.issuperset(letter for letter in letters if letter.isalpha()):
        return Form.NUMBER
    if "y" in letters or "d" in letters:
        if "h" in letters or "s" in letters:
            return Form.MOMENT
        if "d" not in letters:
            return Form.MONTH if "m" in letters else Form.YEAR
        return Form.DATE
    if "h" in letters or "s" in letters:
        return Form.TIME
    return Form.DATE if "m" in letters else Form.NUMBER


def padding_of(code: str | None) -> int:
    """Return how many digits a format such as ``00000`` shows at least, 0 for any other."""
    return len(code) if code and _PADDED.match(code) else 0


def shower(form: Form, padding: int, since_1904: bool) -> Callable[[str], str | Fault]:
    """Return what turns the number in a cell (as XML has it) into text."""
    if form is Form.NUMBER:
        if not padding:
            return show_number
        return lambda text: _padded(show_number(text), padding)
    return lambda text: _show_date(text, form, since_1904)


def show_number(text: str) -> str | Fault:
    """Return a number without ``.0`` and exponent, to the 15 digits that spreadsheets show."""
    if len(text) <= _DIGITS and _PLAIN.match(text):
        return text
    if not _NUMBER.match(text):
        return Fault(text, "number", "the cell is marked as a number and is none; type the value again")
    number = Decimal(text)
    if abs(number.adjusted()) > _LARGEST:
        return Fault(text, "number", "no spreadsheet holds such a number; type the value again")
    plain = format(Decimal(format(number, f".{_DIGITS}g")), "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def _padded(shown: str | Fault, padding: int) -> str | Fault:
    return shown.zfill(padding) if isinstance(shown, str) and shown.isdecimal() else shown


def _show_date(text: str, form: Form, since_1904: bool) -> str | Fault:
    if not _NUMBER.match(text):
        return Fault(text, "number", "the cell is marked as a date and holds no number; type the date again")
    number = float(text)
    if form is Form.DURATION:
        return Fault(text, "duration", "the cell shows a span of time; write it as text")
    least = 0 if since_1904 or form is Form.TIME else 1
    if not least <= number < _END or (not since_1904 and _LEAP_DAY <= number < _LEAP_DAY + 1):
        return Fault(text, "date", "the cell is formatted as a date and its number is none; type the date again")
    if form is Form.TIME and number >= 1:
        form = Form.MOMENT
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30 if number > _LEAP_DAY else 31)
    whole = int(number)
    moment = start + timedelta(days=whole, seconds=round((number - whole) * 86_400))
    if form is Form.TIME:
        return moment.time().isoformat()
    if form is Form.MOMENT:
        return moment.isoformat()
    return moment.date().isoformat()[: {Form.YEAR: 4, Form.MONTH: 7}.get(form, 10)]
