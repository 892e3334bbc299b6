"""Joining tables of one mapping: keys of a table that was read, and values of it for the records of another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from koinon.build.mapping.terms import BETWEEN
from koinon.build.mapping.values import Row, Value

Values = tuple[Value, ...] | None
Index = dict[str, tuple[Values, ...]]


def key_of(row: Row, slots: Sequence[int]) -> str | None:
    """Return the key that a record has in some columns, or None where one of them has no value."""
    texts: list[str] = []
    for slot in slots:
        values = row.values[slot]
        if values is None:
            return None
        texts.append(values[0].text)
    return BETWEEN.join(texts)


@dataclass
class Kept:
    """What other tables ask of one: indexes from keys to values; the first record of a key counts."""

    slots: Mapping[str, int]
    table: str
    _indexes: list[tuple[list[int], list[int], Index]] = field(default_factory=list)

    def index(self, key: Sequence[str], bring: Sequence[str]) -> tuple[Index, list[int]]:
        """Return an index that will be filled, and where in its entries the wanted values stand."""
        for name in (*key, *bring):
            if name not in self.slots:
                raise ValueError(f"the table {self.table!r} has no column {name!r}")
        index: Index = {}
        self._indexes.append(([self.slots[name] for name in key], [self.slots[name] for name in bring], index))
        return index, list(range(len(bring)))

    @property
    def wanted(self) -> bool:
        """Whether any table asks for this one."""
        return bool(self._indexes)

    def keep(self, row: Row) -> None:
        """Enter a record that was mapped."""
        for key_slots, slots, index in self._indexes:
            key = key_of(row, key_slots)
            if key is not None and key not in index:
                index[key] = tuple(row.values[slot] for slot in slots)


@dataclass(frozen=True, slots=True)
class Joined:
    """A join of a table: the columns of its key here, the index there, and which values come to which slots."""

    table: str
    on: list[int]
    index: Index
    brought: list[tuple[int, int]]
    missing: Literal["record", "columns", "ignore"]

    def find(self, row: Row) -> bool:
        """Take over the values for a row; False where its key is in no record of the other table."""
        key = key_of(row, self.on)
        if key is None:
            return True
        found = self.index.get(key)
        if found is None:
            return False
        for slot, position in self.brought:
            row.values[slot] = found[position]
        return True
