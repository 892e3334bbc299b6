"""Values that were read, and the row that holds them."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from koinon.build.mapping.lookups.interface import Found


class Value(NamedTuple):
    """One value: ``term`` is the object as N-Triples (empty for a found thing without an IRI).

    ``text`` is what the cell says, for templates and conditions; of dates and numbers the canonical form. ``key``
    is what stands for it in ids and lookups: the code that was found, the last piece of an IRI, else the text.
    ``number`` and ``found`` are there where the column is a number or was looked up.
    """

    term: str
    text: str
    key: str
    number: Decimal | None = None
    found: Found | None = None


class Problem(NamedTuple):
    """Why a cell, or a piece of it, gave no value; ``unknown`` tells a code in no list from what is wrong."""

    rule: str
    value: str
    detail: str
    unknown: bool = False


class Reading(NamedTuple):
    """What became of a cell: values, problems of its pieces, and what was changed; nothing of these if missing."""

    values: tuple[Value, ...] | None
    problems: tuple[Problem, ...] = ()
    changes: tuple[str, ...] = ()


MISSING = Reading(None)


@dataclass(slots=True)
class Row:
    """A record while it is mapped.

    ``values`` has a slot for each column of the table and of the levels around it; ``said`` has a bit for each slot
    that a statement used; ``made`` the ids of the things, None where a thing is not made. ``place`` is the record's
    place as a number (see places.py).
    """

    values: list[tuple[Value, ...] | None]
    place: int
    said: int = 0
    made: dict[str, str | None] = field(default_factory=dict)
