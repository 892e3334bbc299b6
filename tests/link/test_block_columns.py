"""Blocks in columns are those of single records, however they are taken apart and put together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from koinon.link.block_columns import BlockColumns, joined

Blocks = dict[int, list[list[int]]]
numbers = st.lists(st.integers(0, 2**62), max_size=3)
several = st.dictionaries(st.integers(0, 2**62), st.lists(numbers, max_size=3), max_size=6)


def columns(blocks: Blocks) -> BlockColumns:
    return BlockColumns.of({key: [np.array(one, np.int64) for one in each] for key, each in blocks.items()})


def plain(blocks: BlockColumns) -> Blocks:
    return {key: [one.tolist() for one in each] for key, each in blocks.by_record().items()}


@given(several, st.data())
def test_some_rows_are_those_of_their_records(blocks: Blocks, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(st.sampled_from(sorted(blocks)), unique=True)) if blocks else []
    made = columns(blocks)
    rows = made.rows_of(np.array(wanted, np.int64))
    assert plain(made.at(rows)) == {key: blocks[key] for key in wanted}
    assert made.rows_of(np.array([-1], np.int64)).tolist() == [-1]


@given(several, several)
def test_what_is_joined_is_what_both_have(one: Blocks, other: Blocks) -> None:
    rest = {key: each for key, each in other.items() if key not in one}
    both = joined(columns(one), columns(rest))
    assert plain(both) == one | rest
    assert both.records.tolist() == sorted(one | rest)
