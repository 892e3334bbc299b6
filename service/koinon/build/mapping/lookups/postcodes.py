"""Post codes that a spreadsheet took for numbers, and so lost the zero in front."""

from collections.abc import Mapping
from typing import Final

from koinon.build.mapping.lookups.countries import Countries
from koinon.build.mapping.lookups.interface import Found, NotFound

DIGITS: Final[Mapping[str, int]] = {
    "BA": 5, "DE": 5, "DK": 4, "EE": 5, "ES": 5, "FI": 5, "FR": 5, "IT": 5, "LT": 5, "ME": 5, "NO": 4, "RO": 6,
    "TR": 5, "UA": 5,
}  # fmt: skip
"""Countries with post codes of digits alone that may begin with 0, and the number of digits (UPU, addressing)."""


class Postcodes:
    """The table ``postcode``: a code as it is, or with the zero it lost; context ``country`` in any spelling."""

    def __init__(self, countries: Countries | None) -> None:
        """Take the table of countries; without it only alpha-2 codes are understood."""
        self._countries = countries

    def find(self, key: str, country: str = "", **_: str) -> Found | NotFound:
        """Return the post code; one digit short and all digits, it gets back its zero."""
        text = " ".join(key.split())
        found = self._countries.find(country) if self._countries and country else None
        code = str(found.parts.get("iso2", "")) if isinstance(found, Found) else country.strip().upper()
        wanted = DIGITS.get(code)
        if wanted and text.isascii() and text.isdigit() and len(text) == wanted - 1:
            note = f"post codes of {code} have {wanted} digits; the zero in front was lost"
            return Found(f"0{text}", rule="padded", note=note)
        return Found(text)
