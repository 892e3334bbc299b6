"""Parameters as the end of an address: the same few names and values stand in every link of a page."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote_plus

_SHORT: Final = 100
"""Characters of a text whose quoted form is kept."""


def encoded(parameters: Mapping[str, str]) -> str:
    """Return parameters as ``application/x-www-form-urlencoded``, as ``urllib.parse.urlencode`` does."""
    return "&".join(f"{_quoted(str(name))}={_quoted(str(value))}" for name, value in parameters.items())


def _quoted(text: str) -> str:
    return _kept(text) if len(text) <= _SHORT else quote_plus(text)


@lru_cache(maxsize=8192)
def _kept(text: str) -> str:
    return quote_plus(text)
