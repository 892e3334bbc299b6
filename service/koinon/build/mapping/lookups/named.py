"""The tables by name, made from the raw files of the registered reference sources when a mapping first asks."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final, Self

import babel

from koinon.build.mapping.lookups.codes import CodeLists, currencies, languages
from koinon.build.mapping.lookups.countries import TABLE, Countries, CountryCodes, CountryTerritories
from koinon.build.mapping.lookups.genericode import CodeList, code_list
from koinon.build.mapping.lookups.interface import Found, Lookup, NotFound
from koinon.build.mapping.lookups.legal_forms import COLUMNS as FORM_COLUMNS
from koinon.build.mapping.lookups.legal_forms import LegalForms, LegalFormsInNames
from koinon.build.mapping.lookups.nuts import Nuts, NutsSuccessions, NutsTerritories
from koinon.build.mapping.lookups.nuts_lists import CODES, OVERLAPS, nuts_lists
from koinon.build.mapping.lookups.places import Places, read_places
from koinon.build.mapping.lookups.postcodes import Postcodes
from koinon.build.mapping.lookups.raw import content_of, is_xml, titles_of
from koinon.model.errors import ConfigurationError, SourceError

PLACE: Final = "place"
NUTS: Final = "nuts"
LISTS: Final = "eu-code-lists"
FORMS: Final = "legal-forms"

NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "nuts": (NUTS, PLACE),
    "nuts-territory": (NUTS, PLACE),
    "nuts-succession": (NUTS, PLACE),
    "countries": (LISTS,),
    "country-codes": (LISTS,),
    "country-territory": (LISTS, PLACE),
    "languages": (LISTS,),
    "currencies": (LISTS,),
    "legal-forms": (FORMS,),
    "legal-forms-in-names": (FORMS,),
    "postcode": (),
}
"""Name of a table to the reference sources without which it finds nothing."""
ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "nuts": (LISTS,),
    "nuts-territory": (LISTS,),
    "nuts-succession": (LISTS,),
    "countries": (PLACE,),
    "country-codes": (PLACE,),
    "legal-forms": (LISTS, PLACE),
    "legal-forms-in-names": (LISTS, PLACE),
    "postcode": (LISTS, PLACE),
}
"""Name of a table to the further sources from which it takes names, where they are registered."""
SYNONYMS: Final[Mapping[str, str]] = {
    "country": "countries",
    "language": "languages",
    "currency": "currencies",
    "legal-form": "legal-forms",
    "legal-form-in-name": "legal-forms-in-names",
    "postcodes": "postcode",
}
LIST: Final = "code:"
"""What stands before the name of a list: the table ``code:eu-programme``."""
VERSION: Final = "1"
"""Raised when a table gives another answer for the same files."""


@dataclass(frozen=True, slots=True)
class NotRegistered:
    """Stands for a table whose source is missing: it finds nothing, and says why."""

    source: str

    def find(self, key: str, **_: str) -> Found | NotFound:  # noqa: ARG002 (the signature of a table)
        """Find nothing."""
        return NotFound("not-registered", f"the reference source {self.source} is not registered")


@dataclass(frozen=True, eq=False)
class Lookups(Mapping[str, Lookup]):
    """The tables of one build, by name. ``files`` are the raw files by the slug of their reference source.

    A name that no table has is a KeyError here, and a ConfigurationError that lists the names in ``table``.
    """

    files: Mapping[str, Sequence[Path]]
    _tables: dict[str, Lookup] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, raw_files_by_source: Mapping[str, Sequence[Path]]) -> Self:
        """Take the raw files; none is read before a table needs it."""
        return cls({source: tuple(files) for source, files in raw_files_by_source.items() if files})

    def __getitem__(self, name: str) -> Lookup:
        """Return a table."""
        if name not in self.names() and not name.startswith(LIST):
            raise KeyError(name)
        return self.table(name)

    def __iter__(self) -> Iterator[str]:
        """Return the names of tables, lists in Genericode left out."""
        return iter(sorted(self.names()))

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self.names())

    @staticmethod
    def names() -> frozenset[str]:
        """Return the names under which a mapping may ask for a table, beside ``code:`` with the name of a list."""
        return frozenset(NEEDS) | frozenset(SYNONYMS)

    def table(self, name: str) -> Lookup:
        """Return a table; SourceError: a raw file cannot be read; ConfigurationError: no such table."""
        name = SYNONYMS.get(name, name)
        if name not in self._tables:
            missing = next((source for source in _needs(name) if source not in self.files), None)
            self._tables[name] = NotRegistered(missing) if missing else self._make(name)
        return self._tables[name]

    def digest(self, tables: Iterable[str]) -> str:
        """Return a hash of all that the answers of these tables depend on: raw files, our table, CLDR, the code."""
        names = {SYNONYMS.get(name, name) for name in tables}
        sources = {source for name in names for source in (*_needs(name), *ALSO.get(name, ()))}
        digest = hashlib.sha256(f"{VERSION} {babel.__version__}\n".encode())
        digest.update(hashlib.sha256(TABLE.read_bytes()).digest())
        for source in sorted(sources):
            hashes = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in self.files.get(source, ()))
            digest.update(f"{source} {' '.join(hashes)}\n".encode())
        return digest.hexdigest()

    def _make(self, name: str) -> Lookup:
        match name:
            case "nuts":
                return self._nuts
            case "nuts-territory":
                return NutsTerritories(self._nuts)
            case "nuts-succession":
                return NutsSuccessions(self._nuts)
            case "countries":
                return self._countries or NotRegistered(f"{LISTS} (its list of countries)")
            case "country-codes":
                return CountryCodes(self._countries) if self._countries else self._make("countries")
            case "country-territory":
                return CountryTerritories(self._countries) if self._countries else self._make("countries")
            case "languages" | "currencies":
                entries = self._named_list({"languages": "language", "currencies": "currency"}[name])
                made = languages if name == "languages" else currencies
                return made(entries) if entries else NotRegistered(f"{LISTS} (its list for {name})")
            case "legal-forms":
                return self._legal_forms
            case "legal-forms-in-names":
                return LegalFormsInNames(self._legal_forms)
            case "postcode":
                return Postcodes(self._countries)
            case _:
                return self._lists_by_name.named(name.removeprefix(LIST)) or NotRegistered(f"{LISTS} ({name})")

    @cached_property
    def _contents(self) -> Mapping[str, Sequence[tuple[Path, bytes]]]:
        return {
            source: [(path, content_of(path, source)) for path in self.files.get(source, ())]
            for source in (NUTS, LISTS, FORMS)
        }

    @cached_property
    def _code_lists(self) -> Sequence[CodeList]:
        """The lists in Genericode of both sources that may hold them."""
        return [
            code_list(data, path, source)
            for source in (LISTS, NUTS)
            for path, data in self._contents[source]
            if is_xml(data)
        ]

    def _tabular(self, source: str, *wanted: Sequence[str]) -> list[tuple[Path, bytes]]:
        """Return the CSV files of a source that have the titles of one of the ``wanted`` tables."""
        found = [
            (path, data)
            for path, data in self._contents[source]
            if any(set(titles) <= set(titles_of(data)) for titles in wanted)
        ]
        if not found:
            titles = " or ".join(", ".join(titles) for titles in wanted)
            detail = f"none of its files has the columns {titles}; add the file that docs/sources/{source}.md names"
            raise SourceError(source, "missing-column", source, detail)
        return found

    def _named_list(self, name: str) -> CodeList | None:
        return next((entries for entries in self._code_lists if entries.name == name), None)

    @cached_property
    def _places(self) -> Places:
        turtle = [path for path in self.files.get(PLACE, ()) if path.suffix == ".ttl"]
        return read_places(turtle, PLACE)

    @cached_property
    def _countries(self) -> Countries | None:
        entries = self._named_list("country")
        return Countries(entries, self._places) if entries else None

    @cached_property
    def _lists_by_name(self) -> CodeLists:
        return CodeLists(self._code_lists)

    @cached_property
    def _legal_forms(self) -> LegalForms:
        return LegalForms(self._tabular(FORMS, FORM_COLUMNS), FORMS, self._countries)

    @cached_property
    def _nuts(self) -> Nuts:
        files = self._tabular(NUTS, CODES, OVERLAPS)
        names = [entries for entries in self._code_lists if entries.name.startswith("nuts-")]
        countries = self._countries.prefixes() if self._countries else {}
        return Nuts(nuts_lists(files, names, NUTS), self._places, countries)


def _needs(name: str) -> tuple[str, ...]:
    if name.startswith(LIST):
        return (LISTS,)
    if name not in NEEDS:
        known = ", ".join(sorted(Lookups.names()))
        raise ConfigurationError(
            f"There is no table {name!r} of codes; there are: {known}, and {LIST} with a list."
        )
    return NEEDS[name]
