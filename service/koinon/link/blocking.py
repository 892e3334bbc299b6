"""Candidates among the records of a graph: those that share a block, a hash of something that their names say.

Blocks are made of one record alone and of what the package carries; so a record that comes or goes changes no other
record's blocks. (``candidates`` ranks the rows of two tables instead: better for two tables, but each row's
candidates then depend on all others.)
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from koinon.link.features import KINDS
from koinon.link.keys import Keys
from koinon.link.lexicon import Word

Ints = NDArray[np.int64]
Telling = list[tuple[Word, list[str]]]
"""The most telling words of a name, each with what it may mean."""

LARGEST: Final = 100
"""Mentions in a block; what more of them share tells nothing."""
ACROSS, WITHIN = 5_000_000, 500_000
"""Pairs that blocks may make, each counted in every block that it shares: of records of two sources, and of records
of one source that does not tell its records apart."""
EACH: Final = 40
"""Pairs within such sources for each of their records, on average."""
_WORDS: Final = 5
"""The most telling words of a name, by two or three of which it is found."""
_MEANINGS: Final = 3
"""Meanings of a word that are followed."""
_SURE: Final = 0.3
_RARE: Final = 7.0
"""Weight from which on a word is enough by itself: about one name in a thousand has it."""
_SHORT: Final = 2
_BEGINNING: Final = 4
"""Letters of a word that its forms share in any language: Uten-os, Uten-a."""
_PART: Final = 8
"""Letters at either end of a name that find another spelling of the rest."""
_MASK: Final = 2**62 - 1
_PRIME: Final = 0x9E3779B97F4A7C15


def blocks_of(keys: Keys) -> Ints:
    """Return the blocks of a mention, sorted.

    Most hold for its country; that of the whole name, of acronyms and of its two most telling words hold in all,
    for records whose country is unknown or wrong.
    """
    here = keys.mention.country
    telling = [(word, _meanings(word)) for word in _telling(keys)]
    said = list(_said(keys, telling))
    found = {_hash(here, *each) for each in said}
    found |= {_hash("", *each) for each in _said_anywhere(keys, telling)}
    if not here:
        found |= {_hash("", *each) for each in said}
    return np.array(sorted(found), np.int64)


def _said(keys: Keys, telling: Telling) -> Iterator[tuple[str, ...]]:
    for (_, ones), (_, others) in combinations(telling, 2):
        yield from (("2", a, b) if a <= b else ("2", b, a) for a in ones for b in others)
    firsts = sorted({meaning for _, meanings in telling for meaning in meanings[:1]})
    yield from (("3", *three) for three in combinations(firsts, 3))
    kinds = keys.ideas & KINDS
    for word, meanings in telling:
        if len(word.cognate) > _BEGINNING:
            yield from (("k", word.cognate[:_BEGINNING], kind) for kind in kinds)
        if word.weight >= _RARE:
            yield from (("1", meaning) for meaning in meanings)
    if keys.city:
        yield from (("c", keys.city, kind) for kind in kinds)
        if telling:
            yield from (("t", keys.city, meaning) for meaning in telling[0][1])
    if keys.city and keys.mention.year:
        yield "y", keys.city, str(keys.mention.year)
    if len(keys.joined) > _PART:
        yield "b", keys.joined[:_PART]
        yield "e", keys.joined[-_PART:]
    if keys.postcode:
        yield from (("p", keys.postcode, meaning) for _, meanings in telling[:2] for meaning in meanings[:1])


def _said_anywhere(keys: Keys, telling: Telling) -> Iterator[tuple[str, ...]]:
    if keys.joined:
        yield "=", keys.joined
    if keys.domain:
        yield "@", keys.domain
    short = {*keys.acronyms, *keys.initials, *([keys.joined] if len(keys.words) == 1 else [])}
    yield from (("&", one, keys.mention.country) for one in short if len(one) > _SHORT)
    if len(telling) > 1:
        (_, ones), (_, others) = telling[:2]
        yield from (("2", a, b) if a <= b else ("2", b, a) for a in ones for b in others)


def _telling(keys: Keys) -> list[Word]:
    words = {word.text: word for word in keys.words}
    return sorted(words.values(), key=lambda word: (-word.weight, word.text))[:_WORDS]


def _meanings(word: Word) -> list[str]:
    ranked = sorted(word.meanings.items(), key=lambda pair: (-pair[1], not pair[0].startswith(":"), pair[0]))
    return [meaning for meaning, weight in ranked if weight >= _SURE][:_MEANINGS]


def _hash(*parts: str) -> int:
    total = 0
    for part in parts:
        total = ((total ^ crc32(part.encode())) * _PRIME) & _MASK
    return total


def pairs_of(blocks: Sequence[Ints], owners: Ints, groups: Ints, distinct: NDArray[np.bool_]) -> Ints:
    """Return the pairs of mentions of two records that share a block, as ``pairs_in`` does, of single mentions."""
    sizes = np.array([len(one) for one in blocks], np.int64)
    return pairs_in(np.concatenate(blocks) if blocks else np.empty(0, np.int64), sizes, owners, groups, distinct)


def pairs_in(block: Ints, blocks: Ints, owners: Ints, groups: Ints, distinct: NDArray[np.bool_]) -> Ints:
    """Return the pairs of mentions of two records that share a block, and in how many: rows of three numbers.

    ``block`` has the blocks of all mentions, one mention after the other, and ``blocks`` how many each has;
    ``owners`` is the record of each mention, ``groups`` the source of each record, ``distinct`` which sources tell
    their records apart. Pairs are sorted, the first mention is that of the record that comes first. Where blocks
    make too many, as half a million names of few words do, only smaller ones count: time and memory stay bounded,
    and what few share tells most.
    """
    mention = np.repeat(np.arange(len(blocks)), blocks)
    order = np.lexsort((mention, block))
    block, mention = block[order], mention[order]
    starts = np.flatnonzero(np.concatenate([[True], block[1:] != block[:-1]])) if len(block) else np.empty(0, int)
    each = np.diff(np.append(starts, len(block)))
    sizes = np.repeat(each, each)
    small = (sizes > 1) & (sizes <= LARGEST)
    block, mention, sizes = block[small], mention[small], sizes[small]
    owner = owners[mention]
    group = groups[owner]
    across, within, fruitful = largest_of(block, owner, group, distinct)
    block, mention, sizes, owner, group = (each[fruitful] for each in (block, mention, sizes, owner, group))
    count = np.int64(len(blocks))
    found = []
    for step in range(1, LARGEST):
        same = block[step:] == block[:-step]
        if not same.any():
            break
        at = np.flatnonzero(same)
        a, b = owner[at], owner[at + step]
        apart = group[at] != group[at + step]
        fits = np.where(apart, sizes[at] <= across, (sizes[at] <= within) & ~distinct[group[at]]) & (a != b)
        at = at[fits]
        one, other = mention[at], mention[at + step]
        swapped = owner[at] > owner[at + step]
        found.append(np.where(swapped, other, one) * count + np.where(swapped, one, other))
    if not found:
        return np.empty((0, 3), np.int64)
    packed, shared = np.unique(np.concatenate(found), return_counts=True)
    return np.column_stack([packed // count, packed % count, shared])


def largest_of(
    block: Ints, owner: Ints, group: Ints, distinct: NDArray[np.bool_]
) -> tuple[int, int, NDArray[np.bool_]]:
    """Return up to which number of mentions blocks count, for pairs of two sources and for pairs of one.

    The mentions, at most LARGEST in a block, are sorted by block and record; ``owner`` and ``group`` are the record
    and the source of each. The third is which mentions are in blocks that make pairs at all.
    """
    if not len(block):
        return LARGEST, LARGEST, np.empty(0, np.bool_)
    begins = np.concatenate([[True], block[1:] != block[:-1]])
    number = np.cumsum(begins) - 1
    first = begins | np.concatenate([[True], owner[1:] != owner[:-1]])
    place = number[first]
    sizes = np.bincount(number)
    key, count = np.unique(place * len(distinct) + group[first], return_counts=True)
    inside = count * (count - 1) // 2
    where, alike = key // len(distinct), ~distinct[key % len(distinct)]
    records = np.bincount(place, minlength=len(sizes))
    across = records * (records - 1) // 2 - np.bincount(where, inside, len(sizes)).astype(np.int64)
    within = np.bincount(where, inside * alike, len(sizes)).astype(np.int64)
    least = EACH * len(np.unique(owner[~distinct[group]]))
    fruitful = ((across > 0) | (within > 0))[number]
    return _largest(sizes, across, ACROSS), _largest(sizes, within, min(WITHIN, least)), fruitful


def _largest(sizes: Ints, pairs: Ints, most: int) -> int:
    """Return the largest size up to which all blocks together make at most ``most`` pairs."""
    total = np.cumsum(np.bincount(sizes, pairs, LARGEST + 1))
    return int(np.flatnonzero(total <= most)[-1])
