"""The blocks of many records in columns: a large graph has a million, and a build looks at few by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BlockColumns:
    """The blocks of each mention of records: one after the other, sorted by the key of the record.

    ``records`` are the keys, ``mentions`` how many mentions each has, ``sizes`` how many blocks each of these has.
    """

    records: Ints
    mentions: Ints
    sizes: Ints
    blocks: Ints

    @classmethod
    def of(cls, blocks: Mapping[int, Sequence[Ints]]) -> Self:
        """Put the blocks of single records, by their keys, into columns."""
        given = sorted(blocks.items())
        each = [one for _, several in given for one in several]
        return cls(
            np.array([key for key, _ in given], np.int64),
            np.array([len(several) for _, several in given], np.int64),
            np.array([len(one) for one in each], np.int64),
            np.concatenate(each) if each else np.empty(0, np.int64),
        )

    def rows_of(self, records: Ints) -> Ints:
        """Return the row of each record, or -1 where it is not there."""
        if not len(self.records):
            return np.full(len(records), -1, np.int64)
        rows = np.minimum(np.searchsorted(self.records, records), len(self.records) - 1)
        return np.where(self.records[rows] == records, rows, -1)

    def at(self, rows: Ints) -> Self:
        """Return those of some rows, in that order; sorted rows make columns that are sorted again."""
        mentions = _slices(rows, self.mentions)
        return type(self)(
            self.records[rows],
            self.mentions[rows],
            self.sizes[mentions],
            self.blocks[_slices(mentions, self.sizes)],
        )

    def by_record(self) -> dict[int, list[Ints]]:
        """Return the blocks of each mention, by the key of its record."""
        each = iter(np.split(self.blocks, np.cumsum(self.sizes)[:-1]))
        return {
            record: list(islice(each, count))
            for record, count in zip(self.records.tolist(), self.mentions.tolist(), strict=True)
        }


def joined(one: BlockColumns, other: BlockColumns) -> BlockColumns:
    """Return the blocks of both, which have no record in common."""
    both = BlockColumns(
        np.concatenate((one.records, other.records)),
        np.concatenate((one.mentions, other.mentions)),
        np.concatenate((one.sizes, other.sizes)),
        np.concatenate((one.blocks, other.blocks)),
    )
    return both.at(np.argsort(both.records, kind="stable"))


def _slices(rows: Ints, sizes: Ints) -> Ints:
    """Return the places of what rows of these sizes hold, for some rows."""
    starts, wanted = np.cumsum(sizes) - sizes, sizes[rows]
    steps = np.arange(wanted.sum()) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    places: Ints = np.repeat(starts[rows], wanted) + steps
    return places
