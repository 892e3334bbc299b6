"""Towns by one name: Turin, Turyn and Torino are compared as one word."""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from koinon.link.text import fold, romanised, words

_PARTS: Final = re.compile(r"\s*[/|]\s*|\s+[-–]\s+")
"""What stands between the names of a town in two languages."""
_BESIDE: Final = frozenset({"cedex", "kommun", "kommune", "miasto", "city"})
"""Words beside a town's name that name no other town."""


@lru_cache(maxsize=50_000)
def town(name: str) -> str:
    """Return the name of a town, romanised, as it is compared: the same in whichever language it is said.

    Districts by number and the like are left out where the town is known; an unknown one stays as it is written.
    """
    whole = _written(name)
    known = _towns()
    if (found := known.get(whole)) is not None:
        return found
    shorter = " ".join(word for word in whole.split(" ") if not word.isdigit() and word not in _BESIDE)
    if (found := known.get(shorter)) is not None:
        return found
    parts = {known.get(_written(part)) for part in _PARTS.split(name)}
    return parts.pop() or whole if len(parts) == 1 else whole


def _written(name: str) -> str:
    return " ".join(romanised(word)[1] for word in words(fold(name)))


@cache
def _towns() -> dict[str, str]:
    """Return the editors' list: each name of a town, romanised, and the first of its names."""
    found: dict[str, str] = {}
    for line in (files("koinon.link") / "lexicon" / "towns.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            names = [_written(name) for name in line.split(", ")]
            found |= dict.fromkeys(names, names[0])
    return found
