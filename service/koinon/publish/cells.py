"""Texts as cells of a table that people open in a spreadsheet."""

import re
from typing import Final

_CALCULATED: Final = re.compile(r"[=+\-@\t\r]")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")


def safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{text}" if _CALCULATED.match(text) and not _NUMBER.fullmatch(text) else text
