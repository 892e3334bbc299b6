"""The generated territories: countries, NUTS levels 1 to 3 and cities, some 1,200 places in a tree."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from words import ENGLISH, LANGUAGES, Language

KINDS = ("country", "nuts-1", "nuts-2", "nuts-3", "city")
BRANCHES = (3, 3, 4, 2)
"""How many parts a territory of each level has on average; a city has none."""

COUNTRIES = 11


@dataclass(slots=True)
class Place:
    """A territory: slug, NUTS level (0 for a country, 4 for a city), code, language, labels, and what it is in."""

    slug: str
    level: int
    code: str
    language: Language
    english: str
    local: str
    within: "Place | None" = field(repr=False)

    def ancestors(self) -> Iterator["Place"]:
        """Return the place itself and all that it lies in, the nearest first."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.within


def territories(seed: int) -> list[Place]:
    """Return all places in an order in which each comes after what it lies in."""
    rng = Random(f"places {seed}")  # noqa: S311  data that can be drawn again
    places: list[Place] = []
    for number in range(COUNTRIES):
        _grow(places, None, number, LANGUAGES[number % len(LANGUAGES)], rng)
    return places


def _grow(places: list[Place], within: Place | None, number: int, language: Language, rng: Random) -> None:
    level = 0 if within is None else within.level + 1
    code = f"X{chr(65 + number)}" if within is None else f"{within.code}{number + 1}"
    english = f"{ENGLISH.place(rng)} {('', 'Area', 'Region', 'Province', '')[level]}".strip()
    place = Place(f"{KINDS[level]}-{code.lower()}", level, code, language, english, language.place(rng), within)
    places.append(place)
    if level < len(BRANCHES):
        for part in range(max(1, round(rng.gauss(BRANCHES[level], 1)))):
            _grow(places, place, part, language, rng)
