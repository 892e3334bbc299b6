"""Countries as tables name them: codes, or names in the languages of Europe, brought to the codes of ISO 3166."""

from functools import cache
from typing import Final

from babel import Locale

from koinon.link.text import fold

_CODES: Final = "en pl el lv fr it es ca nb de nl bg sr sl lt et mk sv fi da pt hr cs sk hu ro eu gl sq tr uk"
_LANGUAGES: Final = _CODES.split(" ")
_OTHER: Final = {"uk": "GB", "el": "GR", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB"}
_OTHER_NAMES: Final = {"czech republic": "CZ", "the netherlands": "NL", "macedonia": "MK", "turkey": "TR"}


def country_code(text: str) -> str:
    """Return the code of a country; empty for what names none, such as a region."""
    plain = fold(text)
    if (code := (_OTHER | _OTHER_NAMES).get(plain)) is not None:
        return code
    if len(plain) == 2 and plain.isalpha() and plain.isascii():
        return plain.upper()
    return _names().get(plain, "")


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in reversed(_LANGUAGES):
        territories = Locale.parse(language).territories
        found |= {fold(name): code for code, name in territories.items() if len(code) == 2 and code.isalpha()}
    return found
