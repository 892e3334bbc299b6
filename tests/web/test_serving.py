"""The service follows the current release, stands behind a prefix, and says clearly what it needs."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from koinon.web.served import Served
from serving import serving
from small_release import make_release, service_on

FIRST = '<project/one> a koi:Project ; skos:prefLabel "One"@en .'
SECOND = '<project/two> a koi:Project ; skos:prefLabel "Two"@en .'


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "koinon.cli", "serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_without_a_release_it_says_what_to_do(tmp_path: Path) -> None:
    ended = run("--home", str(tmp_path), "--port", "0")
    assert ended.returncode == 3
    assert "koinon build" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run("--home", str(home.root), "--port", str(port))
    assert ended.returncode == 2
    assert f"Port {port}" in ended.stderr
    assert "--port" in ended.stderr


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_and_takes_its_workers_along(tmp_path: Path, sent: signal.Signals) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    command = [sys.executable, "-m", "koinon.cli", "serve", "--home", str(home.root), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        address = process.stdout.readline().split(" at ")[1].split()[0]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                assert httpx.get(f"{address}ready", trust_env=False).status_code == 200
                break
            except httpx.TransportError:
                time.sleep(0.1)
        children = [path.read_text().split() for path in Path(f"/proc/{process.pid}/task").glob("*/children")]
        workers = [int(pid) for pids in children for pid in pids]
        process.send_signal(sent)
        assert process.wait(30) == 0
        assert "Traceback" not in process.stderr.read()
    assert workers
    for pid in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_it_moves_to_a_new_release_without_dropping_a_request(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    with service_on(home) as client:
        tag = client.get("/doc/project/one.ttl").headers["etag"]
        failures: list[object] = []
        ended = threading.Event()

        def ask() -> None:
            with httpx.Client(base_url=client.base_url, timeout=30, trust_env=False) as own:
                while not ended.is_set():
                    for address in (
                        "/doc/project/one.ttl",
                        "/doc/project/two.ttl",
                        "/sparql?query=ASK%7B%3Fs%20a%20%3Fc%7D",
                    ):
                        status = own.get(address).status_code
                        if status not in ((200,) if "sparql" in address else (200, 404)):
                            failures.append((address, status))

        readers = [threading.Thread(target=ask) for _ in range(3)]
        for reader in readers:
            reader.start()
        make_release(tmp_path, "b" * 64, SECOND)
        deadline = time.monotonic() + 60
        while client.get("/doc/project/two.ttl").status_code != 200:
            assert time.monotonic() < deadline, "the service did not follow"
            time.sleep(0.1)
        ended.set()
        for reader in readers:
            reader.join()
        assert not failures
        assert client.get("/doc/project/one.ttl").status_code == 404
        assert client.get("/doc/project/two.ttl").headers["etag"] != tag
        assert client.get("/ready").json()["release"] == "b" * 64


def test_a_damaged_release_leaves_the_running_one_in_place(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    with service_on(home) as client:
        assert client.get("/doc/project/one.ttl").status_code == 200
        broken = home.release("c" * 64)
        broken.mkdir()
        (broken / "manifest.json").write_text("{")
        home.current.unlink()
        home.current.symlink_to("c" * 64)
        for _ in range(4):
            time.sleep(0.6)
            assert client.get("/doc/project/one.ttl").status_code == 200
        assert client.get("/ready").json()["release"] == "a" * 64


def test_behind_a_prefix_every_address_carries_it(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    with service_on(home, public_url="https://data.example.org/koinon") as client:
        page = client.get("/doc/project/one", headers={"Accept": "text/html"}).text
        assert 'href="/koinon/static/koinon.css' in page
        assert 'href="/koinon/projects"' in page
        assert 'href="/projects"' not in page
        assert client.get("/id/project/one").headers["location"] == "/koinon/doc/project/one"
        document = client.get("/doc/project/one.jsonld").json()
        assert document["@context"] == "https://data.example.org/koinon/context/v1.jsonld"
        assert client.get("/doc/none/x").json()["type"] == "https://data.example.org/koinon/problems/not-found"


def test_a_slow_query_does_not_hold_up_a_page(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    slow = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(40)) + " }"
    with service_on(home, query_timeout=3, query_workers=1) as client:
        statuses: list[int] = []
        asking = threading.Thread(
            target=lambda: statuses.append(
                httpx.post(
                    str(client.base_url.copy_with(path="/sparql")), data={"query": slow}, timeout=60
                ).status_code
            )
        )
        asking.start()
        time.sleep(0.5)
        started = time.monotonic()
        assert client.get("/doc/project/one.ttl").status_code == 200
        assert client.get("/live").status_code == 200
        assert time.monotonic() - started < 2.5, "the page waited for the query"
        asking.join()
        assert statuses == [422]
        assert client.get("/ready").status_code == 200


def test_a_service_of_its_own_process_starts_and_ends(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    with serving(home.root) as service:
        assert httpx.get(f"{service.url}/ready", trust_env=False).json()["status"] == "ready"


def test_a_fault_of_ours_is_a_problem_that_tells_nothing_and_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> bool:
        raise RuntimeError("the secret of the house")

    home = make_release(tmp_path, "a" * 64, FIRST)
    with service_on(home) as client:
        monkeypatch.setattr(Served, "has_subject", broken)
        for accept in ("text/turtle", "text/html"):
            answer = client.get("/doc/project/one", headers={"Accept": accept, "Connection": "close"})
            assert answer.status_code == 500
            assert "secret" not in answer.text
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        monkeypatch.undo()
        assert client.get("/doc/project/one").status_code == 200


def test_forwarded_headers_of_anybody_change_nothing(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, FIRST)
    with serving(home.root) as service:
        forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.org", "X-Forwarded-Prefix": "/x"}
        document = httpx.get(f"{service.url}/doc/project/one.jsonld", headers=forged, trust_env=False).json()
        assert document["@context"] == f"{service.url}/context/v1.jsonld"
