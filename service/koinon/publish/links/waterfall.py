"""The picture of a link's evidence: how each reason moves its odds, from what is true of any pair to the end.

Weights are in bits: each doubles the odds that two records are one (or halves them, below 0). A step begins where
the one before it ended, so that the last one ends at the log odds of the link's probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from koinon.release.links import Reason

WIDTH: Final = 1000.0
"""Units from left to right of each step's picture."""
FIRST: Final = "prior"
"""The feature that stands first: how many candidate pairs are one at all."""
LAST: Final = "second-look"
"""The feature that stands last: what the second stage made of all that came before."""
_LEAST: Final = 4.0
"""Bits that the picture shows at least on either side of even odds."""
_THINNEST: Final = 4.0


@dataclass(frozen=True, slots=True)
class Step:
    """One reason: its weight, and where its bar begins (``x``) and how long it is (``width``), in units.

    ``at`` is where the step ends, ``after`` the log odds there, in bits.
    """

    feature: str
    text: str
    weight: float
    x: float
    width: float
    at: float
    after: float

    @property
    def side(self) -> str:
        """What it speaks for: ``for`` the link, ``against`` it, or ``neither``."""
        return "for" if self.weight > 0 else "against" if self.weight < 0 else "neither"


@dataclass(frozen=True, slots=True)
class Waterfall:
    """All steps from top to bottom; ``even`` is where the odds are even, in units, ``total`` the sum in bits."""

    steps: tuple[Step, ...]
    even: float
    total: float
    x: float
    width: float

    @property
    def speaking(self) -> tuple[Step, ...]:
        """The steps that belong to this pair alone, the weightiest first."""
        own = (step for step in self.steps if step.feature not in (FIRST, LAST) and step.weight)
        return tuple(sorted(own, key=lambda step: -abs(step.weight)))


def waterfall(reasons: Sequence[Reason]) -> Waterfall | None:
    """Return the picture of reasons that add up to log odds; None where there are no weights to show."""
    if not any(reason.weight for reason in reasons):
        return None
    order = {FIRST: 0, LAST: 2}
    placed = sorted(reasons, key=lambda reason: (order.get(reason.feature, 1), -abs(reason.weight)))
    ends, end = [0.0], 0.0
    for reason in placed:
        end += reason.weight
        ends.append(end)
    low, high = min(*ends, -_LEAST), max(*ends, _LEAST)
    scale = WIDTH / (high - low)

    def bar(start: float, stop: float) -> tuple[float, float]:
        left = (min(start, stop) - low) * scale
        width = max(abs(stop - start) * scale, _THINNEST)
        return round(min(left, WIDTH - width), 1), round(width, 1)

    steps = tuple(
        Step(reason.feature, reason.text, reason.weight, *bar(start, stop), round((stop - low) * scale, 1), stop)
        for reason, start, stop in zip(placed, ends, ends[1:], strict=False)
    )
    return Waterfall(steps, round(-low * scale, 1), end, *bar(0.0, end))
