"""Text of a cell: NFC, no characters that hide or reorder, no markup; and what is worth a remark."""

import html
import re
import unicodedata
from typing import Final

_DIRECTION = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2060\ufeff\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]"
)
_LOST = "\ufffd"
_LINE_END = re.compile("\r\n?|\u2028|\u2029")
_LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_OTHER: Final = "\u0370-\u03ff\u0400-\u052f"
_MIXED = re.compile(f"[{_LATIN}][{_OTHER}]|[{_OTHER}][{_LATIN}]")
_HIDDEN_ELEMENT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6]|ul|ol)\s*>", re.IGNORECASE)
_TAG = re.compile(r"<(?:/?[A-Za-z][^<>]*|!--.*?--|![^<>]*)>", re.DOTALL)
_BLANK_LINES = re.compile(r"[ \t\u00a0]*\n\s*\n[ \t\u00a0]*")


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text trimmed, in NFC, with ``\\n`` as line end, and the names of what was changed beyond that.

    ``control-character`` and ``direction`` are characters that were taken out; ``mixed-scripts`` says that a word
    has letters of two alphabets, ``lost-character`` that another program lost one (U+FFFD): both are kept as
    written.
    """
    if text.isascii() and text.isprintable():
        return text.strip(), ()
    changes: tuple[str, ...] = ()
    text = _LINE_END.sub("\n", text)
    for name, pattern in (("control-character", _CONTROL), ("direction", _DIRECTION)):
        if pattern.search(text):
            changes += (name,)
            text = pattern.sub("", text)
    text = unicodedata.normalize("NFC", text).strip()
    if _MIXED.search(text):
        changes += ("mixed-scripts",)
    if _LOST in text:
        changes += ("lost-character",)
    return text, changes


def mixes_scripts(text: str) -> bool:
    """Tell whether a word has letters of the Latin alphabet beside Greek or Cyrillic ones, which look alike."""
    return bool(_MIXED.search(text))


def without_markup(text: str) -> str:
    """Return the text without HTML tags, comments and scripts, with entities as characters and breaks as lines."""
    if "<" not in text and "&" not in text:
        return text
    text = _HIDDEN_ELEMENT.sub("", text)
    text = _TAG.sub("", _BREAK.sub("\n", text))
    text, _ = clean(html.unescape(text))
    return _BLANK_LINES.sub("\n\n", text).strip()
