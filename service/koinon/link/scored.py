"""What is found of two records when they are compared."""

from dataclasses import dataclass

from koinon.link.links import Reason


@dataclass(frozen=True, slots=True)
class Scored:
    """The log odds that two records are one, before facts that need no learning, and why.

    ``bare`` tells that nothing but names was compared, ``placed`` that both have a postcode, ``thin`` that one of
    the names that are most alike is a single word or a legal form. ``why`` is empty for what is never shown.
    """

    odds: float
    bare: bool
    placed: bool
    thin: bool
    why: tuple[Reason, ...]
