"""What a name is found by: its words, folded, in two romanisations, and as they are typed without umlauts.

The same forms are made of names, for the index, and of what people type, so that ``Ελλάδα``, ``ελλαδα`` and
``Ellada`` meet, and so do ``Łódź`` and ``lodz``, ``Malmö``, ``Malmo`` and ``Malmoe``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from koinon.link.text import clean, fold, romanised, words

MOST_WORDS: Final = 60
"""Words of a name that it is found by."""
MOST_LETTERS: Final = 60
"""Letters of a word that it is found by."""
_TYPED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_INITIALS: Final = range(3, 9)
"""How many words a name has that is known by its initials."""
_SMALL: Final = 3
"""Letters of a word that initials may leave out: of, and, de, για."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of a name: of each word one or more, of the whole, and its initials where it is long enough."""

    words: tuple[tuple[str, ...], ...]
    wholes: tuple[str, ...]
    initials: tuple[str, ...]


@lru_cache(maxsize=20_000)
def forms_of(name: str) -> Forms:
    """Return the forms that a name is found by."""
    plain = _words(fold(name))
    if name.isascii():
        return Forms(tuple((word,) for word in plain), _distinct((" ".join(plain),)), _initials(plain))
    small = clean(name).casefold()
    umlauts = small.translate(_TYPED)
    typed = _words(fold(umlauts)) if umlauts != small else plain
    if len(typed) != len(plain):
        typed = plain
    each = tuple(_distinct((word, *romanised(word), other)) for word, other in zip(plain, typed, strict=True))
    both = [romanised(word) for word in plain]
    wholes = (" ".join(plain), *(" ".join(way) for way in zip(*both, strict=True)), " ".join(typed))
    return Forms(each, _distinct(wholes), _initials(plain))


def _words(folded: str) -> list[str]:
    return [word[:MOST_LETTERS] for word in words(folded)[:MOST_WORDS]]


def _initials(plain: list[str]) -> tuple[str, ...]:
    kept = [word for word in plain if len(word) > _SMALL]
    found = ("".join(word[0] for word in some) for some in (plain, kept) if len(some) in _INITIALS)
    both = [form for letters in found for form in (letters, *romanised(letters))]
    return _distinct(both)


def _distinct(forms: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for form in forms if form))
