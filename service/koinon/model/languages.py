"""The interface languages, and the order in which a label is looked for."""

from collections.abc import Iterable, Mapping
from typing import Final

INTERFACE_LANGUAGES: Final = ("en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb")
"""BCP 47 tags of the nine languages that pages, code lists and messages speak; the first is the fallback."""


def fallback_chain(wanted: str, available: Iterable[str]) -> list[str]:
    """Return the ``available`` language tags, best first, for a reader of ``wanted``.

    The order is: the wanted language, English, then every other tag in alphabetical order, transliterations
    (``-latn``) and untagged text (``""``) last.
    """
    have = set(available)
    head = [tag for tag in dict.fromkeys((wanted, "en")) if tag in have]
    rest = sorted(have.difference(head), key=lambda tag: (tag == "", tag.endswith("-latn"), tag))
    return head + rest


def best_label(labels: Mapping[str, str], wanted: str) -> tuple[str, str] | None:
    """Return ``(text, language tag)`` of the best label for a reader of ``wanted``, or None where there is none."""
    for tag in fallback_chain(wanted, labels):
        return labels[tag], tag
    return None
