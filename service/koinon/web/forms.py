"""Long forms: the standard library makes an object of every escaped byte, 90 MB of a query of the longest kind."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

_PIECE: Final = 8 * 1024
_ESCAPE: Final = 3


def long_form(text: str, most: int) -> list[tuple[str, str]]:
    """Return the fields of an ``application/x-www-form-urlencoded`` text (URL Standard §5.1), in their order.

    Raises ValueError for more than ``most`` fields and for what is not UTF-8.
    """
    if text.count("&") >= most:
        raise ValueError("Max number of fields exceeded")
    fields = (field.partition("=") for field in text.split("&") if field)
    return [(_decoded(name), _decoded(value)) for name, _, value in fields]


def _decoded(text: str) -> str:
    return b"".join(unquote_to_bytes(piece.replace("+", " ")) for piece in _pieces(text)).decode()


def _pieces(text: str) -> Iterator[str]:
    """Cut a text, but never inside an escape."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        escape = text.rfind("%", end - _ESCAPE + 1, end)
        if escape >= 0:
            end = escape
        yield text[start:end]
        start = end
