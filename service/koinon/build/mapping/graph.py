"""What the records of a source say, all together: lines, single values, and where things are from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from koinon.build.mapping.lines import Lines
from koinon.build.mapping.places import Places

EXAMPLES: Final = 5
"""Examples that a report gives of each rule."""


@dataclass(slots=True)
class Contradictions:
    """Two values where a thing has one: how often, and some of them with both values and both places."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str, str, int, str, int]] = field(default_factory=list)


class Graph:
    """The statements of a source while its files are mapped."""

    def __init__(self, out: Path, *, remember: bool) -> None:
        """Write to ``out``; ``remember`` the things that are typed, where a statement asks for them."""
        self.lines = Lines(out)
        self.add = self.lines.add
        self.places = Places()
        self.contradictions = Contradictions()
        self.dangling: Counter[str] = Counter()
        self.dangling_examples: list[tuple[str, str, int]] = []
        self._single: dict[str, tuple[str, int]] = {}
        self._things: set[str] | None = set() if remember else None
        self._deferred: list[tuple[str, str, str, int]] = []

    def define(self, thing: str) -> None:
        """Remember that the source types a thing."""
        if self._things is not None:
            self._things.add(thing)

    def first(self, subject: str, predicate: str, term: str, place: int) -> bool:
        """Tell whether ``term`` is the one value of the property (for tagged text: in its language) of a thing.

        The first that comes is; another one is counted as a contradiction.
        """
        key = f"{subject}{predicate}{_tag(term)}"
        known = self._single.setdefault(key, (term, place))
        return known[0] == term

    def contradict(self, subject: str, predicate: str, term: str, place: int) -> None:
        """Count a value that contradicts the first one."""
        first, before = self._single[f"{subject}{predicate}{_tag(term)}"]
        self.contradictions.counts[predicate.strip(" <>")] += 1
        if len(self.contradictions.examples) < EXAMPLES:
            self.contradictions.examples.append((subject, predicate, first, before, term, place))

    def defer(self, line: str, predicate: str, target: str, place: int) -> None:
        """Keep a statement until it is known whether its object is a thing of this source."""
        self._deferred.append((line, predicate, target, place))

    def write(self, more: Iterable[str]) -> tuple[str, int]:
        """Write the graph with ``more`` lines; return its SHA-256 and number of statements."""
        things = self._things or set()
        for line, predicate, target, place in self._deferred:
            if target in things:
                self.add(line)
                self.lines.settle()
                continue
            self.dangling[predicate] += 1
            if len(self.dangling_examples) < EXAMPLES:
                self.dangling_examples.append((predicate, target, place))
        return self.lines.write(more)


def _tag(term: str) -> str:
    """Return the language tag of a term, with its sign; empty for whatever has none."""
    if term[-1] in '">':
        return ""
    return term[term.rindex('"') + 1 :]
