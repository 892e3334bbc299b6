"""Legal forms of ISO 20275, by name or abbreviation and country."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from koinon.build.mapping.lookups.countries import Countries
from koinon.build.mapping.lookups.folding import fold
from koinon.build.mapping.lookups.interface import Found, Label, NotFound, Piece
from koinon.build.mapping.lookups.raw import rows_of
from koinon.model.namespaces import SHARED

COLUMNS: Final = (
    "ELF Code",
    "Country Code (ISO 3166-1)",
    "Entity Legal Form name Local name",
    "Language Code (ISO 639-1)",
    "Entity Legal Form name Transliterated name (per ISO 01-140-10)",
    "Abbreviations Local language",
    "Abbreviations transliterated",
    "ELF Status ACTV/INAC",
)
PSEUDO: Final = frozenset({"8888", "9999"})
"""Codes that say that a form has no code yet, or that the body has no form."""
TOPIC: Final = SHARED + "topic/legal-forms-"
WRONG_TAGS: Final[Mapping[str, str]] = {"kr": "ko", "no": "nb"}
"""Codes of languages that the list has wrong or wide: it writes kr for Korean, and its Norwegian is Bokmål."""

_NO_COUNTRY = "a legal form is known only together with a country, and none is stated"
_LONGEST = 6
"""Words of an abbreviation or name at the end of a body's name."""


@dataclass(slots=True)
class LegalForm:
    """One form: its code, country and status, and its names by language."""

    code: str
    country: str
    status: str
    names: list[Label] = field(default_factory=list)


def key_of(text: str) -> str:
    """Return an abbreviation without dots and blanks, in lower case (``e. V.``: ``ev``)."""
    return re.sub(r"[.\s]+", "", fold(text))


class LegalForms:
    """The table ``legal-forms``: a name or abbreviation and context ``country`` to a form, if only one has it.

    Parts: ``code``, ``name`` (the form's, with its language), ``status`` (``ACTV`` or ``INAC``).
    """

    def __init__(self, files: Sequence[tuple[Path, bytes]], source: str, countries: Countries | None) -> None:
        """Read the CSV files of the list."""
        self._countries = countries
        self.forms: dict[str, LegalForm] = {}
        self._exact: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._short: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._long: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._written: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for path, data in files:
            for row in rows_of(data, COLUMNS, path, source):
                self._add(*row)

    def _add(self, code: str, country: str, name: str, tag: str, latin: str, *rest: str) -> None:
        *abbreviations, status = rest
        if code in PSEUDO:
            return
        form = self.forms.setdefault(code, LegalForm(code, country, status))
        form.names.append(Label(name, WRONG_TAGS.get(tag, tag) or "und"))
        for text in (name, latin):
            if text:
                self._long[fold(text), country].add(code)
        for text in (piece for cell in abbreviations for piece in next(csv.reader([cell], delimiter=";"), [])):
            if text.strip():
                self._exact[fold(text), country].add(code)
                self._short[key_of(text), country].add(code)
                self._written[key_of(text), country].add(re.sub(r"[.\s]+", "", text))

    def find(self, key: str, country: str = "", **_: str) -> Found | NotFound:
        """Return the form, if one and only one form of the country has the name or abbreviation."""
        two = self._country(country)
        if not two:
            return NotFound("unknown", _NO_COUNTRY)
        return self._one(key, two, self._long.get((fold(key), two)) or self._abbreviated(key, two))

    def at_end(self, name: str, country: str) -> Found | NotFound:
        """Return the form with which the name of a body ends."""
        two = self._country(country)
        return self._at_end(name, two) if two else NotFound("unknown", _NO_COUNTRY)

    def _country(self, text: str) -> str:
        """Return the alpha-2 code, or nothing where the text is no country."""
        found = self._countries.find(text) if self._countries and text else None
        two = str(found.parts.get("iso2", "")) if isinstance(found, Found) else text.strip().upper()
        return two if len(two) == 2 else ""

    def _at_end(self, name: str, country: str) -> Found | NotFound:
        words = name.strip(" .,").split()
        for count in range(min(_LONGEST, len(words) - 1), 0, -1):
            ending = " ".join(words[-count:])
            codes = self._long.get((fold(ending), country)) or set()
            if not codes and self._is_written(ending, country):
                codes = self._abbreviated(ending, country)
            if codes:
                return self._one(ending, country, codes)
        return NotFound("unknown", f"the name does not end with a legal form of {country}")

    def _abbreviated(self, text: str, country: str) -> set[str]:
        """Return the forms with an abbreviation as it is written, else without regard to dots and blanks."""
        return self._exact.get((fold(text), country)) or self._short.get((key_of(text), country)) or set()

    def _is_written(self, ending: str, country: str) -> bool:
        """Tell whether the text is an abbreviation; short ones only as the list writes them, or in capitals."""
        written = self._written.get((key_of(ending), country))
        plain = re.sub(r"[.\s]+", "", ending)
        return bool(written) and (len(plain) > 3 or plain in (written or ()) or plain.isupper())

    def _one(self, key: str, country: str, codes: set[str]) -> Found | NotFound:
        if len(codes) == 1:
            form = self.forms[next(iter(codes))]
            parts: dict[str, Piece] = {"code": form.code, "name": form.names[0], "status": form.status}
            return Found(form.code, f"{TOPIC}{form.code.lower()}", parts)
        if codes:
            reason = f"{len(codes)} legal forms of {country} are called {key!r}"
            return NotFound("ambiguous", reason, tuple(self._say(sorted(codes))))
        return NotFound("unknown", f"no legal form of {country} is called {key!r}")

    def _say(self, codes: Sequence[str]) -> Iterator[str]:
        for code in codes[:5]:
            yield f"{code} {self.forms[code].names[0].text}"


class LegalFormsInNames:
    """The table ``legal-forms-in-names``: the key is the name of a body, whose form is sought at its end."""

    def __init__(self, forms: LegalForms) -> None:
        """Take the table ``legal-forms``."""
        self._forms = forms

    def find(self, key: str, country: str = "", **_: str) -> Found | NotFound:
        """Return the form with which the name ends."""
        return self._forms.at_end(key, country)
