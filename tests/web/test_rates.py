"""How much one token may change in an hour."""

import pytest

from koinon.model.errors import TooManyRequestsError
from koinon.web.sources.rates import Rates


def test_an_hours_worth_can_be_used_at_once_and_comes_back_bit_by_bit() -> None:
    now = [1000.0]
    rates = Rates(4, lambda: now[0])
    for _ in range(4):
        rates.admit("one")
        rates.charge("one")
    with pytest.raises(TooManyRequestsError) as refused:
        rates.admit("one")
    assert refused.value.retry_after == 900
    rates.admit("two")
    now[0] += refused.value.retry_after
    rates.admit("one")
    rates.charge("one")
    with pytest.raises(TooManyRequestsError):
        rates.admit("one")
    now[0] += 10 * 3600
    for _ in range(4):
        rates.admit("one")
        rates.charge("one")
    with pytest.raises(TooManyRequestsError):
        rates.admit("one")


def test_without_a_limit_everything_goes() -> None:
    rates = Rates(0, lambda: 0.0)
    for _ in range(10_000):
        rates.admit("one")
        rates.charge("one")
