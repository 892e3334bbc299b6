"""The figures of the service for Prometheus: ``/metrics`` on a port of 127.0.0.1, in a thread of its own."""

import errno
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from koinon import __version__
from koinon.model.errors import ConfigurationError, ReleaseError
from koinon.query.outcome import Outcome
from koinon.release.current import current_id
from koinon.release.log import read_log
from koinon.release.paths import Home

_ADDRESS: Final = "127.0.0.1"
_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0)
"""Upper bounds of the duration histogram, in seconds."""

WATCHED: Final = {
    "queue": "Queries that wait for a worker.",
    "running": "Queries that workers answer now.",
    "pages": "Pages and documents that wait to be made.",
}
"""The gauges that parts of the service are read for, without ``koinon_``, and what they say."""


@dataclass(frozen=True, slots=True)
class _Series:
    """What counts the queries of one door, form and outcome; found once, since that costs more than counting."""

    observe: Callable[[float], None]
    add_work: Callable[[float], None]
    add_bytes: Callable[[float], None]
    count: Callable[[float], None]


class Metrics:
    """All metrics of one service, in a registry of their own."""

    def __init__(self, home: Home) -> None:
        """Prepare the metrics; nothing listens before ``listen``."""
        self.registry = CollectorRegistry()
        self.release = _ReleaseFacts(home)
        self._series: dict[tuple[str, str, str], _Series] = {}
        self._gauges: dict[str, Gauge] = {}
        self._server: WSGIServer | None = None
        self._durations = Histogram(
            "koinon_query_duration_seconds",
            "Seconds from the request to the whole answer or refusal.",
            ["door", "form", "outcome"],
            buckets=_BOUNDS,
            registry=self.registry,
        )
        self._work = self._counter("koinon_query_work_seconds", "Seconds that workers spent on queries.", "door")
        self._bytes = self._counter("koinon_answer_bytes", "Bytes of answers, before compression.", "door")
        self._refusals = self._counter(
            "koinon_refusals", "Queries that were refused or failed, by the name of their problem.", "problem"
        )
        self._cache = self._counter(
            "koinon_cache_lookups", "Answers from the cache (hit) and from a worker (miss).", "result"
        )
        self._deaths = self._counter(
            "koinon_worker_deaths", "Query workers that ended, by signal or other cause.", "cause"
        )
        self.log_lines = self._counter(
            "koinon_query_log_lines", "Lines of the query log: written, dropped in a flood, or failed.", "result"
        )
        # A counter that is there before its first event has no gap in its history.
        for counter, results in (
            (self.log_lines, ("written", "dropped", "failed")),
            (self._cache, ("hit", "miss")),
        ):
            for result in results:
                counter.labels(result)
        self.registry.register(self.release)
        ProcessCollector(registry=self.registry)

    def _counter(self, name: str, text: str, label: str) -> Counter:
        return Counter(name, text, [label], registry=self.registry)

    @property
    def port(self) -> int | None:
        """The port of 127.0.0.1 that answers, or None where none does."""
        return None if self._server is None else self._server.server_port

    def query(self, outcome: Outcome) -> None:
        """Count one query."""
        key = (outcome.door, outcome.form, outcome.result)
        series = self._series.get(key) or self._new_series(outcome)
        series.observe(outcome.seconds)
        series.add_work(outcome.work)
        series.add_bytes(outcome.size)
        series.count(1)

    def _new_series(self, outcome: Outcome) -> _Series:
        form = outcome.form or "unknown"
        series = self._series[outcome.door, outcome.form, outcome.result] = _Series(
            self._durations.labels(outcome.door, form, outcome.result).observe,
            self._work.labels(outcome.door).inc,
            self._bytes.labels(outcome.door).inc,
            self._count_of(outcome),
        )
        return series

    def _count_of(self, outcome: Outcome) -> Callable[[float], None]:
        """Return what else counts a query with this outcome: the cache, the refusals, or nothing."""
        if outcome.failed:
            return self._refusals.labels(outcome.result).inc
        lookup = {"ok": "miss", "cached": "hit"}.get(outcome.result)
        return self._cache.labels(lookup).inc if lookup else _nothing

    def worker_ended(self, cause: str) -> None:
        """Count the end of a worker that was not told to go."""
        self._deaths.labels(cause).inc()

    def watch(self, name: str, read: Callable[[], float]) -> None:
        """Show what ``read`` returns as ``koinon_<name>``; it is called in another thread, at each scrape."""
        if name not in self._gauges:
            self._gauges[name] = Gauge(f"koinon_{name}", WATCHED[name], registry=self.registry)
        self._gauges[name].set_function(read)

    def listen(self, wanted: int | None, service_port: int) -> None:
        """Answer on the port ``wanted``; None takes the one after the service's, or a free one; 0 answers on none.

        Raises ConfigurationError where the wanted port cannot be had.
        """
        if wanted == 0:
            return
        if wanted is None:
            try:
                self._open(service_port + 1 if 0 < service_port < 65535 else 0)
            except OSError:
                self._open(0)
            return
        try:
            self._open(wanted)
        except OSError as error:
            reason = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be listened on: {error}"
            raise ConfigurationError(
                f"Port {wanted} of {_ADDRESS}, for metrics, {reason}. Set KOINON_METRICS_PORT to another, or to 0 "
                "for none."
            ) from error

    def _open(self, port: int) -> None:
        self._server, _ = start_http_server(port, _ADDRESS, self.registry)

    def close(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _ReleaseFacts(Collector):
    """Which release is served, and how old it is; read when somebody asks."""

    def __init__(self, home: Home) -> None:
        self.identifier: str | None = None
        self._home = home

    def collect(self) -> Iterator[Metric]:
        identifier = self.identifier or current_id(self._home)
        if identifier is None:
            return
        yield InfoMetricFamily(
            "koinon_release",
            "The release that is served, and the software that serves it.",
            {"id": identifier, "software": __version__},
        )
        published = self._published(identifier)
        if published is not None:
            yield GaugeMetricFamily(
                "koinon_release_age_seconds",
                "Seconds since the release was published.",
                max(0.0, time.time() - published),
            )

    def _published(self, identifier: str) -> float | None:
        """Return when the release became current last, in seconds since 1970; None where the log does not say."""
        try:
            entries = [entry for entry in read_log(self._home.log) if entry.id == identifier]
            return datetime.fromisoformat(entries[-1].published_at).timestamp() if entries else None
        except (ReleaseError, OSError, ValueError):
            return None


def _nothing(_: float) -> None:
    """Count nothing."""
