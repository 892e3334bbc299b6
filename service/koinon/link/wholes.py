"""A part for its whole, and what is named after a place for the place: names of which one holds the other.

*Thessaly Region – Unit for Clusters* holds the whole name of a region and is an office of it. Which words say a
part is known of few (``lexicon/kinds.txt``); where they stand, behind a dash, a slash or a comma, says it too.
"""

import re
from functools import cache
from typing import Final

from koinon.link.features import KINDS
from koinon.link.keys import Keys
from koinon.link.sharing import (
    ASIDE,
    NAMED_AFTER,
    SHORTEST,
    Words,
    abbreviates,
    ideas_of,
    kinds,
    of_town,
    own,
    said,
    says_more,
    short_kind,
)
from koinon.link.text import fold, words

_APART: Final = re.compile(r"\s*[;/|\n]\s*|\s+[-–—]+\s*|[–—]+\s+")
"""What stands between the name of a whole and that of a part of it."""
_JOINED: Final = re.compile(r"\s*,\s+|\s(?:and|e|ed|et|y|i|und|och|og|ja|en|και|&|\+)\s", re.IGNORECASE)
"""What stands between two bodies, and as often between two words for what one does."""
_ANY: Final = re.compile(f"{_APART.pattern}|{_JOINED.pattern}", re.IGNORECASE)
_MOSTLY: Final = 0.5
"""Share of a part's words above which it says the whole once more, in another language."""
_APPLIED: Final = ("fachhochschul", "ammattikorkeakoul", "yrkeshogskol", "rakenduskorgkool")
"""Beginnings of words for a university of applied sciences."""
_FEW: Final = 2
_TECHNICAL: Final = frozenset(("applied", "polytechnic", "technical", "technology"))


def whole_and_part(left: Keys, right: Keys) -> bool:
    """Tell whether one is a part of the other, or stands beside it, by where their words stand."""
    both = ((left, right), (right, left))
    return any(_unit(one, other) or _applied(one, other) or _firm_of(one, other) for one, other in both)


def named_after(left: Keys, right: Keys) -> bool:
    """Tell whether one says no kind of body, as a town, and the other is a school, a hospital … of that name."""
    return _is_named_after(left, right) or _is_named_after(right, left)


def _unit(keys: Keys, other: Keys) -> bool:
    """Tell whether a name is another's whole name, with a unit or another body beside it."""
    return _beside(keys, other, _parts(keys, _APART)) or any(
        _beside(keys, other, _parts(keys, between), bodies=True) for between in (_JOINED, _ANY)
    )


def _beside(keys: Keys, other: Keys, parts: list[Words], *, bodies: bool = False) -> bool:
    """Tell whether some parts are the other name and another is more; with ``bodies``, it says a kind of body."""
    theirs = own(other.words)
    whole = [word for part in parts if all(said(word, theirs) for word in part) for word in part]
    if len(parts) < _FEW or not whole:
        return False
    more = (part for part in parts if _is_more(part, keys, other, theirs))
    if not any(not bodies or any(ideas_of(word) & _bodies() for word in part) for part in more):
        return False
    halves = _parts(other, _APART)
    rest = [part for part in halves if not all(said(word, whole) for word in part)]
    if len(rest) == len(halves):
        return False
    return not rest or any(_is_more(part, other, keys, own(keys.words)) for part in rest)


@cache
def _bodies() -> frozenset[str]:
    """Return the ideas that say a kind of body, of a part of one or of a territory."""
    return KINDS | kinds("part") | kinds("beside") | kinds("each") | {"cooperative"}


def _is_more(part: Words, keys: Keys, other: Keys, theirs: Words) -> bool:
    """Tell whether a part of a name says something else than the other: no acronym, town or translation."""
    rest = [word for word in part if not of_town(word, keys, other) and not abbreviates(word, keys, other)]
    new = [word for word in rest if not said(word, theirs, freely=False)]
    return any(len(word.text) >= SHORTEST for word in new) and len(rest) - len(new) <= _MOSTLY * len(rest)


def _parts(keys: Keys, between: re.Pattern[str]) -> list[Words]:
    """Return the words of each part of a name, without what stands in brackets."""
    known = {word.text: word for word in keys.words}
    name = ASIDE.sub(" ", keys.mention.name)
    parts = (own(known[text] for text in words(fold(part)) if text in known) for part in between.split(name))
    return [part for part in parts if part]


def _is_named_after(keys: Keys, other: Keys) -> bool:
    seats = [word for word in other.words if ideas_of(word) & NAMED_AFTER]
    if not seats or keys.ideas & KINDS or any(said(word, keys.words) for word in seats):
        return False
    mine = own(keys.words)
    if keys.acronyms & {*other.acronyms, *other.initials} or short_kind(keys):
        return False
    return all(said(word, other.words) for word in mine)


def _firm_of(keys: Keys, other: Keys) -> bool:
    """Tell whether a name with a legal form is that of a university … without one, and more."""
    if not keys.form or other.form or not other.ideas & NAMED_AFTER:
        return False
    return says_more(keys, other, little=True) and not says_more(other, keys, little=True)


def _applied(keys: Keys, other: Keys) -> bool:
    """Tell whether one is a university of applied sciences, and the other a university that does not say so."""
    if not _is_applied(keys) or _is_applied(other):
        return False
    return "university" in other.ideas and not _TECHNICAL & other.ideas


def _is_applied(keys: Keys) -> bool:
    applied = any(word.text == "fh" or word.text.startswith(_APPLIED) for word in keys.words)
    return applied or {"university", "applied"} <= keys.ideas
