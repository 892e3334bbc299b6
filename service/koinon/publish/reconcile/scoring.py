"""How well a name answers a name, and a value a value: numbers from 0 to 100."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from koinon.link.text import MOST, fold, romanised, words

SAME, MISSPELT, READ, SHORT, ALIKE = 100.0, 98.0, 97.0, 92.0, 94.0
"""The same name; one known to be misspelt; the same when romanised; the same acronym; the most for one alike."""
_WEB: Final = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """A name as it is compared: folded, and read in Latin letters in two ways."""

    folded: str
    latin: str
    cognate: str

    @property
    def empty(self) -> bool:
        """Whether nothing is left to compare."""
        return not self.folded


@lru_cache(maxsize=20_000)
def written(text: str) -> Written:
    """Return a text as it is compared; only its first letters count where it is very long."""
    folded = words(fold(text[: 4 * MOST]))
    read = [romanised(word) for word in folded]
    return Written(" ".join(folded), " ".join(one for one, _ in read), " ".join(other for _, other in read))


def name_score(asked: Written, names: Iterable[str], hidden: Iterable[str], short: Iterable[str]) -> float:
    """Return how well the best of the names of a thing answers one that is asked for.

    ``hidden`` are spellings that are known to be wrong, ``short`` acronyms and codes: several things may share one.
    """
    best = 0.0
    for text, same in (*((name, SAME) for name in names), *((name, MISSPELT) for name in hidden)):
        best = max(best, _alike(asked, written(text), same))
        if best >= SAME:
            return best
    if best < SHORT and any(written(text).latin == asked.latin for text in short):
        best = SHORT
    return best


def _alike(asked: Written, name: Written, same: float) -> float:
    if asked.folded == name.folded:
        return same
    if asked.latin == name.latin or asked.cognate == name.cognate:
        return READ
    if not name.latin or not asked.latin:
        return 0.0
    one, other = asked.latin, name.latin
    if not one.isascii() or not other.isascii():
        one, other = asked.cognate, name.cognate
    ordered = fuzz.ratio(one, other)
    any_order = fuzz.token_sort_ratio(one, other)
    within = fuzz.token_set_ratio(one, other)
    return min(ALIKE, 0.35 * ordered + 0.35 * any_order + 0.3 * within)


def value_score(given: str, values: Sequence[str]) -> float:
    """Return how well the best of the values answers a given one: addresses, dates and codes as well as names."""
    asked = written(given)
    plain = _plain(given)
    best = 0.0
    for value in values:
        if value == given or (plain and plain == _plain(value)):
            return SAME
        if len(given) == 4 and given.isdigit() and value[:4] == given:
            return SAME
        if not asked.empty:
            best = max(best, _alike(asked, written(value), SAME))
    return best


def code_score(given: str, values: Sequence[str]) -> float:
    """Return whether one of the values is a given code: codes that are only alike are those of others."""
    plain = _plain(given)
    return SAME if any(given == value or (plain and plain == _plain(value)) for value in values) else 0.0


def _plain(value: str) -> str:
    """Return an address or a code without what differs by habit: scheme, www, a slash at the end, signs."""
    text = _WEB.sub("", value.strip().casefold()).rstrip("/")
    return text if "/" in text or "." in text else re.sub(r"[\W_]+", "", text)
