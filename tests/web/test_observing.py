"""What operators see from outside: metrics that can be scraped, and a log that no query can harm."""

import json
import logging
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Receive, Scope, Send

from connections import running
from koinon.model.errors import ConfigurationError
from koinon.model.settings import Settings
from koinon.query.outcome import Outcome
from koinon.release.paths import Home
from koinon.web.app import create_app
from koinon.web.observing import Observer
from koinon.web.querylog import LogFile, QueryLog, network_of
from koinon.web.server import make_server
from small_release import make_release

RELEASE = "ab" * 32
ANSWERED = Outcome("sparql", "select", "ok", 0.02, 0.015, 1234, "SELECT * { ?s ?p ?o }", "192.0.2.77", RELEASE)
STOPPED = ANSWERED._replace(result="query-timeout", seconds=15.01, work=15.0, size=0, client="2001:db8:1:2::/64")


@contextmanager
def observing(home: Path, **settings: object) -> Iterator[Observer]:
    observer = Observer(Settings.model_validate({"home": home, "port": 0} | settings), Home(home))
    observer.start()
    try:
        yield observer
    finally:
        observer.stop()


def scrape(observer: Observer) -> Callable[..., float | None]:
    """Ask for the metrics as Prometheus does; return a look-up of samples by name and labels."""
    answer = httpx.get(f"http://127.0.0.1:{observer.metrics_port}/metrics", trust_env=False)
    answer.raise_for_status()
    samples = [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]

    def value(name: str, **labels: str) -> float | None:
        return next((s.value for s in samples if s.name == name and labels.items() <= s.labels.items()), None)

    return value


def lines(home: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (home / "logs" / "queries.jsonl").read_text("ascii").splitlines()]


def test_a_scrape_tells_durations_work_bytes_refusals_and_cache(tmp_path: Path) -> None:
    with observing(tmp_path) as observer:
        observer.query(ANSWERED)
        observer.query(ANSWERED)
        observer.query(ANSWERED._replace(result="cached", seconds=0.0005, work=0.0))
        observer.query(STOPPED)
        observer.query(ANSWERED._replace(door="catalogue", form="", result="gone"))
        value = scrape(observer)
    duration = "koinon_query_duration_seconds"
    select = {"door": "sparql", "form": "select"}
    assert value(f"{duration}_count", outcome="ok", **select) == 2
    assert value(f"{duration}_sum", outcome="ok", **select) == pytest.approx(0.04)
    assert value(f"{duration}_bucket", outcome="ok", le="0.01", **select) == 0
    assert value(f"{duration}_bucket", outcome="ok", le="0.025", **select) == 2
    assert value(f"{duration}_bucket", outcome="cached", le="0.001", **select) == 1
    assert value(f"{duration}_count", door="catalogue", form="unknown", outcome="gone") == 1
    assert value("koinon_query_work_seconds_total", door="sparql") == pytest.approx(15.03)
    assert value("koinon_answer_bytes_total", door="sparql") == 3 * 1234
    assert value("koinon_refusals_total", problem="query-timeout") == 1
    assert value("koinon_refusals_total", problem="gone") is None
    assert value("koinon_cache_lookups_total", result="hit") == 1
    assert value("koinon_cache_lookups_total", result="miss") == 2


def test_a_scrape_tells_worker_deaths_and_gauges_as_they_are_then(tmp_path: Path) -> None:
    waiting = [3.0]
    with observing(tmp_path) as observer:
        observer.watch("queue", lambda: waiting[0])
        observer.worker_ended("SIGKILL")
        observer.worker_ended("SIGKILL")
        observer.worker_ended("deadline")
        assert scrape(observer)("koinon_queue") == 3
        waiting[0] = 5.0
        value = scrape(observer)
    assert value("koinon_queue") == 5
    assert value("koinon_worker_deaths_total", cause="SIGKILL") == 2
    assert value("koinon_worker_deaths_total", cause="deadline") == 1
    assert (value("process_resident_memory_bytes") or 0) > 2**20
    assert (value("process_open_fds") or 0) > 3


def test_a_scrape_tells_what_the_server_turned_away_by_itself(tmp_path: Path) -> None:
    with observing(tmp_path) as observer:
        listener = socket.create_server(("127.0.0.1", 0))
        server = make_server(_nothing, Settings(max_connections=10), None, observer.turned_away)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            with socket.create_connection(listener.getsockname(), 5) as client:
                client.sendall(b"this is not HTTP\r\n\r\n")
                assert client.recv(100).startswith(b"HTTP/1.1 400 ")
        finally:
            server.should_exit = True
            thread.join(10)
            listener.close()
        assert scrape(observer)("koinon_requests_turned_away_total", problem="bad-request") == 1


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Take part in the server's start and end."""
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def test_a_scrape_tells_the_release_its_age_and_the_software(tmp_path: Path) -> None:
    home = make_release(tmp_path, RELEASE, '<project/one> a koi:Project ; skos:prefLabel "One"@en .')
    published = time.time() - 3600
    entry = {
        "sequence": 1,
        "id": RELEASE,
        "parent": None,
        "published_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(published)),
    }
    home.log.write_text(json.dumps(entry) + "\n")
    with observing(tmp_path) as observer:
        value = scrape(observer)
        assert value("koinon_release_info", id=RELEASE) == 1
        assert value("koinon_release_age_seconds") == pytest.approx(3600, abs=60)
        observer.serving("cd" * 32)
        assert scrape(observer)("koinon_release_info", id="cd" * 32) == 1


def test_metrics_are_told_before_there_is_a_release_and_with_a_damaged_release_log(tmp_path: Path) -> None:
    with observing(tmp_path) as observer:
        assert scrape(observer)("koinon_release_info") is None
    home = make_release(tmp_path, RELEASE, '<project/one> a koi:Project ; skos:prefLabel "One"@en .')
    home.log.write_text("{torn\n")
    with observing(tmp_path) as observer:
        value = scrape(observer)
        assert value("koinon_release_info", id=RELEASE) == 1
        assert value("koinon_release_age_seconds") is None


def test_metrics_listen_on_this_machine_only_beside_the_service(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with observing(tmp_path, port=port - 1) as observer:
        assert observer.metrics_port == port
        with observing(tmp_path, port=port - 1) as second:
            assert second.metrics_port not in (None, port), "a taken port is not the end of the service"
        assert f"127.0.0.1:{port:04X}" in listeners()
    with observing(tmp_path, metrics_port=0) as observer:
        assert observer.metrics_port is None
        observer.query(ANSWERED)


def listeners() -> set[str]:
    """The addresses that this machine listens on, as 127.0.0.1:PORT with the port in hexadecimal."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    bound = [row[1].split(":") for row in rows if row[3] == "0A"]
    return {f"{'.'.join(str(byte) for byte in reversed(bytes.fromhex(host)))}:{port}" for host, port in bound}


def test_a_port_for_metrics_that_was_asked_for_and_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"Port {port} .* KOINON_METRICS_PORT"):
            Observer(Settings(home=tmp_path, metrics_port=port), Home(tmp_path)).start()


def test_a_log_line_tells_what_became_of_a_query_and_whose_network_asked(tmp_path: Path) -> None:
    with observing(tmp_path) as observer:
        observer.query(ANSWERED)
        observer.query(STOPPED)
        observer.query(ANSWERED._replace(door="probe"))
    first, second = lines(tmp_path)
    assert str(first.pop("time")).startswith(time.strftime("%Y-", time.gmtime()))
    assert first == {
        "door": "sparql",
        "form": "select",
        "result": "ok",
        "seconds": 0.02,
        "work": 0.015,
        "size": 1234,
        "release": RELEASE[:16],
        "query": "b78a1c39c7b21585",
        "client": "192.0.2.0/24",
    }
    assert (second["result"], second["client"]) == ("query-timeout", "2001:db8:1::/48")


def test_the_text_of_a_query_is_logged_only_where_that_is_set(tmp_path: Path) -> None:
    for setting, texts in (("hash", [None]), ("text", [ANSWERED.text])):
        with observing(tmp_path / setting, query_log=setting) as observer:
            observer.query(ANSWERED)
        assert [line.get("text") for line in lines(tmp_path / setting)] == texts
    with observing(tmp_path / "off", query_log="off") as observer:
        observer.query(ANSWERED)
    assert not (tmp_path / "off").exists()


@pytest.mark.parametrize(
    "text", ['"}\n{"door": "forged"}\r\n', "\ud800 \u2028 \u202e \x00 \x1b[31m", "ä" * 100_000]
)
def test_no_text_can_forge_tear_or_hide_a_line(tmp_path: Path, text: str) -> None:
    with observing(tmp_path, query_log="text") as observer:
        observer.query(ANSWERED._replace(text=text))
        observer.query(ANSWERED)
    found = lines(tmp_path)
    assert [line["text"] for line in found] == [text, ANSWERED.text]
    assert b"\x1b" not in (tmp_path / "logs" / "queries.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("client", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("", "other"),
        ("192.0.2.77:5000", "other"),
        ("fe80::1%eth0", "fe80::/48"),
    ],
)
def test_a_logged_client_is_a_network_and_never_an_address(client: str, network: str) -> None:
    assert network_of(client) == network


def test_a_log_that_cannot_be_written_is_counted_and_warned_of_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A server that was configured in this process before may have changed the logger.
    monkeypatch.setattr("koinon.web.querylog._LOG", logging.getLogger("koinon.test"))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "queries.jsonl").symlink_to("/dev/full")
    counts: list[tuple[str, int]] = []
    log = QueryLog(LogFile(tmp_path / "logs" / "queries.jsonl"), "hash", lambda *count: counts.append(count))
    for _ in range(3):
        log.add(ANSWERED)
        log.flush()
    assert counts == [("failed", 1)] * 3
    assert len(caplog.records) == 1
    (tmp_path / "logs" / "queries.jsonl").unlink()
    log.add(ANSWERED)
    log.flush()
    assert counts[-1] == ("written", 1), "it goes on once there is room"


def test_a_disk_that_fills_up_leaves_whole_lines(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "queries.jsonl")
    file.append(b'{"a": 1}\n')
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
    try:
        with pytest.raises(OSError, match="No space left"):
            file.append(b'{"b": "longer than what is left"}\n')
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "queries.jsonl").read_bytes() == b'{"a": 1}\n'


def test_the_log_is_set_aside_when_full_and_keeps_a_bounded_number_of_files(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "queries.jsonl", largest=100, files=3)
    for number in range(20):
        file.append(f'{{"number": {number:30}}}\n'.encode())
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["queries.jsonl", "queries.jsonl.1", "queries.jsonl.2"]
    assert all(path.stat().st_size <= 100 for path in tmp_path.iterdir())
    texts = [(tmp_path / name).read_text("ascii") for name in reversed(kept)]
    found = [json.loads(line)["number"] for text in texts for line in text.splitlines()]
    assert found == list(range(20 - len(found), 20)), "the newest lines stay, in order"
    assert (tmp_path / "queries.jsonl").stat().st_mode & 0o007 == 0, "others on the machine can read it"


@pytest.mark.parametrize("text", ["ASK {}", "x" * 100_000], ids=["short", "long"])
def test_a_flood_drops_lines_and_counts_them_instead_of_filling_the_memory(tmp_path: Path, text: str) -> None:
    counts: dict[str, int] = {"written": 0, "dropped": 0, "failed": 0}

    def count(result: str, number: int) -> None:
        counts[result] += number

    log = QueryLog(LogFile(tmp_path / "queries.jsonl"), "hash", count)
    for _ in range(30_000):
        log.add(ANSWERED._replace(text=text))
    assert counts["dropped"] > 0
    log.flush()
    assert counts["written"] + counts["dropped"] == 30_000
    assert counts["written"] * len(text) < 5 * 2**20
    log.add(ANSWERED)
    log.flush()
    assert counts["written"] + counts["dropped"] == 30_001
    assert len((tmp_path / "queries.jsonl").read_bytes().splitlines()) == counts["written"]


def test_probes_and_checks_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    home = make_release(tmp_path, "a" * 64, '<project/x> a koi:Project ; skos:prefLabel "X"@en .')
    settings = Settings.from_environment({}, home=home.root, query_workers=1)
    app = create_app(settings)
    with (
        running(app, settings) as (port, _),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client,
    ):
        assert client.get("/live").status_code == 200
        assert client.get("/ready").status_code == 200
        assert client.get("/check").status_code == 200
        refused = client.post("/check", content=b"", headers={"Content-Type": "image/png"}).status_code
        sample = scrape(app.state.observer)
    assert refused >= 400
    assert sample("koinon_answers_total", door="live", status="200") == 1
    assert sample("koinon_answers_total", door="ready", status="200") == 1
    assert sample("koinon_answers_total", door="check", status=str(refused)) == 1
    assert sample("koinon_answers_total", door="check", status="200") is None, "the form alone is no check"
