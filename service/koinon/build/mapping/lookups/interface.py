"""What a table of codes gives: what was found, or why nothing was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Label:
    """A name with its BCP 47 tag; ``und`` where the list doesn't state the language."""

    text: str
    lang: str


Piece = str | int | Decimal | Label | tuple[Label, ...]
"""One piece of what was found: an IRI where the text begins with ``http``, else plain text, a number, or names."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a key stands for.

    ``key`` is the code as its list writes it, ``iri`` the thing or concept (empty for tables of plain values such
    as post codes, where ``key`` is the value). ``parts`` are the further pieces that a mapping may take; a piece
    that is not known is absent. ``rule`` is a short stable name for the report where the value was not taken
    literally (``carried``, ``split``, ``part-of``, ``padded``), and ``note`` says it in words.
    """

    key: str
    iri: str = ""
    parts: Mapping[str, Piece] = field(default_factory=dict)
    rule: str = ""
    note: str = ""

    @property
    def value(self) -> str:
        """The IRI, or the key in tables of plain values."""
        return self.iri or self.key


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why a key stands for nothing: it is counted and reported, never replaced by a guess.

    ``rule`` is ``unknown``, ``ambiguous``, ``pseudo`` (a code that names no territory), ``kept-elsewhere`` (another
    source describes it) or ``not-registered``; ``reason`` is a sentence for the report; ``candidates`` are what may
    have been meant, best first.
    """

    rule: str
    reason: str
    candidates: tuple[str, ...] = ()


class Lookup(Protocol):
    """A table of codes. It is pure: the same key and context always give the same answer."""

    def find(self, key: str, **context: str) -> Found | NotFound:
        """Return what ``key`` stands for; ``context`` are values of other columns, named as the table asks."""
        ...
