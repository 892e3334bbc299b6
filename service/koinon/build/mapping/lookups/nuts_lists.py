"""What the lists of NUTS say: which code stands in which version, how versions overlap, what regions are called.

Codes and overlaps come from the tables of the JRC's NUTS converter, names and the codes of statistical regions
outside NUTS from the lists of level 3 of the Publications Office.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from babel.languages import get_official_languages

from koinon.build.mapping.lookups.genericode import CodeList
from koinon.build.mapping.lookups.interface import Label
from koinon.build.mapping.lookups.raw import rows_of
from koinon.model.errors import SourceError

CODES: Final = ("code", "version", "country")
OVERLAPS: Final = ("from_code", "to_code", "from_version", "to_version", "areaKm", "pop21")
MOST: Final = 0.95
"""The share of the people that makes one territory the successor of another."""

_OTHER_SCRIPT: Final = frozenset({"bg", "el", "mk", "sr", "uk"})
_TWO_NAMES: Final = frozenset({"ES", "IT", "NO"})
"""Countries with one official language where a region's name stands in two languages, with a stroke between."""
_GREEK, _CYRILLIC = 0x370, 0x52F

Dated = tuple[str, str]
"""A code and its version."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two territories share: people in 2021, and square kilometres."""

    people: float
    area: float


class Crosswalk:
    """How the territories of one version lie in those of another."""

    def __init__(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Index rows of OVERLAPS."""
        self._into: defaultdict[tuple[str, str, str], dict[str, Overlap]] = defaultdict(dict)
        self._from: defaultdict[tuple[str, str, str], dict[str, Overlap]] = defaultdict(dict)
        for old, new, old_version, new_version, area, people in rows:
            overlap = Overlap(float(people or 0), float(area or 0))
            self._into[old, old_version, new_version][new] = overlap
            self._from[new, new_version, old_version][old] = overlap

    def shares(self, code: str, version: str, to: str) -> list[tuple[str, float]]:
        """Return the codes of version ``to`` in which a territory lies, with shares of its people, most first."""
        return _shares(self._into.get((code, version, to), {}))

    def same(self, old: Dated, new: Dated) -> bool:
        """Tell whether two territories are one: nearly all people of each live in the other."""
        if old == new:
            return True
        forth = dict(_shares(self._into.get((*old, new[1]), {}))).get(new[0], 0.0)
        back = dict(_shares(self._from.get((*new, old[1]), {}))).get(old[0], 0.0)
        return forth >= MOST and back >= MOST


def _shares(overlaps: Mapping[str, Overlap]) -> list[tuple[str, float]]:
    """Return shares of the people; of the area where nobody lives."""
    weights = {code: overlap.people for code, overlap in overlaps.items()}
    if not any(weights.values()):
        weights = {code: overlap.area for code, overlap in overlaps.items()}
    whole = sum(weights.values())
    shares = [(code, weight / whole if whole else 0.0) for code, weight in weights.items()]
    return sorted(shares, key=lambda share: (-share[1], share[0]))


@dataclass(frozen=True)
class NutsLists:
    """All that the lists say.

    ``outside`` are codes that stand only in the lists of names, with the version of their list.
    """

    versions: Mapping[str, tuple[str, ...]]
    countries: Mapping[str, str]
    crosswalk: Crosswalk
    labels: Mapping[str, Label]
    outside: Mapping[str, str]

    @cached_property
    def newest(self) -> str:
        """The newest version of NUTS in the list."""
        return max((version for versions in self.versions.values() for version in versions), default="")


def nuts_lists(files: Sequence[tuple[Path, bytes]], lists: Sequence[CodeList], source: str) -> NutsLists:
    """Read the lists; ``files`` are the CSV files of codes and overlaps, ``lists`` the code lists with names."""
    versions: defaultdict[str, set[str]] = defaultdict(set)
    countries: dict[str, str] = {}
    overlaps: list[tuple[str, ...]] = []
    for path, data in files:
        if b"from_code" in data[:200]:
            overlaps.extend(rows_of(data, OVERLAPS, path, source))
        else:
            for code, version, country in rows_of(data, CODES, path, source):
                versions[code].add(version)
                countries[code[:2]] = country
    try:
        crosswalk = Crosswalk(overlaps)
    except ValueError as error:
        raise SourceError(source, "number", "the table of overlaps", f"a weight is no number: {error}") from error
    names = [(code, text, entries.version) for entries in lists for code, text in entries.names.items()]
    return NutsLists(
        versions={code: tuple(sorted(found)) for code, found in versions.items()},
        countries=countries,
        crosswalk=crosswalk,
        labels={code: Label(text, language_of(code[:2], text)) for code, text, _ in names if not pseudo(code)},
        outside={code: version for code, _, version in names if code not in versions and not pseudo(code)},
    )


def pseudo(code: str) -> bool:
    """Tell whether a code names no territory but what lies outside all (``PTZZZ``, extra-regio)."""
    return len(code) > 2 and not code[2:].strip("Z")


@lru_cache(maxsize=4096)
def language_of(prefix: str, text: str) -> str:
    """Return the tag of a region's name: the language of a country that has one (CLDR), else ``und``."""
    country = {"EL": "GR", "UK": "GB"}.get(prefix, prefix)
    official = {tag.partition("_")[0] for tag in get_official_languages(country)}
    if official >= {"nb", "nn"}:
        official = {"nb"}
    if len(official) != 1 or ("/" in text and country in _TWO_NAMES):
        return "und"
    language = official.pop()
    if language in _OTHER_SCRIPT and not any(_GREEK <= ord(letter) <= _CYRILLIC for letter in text):
        return f"{language}-latn"
    return language
