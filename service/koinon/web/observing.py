"""What can be seen of the service from outside: metrics, and a log of queries.

One observer serves a process::

    observer = Observer(settings, Home(settings.home))
    observer.watch("queue", lambda: pool.waiting)
    observer.start()  # before the server starts: it may refuse a port; a second call does nothing
    ...
    observer.query(outcome)  # once per query, from the event loop
    observer.worker_ended("SIGKILL")
    ...
    observer.stop()
"""

from collections.abc import Callable

from koinon.model.settings import Settings
from koinon.query.outcome import Outcome
from koinon.release.paths import Home
from koinon.web.metrics import Metrics
from koinon.web.querylog import LogFile, QueryLog


class Observer:
    """Counts and logs what becomes of queries; none of it can fail or hold up a request."""

    def __init__(self, settings: Settings, home: Home) -> None:
        """Prepare; nothing listens and nothing is written before ``start``."""
        self._settings = settings
        self._metrics = Metrics(home)
        self._started = False
        self._log: QueryLog | None = None
        if settings.query_log != "off":
            lines = self._metrics.log_lines
            self._log = QueryLog(
                LogFile(home.root / "logs" / "queries.jsonl"),
                settings.query_log,
                lambda result, number: lines.labels(result).inc(number),
            )

    def start(self) -> None:
        """Open the port of the metrics and the log, once; raises ConfigurationError where the port is not free."""
        if self._started:
            return
        self._metrics.listen(self._settings.metrics_port, self._settings.port)
        self._started = True
        if self._log is not None:
            self._log.start()

    def stop(self) -> None:
        """Write what waits for the log, and close the port."""
        if self._log is not None:
            self._log.stop()
        self._metrics.close()

    @property
    def metrics_port(self) -> int | None:
        """The port of 127.0.0.1 that answers with the metrics; None where none does."""
        return self._metrics.port

    def query(self, outcome: Outcome) -> None:
        """Count a query and log it; those by which the service probes itself are only counted."""
        self._metrics.query(outcome)
        if self._log is not None and outcome.door != "probe":
            self._log.add(outcome)

    def worker_ended(self, cause: str) -> None:
        """Count a worker that ended: by a signal (``SIGKILL``) or another cause (``deadline``)."""
        self._metrics.worker_ended(cause)

    def contribution(self, act: str, outcome: str) -> None:
        """Count a request to ``/sources/{id}``: what it asked for, and ``done`` or the name of its problem."""
        self._metrics.contribution(act, outcome)

    def answered(self, name: str, status: int) -> None:
        """Count an answer to ``/live``, ``/ready`` or to data that were handed in at ``/check``."""
        self._metrics.answered(name, status)

    def turned_away(self, problem: str) -> None:
        """Count a request that the server refused by itself, before any part of the service saw it."""
        self._metrics.turned_away(problem)

    def serving(self, release: str) -> None:
        """Tell which release is served from now on; until then it is the home's current one."""
        self._metrics.release.identifier = release

    def watch(self, name: str, read: Callable[[], float]) -> None:
        """Show what ``read`` returns as the gauge ``koinon_<name>``, one of ``metrics.WATCHED``.

        ``read`` is called in the thread of the metrics whenever they are asked for, so it only looks.
        """
        self._metrics.watch(name, read)
