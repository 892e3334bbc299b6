"""Tables drawn from the Research Organization Registry as the judged ones are: native names against English ones.

The judged pairs hold 812 organisations, and the bound of the band accept hangs on the four or five surest mistakes
among them. The registry that words are learnt from has some three thousand more with names in two languages. They
are drawn into as many tables as there are folds; the features of a table come from a lexicon that was learnt
without its organisations and without those of the judged pairs, and each table is held back with the fold of its
number. Trees learn from them beside the judged pairs; the bounds of accept are theirs alone.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from caching import lexicon_without
from training import FOLDS, Pairs, pairs_of

from data import SHARED, Judged
from koinon.link.forms import Forms
from koinon.link.mentions import Mention

MOST = 110
"""Organisations of one country in a table: the judged pairs have some hundred of each of the larger ones."""
HALF = 0.5
BOTH, LEFT = 0.64, 0.18
"""Share of organisations on both sides, and of those on the left alone."""
TOWN, YEAR = 0.7, 0.45
"""Share of records that say their town, and their year."""
LONE = 10
"""Organisations of a country with a name in one language that a table has at least, where there are so many."""

Name = tuple[str, str]
Kept = Callable[[Judged, Callable[[], Pairs]], Pairs]


@dataclass(frozen=True, slots=True)
class Registered:
    """An organisation of the registry, with its names and their languages, acronyms left out."""

    id: str
    names: Sequence[Name]
    country: str
    city: str
    year: int | None
    types: tuple[str, ...]

    def english(self) -> list[Name]:
        """Return the English names; the first of an old record, which has no language, is one if others are not."""
        found = [name for name in self.names if name[1] == "en"]
        return found or ([(self.names[0][0], "en")] if self.native() and not self.names[0][1] else [])

    def native(self) -> list[Name]:
        """Return the names in other languages."""
        return [name for name in self.names if name[1] not in {"", "en"}]


def registered(without: frozenset[str]) -> Iterator[Registered]:
    """Yield the organisations of either version of the registry's schema, without those of some names."""
    with gzip.open(SHARED / "data" / "ror" / "ror_europe.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            found = _new(record) if "names" in record else _old(record)
            if found and not any(name.casefold().strip() in without for name, _ in found.names):
                yield found


def _new(record: dict[str, Any]) -> Registered | None:
    if not record.get("locations"):
        return None
    place = record["locations"][0]["geonames_details"]
    names = [(name["value"], name.get("lang") or "") for name in record["names"] if "acronym" not in name["types"]]
    return _record(record, names, place["country_code"], place["name"])


def _old(record: dict[str, Any]) -> Registered:
    names = [(record["name"], ""), *((alias, "") for alias in record["aliases"])]
    names += [(label["label"], label["iso639"] or "") for label in record["labels"]]
    city = record["addresses"][0]["city"] if record["addresses"] else ""
    return _record(record, names, record["country"]["country_code"], city or "")


def _record(record: dict[str, Any], names: list[Name], country: str, city: str) -> Registered:
    types = tuple(sorted(kind.lower() for kind in record["types"]))
    return Registered(record["id"], names, country, city, record["established"], types)


def draw(seed: int, without: frozenset[str]) -> list[Judged]:
    """Return a pair of tables for each fold."""
    drawn = random.Random(seed)  # noqa: S311 - a sample, not a secret
    countries: dict[str, list[Registered]] = defaultdict(list)
    for one in registered(without):
        countries[one.country].append(one)
    tables = [_Table() for _ in range(FOLDS)]
    for code in sorted(countries):
        two, lone = [], []
        for one in countries[code]:
            native, english = one.native(), one.english()
            if native and english and native[0][0].casefold() != english[0][0].casefold():
                two.append((one, drawn.choice(native), drawn.choice(english)))
            else:
                lone.append(one)
        drawn.shuffle(two)
        drawn.shuffle(lone)
        for number, table in enumerate(tables):
            mine = two[number::FOLDS][:MOST]
            table.add(mine, lone[number::FOLDS][: max(LONE, len(mine) // 2)], drawn)
    return [
        Judged(f"registry {number}", table.left, table.right, frozenset(table.links))
        for number, table in enumerate(tables)
    ]


@dataclass
class _Table:
    left: list[Mention] = field(default_factory=list)
    right: list[Mention] = field(default_factory=list)
    links: set[tuple[int, int]] = field(default_factory=set)

    def add(
        self, two: Sequence[tuple[Registered, Name, Name]], lone: Sequence[Registered], drawn: random.Random
    ) -> None:
        """Add the organisations of a country: those with names in two languages, and others."""
        for one, native, english in two:
            chance = drawn.random()
            if chance < BOTH:
                self.links.add((len(self.left), len(self.right)))
            if chance < BOTH + LEFT:
                self.left.append(_mention(one, native, drawn))
            if not BOTH <= chance < BOTH + LEFT:
                self.right.append(_mention(one, english, drawn))
        for one in lone:
            side = self.left if drawn.random() < HALF else self.right
            side.append(_mention(one, one.names[0], drawn))


def _mention(one: Registered, name: Name, drawn: random.Random) -> Mention:
    city = one.city if drawn.random() < TOWN else ""
    year = one.year if drawn.random() < YEAR else None
    return Mention(one.id, name[0], country=one.country, language=name[1], city=city, year=year, types=one.types)


def _made(_: Judged, make: Callable[[], Pairs]) -> Pairs:
    return make()


@dataclass(frozen=True, slots=True)
class Drawn:
    """The candidate pairs of each drawn pair of tables: with all columns, and with names and country alone."""

    full: list[Pairs]
    alone: list[Pairs]


def registry_pairs(seed: int, without: frozenset[str], cache: Path, forms: Forms, kept: Kept = _made) -> Drawn:
    """Return the candidate pairs of drawn tables, without organisations of some names; ``kept`` may know them."""
    full: list[Pairs] = []
    alone: list[Pairs] = []
    for fold, judged in enumerate(draw(seed, without)):
        for found, tables in ((full, judged), (alone, judged.masked("names alone", city="", year=None, types=()))):

            def make(tables: Judged = tables, names: frozenset[str] = judged.names() | without) -> Pairs:
                return pairs_of(tables, [lexicon_without(names, cache)], forms, seed)

            pairs = kept(tables, make)
            found.append(replace(pairs, fold=np.full(len(pairs.fold), fold), counted=False))
    return Drawn(full, alone)
