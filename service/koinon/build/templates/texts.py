"""The words of a template in one language: names of sheets, titles, notes, and the page that explains."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from koinon.model.languages import INTERFACE_LANGUAGES

Texts = Mapping[str, Mapping[str, str]]
"""Texts by section and key; ``texts/en.toml`` has them all."""
LANGUAGES: Final = INTERFACE_LANGUAGES
"""The languages in which templates are made."""


@cache
def texts(language: str) -> Texts:
    """Return the texts in one of ``LANGUAGES``."""
    path = resources.files(__package__) / "texts" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def in_all(section: str, key: str) -> tuple[str, ...]:
    """Return a text in each language, each wording once."""
    return tuple(dict.fromkeys(texts(language)[section][key] for language in LANGUAGES))
