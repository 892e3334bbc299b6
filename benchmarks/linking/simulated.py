"""Two tables drawn from the Research Organization Registry, as the graph's sources are to each other.

Most records of one source have no counterpart in the other, and many have a sister there: another body of the same
town. Judged pairs have few such records, so a model that saw only them accepts sisters. Each organisation here goes
to the left, with one of its names, to the right, with the others, or, one in four, to both.
"""

import gzip
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from caching import lexicon_without
from numpy.typing import NDArray
from splink_model import Levels, numbered, settings

from data import SHARED
from koinon.link.blocking import blocks_of, pairs_of
from koinon.link.deciding import bare
from koinon.link.features import PAIR, Comparer
from koinon.link.forms import Forms
from koinon.link.keys import keys_of
from koinon.link.lexicon import Lexicon
from koinon.link.pairing import held_back
from koinon.link.records import Record
from koinon.link.scoring import score, table_of

HALVES = 2
BOTH, LEFT = 0.2, 0.5
"""Share of organisations on both sides, and of those on the left alone."""
BEST = 3


@dataclass
class Simulated:
    """Pairs of mentions of two tables: features, Splink's levels, which records they are of, whether one."""

    features: NDArray[np.float32]
    levels: Levels
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    same: NDArray[np.bool_]
    bare: NDArray[np.bool_]
    held: NDArray[np.bool_]
    links: int
    records: list[Record]

    def folds(self, count: int, settled: Mapping[str, int]) -> NDArray[np.int64]:
        """Return the fold of each pair, by the organisation of its first record; some have theirs already."""
        drawn = np.random.default_rng(0)
        known = dict(settled)
        for record in self.records:
            known.setdefault(record.iri.rsplit("/", 1)[0], int(drawn.integers(0, count)))
        of = np.array([known[record.iri.rsplit("/", 1)[0]] for record in self.records], np.int64)
        return of[self.left]


def simulate(seed: int, without: frozenset[str], cache: Path, forms: Forms) -> Simulated:
    """Draw the tables and compare them, each half of the organisations by a lexicon learnt from the other half.

    Organisations with a name among ``without`` are left out.
    """
    drawn = random.Random(seed)  # noqa: S311 - a sample, not a secret
    organisations = list(_organisations(without))
    halves = [drawn.randrange(HALVES) for _ in organisations]
    parts = []
    for half in range(HALVES):
        mine = [one for one, its in zip(organisations, halves, strict=True) if its == half]
        names = frozenset(name.casefold().strip() for one in mine for name in one.names)
        parts.append(_compare(list(_drawn(mine, drawn)), lexicon_without(names | without, cache), forms))
    return _joined(parts)


@dataclass(frozen=True)
class _Organisation:
    id: str
    names: tuple[str, ...]
    acronyms: tuple[str, ...]
    country: str
    city: str


def _organisations(without: frozenset[str]) -> Iterator[_Organisation]:
    with gzip.open(SHARED / "data" / "ror" / "ror_europe.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if "names" not in record or not record.get("locations"):
                continue
            place = record["locations"][0]["geonames_details"]
            names = [name["value"] for name in record["names"] if "acronym" not in name["types"]]
            if not any(name.casefold().strip() in without for name in names):
                acronyms = tuple(name["value"] for name in record["names"] if "acronym" in name["types"])
                yield _Organisation(
                    record["id"], tuple(dict.fromkeys(names)), acronyms, place["country_code"], place["name"]
                )


def _drawn(organisations: Sequence[_Organisation], drawn: random.Random) -> Iterator[Record]:
    """Yield the records of both tables; the IRI of a record is that of its organisation and its side."""
    for one in organisations:
        chance = drawn.random()
        names = list(one.names)
        drawn.shuffle(names)
        both = chance < BOTH
        if both and len(names) > 1 and drawn.random() < 0.5:
            left, right = names[:1], names[1:]
        else:
            left, right = names[:1], list(one.names)
        if both or chance < BOTH + LEFT:
            city = one.city if drawn.random() < 0.9 else ""
            yield _record(one, "left", left, city, acronyms=())
        if both or chance >= BOTH + LEFT:
            yield _record(one, "right", right, one.city, acronyms=one.acronyms)


def _record(one: _Organisation, side: str, names: list[str], city: str, acronyms: tuple[str, ...]) -> Record:
    pairs = tuple((name, "") for name in names)
    return Record(f"{one.id}/{side}", side, pairs, acronyms=acronyms, country=one.country, city=city)


def _compare(records: Sequence[Record], lexicon: Lexicon, forms: Forms) -> Simulated:
    names = [[keys_of(mention, lexicon, forms) for mention in record.mentions] for record in records]
    blocks = [[blocks_of(keys) for keys in its] for its in names]
    owners = np.array([place for place, its in enumerate(names) for _ in its], np.int64)
    groups = np.array([record.source == "right" for record in records], np.int64)
    pairs = pairs_of([its for one in blocks for its in one], owners, groups, np.array([True, True]))
    sides = np.unique(np.column_stack([owners[pairs[:, 0]], owners[pairs[:, 1]]]), axis=0).tolist()
    compared = [
        (one, other, names[one][a], names[other][b])
        for one, other in sides
        for a, b in _best(blocks[one], blocks[other])
    ]
    left, right = table_of([one for *_, one, _ in compared]), table_of([other for *_, other in compared])
    rows = np.arange(len(compared))
    got = score(left, right, (rows, rows), numbered(settings()))
    comparer = Comparer()
    features = np.array([comparer.pair(one, other) for *_, one, other in compared], np.float32)
    organisation = [record.iri.rsplit("/", 1)[0] for record in records]
    return Simulated(
        features.reshape(-1, len(PAIR)),
        got.parts,
        np.array([one for one, *_ in compared]),
        np.array([other for _, other, *_ in compared]),
        np.array([organisation[one] == organisation[other] for one, other, *_ in compared]),
        np.array([bare(one, other) for *_, one, other in compared]),
        np.array([held_back(one, other) for *_, one, other in compared]),
        len(organisation) - len(set(organisation)),
        list(records),
    )


def _best(left: Sequence[NDArray[np.int64]], right: Sequence[NDArray[np.int64]]) -> list[tuple[int, int]]:
    every = list(product(range(len(left)), range(len(right))))
    if len(every) <= BEST:
        return every
    ones, others = ([set(its.tolist()) for its in side] for side in (left, right))
    return sorted(every, key=lambda pair: (-len(ones[pair[0]] & others[pair[1]]), pair))[:BEST]


def _joined(parts: Sequence[Simulated]) -> Simulated:
    shift = np.cumsum([0, *(len(part.records) for part in parts[:-1])])
    together = lambda name: np.concatenate([getattr(part, name) for part in parts])  # noqa: E731
    return Simulated(
        together("features"),
        {name: np.concatenate([part.levels[name] for part in parts]) for name in parts[0].levels},
        np.concatenate([part.left + by for part, by in zip(parts, shift, strict=True)]),
        np.concatenate([part.right + by for part, by in zip(parts, shift, strict=True)]),
        together("same"),
        together("bare"),
        together("held"),
        sum(part.links for part in parts),
        [record for part in parts for record in part.records],
    )
