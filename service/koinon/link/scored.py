"""What is found of two records when they are compared."""

from dataclasses import dataclass

from koinon.link.links import Reason


@dataclass(frozen=True, slots=True)
class Scored:
    """The log odds that two records are one, before facts that need no learning, and why.

    ``bare`` tells that nothing but names was compared, ``placed`` that both have a postcode. ``thin`` tells that
    the names are too little to go by: one is a single word, or of a part, or they are of different kinds of bodies.
    ``why`` is empty for what is never shown.
    """

    odds: float
    bare: bool
    placed: bool
    thin: bool
    why: tuple[Reason, ...]
