"""What drop-downs offer: the code lists of the ontology, countries, languages, programmes and currencies."""

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from babel import Locale
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.build.languages import LANGUAGES
from koinon.build.mapping.concepts import fold
from koinon.build.mapping.lookups.places import COUNTRY
from koinon.build.templates.texts import texts
from koinon.model.assets import Assets
from koinon.model.languages import best_label
from koinon.model.namespaces import CODE, SHARED, SKOS

SCHEMES: Final[Mapping[str, frozenset[str]]] = {
    "legal-form": frozenset(),
    "actor-type": frozenset({"eu-institution", "eu-agency", "supranational-union"}),
    "cluster-model": frozenset(),
    "theme": frozenset(),
    "role": frozenset({"visited", "contact", "mediator", "operator", "delegate", "organiser"}),
}
"""Code lists, each with the concepts that no member, network or project of a list needs."""
COUNTRIES: Final = (
    "AL", "AD", "AM", "AT", "AZ", "BY", "BE", "BA", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR",
    "GE", "DE", "GR", "HU", "IS", "IE", "IT", "XK", "LV", "LI", "LT", "LU", "MT", "MD", "MC", "ME",
    "NL", "MK", "NO", "PL", "PT", "RO", "SM", "RS", "SK", "SI", "ES", "SE", "CH", "TR", "UA", "GB",
    "VA",
)  # fmt: skip
"""Countries of Europe and its neighbourhood, by ISO 3166-1 alpha-2 (XK by custom)."""
CURRENCIES: Final = (
    "EUR", "ALL", "AMD", "AZN", "BAM", "BGN", "BYN", "CHF", "CZK", "DKK", "GBP", "GEL", "HUF", "ISK", "MDL", "MKD",
    "NOK", "PLN", "RON", "RSD", "SEK", "TRY", "UAH",
)  # fmt: skip
"""Currencies, by ISO 4217; the same word in each language."""
_NO_LANGUAGE: Final = frozenset({"und", "mul", "no"})
_PREF: Final = SKOS + "prefLabel"


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a drop-down: the word that people see, and what it stands for in the mapping."""

    word: str
    meaning: str


class Choices:
    """The entries of all drop-downs, from the ontology and the reference data of ``assets``."""

    def __init__(self, assets: Assets) -> None:
        """Read the lists once; each language is made when it is asked for."""
        code = assets.ontology / "code"
        self._schemes = {scheme: _concepts(code / f"{scheme}.ttl", scheme) for scheme in SCHEMES}
        self._programmes = _labels(
            assets.data / "reference" / "programme" / "programmes.ttl", f"{SHARED}programme/"
        )
        self._places = _places(assets.data / "reference" / "place" / "countries.csv")

    def of(self, language: str) -> dict[str, list[Choice]]:
        """Return the entries of each drop-down in one language, in the order in which people see them."""
        words, locale = texts(language)["words"], Locale.parse(language)
        found = {
            "kind": [Choice(words[kind], kind) for kind in ("network", "cluster")],
            "currency": [Choice(code, code) for code in CURRENCIES],
            "language": _sorted(Choice(locale.languages[tag], tag) for tag in LANGUAGES if tag not in _NO_LANGUAGE),
            "country": _sorted(Choice(locale.territories[two], self._place(two)) for two in COUNTRIES),
            "programme": _sorted(
                Choice(_best(labels, language), f"id:programme/{slug}") for slug, labels in self._programmes.items()
            ),
        }
        for scheme, concepts in self._schemes.items():
            found[scheme] = [
                Choice(_best(labels, language), f"{scheme}:{slug}") for slug, labels in concepts.items()
            ]
        return found

    def meanings(self, languages: Iterable[str]) -> dict[str, dict[str, str]]:
        """Return what each word of each drop-down stands for, in all languages; ValueError where one means two."""
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        folded: dict[tuple[str, str], str] = {}
        for language in languages:
            for name, choices in self.of(language).items():
                for choice in choices:
                    known = folded.setdefault((name, fold(choice.word)), choice.meaning)
                    if known != choice.meaning:
                        raise ValueError(f"{name}: {choice.word!r} stands for {known} and {choice.meaning}")
                    found[name][choice.word] = choice.meaning
        return dict(found)

    def _place(self, two: str) -> str:
        slug = self._places.get(two)
        return f"id:place/{slug}" if slug else f"id:{COUNTRY.removeprefix(SHARED)}{two.lower()}"


def _sorted(choices: Iterable[Choice]) -> list[Choice]:
    return sorted(choices, key=lambda choice: (_unaccented(choice.word), choice.word))


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def _best(labels: Mapping[str, str], language: str) -> str:
    found = best_label(labels, language)
    return found[0] if found else ""


def _concepts(path: Path, scheme: str) -> dict[str, dict[str, str]]:
    left_out = SCHEMES[scheme]
    return {slug: labels for slug, labels in _labels(path, f"{CODE}{scheme}/").items() if slug not in left_out}


def _labels(path: Path, base: str) -> dict[str, dict[str, str]]:
    """Return the preferred labels of the things under an address, by the rest of it and by language."""
    found: dict[str, dict[str, str]] = {}
    for quad in parse(path=path, format=RdfFormat.TURTLE):
        subject, label = quad.subject, quad.object
        if not isinstance(subject, NamedNode) or not isinstance(label, Literal) or quad.predicate.value != _PREF:
            continue
        if subject.value.startswith(base):
            found.setdefault(subject.value.removeprefix(base), {})[label.language or ""] = label.value
    return found


def _places(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["iso2"]: row["slug"] for row in csv.DictReader(file)}
