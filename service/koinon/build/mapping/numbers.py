"""Numbers with separators, in the canonical form of XML Schema (Part 2, 1.1, section 3.3)."""

import re
from collections.abc import Callable
from decimal import Decimal

from koinon.build.mapping.unfit import Unfit

_DIGITS = 18
"""Digits before, and after, the point: what the store's decimal holds without loss."""


def number_reader(
    *,
    group: str | None = None,
    point: str = ".",
    minimum: float | None = None,
    maximum: float | None = None,
    whole: bool = False,
) -> Callable[[str], Decimal]:
    """Return a function that reads a number; raises Unfit. Groups have three digits: 1.234 is never 1234."""
    plain = r"\d+" if group is None else rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})+|\d+"
    fraction = "" if whole else rf"(?:{re.escape(point)}\d+)?"
    pattern = re.compile(rf"[+-]?(?:{plain}){fraction}\Z", re.ASCII)
    low = None if minimum is None else Decimal(str(minimum))
    high = None if maximum is None else Decimal(str(maximum))

    def read(text: str) -> Decimal:
        if not pattern.match(text):
            raise Unfit("number", f"this is no {'whole number' if whole else 'number'} as the column has them")
        if group is not None:
            text = text.replace(group, "")
        text = text.replace(point, ".")
        before, _, after = text.lstrip("+-0").partition(".")
        if len(before) > _DIGITS or len(after.rstrip("0")) > _DIGITS:
            raise Unfit("number", f"the number has more than {_DIGITS} digits before or after the point")
        value = Decimal(text)
        if (low is not None and value < low) or (high is not None and value > high):
            limits = " and ".join(
                f"{word} {limit}" for word, limit in (("at least", low), ("at most", high)) if limit is not None
            )
            raise Unfit("range", f"the number is out of range: it has to be {limits}")
        return value

    return read


def canonical(value: Decimal) -> str:
    """Return the number as the store writes it: no plus, no zeros that say nothing, no exponent."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text
