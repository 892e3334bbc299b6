"""Towns of records: whether two are known, and are two."""

from typing import Final

from rapidfuzz.distance import JaroWinkler

from koinon.link.keys import Keys
from koinon.link.lexicon import Word

_SPELT: Final = 0.97
"""Two words as alike as this in letters are one name, misspelt or inflected."""
_SURE: Final = 0.5
"""Weight from which on a meaning is one of a town's."""


def two_towns(left: Keys, right: Keys) -> bool:
    """Tell whether both records say their town, and the towns are two.

    They are one if each word of one, as *Paris*, is found in the other, as *Paris Cedex 15*, spelt alike, in
    another language or script. A town by a name that the lexicon does not know counts as another: people look.
    """
    if not (left.city_words and right.city_words) or left.city == right.city:
        return False
    fewer, more = sorted((_telling(left), _telling(right)), key=len)
    return not all(any(one_town(word, other) for other in more) for word in fewer)


def _telling(keys: Keys) -> tuple[Word, ...]:
    """Return the words of a town without numbers of districts and postcodes."""
    return tuple(word for word in keys.city_words if not word.text.isdigit()) or keys.city_words


def one_town(word: Word, other: Word) -> bool:
    """Tell whether two words of towns are one: by spelling, or by what the lexicon knows of them."""
    if JaroWinkler.similarity(word.cognate, other.cognate) >= _SPELT:
        return True
    known = word.meanings.items()
    return any(weight >= _SURE and other.meanings.get(meaning, 0.0) >= _SURE for meaning, weight in known)
