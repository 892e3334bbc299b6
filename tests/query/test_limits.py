"""The limits that readers are told are those of the settings."""

from koinon.model.settings import Settings
from koinon.query.limits import Limits


def test_every_limit_of_a_query_and_of_a_client_is_told() -> None:
    told = {limit.setting for limit in Limits.of(Settings())}
    not_for_readers = {
        f"query_{name}" for name in ("workers", "workers_most", "queue", "memory", "cache", "log", "spool")
    }
    settings = {name for name in Settings.model_fields if name.startswith(("query_", "client_"))}
    assert told == settings - not_for_readers


def test_each_has_the_value_of_its_setting_and_says_it_with_its_unit() -> None:
    settings = Settings(query_timeout=2.5, query_max_bytes=3 * 2**20, query_max_rows=12_345, client_seconds=1.0)
    limits = {limit.name: limit for limit in Limits.of(settings)}
    assert all(limit.value == getattr(settings, limit.setting) for limit in limits.values())
    assert {name: limits[name].amount for name in ("time", "size", "rows", "work")} == {
        "time": "2.5 seconds",
        "size": "3 MiB",
        "rows": "12,345",
        "work": "1 second",
    }


def test_a_limit_that_is_switched_off_is_not_told() -> None:
    settings = Settings(client_seconds=0, client_requests=0, client_errors=0)
    names = {limit.name for limit in Limits.of(settings)}
    assert not names & {"work", "requests", "errors"}
    assert "per minute" not in Limits.of(settings).sentence
