"""Columns found by their titles: what is missing, what stands twice, and what may have been meant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from koinon.build.mapping.readers.interface import WantedTable

_LOOKED_AT: Final = 300
_SHOWN: Final = 12
_INVISIBLE: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad"))


def plain(title: str) -> str:
    """Return a title with single blanks and without what cannot be seen."""
    return " ".join(title.translate(_INVISIBLE).split())


def letters_of(index: int) -> str:
    """Return the name of a column as spreadsheets show it: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        name = chr(65 + digit) + name
    return name


def did_you_mean(name: str, among: Sequence[str]) -> str | None:
    """Return the one of ``among`` that is most like ``name``, upper and lower case being the same."""
    folded = {plain(other)[:80].casefold(): other for other in among[:_LOOKED_AT]}
    close = get_close_matches(plain(name)[:80].casefold(), folded, n=1)
    return folded[close[0]] if close else None


@dataclass(frozen=True, slots=True)
class Head:
    """The titles of a table: ``names`` tells by position what a column is called in records."""

    names: Mapping[int, str]
    columns: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    """Columns that the mapping speaks of and that are absent, each with the title that may be meant."""


@dataclass(frozen=True, slots=True)
class BadHead:
    """Why a row cannot be the titles: the rule, what to do, and how many wanted columns are missing."""

    rule: str
    detail: str
    missing: int


def read_head(titles: Mapping[int, str], wanted: WantedTable) -> Head | BadHead:
    """Find the wanted columns among ``titles`` (by position)."""
    spelled = {plain(name): name for name in _all_wanted(wanted)}
    names: dict[int, str] = {}
    place_of: dict[str, int] = {}
    for index, title in titles.items():
        name = spelled.get(plain(title), title.strip())
        if not plain(title):
            continue
        if name in place_of:
            if not spelled or name in spelled.values():
                two = f"columns {letters_of(place_of[name])} and {letters_of(index)}"
                detail = f"the title {name!r} stands in {two}; rename or remove one of them"
                return BadHead("column-twice", detail, 0)
            name = f"{name} (column {letters_of(index)})"
        place_of[name] = index
        names[index] = name
    missing = missing_of(wanted, place_of)
    spare = [name for name in place_of if name not in spelled.values()]
    if missing:
        return BadHead("missing-column", _missing(missing, spare, list(place_of)), len(missing))
    return Head(names, tuple(place_of), tuple(_renamed(wanted, place_of, spare)))


def missing_of(wanted: WantedTable, present: Mapping[str, object]) -> list[str]:
    """Return what the nearest variant of a table wants and ``present`` has not."""
    lacking = [sorted(name for name in variant if name not in present) for variant in wanted.variants]
    return min(lacking, key=len, default=[])


def _all_wanted(wanted: WantedTable) -> Iterator[str]:
    yield from wanted.known
    for variant in wanted.variants:
        yield from variant


def _missing(missing: Sequence[str], spare: Sequence[str], found: Sequence[str]) -> str:
    told = []
    for name in missing[:_SHOWN]:
        close = did_you_mean(name, spare)
        told.append(f"{name!r} (did you mean {close!r}?)" if close else repr(name))
    words = "the column {} is missing" if len(missing) == 1 else "the columns {} are missing"
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    shown = ", ".join(repr(name[:80]) for name in found[:_SHOWN]) or "none"
    rest = ", …" if len(found) > _SHOWN else ""
    there = f"the table has {shown}{rest}"
    return f"{words.format(', '.join(told) + more)}; {there}. Name the columns as the publisher does"


def _renamed(wanted: WantedTable, present: Mapping[str, int], spare: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(wanted.known):
        if name not in present and spare and (close := did_you_mean(name, spare)):
            yield name, close
