"""Dates in the forms that a mapping declares (patterns of CSV on the Web, section 6.4.4, and Unix time)."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from koinon.build.mapping.unfit import Unfit

_TOKENS: Final = {
    "yyyy": r"(?P<y>\d{4})",
    "MM": r"(?P<m>\d\d)",
    "M": r"(?P<m>\d\d?)",
    "dd": r"(?P<d>\d\d)",
    "d": r"(?P<d>\d\d?)",
    "HH": r"(?P<H>\d\d)",
    "mm": r"(?P<M>\d\d)",
    "ss": r"(?P<S>\d\d)",
}
_SPLIT = re.compile("(yyyy|MM|M|dd|d|HH|mm|ss)")
_NUMBER = re.compile(r"-?\d{1,17}\Z", re.ASCII)


def date_reader(formats: Sequence[str]) -> Callable[[str], datetime]:
    """Return a function that reads a date in the first of the forms that fits; ValueError for an unknown form."""
    epochs = {"epoch": 1, "epoch-ms": 1000}
    patterns = [_pattern(form) for form in formats if form not in epochs]
    divisors = [epochs[form] for form in formats if form in epochs]
    shown = " or ".join(formats)

    def read(text: str) -> datetime:
        for pattern in patterns:
            match = pattern.match(text)
            if match:
                return _day(match, text)
        if divisors and _NUMBER.match(text):
            try:
                return datetime.fromtimestamp(int(text) // divisors[0], UTC).replace(tzinfo=None)
            except (OverflowError, OSError, ValueError) as error:
                raise Unfit("impossible-date", "the number is no time of this era") from error
        raise Unfit("date", f"the date is not of the form {shown}")

    return read


def _pattern(form: str) -> re.Pattern[str]:
    parts = _SPLIT.split(form)
    fields = [part for part in parts if part in _TOKENS]
    if sorted(part[0] for part in fields if part[0] in "yMd") != ["M", "d", "y"]:
        raise ValueError(f"{form!r} names not exactly one year (yyyy), month (MM, M) and day (dd, d)")
    if any(part.isalpha() and part not in _TOKENS and part != "T" for part in parts):
        raise ValueError(f"{form!r} has letters that stand for nothing; known are {', '.join(_TOKENS)}")
    return re.compile("".join(_TOKENS.get(part, re.escape(part)) for part in parts) + r"\Z", re.ASCII)


def _day(match: re.Match[str], text: str) -> datetime:
    parts = {name: int(value) for name, value in match.groupdict().items()}
    try:
        return datetime(parts["y"], parts["m"], parts["d"], parts.get("H", 0), parts.get("M", 0), parts.get("S", 0))
    except ValueError as error:
        raise Unfit("impossible-date", f"{text[:40]!r} is no day of the calendar") from error
