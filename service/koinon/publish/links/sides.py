"""Two records beside each other: what each says of one thing, and where they differ."""

from dataclasses import dataclass
from typing import Final

from koinon.link.text import fold
from koinon.release.links import Said

FIELDS: Final = (
    "name",
    "other_names",
    "language",
    "country",
    "city",
    "website",
    "types",
    "identifiers",
    "source",
)
"""What is compared, in the order of the page."""
_UNJUDGED: Final = frozenset({"language", "source"})
"""What may differ without telling anything."""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a value; ``other`` where the other record has no such piece."""

    text: str
    other: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One field of both records; ``verdict`` is ``same``, ``some``, ``different``, ``one-sided`` or empty."""

    field: str
    left: tuple[tuple[Word, ...], ...]
    right: tuple[tuple[Word, ...], ...]
    verdict: str


def rows(left: Said, right: Said) -> tuple[Row, ...]:
    """Return the fields that at least one of two records has."""
    found = []
    for field in FIELDS:
        ours, theirs = _values(left, field), _values(right, field)
        if ours or theirs:
            found.append(
                Row(
                    field, _marked(field, ours, theirs), _marked(field, theirs, ours), _verdict(field, ours, theirs)
                )
            )
    return tuple(found)


def _values(said: Said, field: str) -> tuple[str, ...]:
    value: str | tuple[str, ...] = getattr(said, field)
    values = value if isinstance(value, tuple) else (value,) if value else ()
    return tuple(one for one in values if "://" not in one) if field == "types" else values


def _verdict(field: str, ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    if field in _UNJUDGED:
        return ""
    if not ours or not theirs:
        return "one-sided"
    one, other = set(map(fold, ours)), set(map(fold, theirs))
    return "same" if one == other else "some" if one & other else "different"


def _marked(field: str, ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[tuple[Word, ...], ...]:
    """Return values with what the other side lacks marked: words of names, whole values of anything else."""
    if field in _UNJUDGED or not theirs:
        return tuple((Word(value, False),) for value in ours)
    if field in ("name", "other_names"):
        known = {fold(word) for value in theirs for word in value.split()}
        return tuple(tuple(Word(word, fold(word) not in known) for word in value.split()) for value in ours)
    known = set(map(fold, theirs))
    return tuple((Word(value, fold(value) not in known),) for value in ours)
