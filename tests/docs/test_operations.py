"""What the page for operators says is so: its metrics, its log lines, and its proxies, which are run."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from koinon.model.namespaces import SD
from koinon.model.settings import Settings
from koinon.release.log import LogEntry, append_log
from koinon.web.problems import KINDS
from serving import serving
from small_release import make_release

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text("utf-8")
ONE = '<project/one> a koi:Project ; skos:prefLabel "One"@en .'
PUBLIC = "https://data.example.org/koinon"
READER = "127.7.7.7"
QUERY = "SELECT * { ?s ?p ?o }"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def lines_of(home: Path, number: int) -> list[dict[str, object]]:
    """The lines of the query log, once there are as many; they are written once a second."""
    path = home / "logs" / "queries.jsonl"
    deadline = time.monotonic() + 20
    while not path.exists() or path.read_bytes().count(b"\n") < number:
        assert time.monotonic() < deadline, "the log is not written"
        time.sleep(0.1)
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def test_a_real_service_shows_the_metrics_that_are_documented_and_no_other(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, ONE)
    append_log(home.log, LogEntry(1, "a" * 64, None, "2026-11-21T12:00:00+00:00"))
    port = free_port()
    with serving(tmp_path, KOINON_METRICS_PORT=str(port)) as service, httpx.Client(trust_env=False) as client:
        for query in (QUERY, QUERY, "SELECT nothing"):
            client.get(f"{service.url}/sparql", params={"query": query})
        families = list(
            text_string_to_metric_families(client.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text)
        )
    samples = [sample for family in families for sample in family.samples]
    names = {s.name for s in samples if s.name.startswith("koinon_") and not s.name.endswith("_created")}
    shown = {re.sub(r"_(bucket|count|sum)$", "", name) for name in names}
    shown |= {f"{family.name}_total" for family in families if family.type == "counter" and not family.samples}
    documented = set(re.findall(r"^\| `(koinon_\w+)` \|", TEXT, re.MULTILINE))
    assert shown == documented
    for name, labels in re.findall(r"^\| `(koinon_\w+)` \| (.*?) \|", TEXT, re.MULTILINE):
        for sample in samples:
            if sample.name in (name, f"{name}_sum"):
                assert set(sample.labels) == set(re.findall(r"`(\w+)`", labels)), name
    values = {(s.name, *sorted(s.labels.values())): s.value for s in samples}
    assert values["koinon_query_duration_seconds_count", "ok", "select", "sparql"] == 1
    assert values["koinon_cache_lookups_total", "hit"] == 1
    assert values["koinon_refusals_total", "query-syntax"] == 1


def test_a_real_service_writes_the_log_lines_that_are_documented(tmp_path: Path) -> None:
    make_release(tmp_path, "a" * 64, ONE)
    with serving(tmp_path) as service:
        httpx.get(f"{service.url}/sparql", params={"query": QUERY}, trust_env=False)
        (line,) = lines_of(tmp_path, 1)
    (example,) = (json.loads(block) for block in blocks("json"))
    assert list(line) == list(example)
    assert {name: type(value) for name, value in line.items()} == {n: type(v) for n, v in example.items()}
    assert line["client"] == "127.0.0.0/24"


def test_the_settings_and_problems_that_it_names_exist() -> None:
    settings = set(re.findall(r"KOINON_([A-Z_]+)", TEXT))
    assert settings <= {name.upper() for name in Settings.model_fields}
    rows = re.findall(r"^\| ((?:`[a-z-]+`(?:, )?)+) \|", TEXT.split("## What the problems mean")[1], re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}
    assert named
    assert named <= set(KINDS)


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    """A proxy in a process of its own, for as long as it is needed."""
    with (folder / "proxy.log").open("w+") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "HOME": str(folder)})
        try:
            deadline = time.monotonic() + 20
            while True:
                assert process.poll() is None, (folder / "proxy.log").read_text()
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < deadline, "the proxy did not come up"
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def nginx(service: str, folder: Path) -> Iterator[str]:
    port = free_port()
    (block,) = blocks("nginx")
    block = block.replace("127.0.0.1:8000", service).replace("listen 80;", f"listen 127.0.0.1:{port};")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    # Started by root, its workers would become somebody who may not write into the test's folder.
    user = "user root; " if os.geteuid() == 0 else ""
    head = f"{user}daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}\n"
    (folder / "nginx.conf").write_text(f"{head}http {{ access_log off;\n{folders}{block}}}\n")
    with running(["nginx", "-c", str(folder / "nginx.conf")], port, folder):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def caddy(service: str, folder: Path) -> Iterator[str]:
    port = free_port()
    (block,) = blocks("caddyfile")
    block = block.replace("127.0.0.1:8000", service).replace("data.example.org {", f"http://127.0.0.1:{port} {{")
    (folder / "Caddyfile").write_text("{\n    admin off\n    auto_https off\n}\n" + block)
    command = ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with running(command, port, folder):
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("proxy", [nginx, caddy])
def test_the_proxy_as_it_is_written_down_works(tmp_path: Path, proxy: object) -> None:
    name = proxy.__name__  # type: ignore[attr-defined]
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not on this machine")
    names = "\n".join(f'<project/p{n}> a koi:Project ; skos:prefLabel "Project {n}"@en .' for n in range(200))
    make_release(tmp_path, "a" * 64, names)
    with (
        serving(tmp_path, KOINON_PUBLIC_URL=PUBLIC, KOINON_TRUSTED_PROXIES="127.0.0.1") as service,
        proxy(service.url.removeprefix("http://"), tmp_path) as url,  # type: ignore[operator]
        httpx.Client(
            base_url=f"{url}/koinon", transport=httpx.HTTPTransport(local_address=READER), timeout=20
        ) as client,
    ):
        sent = {"Accept": "text/csv", "Accept-Encoding": "gzip", "X-Forwarded-For": "203.0.113.9"}
        answer = client.get("/sparql", params={"query": QUERY}, headers=sent)
        assert answer.status_code == 200
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.text.count("\n") == 401
        again = {**sent, "If-None-Match": answer.headers["etag"]}
        assert client.get("/sparql", params={"query": QUERY}, headers=again).status_code == 304

        longest = f"SELECT * {{ ?s ?p ?o }} #{'ä' * 99_000}"
        assert client.post("/sparql", data={"query": longest}).status_code == 200
        assert client.get("/sparql", params={"query": QUERY + "#" + "x" * 15_000}).status_code == 200

        description = client.get("/sparql", headers={"Accept": "application/n-triples"}).text
        assert f"<{PUBLIC}/sparql> <{SD}endpoint> <{PUBLIC}/sparql> ." in description
        problem = client.get("/sparql", params={"query": "SELECT"})
        assert problem.status_code == 400
        assert problem.json()["type"] == f"{PUBLIC}/problems/query-syntax"
        page = client.get("/doc/project/p7", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert 'href="/koinon/' in page.text
        assert httpx.get(f"{url}/koinon", trust_env=False).status_code in (301, 302)
        moved = httpx.get(f"{url}/.well-known/void", trust_env=False)
        assert (moved.status_code, httpx.URL(moved.headers["location"]).path) == (303, "/koinon/.well-known/void")

        clients = {line["client"] for line in lines_of(tmp_path, 5)}
        assert clients == {"127.7.7.0/24"}, "the client is not the one that asked"
