"""What a search finds."""

from dataclasses import dataclass
from typing import Final

MOST: Final = 100
"""Hits of one answer."""
DEEPEST: Final = 1_000
"""Hits that can be passed over; who wants all of them filters, or takes the data."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found.

    ``type`` is its kind, ``label`` its name for the reader, ``matched`` the name that the text is found in, each
    with its language tag; ``classes`` are all its classes, ``countries`` those that it lies in or works in.
    """

    iri: str
    type: str
    label: str
    tag: str
    matched: str
    matched_tag: str
    score: float
    classes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: how many things, and those asked for, best first.

    ``how`` tells how the words were read: ``words`` (or as their starts), ``nearly`` (with mistakes), ``some``
    (not all of them); ``ignored`` whether the text had more words than are looked for.
    """

    total: int
    hits: tuple[Hit, ...]
    how: str = "words"
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Things:
    """The IRIs of what was found, best first: some of ``total``; ``how`` tells how the words were read."""

    total: int
    iris: tuple[str, ...]
    how: str = "words"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the found things are of each kind, and lie in each country and region, by IRI, most first.

    Each is counted as if it were not chosen from itself.
    """

    types: tuple[tuple[str, int], ...]
    countries: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
