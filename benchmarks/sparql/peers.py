"""The servers that are measured: each is started on a free port of 127.0.0.1 and ended again."""

import http.client
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psutil
from mix import JSON_RESULTS, Question

BIN = Path(sys.executable).parent
OPEN = {
    "KOINON_CLIENT_SECONDS": "0",
    "KOINON_CLIENT_REQUESTS": "0",
    "KOINON_CLIENT_ERRORS": "0",
    "KOINON_CLIENT_PENDING": "1000",
    "KOINON_METRICS_PORT": "0",
}
"""One address sends everything here, so that the limits per client are off."""

_START_SECONDS = 600.0
_END_SECONDS = 30.0


class StartError(RuntimeError):
    """A server ended, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A running server: its name, process, port and the path of its SPARQL endpoint."""

    name: str
    process: psutil.Process
    port: int
    path: str

    def target(self, question: Question) -> str:
        """Return the request target of a question."""
        return f"{self.path}?{urlencode({'query': question.text})}"

    def fetch(self, question: Question, timeout: float = 120) -> tuple[int, str, bytes]:
        """Ask once over a connection of its own; returns the status, the media type and the whole body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", self.target(question), headers={"Accept": question.accept})
            answer = connection.getresponse()
            return answer.status, (answer.headers["content-type"] or "").partition(";")[0], answer.read()
        finally:
            connection.close()

    def ask(self, query: str) -> bytes:
        """Return the JSON answer to a query; raises StartError where there is none."""
        status, _, body = self.fetch(Question(JSON_RESULTS, query))
        if status != 200:
            raise StartError(f"{self.name} answers {status}: {body[:300]!r}")
        return body

    def _tree(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def cpu(self) -> float:
        """Return the CPU seconds that the processes of the server, which live now, have used."""
        return sum(sum(process.cpu_times()[:2]) for process in self._tree())

    def memories(self) -> list[int]:
        """Return the proportional set size (PSS, Linux) of each process of the server, in bytes."""
        return [process.memory_full_info().pss for process in self._tree()]


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _started(
    name: str, command: list[str], port: int, path: str, ready: str, environment: Mapping[str, str]
) -> Iterator[Peer]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)
        try:
            try:
                wait_ready(process, port, ready)
            except StartError as error:
                log.seek(0)
                raise StartError(f"{name}: {error}\n{log.read().decode(errors='replace')[-2000:]}") from error
            yield Peer(name, psutil.Process(process.pid), port, path)
        finally:
            process.terminate()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_ready(process: "subprocess.Popen[bytes]", port: int, target: str) -> float:
    """Wait until a GET of ``target`` is answered with 200; returns when, on the monotonic clock."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StartError(f"ended with exit code {process.returncode}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", target)
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                return time.monotonic()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.005)
    raise StartError(f"did not answer within {_START_SECONDS:.0f} seconds")


def koinon_command(port: int) -> list[str]:
    """Return how the service is started."""
    return [str(BIN / "koinon"), "serve", "--host", "127.0.0.1", "--port", str(port)]


@contextmanager
def koinon(home: Path, settings: Mapping[str, object], name: str = "koinon") -> Iterator[Peer]:
    """Run the service on a home; ``settings`` are given as in ``{"query_cache": 0}``."""
    environment = {**OPEN, "KOINON_HOME": str(home)}
    environment |= {f"KOINON_{key.upper()}": str(value) for key, value in settings.items()}
    port = free_port()
    with _started(name, koinon_command(port), port, "/sparql", "/ready", environment) as peer:
        yield peer


@contextmanager
def oxigraph(store: Path) -> Iterator[Peer]:
    """Run ``oxigraph serve-read-only``, the engine's own server, on a store."""
    port = free_port()
    command = [str(BIN / "oxigraph"), "serve-read-only", "-l", str(store), "-b", f"127.0.0.1:{port}"]
    with _started("oxigraph", command, port, "/query", "/query?query=ASK%7B%7D", {}) as peer:
        yield peer


@contextmanager
def rdflib_endpoint(data: Path) -> Iterator[Peer]:
    """Run rdflib-endpoint by its own command, on the data in memory."""
    port = free_port()
    command = [str(BIN / "rdflib-endpoint"), "serve", "--host", "127.0.0.1", "--port", str(port), str(data)]
    with _started("rdflib-endpoint", command, port, "/", "/?query=ASK%7B%7D", {}) as peer:
        yield peer
