"""What a members' list asks for: its sheets and their columns, in the order in which people see them.

The names of columns are those that the mapping ``members-list`` reads from the hidden row; they never change.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NAME: Final = "members-list"
"""The name of the template, and of the mapping that reads it."""
VERSION: Final = "1"
ROWS: Final = 1000
"""Rows of a sheet that have drop-downs and checks."""


class Kind(StrEnum):
    """What a cell holds; each kind has its check in the sheet."""

    ID = "id"
    TEXT = "text"
    LONG = "long"
    URL = "url"
    NUTS = "nuts"
    YEAR = "year"
    DATE = "date"
    END = "end"
    NUMBER = "number"
    COUNT = "count"
    CHOICE = "choice"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``of`` is the list of a choice, or the sheet that a reference points to.

    ``text`` is the key of its title and note where these are not under its name; ``n`` counts columns alike.
    """

    name: str
    kind: Kind = Kind.TEXT
    of: str = ""
    required: bool = False
    width: int = 16
    text: str = ""
    n: int = 0

    @property
    def key(self) -> str:
        """The key of its texts."""
        return self.text or self.name


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; its first column is the number by which others refer to its rows, where it has one."""

    name: str
    columns: tuple[Column, ...]


_ID: Final = Column("id", Kind.ID, required=True, width=12)
_NAMES: Final = (
    Column("name", required=True, width=42),
    Column("language", Kind.CHOICE, "language", width=18),
    Column("name_en", width=30),
    Column("acronym", width=14),
)
_WEBSITE: Final = Column("website", Kind.URL, width=30)
_PLACE: Final = (
    Column("country", Kind.CHOICE, "country", width=18),
    Column("nuts", Kind.NUTS, width=14),
    Column("town", width=20),
)
_MODEL: Final = Column("model", Kind.CHOICE, "cluster-model", width=32)
_THEMES: Final = tuple(Column(f"theme_{n}", Kind.CHOICE, "theme", width=28, text="theme", n=n) for n in (1, 2, 3))
_FORM: Final = Column("form", Kind.CHOICE, "legal-form", width=34)
_FOUNDED: Final = Column("founded", Kind.YEAR, width=12)
_REGISTER: Final = (Column("register", width=18), Column("register_number", width=18))

SHEETS: Final = (
    Sheet(
        "networks",
        (
            _ID,
            Column("kind", Kind.CHOICE, "kind", required=True, width=22),
            *_NAMES,
            _WEBSITE,
            *_PLACE,
            _FOUNDED,
            _FORM,
            _MODEL,
            *_THEMES,
            Column("count", Kind.COUNT, width=14),
            *_REGISTER,
            Column("description", Kind.LONG, width=50),
        ),
    ),
    Sheet(
        "members",
        (
            _ID,
            *_NAMES[:1],
            Column("member_of", Kind.REFERENCE, "networks", required=True, width=14),
            Column("also_member_of", Kind.REFERENCE, "networks", width=14),
            *_NAMES[1:],
            Column("type", Kind.CHOICE, "actor-type", width=30),
            _FORM,
            _WEBSITE,
            *_PLACE,
            _FOUNDED,
            *_THEMES,
            *_REGISTER,
        ),
    ),
    Sheet(
        "projects",
        (
            _ID,
            *_NAMES,
            _WEBSITE,
            Column("start", Kind.DATE, width=13),
            Column("end", Kind.END, width=13),
            Column("programme", Kind.CHOICE, "programme", width=30),
            Column("grant", width=18),
            Column("budget", Kind.NUMBER, width=16),
            Column("currency", Kind.CHOICE, "currency", width=10),
            _MODEL,
            *_THEMES,
        ),
    ),
    Sheet(
        "partners",
        (
            Column("project", Kind.REFERENCE, "projects", required=True, width=16),
            Column("member", Kind.REFERENCE, "members", width=16),
            Column("network", Kind.REFERENCE, "networks", width=22),
            Column("role", Kind.CHOICE, "role", required=True, width=24),
        ),
    ),
    Sheet(
        "practices",
        (
            _ID,
            *_NAMES[:3],
            _WEBSITE,
            *_PLACE[:2],
            Column("operated_by", Kind.REFERENCE, "members", width=16),
            Column("network", Kind.REFERENCE, "networks", width=22),
            _MODEL,
            *_THEMES,
            Column("sentence", Kind.LONG, width=60),
        ),
    ),
)
