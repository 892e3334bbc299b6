"""What is a part of itself by way of others: circles among the statements that say what belongs to what."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from koinon.model.namespaces import DCT, ORG, SKOS

NESTING: Final = frozenset({DCT + "isPartOf", ORG + "unitOf", SKOS + "broader"})
"""Properties that lead from a part to its whole."""

Wholes = Mapping[str, Mapping[str, Sequence[str]]]
"""By property and part: the wholes that it belongs to."""


def circles(wholes: Wholes) -> Iterator[tuple[str, str, str]]:
    """Yield the statements (part, property, whole) without which there are no circles; always the same ones.

    What is said to be a part of itself at once is left to the shapes.
    """
    for name in sorted(wholes):
        edges = wholes[name]
        done: set[str] = set()
        for root in sorted(edges):
            if root in done:
                continue
            above = {root}
            waiting = [(root, iter(sorted(edges[root])))]
            while waiting:
                part, rest = waiting[-1]
                whole = next(rest, None)
                if whole is None:
                    waiting.pop()
                    above.discard(part)
                    done.add(part)
                elif whole in above:
                    if whole != part:
                        yield part, name, whole
                elif whole in edges and whole not in done:
                    above.add(whole)
                    waiting.append((whole, iter(sorted(edges[whole]))))
