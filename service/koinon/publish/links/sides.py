"""Two records beside each other: what each says of one thing, and where they differ."""

from collections.abc import Callable, Mapping
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
_NAMES: Final = ("name", "other_names")

Languages = Callable[[str], Mapping[str, str]]
"""Tells of each name of a thing its language."""


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a value; ``other`` where the other record has no such piece."""

    text: str
    other: bool


@dataclass(frozen=True, slots=True)
class Value:
    """A value in pieces; ``lang`` is the language of a name, empty where that is not known."""

    words: tuple[Word, ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One field of both records; ``verdict`` is ``same``, ``some``, ``different``, ``one-sided`` or empty."""

    field: str
    left: tuple[Value, ...]
    right: tuple[Value, ...]
    verdict: str


def rows(left: Said, right: Said, languages: Languages = lambda _: {}) -> tuple[Row, ...]:
    """Return the fields that at least one of two records has; ``languages`` tells those of a thing's names."""
    of_left, of_right = ({said.name: said.language, **languages(said.iri)} for said in (left, right))
    found = []
    for field in FIELDS:
        ours, theirs = _values(left, field), _values(right, field)
        if ours or theirs:
            here, there = _marked(field, ours, theirs, of_left), _marked(field, theirs, ours, of_right)
            found.append(Row(field, here, there, _verdict(field, ours, theirs)))
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


def _marked(
    field: str, ours: tuple[str, ...], theirs: tuple[str, ...], languages: Mapping[str, str]
) -> tuple[Value, ...]:
    """Return values with what the other side lacks marked: words of names, whole values of anything else."""
    if field in _NAMES:
        known = {fold(word) for value in theirs for word in value.split()}
        return tuple(
            Value(
                tuple(Word(word, bool(theirs) and fold(word) not in known) for word in value.split()),
                languages.get(value, ""),
            )
            for value in ours
        )
    if field in _UNJUDGED or not theirs:
        return tuple(Value((Word(value, False),)) for value in ours)
    known = set(map(fold, theirs))
    return tuple(Value((Word(value, fold(value) not in known),)) for value in ours)
