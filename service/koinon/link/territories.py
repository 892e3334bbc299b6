"""Regions that names name: two offices of one kind in two regions are two, however alike their names are.

A marshal's office is named as its sisters are but for one word, and that word is rare everywhere: to the models it
is one word of three that differs. Here it is known for what it is.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from koinon.link.keys import Keys
from koinon.link.lexicon import Word
from koinon.link.text import fold

OTHER_REGION: Final = -11.0
"""Log odds that names of two regions cost: more than any likeness of names, less than one identifier."""
_SHORTEST: Final = 4
"""Letters that the shortest beginning of a word has that names a region."""


@cache
def _beginnings() -> dict[str, frozenset[str]]:
    """Return the editors' words: each beginning of a word, or word with ``=``, and the regions it may name."""
    found: dict[str, set[str]] = {}
    for line in (files("koinon.link") / "lexicon" / "regions.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            region, *beginnings = line.split()
            for beginning in beginnings:
                whole = "=" if beginning.endswith("=") else ""
                found.setdefault(fold(beginning.removesuffix("=")) + whole, set()).add(region)
    return {beginning: frozenset(regions) for beginning, regions in found.items()}


@cache
def _named(word: str) -> frozenset[str]:
    known = _beginnings()
    if (whole := known.get(word + "=")) is not None:
        return whole
    for end in range(len(word), _SHORTEST - 1, -1):
        if (found := known.get(word[:end])) is not None:
            return found
    return frozenset()


def regions_of(keys: Keys) -> frozenset[str]:
    """Return the NUTS codes of the regions that the words of a name may stand for."""
    return frozenset[str]().union(*map(regions_named, keys.words))


def regions_named(word: Word) -> frozenset[str]:
    """Return the NUTS codes of the regions that a word may stand for."""
    return _named(word.text) or _named(word.cognate)


def two_regions(left: Keys, right: Keys) -> bool:
    """Tell whether two names name regions, and not one in common."""
    one = regions_of(left)
    return bool(one) and bool(other := regions_of(right)) and not one & other


def of_two_regions(
    left: Sequence[Keys], right: Sequence[Keys], pairs: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> NDArray[np.bool_]:
    """Tell of many pairs, by their rows on either side, which name regions, and not one in common."""
    ones, others = ([regions_of(keys) for keys in side] for side in (left, right))
    named = _any(ones)[pairs[0]] & _any(others)[pairs[1]]
    for place in np.flatnonzero(named).tolist():
        named[place] = not ones[pairs[0][place]] & others[pairs[1][place]]
    return named


def _any(regions: Sequence[frozenset[str]]) -> NDArray[np.bool_]:
    return np.array([bool(one) for one in regions], np.bool_)
