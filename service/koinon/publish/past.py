"""What became of one thing, release by release: what each added to it and took from it; and what replaced it.

The change log keeps all that was said of a thing after each step: two steps beside each other tell the difference.
What sources recorded about their own statements is left out: the history is that of the thing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import DCT, DEF, OWL, SKOS
from koinon.release.changelog import Change, ChangeLog, Member

VERSIONS: Final = 10
"""Steps of one page."""
MOST: Final = 60
"""Statements of one step that are shown as added, and as removed."""
_REPLACEMENTS: Final = 10
_FOLLOWING: Final = tuple(
    map(NamedNode, (DCT + "isReplacedBy", DEF + "successor", OWL + "sameAs", SKOS + "exactMatch"))
)
"""What a thing says of the one that took its place, or that is the same."""
_PRECEDING: Final = tuple(map(NamedNode, (DCT + "replaces", OWL + "sameAs", SKOS + "exactMatch")))
"""What others say of a thing whose place they took, or that is the same."""
_NOTATION: Final = NamedNode(SKOS + "notation")


@dataclass(frozen=True, slots=True)
class Difference:
    """Statements that came or went at a step: the first MOST of them, and how many there are in all."""

    shown: tuple[Triple, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Version:
    """One step of a thing: what became of it, and what it gained and lost since the step before."""

    member: Member
    added: Difference
    removed: Difference


@dataclass(frozen=True, slots=True)
class Past:
    """A page of the history of a thing, the latest first; ``total`` steps there are, ``following`` is the next one.

    ``following`` is the number of the step after which the next page begins, 0 on the last page.
    """

    versions: tuple[Version, ...]
    total: int
    following: int


def steps_of(changes: ChangeLog, thing: str, last: int | None) -> list[Member]:
    """Return what became of a thing up to the step ``last`` (None: all of them), the latest first."""
    return [member for member in changes.history(thing) if last is None or member.sequence <= last]


def past_of(changes: ChangeLog, thing: str, steps: Sequence[Member], before: int | None = None) -> Past:
    """Return a page of a history: the ``steps`` that come before the step ``before``, or the latest ones."""
    left = [member for member in steps if before is None or member.sequence < before]
    shown = left[: VERSIONS + 1]
    bodies = [_lines(changes, thing, member) for member in shown]
    versions = tuple(
        Version(member, _difference(now, earlier), _difference(earlier, now))
        for member, now, earlier in zip(shown, bodies, [*bodies[1:], frozenset[bytes]()], strict=True)
    )
    following = shown[VERSIONS - 1].sequence if len(shown) > VERSIONS else 0
    return Past(versions[:VERSIONS], len(steps), following)


def withdrawn(steps: Sequence[Member]) -> Member | None:
    """Return the step that took a thing away, where the last one did."""
    return steps[0] if steps and steps[0].change is Change.REMOVED else None


def last_said(steps: Sequence[Member]) -> Member | None:
    """Return the latest step after which something was said of a thing, or None where there is none."""
    return next((member for member in steps if member.change is not Change.REMOVED), None)


def replacements(changes: ChangeLog, thing: str, steps: Sequence[Member], store: GraphStore) -> list[str]:
    """Return the IRIs of what took the place of a withdrawn thing, as far as data say so, each known to ``store``.

    That is what it or others called its successor or the same, and what now has an identifier that it had.
    """
    node = NamedNode(thing)
    last = last_said(steps)
    said = list(_parsed(_lines(changes, thing, last))) if last else []
    found = [
        value.value for _, predicate, value in said if predicate in _FOLLOWING and isinstance(value, NamedNode)
    ]
    for predicate in _PRECEDING:
        found += [subject.value for subject, _, _ in islice(store.triples(None, predicate, node), _REPLACEMENTS)]
    found += _of_identifiers(said, store)
    whole = dict.fromkeys(iri.partition("#")[0] for iri in found)
    known = (iri for iri in whole if iri != thing and next(store.triples(NamedNode(iri)), None))
    return list(islice(known, _REPLACEMENTS))


def _of_identifiers(said: Iterable[Triple], store: GraphStore) -> Iterator[str]:
    """Yield the parts of other things that are identifiers of which all is said that was said of one of these."""
    parts: dict[NamedNode, set[tuple[NamedNode, NamedNode | Literal]]] = {}
    for subject, predicate, value in said:
        parts.setdefault(subject, set()).add((predicate, value))
    for about in parts.values():
        notation = next((value for predicate, value in about if predicate == _NOTATION), None)
        if notation is None or len(about) < len((_NOTATION, "its scheme")):
            continue
        for subject, _, _ in islice(store.triples(None, _NOTATION, notation), _REPLACEMENTS):
            if "#" in subject.value and about <= {(p, o) for _, p, o in store.triples(subject)}:
                yield subject.value


def _lines(changes: ChangeLog, thing: str, member: Member) -> frozenset[bytes]:
    """Return what a step says of the thing and its parts: lines of N-Quads without the graph they stand in."""
    about = (f"<{thing}> ".encode(), f"<{thing}#".encode())
    body = changes.body(member.sequence, member.number)
    return frozenset(line.rpartition(b" <")[0] for line in body.splitlines() if line.startswith(about))


def _difference(now: frozenset[bytes], earlier: frozenset[bytes]) -> Difference:
    # The thing first, then its parts.
    lines = sorted(now - earlier, key=lambda line: (b"#" in line.partition(b">")[0], line))
    return Difference(tuple(_parsed(lines[:MOST])), len(lines))


def _parsed(lines: Iterable[bytes]) -> Iterator[Triple]:
    for quad in parse(b"".join(line + b" .\n" for line in lines), RdfFormat.N_TRIPLES):
        subject, value = quad.subject, quad.object
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
            yield subject, quad.predicate, value
