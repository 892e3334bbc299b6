"""What two names share, and what either says that the other does not, in whichever language.

Trees weigh how much of a name another covers; here it is asked with what. *Larisa Trekking* and *Larisa Hospital*
share a town, and nothing that is theirs.
"""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from rapidfuzz.distance import JaroWinkler

from koinon.link.features import KINDS
from koinon.link.keys import SMALL, Keys
from koinon.link.lexicon import Word
from koinon.link.territories import regions_named
from koinon.link.text import fold, words
from koinon.link.towns import one_town

Ideas = frozenset[str]
Words = tuple[Word, ...]

ASIDE: Final = re.compile(r"\([^()]*\)")
"""What a name says in brackets: its acronym, its country."""
SHORTEST: Final = 3
"""Letters of the shortest word or acronym that says something."""
_SURE: Final = 0.3
"""Weight from which on a translation is one of a word's meanings."""
_SPELT, _LONG = 0.9, 4
"""Words of four letters and more that are as alike as this are one, misspelt or inflected."""
NAMED_AFTER: Final = frozenset(
    ("university", "college", "polytechnic", "school", "academy", "institute", "hospital", "clinic", "museum")
)
"""Kinds of bodies that are named after places and people."""
_SHORT_KINDS: Final = frozenset(("fh", "th", "tu", "hs", "uni"))


@cache
def kinds(of: str) -> Ideas:
    """Return the ideas of one kind, of ``lexicon/kinds.txt``."""
    return frozenset[str]().union(*_lines(of))


@cache
def _lines(of: str) -> tuple[Ideas, ...]:
    lines = (files("koinon.link") / "lexicon" / "kinds.txt").read_text("utf-8").splitlines()
    return tuple(frozenset(line.split()[1:]) for line in lines if line.startswith(f"{of} "))


@cache
def groups(idea: str) -> frozenset[int]:
    """Return the groups of ideas that translators put for this one."""
    return frozenset(number for number, group in enumerate(_lines("alike")) if idea in group)


def ideas_of(word: Word) -> Ideas:
    """Return the ideas that a word stands for."""
    return frozenset(meaning[1:] for meaning in word.meanings if meaning[0] == ":")


def said(word: Word, others: Iterable[Word], *, freely: bool = True) -> bool:
    """Tell whether one of other words says what a word says, in whichever language, or is spelt nearly so.

    ``freely`` counts what translators put for each other, as *institute* for *centre*.
    """
    return any(_one(word, other, freely=freely) for other in others)


def _one(word: Word, other: Word, *, freely: bool) -> bool:
    known = word.meanings.items()
    if any(weight >= _SURE and other.meanings.get(meaning, 0.0) >= _SURE for meaning, weight in known):
        return True
    if freely and _groups_of(word) & _groups_of(other):
        return True
    long = min(len(word.cognate), len(other.cognate)) >= _LONG
    return long and JaroWinkler.similarity(word.cognate, other.cognate) >= _SPELT


def _groups_of(word: Word) -> frozenset[int]:
    return frozenset[int]().union(*map(groups, ideas_of(word)))


def own(found: Iterable[Word]) -> Words:
    """Return the words that are neither small ones nor numbers."""
    return tuple(word for word in found if word.text not in SMALL and not word.text.isdigit())


def of_town(word: Word, left: Keys, right: Keys) -> bool:
    """Tell whether a word is one of the town of either record."""
    return any(one_town(word, place) for place in (*left.city_words, *right.city_words))


def short_kind(keys: Keys) -> bool:
    """Tell whether a name says in two letters which kind of university it is."""
    return not _SHORT_KINDS.isdisjoint(word.text for word in keys.words)


def abbreviates(word: Word, keys: Keys, other: Keys) -> bool:
    """Tell whether a word of ``keys`` is an acronym of either name; one in capitals may leave letters out."""
    short = {word.latin, word.cognate}
    if short & {*other.initials, *other.acronyms, *keys.initials}:
        return True
    if not short & keys.acronyms or len(word.cognate) < SHORTEST:
        return False
    mine = (initials[1:] for initials in keys.initials)  # without the first letter, which is the acronym's own
    return word.cognate in mine or any(_within(word.cognate, initials) for initials in other.initials)


def _within(acronym: str, initials: str) -> bool:
    """Tell whether initials begin as an acronym does, and have its letters in their order."""
    letters = iter(initials)
    return acronym[:1] == initials[:1] and all(letter in letters for letter in acronym)


def thinly_shared(left: Keys, right: Keys) -> bool:
    """Tell whether two names share too little: the name of their town or region alone, or one word.

    Where it is a place, either may say no more than the other; where it is one word, they are two if each says
    more, as two firms with one first word do. One site or number of both settles it.
    """
    if (left.domain and left.domain == right.domain) or left.numbers & right.numbers:
        return False
    both = min((_shared(left, right), _shared(right, left)), key=len)
    if not both:
        return says_more(left, right) or says_more(right, left)
    if len(both) > 1 or _is_general(both[0]):
        return False
    return all(says_more(one, other, little=True) for one, other in ((left, right), (right, left)))


def kind_and_place(left: Keys, right: Keys) -> bool:
    """Tell whether two names share a place and what kind of body is there, and one of the two says more.

    *Polytechnic of Larisa* and *Workers' Polytechnic of Larisa* may be two; mostly a founder's name is left out.
    """
    both = (*_shared(left, right), *_shared(right, left))
    return all(map(_is_general, both)) and says_more(left, right) != says_more(right, left)


def _shared(keys: Keys, other: Keys) -> Words:
    """Return the words of a name that another has too, beside places."""
    stems, theirs = _stems(other), _apart(other, keys)
    return tuple(
        word
        for word in own(keys.words)
        if (word.stem in stems or said(word, theirs))
        and not (of_town(word, keys, other) or regions_named(word) or ideas_of(word) & kinds("place"))
    )


def _stems(keys: Keys) -> Ideas:
    return frozenset(word.stem for word in keys.words)


def _apart(keys: Keys, other: Keys) -> Words:
    """Return the words of a name that do not stand in the other as well.

    Those that do are said: lexicons have learnt what often stands beside a town as another word for it.
    """
    stems = _stems(other)
    return own(word for word in keys.words if word.stem not in stems)


def _is_general(word: Word) -> bool:
    return bool(ideas_of(word) & (KINDS | kinds("little") | kinds("each")))


def says_more(keys: Keys, other: Keys, *, little: bool = False) -> bool:
    """Tell whether a name has a word that the other lacks, beside towns and acronyms; ``little`` ones may count.

    What stands in brackets does not count.
    """
    aside = {text for part in ASIDE.findall(keys.mention.name) for text in words(fold(part))}
    stems, others, short = _stems(other), _apart(other, keys), short_kind(other)
    return any(
        word.stem not in stems
        and len(word.text) >= SHORTEST
        and word.text not in aside
        and not said(word, others)
        and not (of_town(word, keys, other) or regions_named(word))
        and not (short and ideas_of(word) & NAMED_AFTER)
        and (little or not ideas_of(word) & kinds("little"))
        and not abbreviates(word, keys, other)
        for word in own(keys.words)
    )
