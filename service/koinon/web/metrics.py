"""The figures of the service for Prometheus: ``/metrics`` on a port of 127.0.0.1, in a thread of its own."""

import errno
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate
from typing import Final
from wsgiref.simple_server import WSGIServer

import prometheus_client
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, start_http_server
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from koinon import __version__
from koinon.model.errors import ConfigurationError, ReleaseError
from koinon.query.outcome import Outcome, is_failure
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
    "builds_pending": "1 while something was accepted or withdrawn that is in no release yet.",
    "build_seconds": "Seconds that the last build by the service took.",
    "build_failures": "Builds by the service that failed since the last that did not.",
    "builders_lost": "How often the process that builds was lost.",
}
"""The gauges that parts of the service are read for, without ``koinon_``, and what they say."""


@dataclass(slots=True)
class _Series:
    """What is known of the queries of one door, form and outcome; only the event loop adds to it."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS) + 1))
    seconds: float = 0.0
    work: float = 0.0
    size: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one query."""
        self.buckets[bisect_left(_BOUNDS, outcome.seconds)] += 1
        self.seconds += outcome.seconds
        self.work += outcome.work
        self.size += outcome.size

    @property
    def count(self) -> int:
        """Queries in all."""
        return sum(self.buckets)


class _Queries(Collector):
    """The metrics of queries, made from their series when somebody asks: a query itself costs a microsecond."""

    def __init__(self) -> None:
        self.series: dict[tuple[str, str, str], _Series] = {}

    def add(self, outcome: Outcome) -> None:
        key = (outcome.door, outcome.form, outcome.result)
        series = self.series.get(key)
        if series is None:
            series = self.series[key] = _Series()
        series.add(outcome)

    def collect(self) -> Iterator[Metric]:
        durations = HistogramMetricFamily(
            "koinon_query_duration_seconds",
            "Seconds from the request to the whole answer or refusal.",
            labels=["door", "form", "outcome"],
        )
        work = _counters("koinon_query_work_seconds", "Seconds that workers spent on queries.", "door")
        sizes = _counters("koinon_answer_bytes", "Bytes of answers, before compression.", "door")
        refusals = _counters(
            "koinon_refusals", "Queries that were refused or failed, by the name of their problem.", "problem"
        )
        cache = _counters(
            "koinon_cache_lookups", "Answers from the cache (hit) and from a worker (miss).", "result"
        )
        works, bytes_, refused = Counter[str](), Counter[str](), Counter[str]()
        lookups = Counter[str](hit=0, miss=0)
        for (door, form, result), series in sorted(self.series.items()):
            counts = zip((*map(floatToGoString, _BOUNDS), "+Inf"), accumulate(series.buckets), strict=True)
            durations.add_metric([door, form or "unknown", result], list(counts), series.seconds)
            works[door] += series.work  # type: ignore[assignment]  # a Counter of seconds
            bytes_[door] += series.size
            if is_failure(result):
                refused[result] += series.count
            elif result in _LOOKUPS:
                lookups[_LOOKUPS[result]] += series.count
        for family, counted in ((work, works), (sizes, bytes_), (refusals, refused), (cache, lookups)):
            for label, value in counted.items():
                family.add_metric([label], value)
        yield from (durations, work, sizes, refusals, cache)


_LOOKUPS: Final = {"ok": "miss", "cached": "hit"}


def _counters(name: str, text: str, label: str) -> CounterMetricFamily:
    return CounterMetricFamily(name, text, labels=[label])


class Metrics:
    """All metrics of one service, in a registry of their own."""

    def __init__(self, home: Home) -> None:
        """Prepare the metrics; nothing listens before ``listen``."""
        self.registry = CollectorRegistry()
        self.release = _ReleaseFacts(home)
        self._gauges: dict[str, Gauge] = {}
        self._server: WSGIServer | None = None
        self._queries = _Queries()
        self.registry.register(self._queries)
        self._deaths = self._counter(
            "koinon_worker_deaths", "Query workers that ended, by signal or other cause.", "cause"
        )
        self.log_lines = self._counter(
            "koinon_query_log_lines", "Lines of the query log: written, dropped in a flood, or failed.", "result"
        )
        self._turned_away = self._counter(
            "koinon_requests_turned_away",
            "Requests that the server itself refused, by their problem.",
            "problem",
        )
        self._contributions = prometheus_client.Counter(
            "koinon_contributions",
            "Requests to hand in or withdraw a source, by what became of them: done, trial or a problem.",
            ["act", "outcome"],
            registry=self.registry,
        )
        self._answers = prometheus_client.Counter(
            "koinon_answers",
            "Answers to /live, to /ready and to data handed in at /check, by HTTP status.",
            ["door", "status"],
            registry=self.registry,
        )
        # A counter that is there before its first event has no gap in its history.
        for result in ("written", "dropped", "failed"):
            self.log_lines.labels(result)
        self.registry.register(self.release)
        ProcessCollector(registry=self.registry)

    def _counter(self, name: str, text: str, label: str) -> prometheus_client.Counter:
        return prometheus_client.Counter(name, text, [label], registry=self.registry)

    @property
    def port(self) -> int | None:
        """The port of 127.0.0.1 that answers, or None where none does."""
        return None if self._server is None else self._server.server_port

    def query(self, outcome: Outcome) -> None:
        """Count one query."""
        self._queries.add(outcome)

    def worker_ended(self, cause: str) -> None:
        """Count the end of a worker that was not told to go."""
        self._deaths.labels(cause).inc()

    def answered(self, name: str, status: int) -> None:
        """Count an answer that is no query's, by its HTTP status."""
        self._answers.labels(name, str(status)).inc()

    def turned_away(self, problem: str) -> None:
        """Count a request that the server refused by itself."""
        self._turned_away.labels(problem).inc()

    def contribution(self, act: str, outcome: str) -> None:
        """Count a request to hand in or withdraw a source."""
        self._contributions.labels(act, outcome).inc()

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
