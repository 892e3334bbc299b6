"""Values as people of one language write them: dates, numbers, durations, language names (CLDR through Babel)."""

import datetime
import re
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from koinon.model.namespaces import XSD

_NUMBER: Final = re.compile(r"-?\d{1,24}(\.\d+)?")
"""What is written with separators: decimal arithmetic rounds no longer ones to three places."""
_DURATION: Final = re.compile(
    "P{}{}{}{}(?:T{}{})?".format(*(rf"(?:(\d{{1,9}}){unit})?" for unit in ("Y", "M", "W", "D", "H", "M")))
)
_UNITS: Final = ("year", "month", "week", "day", "hour", "minute")
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/language/"
_ALPHA3: Final = {
    "ENG": "en", "POL": "pl", "ELL": "el", "LAV": "lv", "FRA": "fr", "ITA": "it", "SPA": "es", "CAT": "ca",
    "NOB": "nb", "NOR": "no", "DEU": "de", "NLD": "nl", "POR": "pt", "SWE": "sv", "FIN": "fi", "DAN": "da",
    "LIT": "lt", "EST": "et", "HRV": "hr", "SLV": "sl", "SQI": "sq",
}  # fmt: skip
"""EU language authority code to BCP 47, for the languages that sources so far are written in."""


def locale_of(language: str) -> Locale:
    """Return the locale in which a page of ``language`` writes dates and numbers; English is that of Europe."""
    return Locale.parse("en_GB" if language == "en" else language)


def value_text(text: str, datatype: str, locale: Locale) -> str:
    """Return a literal as a reader of ``locale`` writes it; what has no such form stays as it is."""
    match datatype.removeprefix(XSD):
        case "date":
            return date_text(text, locale)
        case "integer" | "nonNegativeInteger" | "decimal" | "int" | "long":
            return str(format_decimal(text, locale=locale)) if _is_number(text) else text
        case "duration":
            return duration_text(text, locale)
        case _:
            return text


@lru_cache(maxsize=4096)
def number_text(number: float, locale: Locale) -> str:
    """Return a number with the separators of ``locale``."""
    return str(format_decimal(number, locale=locale))


def percent_text(share: float, locale: Locale) -> str:
    """Return a share as a percentage with one decimal; what is less than all is never shown as all."""
    shown = round(share, 3)
    shown = 0.999 if shown == 1 > share else 0.001 if shown == 0 < share else shown
    whole = locale.percent_formats[None].pattern
    return str(format_percent(shown, format=whole.replace("#,##0", "#,##0.0"), locale=locale))


def date_text(text: str, locale: Locale) -> str:
    """Return an ISO 8601 date in words."""
    try:
        return str(format_date(datetime.date.fromisoformat(text[:10]), format="long", locale=locale))
    except ValueError:
        return text


def duration_text(text: str, locale: Locale) -> str:
    """Return an xsd:duration in words: ``P18M`` is 18 months."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        return text
    pieces = [
        format_unit(int(amount), f"duration-{unit}", length="long", locale=locale)
        for amount, unit in zip(match.groups(), _UNITS, strict=True)
        if amount
    ]
    return str(format_list(pieces, style="unit", locale=locale)) if len(pieces) > 1 else pieces[0]


def language_name(tag: str, locale: Locale) -> str:
    """Return the name of a language, given by BCP 47 tag or by its IRI in the EU authority table."""
    code = _ALPHA3.get(tag.removeprefix(_AUTHORITY), tag)
    try:
        name = Locale.parse(code, sep="-").get_display_name(locale)
    except (UnknownLocaleError, ValueError):
        name = locale.languages.get(code)
    return name or code


def own_name(tag: str) -> str:
    """Return the name of an interface language in that language, with a capital letter."""
    name = Locale.parse(tag).get_display_name(tag) or tag
    return name[0].upper() + name[1:]


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
