"""How often a release has a class or a property."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Things by class and statements by property; ``properties`` is None where they could not be counted."""

    classes: Mapping[str, int]
    properties: Mapping[str, int] | None = None

    def of(self, iri: str, *, is_class: bool) -> int | None:
        """Return how often the release has a term; None where that is not known."""
        found = self.classes if is_class else self.properties
        return None if found is None else found.get(iri, 0)
