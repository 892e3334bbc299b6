"""One client's share: what it may ask for in a minute, and what it hears beyond that."""

import time
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from koinon.model.errors import TooManyRequestsError
from koinon.model.settings import Settings
from koinon.query.budgets import MAX_CLIENTS, Budgets, client_key

LIMITS = st.fixed_dictionaries(
    {
        "client_seconds": st.sampled_from([0.0, 0.5, 7.0, 60.0]),
        "client_requests": st.sampled_from([0, 1, 7, 60]),
        "client_errors": st.sampled_from([0, 1, 3, 60]),
    }
)
QUERIES = st.lists(
    st.tuples(st.floats(0, 90), st.floats(0, 30), st.booleans(), st.sampled_from(["a", "b"])), max_size=60
)
"""Seconds of waiting, seconds of work, whether it fails, and whose it is."""


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def budgets(clock: Clock, **limits: float) -> Budgets:
    off = {"client_seconds": 0.0, "client_requests": 0, "client_errors": 0}
    return Budgets(Settings.model_validate(off | limits), clock)


def refused(shares: Budgets, client: str = "192.0.2.1") -> TooManyRequestsError | None:
    try:
        shares.admit(client)
    except TooManyRequestsError as error:
        return error
    return None


def test_a_minutes_worth_of_queries_may_come_at_once_and_no_more() -> None:
    shares = budgets(Clock(), client_requests=30)
    assert [refused(shares) is None for _ in range(32)] == [True] * 30 + [False] * 2


def test_the_refusal_names_the_limit_its_size_and_the_wait() -> None:
    clock = Clock()
    shares = budgets(clock, client_seconds=60.0, client_requests=1200, client_errors=2)
    shares.charge("192.0.2.1", 85.0, False)
    work = refused(shares)
    assert work is not None
    assert "60 seconds of query work per minute" in str(work)
    assert "Ask again in 25 seconds." in str(work)
    assert work.retry_after == pytest.approx(25)
    for _ in range(2):
        shares.charge("192.0.2.2", 0.0, True)
    errors = refused(shares, "192.0.2.2")
    assert errors is not None
    assert "2 may fail per minute" in str(errors)
    assert "Ask again in 30 seconds." in str(errors)
    for _ in range(1200):
        shares.admit("192.0.2.3")
    requests = refused(shares, "192.0.2.3")
    assert requests is not None
    assert "1,200 queries per minute" in str(requests)
    assert "Ask again in 1 second." in str(requests)


def test_a_limit_of_zero_is_no_limit() -> None:
    shares = budgets(Clock())
    for _ in range(10_000):
        shares.admit("192.0.2.1")
        shares.charge("192.0.2.1", 1e6, True)


def test_one_clients_debt_is_not_anothers() -> None:
    shares = budgets(Clock(), client_seconds=10.0)
    shares.charge("192.0.2.1", 100.0, False)
    assert refused(shares, "192.0.2.1")
    assert not refused(shares, "192.0.2.2")


def test_refused_queries_do_not_make_the_wait_longer() -> None:
    clock = Clock()
    shares = budgets(clock, client_requests=10)
    while not refused(shares):
        pass
    waits = [refused(shares) for _ in range(100)]
    assert len({error.retry_after for error in waits if error}) == 1
    clock.now += 6
    assert not refused(shares)


@given(LIMITS, QUERIES)
def test_who_waits_as_long_as_is_said_is_let_in_and_not_much_sooner(
    limits: dict[str, float], queries: list[tuple[float, float, bool, str]]
) -> None:
    clock = Clock()
    shares = budgets(clock, **limits)
    for pause, work, failed, client in queries:
        clock.now += pause
        error = refused(shares, client)
        if error:
            assert error.retry_after > 0
            clock.now += error.retry_after * 0.99 - 1e-3
            assert refused(shares, client) or error.retry_after < 0.2
            clock.now += error.retry_after * 0.01 + 2e-3
            assert not refused(shares, client)
        shares.charge(client, work, failed)


@given(LIMITS, QUERIES)
def test_over_any_time_no_client_gets_more_than_one_burst_and_its_rate(
    limits: dict[str, float], queries: list[tuple[float, float, bool, str]]
) -> None:
    clock = Clock()
    shares = budgets(clock, **limits)
    sent, failures, spent, most, started = 0, 0, 0.0, 0.0, clock.now
    for pause, work, failed, _ in queries:
        clock.now += pause
        if refused(shares):
            continue
        shares.charge("192.0.2.1", work, failed)
        sent, failures, spent, most = sent + 1, failures + failed, spent + work, max(most, work)
        minutes = 1 + (clock.now - started) / 60 + 1e-6
        assert not limits["client_requests"] or sent <= limits["client_requests"] * minutes
        assert not limits["client_errors"] or failures <= limits["client_errors"] * minutes
        # What a query costs is known when it is over: the last one may overdraw.
        assert not limits["client_seconds"] or spent <= limits["client_seconds"] * minutes + most


def test_the_number_of_remembered_clients_is_bounded_and_idle_ones_go_first() -> None:
    clock = Clock()
    shares = budgets(clock, client_requests=60, client_seconds=60.0)
    for number in range(MAX_CLIENTS // 2):
        shares.admit(f"idle-{number}")
    clock.now += 30
    for number in range(MAX_CLIENTS // 2):
        shares.charge(f"spending-{number}", 50.0, False)
    for number in range(MAX_CLIENTS // 2):
        shares.admit(f"new-{number}")
    assert len(shares) == MAX_CLIENTS
    for number in range(MAX_CLIENTS // 2):
        shares.charge(f"spending-{number}", 20.0, False)
        assert refused(shares, f"spending-{number}"), "what it spent before was forgotten"


def test_many_addresses_do_not_push_out_a_debtor() -> None:
    clock = Clock()
    shares = budgets(clock, client_requests=60, client_seconds=60.0)
    shares.charge("debtor", 1_000.0, False)
    for number in range(5 * MAX_CLIENTS):
        clock.now += 0.001
        shares.admit(f"other-{number}")
    assert refused(shares, "debtor")
    assert len(shares) == MAX_CLIENTS


def test_where_every_place_is_a_debtors_newcomers_are_served_and_debtors_are_not() -> None:
    shares = budgets(Clock(), client_seconds=1.0)
    for number in range(MAX_CLIENTS):
        shares.charge(f"debtor-{number}", 100.0, False)
    assert not any(refused(shares, f"new-{number}") for number in range(100))
    assert all(refused(shares, f"debtor-{number}") for number in range(0, MAX_CLIENTS, 100))
    assert len(shares) == MAX_CLIENTS


def test_counting_a_query_costs_next_to_nothing_even_with_all_places_taken() -> None:
    clock = Clock()
    shares = budgets(clock, client_seconds=60.0)
    for number in range(MAX_CLIENTS):
        shares.charge(f"debtor-{number}", 100.0, False)
    started = time.process_time()
    for number in range(2_000):
        shares.admit(f"new-{number}")
    assert (time.process_time() - started) / 2_000 < 200e-6, "the cost grows with the number of clients"


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_an_ipv4_address_is_its_own_key_however_it_is_written(address: IPv4Address) -> None:
    assert client_key(str(address)) == str(address)
    assert client_key(f"::ffff:{address}") == str(address)


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_an_ipv6_address_counts_under_its_network_of_64_bits(address: IPv6Address) -> None:
    if address.ipv4_mapped is None:
        assert client_key(str(address)) == str(ip_network((int(address) >> 64 << 64, 64)))
        assert client_key(str(address)) == client_key(str(IPv6Address(int(address) ^ 0xFFFF)))


@given(st.text())
def test_any_other_name_is_its_own_key_and_bounded(name: str) -> None:
    assert len(client_key(name)) <= 64
    assert client_key("") == ""
    assert client_key("unix:/run/koinon") == "unix:/run/koinon"
