"""Names that may be of several bodies, or of none: two in one row, numbers, acronyms, a mere legal form."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from koinon.link.features import KINDS
from koinon.link.keys import SMALL, Keys
from koinon.link.lexicon import Word
from koinon.link.text import fold, words

_PARTS: Final = re.compile(r"[;/|()\n]|\s[-–—]\s")
"""What stands between two names in one cell, or between a name and more about it."""
_ROWS: Final = re.compile(r"[;|\n]|\s/\s")
"""What stands between two names alone."""
_YEARS: Final = range(1000, 2100)
_FEW: Final = 2


def doubtful_names(left: Keys, right: Keys) -> bool:
    """Tell whether two names leave open of which body they are, whatever else is known of the records."""
    return (
        _empty(left)
        or _empty(right)
        or _numbered_apart(left, right)
        or _two_bodies(left, right)
        or _two_bodies(right, left)
        or (min(len(left.words), len(right.words)) < _FEW and not _in_common(left.words, right.words))
    )


def _empty(keys: Keys) -> bool:
    """Tell whether a name has no word, or is a legal form and nothing else."""
    return not keys.words or bool(keys.form and len(keys.words) == len(words(keys.folded)))


def _numbered_apart(left: Keys, right: Keys) -> bool:
    """Tell whether the two have numbers, and none in common, or one has a number as *School 5* has: no year."""
    if left.numbers and right.numbers:
        return not left.numbers & right.numbers
    return any(int(text) not in _YEARS for text in _standing(left) | _standing(right))


def _standing(keys: Keys) -> set[str]:
    """Return the numbers that are words of their own."""
    inside = {text for word in keys.words for text in re.findall(r"\d+", word.text) if not word.text.isdigit()}
    return {text for text in keys.numbers - inside if len(text) < 5}


def _two_bodies(keys: Keys, other: Keys) -> bool:
    """Tell whether a name has two bodies of which the other has one, and not one body in two languages."""
    many, one = _kinds(keys), _kinds(other)
    if any(count >= _FEW and one[kind] < _FEW for kind, count in many.items()):
        names = [_own(part) for part in _parts(keys, _PARTS)]
    elif any(not one[kind] for kind in many):
        names = [_own(part) for part in _parts(keys, _ROWS) if any(map(_kinds_of, part))]
        if len(names) < _FEW:
            return False
    else:
        return False
    return len(names) < _FEW or not all(_in_common(names[0], name) for name in names[1:])


def _parts(keys: Keys, between: re.Pattern[str]) -> list[list[Word]]:
    """Return the words of each part of a name."""
    known = {word.text: word for word in keys.words}
    parts = (
        [known[text] for text in words(fold(part)) if text in known] for part in between.split(keys.mention.name)
    )
    return [part for part in parts if part]


def _kinds(keys: Keys) -> Counter[str]:
    """Return how many words say each kind of body."""
    return Counter(kind for word in keys.words for kind in _kinds_of(word))


def _kinds_of(word: Word) -> frozenset[str]:
    return KINDS.intersection(meaning[1:] for meaning in word.meanings if meaning[0] == ":")


def _own(part: Sequence[Word]) -> list[Word]:
    """Return the words that are a body's own: neither small ones, nor its kind."""
    return [word for word in part if word.text not in SMALL and not _kinds_of(word)]


def _in_common(one: Sequence[Word], other: Sequence[Word]) -> bool:
    """Tell whether two names share a word that is not small, in whichever language."""
    found, wanted = (
        {meaning for word in its if word.text not in SMALL for meaning in word.meanings} for its in (one, other)
    )
    return bool(found & wanted)
