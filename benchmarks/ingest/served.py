"""One changed source of 1,000 statements beside many: seconds until readers have it, and what they got meanwhile.

Command: ``.venv/bin/python benchmarks/ingest/served.py [SIZE] [CHANGES]`` (default 1000000 5; seed 20261122). A
node of its own is built and served with its builder; four readers ask for pages and queries without a pause while
the small source is handed in over HTTP, time after time. Every query asks for two things of the source that change
together: an answer that has one of the old and one of the new is mixed.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx
from generate import ID, SKOS, write_source

SEED = 20261122
SMALL = 1_000
READERS = 4
BIN = Path(sys.executable).parent
RIGHTS = {
    "title": "Small register",
    "facts-only": "",
    "licence": "https://creativecommons.org/publicdomain/zero/1.0/",
    "language": "en",
}
QUERY = (
    f"SELECT ?one ?other {{ <{ID}organisation/small-1> <{SKOS}altLabel> ?one . "
    f'<{ID}organisation/small-2> <{SKOS}altLabel> ?other FILTER(STRSTARTS(?one, "v") && STRSTARTS(?other, "v")) }}'
)


def main() -> None:
    size, changes = map(int, (*sys.argv[1:3], "1000000", "5")[:2] if len(sys.argv) != 2 else (sys.argv[1], "5"))
    with tempfile.TemporaryDirectory() as work:
        _measure(Path(work), size, changes)


def _measure(work: Path, size: int, changes: int) -> None:
    home = work / "home"
    for slug, triples in (("register", size), ("small", SMALL)):
        write_source(work / "sources", slug, triples, SEED)
    _koinon(home, "source", "add", "register", str(work / "sources" / "register"))
    _koinon(home, "source", "accept", "register")
    told = _koinon(home, "token", "add", "benchmark", "small")
    secret = re.search(r"koinon_\S+", told)
    assert secret, told
    _koinon(home, "build")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"KOINON_HOME": str(home), "KOINON_CLIENT_SECONDS": "0", "KOINON_CLIENT_REQUESTS": "0"}
    command = [str(BIN / "koinon"), "serve", "--port", str(port)]
    with (work / "log").open("w") as log:
        process = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
    try:
        _changes(f"http://127.0.0.1:{port}", secret[0], work / "sources" / "small" / "graph.nt", size, changes)
    finally:
        process.terminate()
        process.wait(60)


def _changes(url: str, secret: str, source: Path, size: int, changes: int) -> None:
    small = source.read_text("utf-8")
    readers = Readers(url)
    waited = []
    key = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=url, timeout=120, trust_env=False, headers=key) as client:
        _until(lambda: _is_ready(client), 120)
        readers.start()
        for number in range(changes + 1):
            marks = "".join(f'<{ID}organisation/small-{n}> <{SKOS}altLabel> "v{number}"@en .\n' for n in (1, 2))
            begun = time.perf_counter()
            answer = client.put(
                "/sources/small",
                content=small + marks,
                params=RIGHTS,
                headers={"Content-Type": "application/n-triples"},
            )
            assert answer.status_code in (200, 201), answer.text
            _until(lambda number=number: f"v{number}" in readers.seen, 600)
            waited.append(time.perf_counter() - begun)
            _until(lambda: not client.get("/sources/small").json()["build"]["pending"], 600)
        readers.end()
    rest = waited[1:]
    sys.stdout.write(
        f"{size} statements, {len(rest)} changes of {SMALL}: with readers after {statistics.median(rest):.1f} s "
        f"({min(rest):.1f} to {max(rest):.1f}; the source's first {waited[0]:.1f}); "
        f"{readers.answers} answers beside, {len(readers.failed)} failed, {readers.mixed} mixed\n"
    )
    for failure in readers.failed[:5]:
        sys.stdout.write(f"  {failure}\n")


class Readers:
    """Clients that ask without a pause, and what they saw."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers = self.mixed = 0
        self.failed: list[str] = []
        self.seen: set[str] = set()
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._read, args=(kind % 2,)) for kind in range(READERS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _read(self, kind: int) -> None:
        with httpx.Client(base_url=self.url, timeout=60, trust_env=False) as client:
            while not self._over.is_set():
                try:
                    answer = self._ask(client, kind)
                except httpx.HTTPError as error:
                    self.failed.append(repr(error))
                    continue
                self.answers += 1
                if answer.status_code != 200:
                    self.failed.append(f"{answer.status_code} {answer.text[:200]}")
                elif kind:
                    self._look(answer.json()["results"]["bindings"])

    def _ask(self, client: httpx.Client, kind: int) -> httpx.Response:
        if kind:
            # A comment makes each query another one: no answer comes from the cache.
            return client.post("/sparql", data={"query": f"{QUERY} # {time.perf_counter_ns()}"})
        return client.get("/doc/organisation/register-1", headers={"Accept": "text/turtle"})

    def _look(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            one, other = row["one"]["value"], row["other"]["value"]
            self.mixed += one != other
            self.seen.add(one)


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/ready").status_code == 200
    except httpx.TransportError:
        return False


def _until(condition: Any, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "that took too long"
        time.sleep(0.02)


def _koinon(home: Path, *arguments: str) -> str:
    command = [str(BIN / "koinon"), *arguments]
    done = subprocess.run(
        command, env=os.environ | {"KOINON_HOME": str(home)}, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


if __name__ == "__main__":
    main()
