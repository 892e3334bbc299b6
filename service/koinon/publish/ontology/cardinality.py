"""How many values of a property the shapes ask for (SHACL §4.2), put together from several rules."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """What one rule asks: least and most values; whether its breach refuses a source; one text a language."""

    least: int
    most: int | None
    firm: bool
    one_each: bool


@dataclass(frozen=True, slots=True)
class HowMany:
    """What all rules ask together; ``wanted`` tells that a value is wished for that may be missing."""

    least: int = 0
    most: int | None = None
    one_each: bool = False
    wanted: bool = False

    def __str__(self) -> str:
        """Return the range: ``1``, ``0..1``, ``1..*`` or ``0..*``."""
        if self.most is not None and self.most == self.least:
            return str(self.most)
        return f"{self.least}..{'*' if self.most is None else self.most}"


def how_many(rules: Iterable[Asked]) -> HowMany:
    """Return what several rules about one property ask together."""
    asked = list(rules)
    least = max((one.least for one in asked if one.firm), default=0)
    wished = max((one.least for one in asked if not one.firm), default=0)
    most = min((one.most for one in asked if one.firm and one.most is not None), default=None)
    return HowMany(least, most, any(one.one_each for one in asked), wished > least)
