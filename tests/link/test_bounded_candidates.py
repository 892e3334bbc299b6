"""Candidates stay bounded whatever a list looks like: half a million names of twenty words fill no machine."""

import numpy as np

from koinon.link import blocking
from koinon.link.blocking import LARGEST, largest_of, pairs_of


def records(number: int, kinds: int, seed: int = 7) -> list[blocking.Ints]:
    """Mentions that are in five blocks each, drawn from a few: names of few words."""
    dice = np.random.default_rng(seed)
    return [np.unique(dice.integers(0, kinds, 5)) for _ in range(number)]


def found(blocks: list[blocking.Ints], groups: blocking.Ints, *distinct: bool) -> list[tuple[int, int]]:
    pairs = pairs_of(blocks, np.arange(len(blocks)), groups, np.array(distinct))
    return [(a, b) for a, b, _ in pairs.tolist()]


def test_a_list_of_few_words_has_no_more_pairs_than_are_allowed_for_each_record() -> None:
    number = 3_000
    blocks, groups = records(number, 400), np.zeros(number, np.int64)
    assert 0 < len(found(blocks, groups, False)) <= blocking.EACH * number
    assert found(blocks, groups, True) == [], "who tells its records apart has none within"


def test_what_two_sources_share_is_compared_however_many_a_list_has_within() -> None:
    number = 3_000
    alone = records(number, 400)
    both = [*alone, np.array([5, 10**6])]
    groups = np.array([0] * number + [1])
    across = {a for a, b in found(both, groups, False, False) if b == number}
    assert across == {place for place, its in enumerate(alone) if 5 in its}
    assert {pair for pair in found(both, groups, False, False) if pair[1] < number} == set(
        found(alone, groups[:number], False)
    )


def test_the_smallest_blocks_are_those_that_count() -> None:
    few, many = [np.array([1]), np.array([1])], [np.array([2]) for _ in range(LARGEST)]
    blocks = [*few, *many]
    one = np.zeros(len(blocks), np.int64)
    assert found(blocks, one, False) == [(0, 1)], "a hundred records allow 4,080 pairs; the large block makes 4,950"
    assert len(found(blocks[: blocking.EACH + 2], one[: blocking.EACH + 2], False)) == 1 + 40 * 39 // 2


def test_nothing_has_no_pairs() -> None:
    empty = np.empty(0, np.int64)
    assert largest_of(empty, empty, empty, np.array([False]))[:2] == (LARGEST, LARGEST)
    assert found([], empty, False) == []
