"""Where things came from: for each thing that was made, the record in which it first stood, in 16 bytes each."""

import hashlib
from array import array
from collections.abc import Sequence
from typing import Final

from koinon.build.mapping.records import Place

_ROWS: Final = 40
"""Bits of a packed place that hold the row; above them is the table."""


class Places:
    """Records of things in the order in which they came; a look-up scans them, as only findings need it."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._tables: list[tuple[str, str]] = []
        self._things = array("Q")
        self._where = array("Q")

    def __len__(self) -> int:
        """How often a thing was met."""
        return len(self._things)

    def table(self, file: str, name: str) -> int:
        """Return the number of a table of a file, to be given to ``pack``."""
        if (file, name) not in self._tables:
            self._tables.append((file, name))
        return self._tables.index((file, name))

    @staticmethod
    def pack(table: int, row: int | None) -> int:
        """Return a record's place as a number."""
        return table << _ROWS | (row or 0)

    def add(self, thing: str, packed: int) -> None:
        """Remember that a thing stood in a record."""
        self._things.append(_digest(thing))
        self._where.append(packed)

    def unpack(self, packed: int, column: str | None = None) -> Place:
        """Return the place for which a number stands."""
        file, table = self._tables[packed >> _ROWS]
        return Place(file, table, packed & ((1 << _ROWS) - 1) or None, column)

    def of(self, thing: str) -> Place | None:
        """Return where a thing first stood; a fragment that is not known stands where its thing does."""
        for iri in dict.fromkeys((thing, thing.partition("#")[0])):
            try:
                return self.unpack(self._where[self._things.index(_digest(iri))])
            except ValueError:
                continue
        return None

    def find(self, things: Sequence[str]) -> dict[str, Place]:
        """Return the places of several things; those that no record made are left out."""
        return {thing: place for thing in things if (place := self.of(thing)) is not None}


def _digest(thing: str) -> int:
    return int.from_bytes(hashlib.blake2b(thing.encode(), digest_size=8).digest())
