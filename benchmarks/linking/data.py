"""The judged pairs that the linker is trained and measured on, read from KOINON_SHARED; none is kept here."""

import csv
import gzip
import json
import os
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from koinon.link.mentions import Mention
from koinon.link.tables import read_table

SHARED = Path(os.environ.get("KOINON_SHARED", "../shared"))
GOLD = SHARED / "gold" / "org-names"
COOPS = SHARED / "data" / "coops-uk"


@dataclass(frozen=True)
class Judged:
    """Two tables, and which of their rows are one organisation."""

    name: str
    left: Sequence[Mention]
    right: Sequence[Mention]
    links: frozenset[tuple[int, int]]

    def masked(self, name: str, **blank: object) -> "Judged":
        """Return the same pairs with less said of each record."""
        sides = ([replace(mention, **blank) for mention in side] for side in (self.left, self.right))  # type: ignore[arg-type]
        return Judged(f"{self.name}, {name}", *sides, self.links)

    def names(self) -> frozenset[str]:
        """Return all names, as ``registry`` leaves them out."""
        return frozenset(one.name.casefold().strip() for side in (self.left, self.right) for one in side)

    def folds(self, seed: int, count: int) -> tuple[list[int], list[int]]:
        """Return the fold of each left and right record; those of one organisation are in one."""
        drawn = random.Random(seed)  # noqa: S311 - folds, not secrets
        left = [drawn.randrange(count) for _ in self.left]
        right = [drawn.randrange(count) for _ in self.right]
        for a, b in sorted(self.links):
            right[b] = left[a]
        return left, right


def gold() -> Judged:
    """Return the organisations of 14 countries: native names on the left, English ones on the right."""
    left, right = (list(read_table(GOLD / f"{side}.tsv")) for side in ("left", "right"))
    rows = [{mention.id: row for row, mention in enumerate(side)} for side in (left, right)]
    with (GOLD / "links.tsv").open(encoding="utf-8") as file:
        links = frozenset(
            (rows[0][row["aid"]], rows[1][row["bid"]]) for row in csv.DictReader(file, delimiter="\t")
        )
    return Judged("organisation names", left, right, links)


def coops() -> Judged:
    """Return two vintages of the register of co-operatives; the register's own id says who is who."""
    left, right = (list(read_table(COOPS / f"coops_uk_{year}.csv")) for year in ("2017-06", "2023-q2"))
    rows = {mention.id: row for row, mention in enumerate(right)}
    links = frozenset((row, rows[mention.id]) for row, mention in enumerate(left) if mention.id in rows)
    return Judged("co-operatives register", left, right, links)


@dataclass(frozen=True)
class Organisation:
    """An organisation of the registry: its English names and those in other languages."""

    english: tuple[str, ...]
    other: tuple[str, ...]


def registry(without: frozenset[str] = frozenset()) -> Iterator[Organisation]:
    """Yield the organisations of the Research Organization Registry (CC0), without those of some names."""
    with gzip.open(SHARED / "data" / "ror" / "ror_europe.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            names = list(_names(json.loads(line)))
            if not any(name.casefold().strip() in without for name, _ in names):
                english = tuple(dict.fromkeys(name for name, language in names if language == "en"))
                yield Organisation(english, tuple(dict.fromkeys(name for name, lang in names if lang != "en")))


def _names(record: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the names of a record of either version of the registry's schema, acronyms left out."""
    names: list[tuple[str, str]] = []
    if "names" in record:
        for name in record["names"]:  # type: ignore[attr-defined]
            if "acronym" not in name["types"]:
                names.append((name["value"], name.get("lang") or ""))
    else:
        names += [(str(record["name"]), ""), *((alias, "") for alias in record["aliases"])]  # type: ignore[attr-defined]
        names += [(label["label"], label["iso639"] or "") for label in record["labels"]]  # type: ignore[attr-defined]
    for name, language in names:
        if " " in name or len(name) > 5:
            english = not language and {"of", "the", "for", "and"} & set(name.casefold().split())
            yield name, "en" if english else language
