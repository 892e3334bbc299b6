"""How well two actors would go together: the score behind "who should meet".

Four things speak for a pair: topics in common, the rarer the more; programmes in common, likewise; partners of one
who are partners of the other, the fewer others these have the more (Adamic and Adar, 2003); and how many projects
the two have done. The weights were chosen on projects of keep.eu that began in the second half of 2016, given those
before; ``benchmarks/linking/bridge.py`` measures them on later ones, which they never saw.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from math import log, sqrt
from typing import Final

TOPICS: Final = 2.0
PROGRAMMES: Final = 1.0
PARTNERS: Final = 2.0
ACTIVITY: Final = 2.0
"""The weights of the four."""

Weight = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class Profile:
    """What counts of an actor: its topics, programmes and partners, how many projects it has, and the length of the
    vector of its topics.
    """

    topics: frozenset[int]
    programmes: frozenset[int]
    partners: frozenset[int]
    projects: float
    length: float


@dataclass(frozen=True, slots=True)
class Weights:
    """How much it tells to share a topic, a programme or a partner."""

    topic: Weight
    programme: Weight
    partner: Weight


def rarity(total: int, counts: Mapping[int, int]) -> Weight:
    """Return the inverse document frequency of what ``counts`` of ``total`` things have."""
    return lambda one: log(1 + total / max(1, counts.get(one, 1)))


def hub(degrees: Mapping[int, int]) -> Weight:
    """Return what a common partner tells: little, where it has many partners."""
    return lambda one: 1 / log(1 + max(2, degrees.get(one, 2)))


def length(topics: Collection[int], weight: Weight) -> float:
    """Return the length of the vector of an actor's topics."""
    return sqrt(sum(weight(topic) ** 2 for topic in sorted(topics))) or 1.0


def score(one: Profile, other: Profile, weights: Weights) -> float:
    """Return how well two actors go together; 0 where nothing speaks for it. It is the same in both directions."""
    topics = sum(weights.topic(topic) ** 2 for topic in sorted(one.topics & other.topics))
    cosine = topics / (one.length * other.length)
    programmes = sum(map(weights.programme, sorted(one.programmes & other.programmes)))
    partners = sum(map(weights.partner, sorted(one.partners & other.partners)))
    activity = log(1 + one.projects) + log(1 + other.projects)
    return TOPICS * cosine + PROGRAMMES * programmes + PARTNERS * partners + ACTIVITY * activity
