"""Countries in any spelling or language: to the authority table of the Publications Office of the European Union.

Names come from that table (24 languages), from our own places, from CLDR (Babel) in these and further languages,
and from ``countries.toml``. A spelling that stands for two countries, or for none, is reported and never guessed.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from babel import Locale
from babel.core import get_global

from koinon.build.mapping.lookups.folding import Spellings, fold
from koinon.build.mapping.lookups.genericode import LABEL_TAGS, CodeList
from koinon.build.mapping.lookups.interface import Found, Label, NotFound, Piece
from koinon.build.mapping.lookups.places import COUNTRY, Places

FURTHER_LANGUAGES: Final = (
    "be", "bs", "ca", "cy", "eu", "fo", "gl", "is", "kl", "lb", "mk", "nb", "nn", "oc", "rm", "ru", "sq", "sr",
    "sr_Latn", "tr", "uk",
)  # fmt: skip
"""Languages of Europe in which CLDR names countries and the authority table doesn't."""

TABLE: Final = resources.files(__package__) / "countries.toml"

_CODE_AND_NAME: Final = re.compile(r"([A-Z]{2})\s+(\S.*)", re.DOTALL)


class Countries:
    """The table ``countries`` (also ``country``).

    The key is a name or a code (ISO 3166-1 alpha-2, alpha-3, or the EU's EL and UK), or a code with names behind it
    (``AT Austria / ÖSTERREICH``), which must not contradict each other. Parts: ``iso2``, ``iso3``, ``eu`` (EL, UK
    where the EU uses them), ``name`` (in English), ``place`` (our place).
    """

    def __init__(self, entries: CodeList, places: Places) -> None:
        """Index the authority table ``country``."""
        self._entries = entries
        self._places = places
        self._table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
        self._iso2 = {
            three: two[0]
            for three, two in get_global("territory_aliases").items()
            if len(three) == 3 and three in entries.labels and len(two) == 1
        }
        self._iso2 |= {code: code[:2] for code in ("XKX",)}
        self._codes = {code: code for code in entries.labels}
        self._codes |= {two: three for three, two in self._iso2.items()}
        self._codes |= {code: three for code, three in self._table["codes"].items() if three in entries.labels}
        self._part = {
            fold(spelling): (three, part)
            for three, parts in self._table["parts"].items()
            for part, spellings in parts.items()
            for spelling in spellings
        }
        self._names = Spellings(self._spellings())
        self.find_cached = lru_cache(maxsize=4096)(self._find)

    def find(self, key: str, **_: str) -> Found | NotFound:
        """Return the country that a name or code stands for."""
        return self.find_cached(key)

    def prefixes(self) -> Mapping[str, str]:
        """Return our places of countries by the two letters with which NUTS codes begin."""
        return {self._eu(three): self._place(three) for three in self._entries.labels if three in self._iso2}

    def _find(self, key: str) -> Found | NotFound:
        text = key.strip()
        doubtful: Mapping[str, Any] = self._table["doubtful"]
        if text.upper() in doubtful:
            names = tuple(self._english(three) for three in doubtful[text.upper()])
            return NotFound("ambiguous", f"{text!r} is used for several countries: {', '.join(names)}", names)
        three = self._codes.get(text.upper()) if len(text) in (2, 3) else None
        if three:
            return self._found(three)
        part = self._part.get(fold(text))
        if part:
            note = f"{part[1]} is a part of {self._english(part[0])}, which is taken as the country"
            return self._found(part[0], "part-of", note)
        match = _CODE_AND_NAME.fullmatch(text)
        if match and match[1] in self._codes:
            return self._check(match[1], match[2])
        return self._named(text)

    def _named(self, text: str) -> Found | NotFound:
        keys = self._names.keys(text)
        if len(keys) == 1:
            return self._found(keys[0])
        if keys:
            names = tuple(self._english(key) for key in keys)
            return NotFound("ambiguous", f"{text!r} is a name of several countries: {', '.join(names)}", names)
        close = tuple(self._english(key) for key in self._names.close(text))
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        return NotFound("unknown", f"{text!r} is no name or code of a country in any language at hand{hint}", close)

    def _check(self, code: str, names: str) -> Found | NotFound:
        three = self._codes[code]
        for name in (part.strip() for part in names.strip(" /").split("/")):
            others = self._names.keys(name)
            if others and three not in others:
                reason = f"the code {code} and the name {name!r} are of different countries"
                return NotFound("ambiguous", reason, (self._english(three), *map(self._english, others)))
        return self._found(three)

    def _found(self, three: str, rule: str = "", note: str = "") -> Found:
        parts: dict[str, Piece] = {"iso3": three, "name": self._english(three)}
        if three in self._iso2:
            parts |= {"iso2": self._iso2[three], "eu": self._eu(three), "place": self._place(three)}
        return Found(three, self._entries.iri_of(three), parts, rule, note)

    def coded(self, code: str) -> Found | NotFound:
        """Return the country with a code of ISO 3166-1."""
        if code in self._iso2:
            return self._found(code)
        three = next((three for three, two in self._iso2.items() if two == code), None)
        if three:
            return self._found(three)
        return NotFound("unknown", f"{code!r} is no code of ISO 3166-1 in the list of countries")

    def labels(self, three: str) -> tuple[Label, ...]:
        """Return the names of a country in the languages of the authority table."""
        return tuple(Label(text, tag) for tag, text in sorted(self._entries.labels[three].items()))

    def _eu(self, three: str) -> str:
        codes: Mapping[str, str] = self._table["eu"]
        return codes.get(three, self._iso2[three])

    def _place(self, three: str) -> str:
        two = self._iso2.get(three, "")
        return self._places.codes.get(("ISO", two)) or (f"{COUNTRY}{two.lower()}" if two else "")

    def _english(self, three: str) -> str:
        return self._entries.labels[three].get("en", three)

    def _spellings(self) -> Iterator[tuple[str, str]]:
        owners: defaultdict[str, set[str]] = defaultdict(set)
        for three, labels in self._entries.labels.items():
            for label in labels.values():
                owners[fold(label)].add(three)
                yield label, three
        for (agency, code), place in self._places.codes.items():
            if agency == "ISO" and code in self._iso2:
                yield from ((name, code) for name in self._places.names.get(place, ()))
        for three, spellings in self._table["spellings"].items():
            if three in self._entries.labels:
                owners.update({fold(spelling): {three} for spelling in spellings})
                yield from ((spelling, three) for spelling in spellings)
        three_of = {two: three for three, two in self._iso2.items()}
        for language in (*LABEL_TAGS.values(), *FURTHER_LANGUAGES):
            for two, name in Locale.parse(language).territories.items():
                # A name in the authority table is not made ambiguous by another language's name of another country.
                if two in three_of and owners.get(fold(name), {three_of[two]}) == {three_of[two]}:
                    yield name, three_of[two]


class CountryCodes:
    """The table ``country-codes``: codes of ISO 3166-1 and nothing else, for files that say they give these.

    Parts are those of ``countries``.
    """

    def __init__(self, countries: Countries) -> None:
        """Take the table ``countries``."""
        self._countries = countries

    def find(self, key: str, **_: str) -> Found | NotFound:
        """Return the country with the code."""
        return self._countries.coded(key.strip())


class CountryTerritories:
    """The table ``country-territory``: a country as a place, for the source that describes it.

    ``key`` is what stands behind ``place/country-``. Countries that another source describes are not found
    (``kept-elsewhere``). Further parts: ``labels`` (in all languages), ``level`` (0).
    """

    def __init__(self, countries: Countries) -> None:
        """Take the table ``countries``."""
        self._countries = countries

    def find(self, key: str, **_: str) -> Found | NotFound:
        """Return the place of a country."""
        found = self._countries.find(key)
        if isinstance(found, NotFound):
            return found
        place = str(found.parts.get("place", ""))
        if not place.startswith(COUNTRY):
            reason = f"the reference source of places describes {found.key} as {place}"
            return NotFound("kept-elsewhere", reason, (place,))
        parts: dict[str, Piece] = {**found.parts, "labels": self._countries.labels(found.key), "level": 0}
        return Found(place.removeprefix(COUNTRY), place, parts)
