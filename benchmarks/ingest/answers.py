"""What a large release answers, and how soon: it is served by a process of its own and asked things of each kind.

Command: ``.venv/bin/python benchmarks/ingest/answers.py HOME`` (the ``home`` in the FOLDER of the benchmark). Each
address is asked five times; what is printed are the milliseconds of the first time and the median of the others.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
from generate import DEF, ID, M8G, ORG, SKOS

TIMES = 5
PATIENCE = 300
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
PARTNERS = f"""
SELECT ?project ?other {{ ?project <{M8G}hasParticipation>/<{M8G}hasParticipant> <{ID}organisation/register-1> ;
  <{M8G}hasParticipation>/<{M8G}hasParticipant> ?other }}
"""
PLACES = f"SELECT ?place (COUNT(*) AS ?n) {{ ?s a <{ORG}Organization> ; <{DEF}locatedIn> ?place }} GROUP BY ?place"
NAMED = f'SELECT ?s {{ ?s <{SKOS}prefLabel> ?name FILTER(CONTAINS(?name, "Mutuelle Network Praca")) }} LIMIT 20'
HTML = {"Accept": "text/html"}
ASKED: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "page of an organisation": ("/doc/organisation/register-1", HTML, {}),
    "its Turtle": ("/doc/organisation/register-1", {"Accept": "text/turtle"}, {}),
    "page of a project": ("/doc/project/register-4", HTML, {}),
    "start page": ("/", HTML, {}),
    "list of actors": ("/actors", HTML, {}),
    "projects of a region": ("/projects", HTML, {"region": f"{ID}place/pomorskie"}),
    "search": ("/search", HTML, {"q": "mutuelle network praca"}),
    "suggestions": ("/suggest", {}, {"prefix": "mutu"}),
    "region": ("/regions/PL63", HTML, {}),
    "query: count of all": ("/sparql", {}, {"query": COUNT}),
    "query: partners": ("/sparql", {}, {"query": PARTNERS}),
    "query: organisations by place": ("/sparql", {}, {"query": PLACES}),
    "query: part of a name": ("/sparql", {}, {"query": NAMED}),
}


def main(home: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"KOINON_HOME": home, "KOINON_CLIENT_SECONDS": "0", "KOINON_CLIENT_REQUESTS": "0"}
    command = [str(Path(sys.executable).parent / "koinon"), "serve", "--port", str(port)]
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=os.environ | settings, stdout=log, stderr=log)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, trust_env=False) as client:
                _wait(client, begun)
                sys.stdout.write(f"ready after {time.perf_counter() - begun:.1f} s\n")
                for name, (path, headers, parameters) in ASKED.items():
                    _ask(client, name, path, headers, parameters)
            sys.stdout.write(f"memory of the service {_memory(process.pid):.0f} MB, workers and all\n")
        finally:
            process.terminate()
            process.wait(60)


def _wait(client: httpx.Client, begun: float) -> None:
    while True:
        try:
            if client.get("/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.perf_counter() - begun < PATIENCE, "it does not get ready"
        time.sleep(0.05)


def _ask(client: httpx.Client, name: str, path: str, headers: dict[str, str], parameters: dict[str, str]) -> None:
    spent = []
    for number in range(TIMES):
        given = {key: f"{value} # {number}" if key == "query" else value for key, value in parameters.items()}
        begun = time.perf_counter()
        answer = client.get(path, headers=headers, params=given, follow_redirects=True)
        spent.append((time.perf_counter() - begun) * 1000)
    size = len(answer.content)
    sys.stdout.write(
        f"{name}: {answer.status_code}, {size} bytes, {spent[0]:.0f} ms, then {statistics.median(spent[1:]):.0f}\n"
    )


def _memory(pid: int) -> float:
    """Return what a process and its children hold, in MB, each page that several share once in parts (PSS)."""
    total = 0.0
    first = psutil.Process(pid)
    for one in (first, *first.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # a worker that was busy for long makes room for another
            total += one.memory_full_info().pss / 2**20
    return total


if __name__ == "__main__":
    main(sys.argv[1])
