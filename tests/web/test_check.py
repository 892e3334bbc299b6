"""``/check``: the report people and programs get, in nine languages, whatever is handed in; nobody else waits."""

import concurrent.futures
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from pyoxigraph import RdfFormat, parse

from html_check import check_html
from koinon.model.languages import INTERFACE_LANGUAGES
from serving import Service, serving

PREFIXES = """@base <https://w3id.org/koinon/id/> .
@prefix koi: <https://w3id.org/koinon/def#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
SOUND = PREFIXES + '<project/checked-here> a koi:Project ; skos:prefLabel "Here"@en .'
FAULTY = PREFIXES + '<project/checked-here> a koi:Project ; koi:involvesActor <organisation/nobody> , "<b>x</b>" .'
TURTLE = {"Content-Type": "text/turtle"}
SECONDS = 30


def post(
    client: httpx.Client, body: str | bytes, accept: str = "application/json", **headers: str
) -> httpx.Response:
    return client.post("/check", content=body, headers={**TURTLE, "Accept": accept, **headers})


def rules(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {rule["rule"] for rule in answer.json()["rules"] if rule["severity"] == "refused"}


def folders() -> set[Path]:
    """The folders of services that these tests have started; other tests at the same time have others."""
    ours = {str(process.pid) for process in psutil.Process().children(recursive=True)}
    found = [*Path("/dev/shm").glob("koinon-handed-in-*"), *Path("/tmp").glob("koinon-handed-in-*")]  # noqa: S108
    return {path for path in found if path.name.split("-")[3] in ours}


def parents(server: psutil.Process) -> list[psutil.Process]:
    return [child for child in server.children() if "koinon.web.checking.parent" in child.cmdline()]


def serving_process(port: int) -> psutil.Process:
    """Return the process that listens on a port."""
    for process in psutil.Process().children():
        if any(c.laddr.port == port for c in process.net_connections() if c.status == psutil.CONN_LISTEN):
            return process
    raise AssertionError(port)


def test_sound_data_would_be_accepted_and_faulty_data_not(client: httpx.Client) -> None:
    good, bad = post(client, SOUND).json(), post(client, FAULTY).json()
    assert (good["accepted"], bad["accepted"]) == (True, False)
    assert good["sources"][0]["triples"] == 2
    assert good["counts"]["refused"] == 0 < bad["counts"]["refused"]
    dangling = next(rule for rule in bad["rules"] if rule["rule"] == "dangling")
    assert dangling["examples"][0]["node"].endswith("project/checked-here>")
    assert dangling["title"]
    assert dangling["why"]
    assert dangling["mend"]


def test_blank_nodes_in_blank_nodes_are_judged_like_all_else(client: httpx.Client) -> None:
    answer = post(client, SOUND[:-1] + "; koi:hasClaim [ koi:aboutThing [ a koi:Project ] ] .")
    assert answer.status_code == 200, answer.text
    assert "/.well-known/genid/" in answer.text


def test_lists_in_lists_that_take_all_memory_are_refused_and_not_taken_for_nothing(client: httpx.Client) -> None:
    body = SOUND + f"<project/checked-here> <urn:all> {'(' * 5000}{')' * 5000} ."
    assert "blank-nodes" in rules(post(client, body))


def test_the_release_that_is_served_is_the_context(client: httpx.Client) -> None:
    taken = PREFIXES + '<project/resist> a koi:Project ; skos:prefLabel "Mine"@en .'
    assert "claimed" in rules(post(client, taken))
    known = (
        PREFIXES + '<project/x> a koi:Project ; skos:prefLabel "X"@en ; koi:involvesActor <organisation/reves> .'
    )
    assert rules(post(client, known)) == set()


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("text/turtle", "text/turtle; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("text/plain", "text/plain; charset=utf-8"),
    ],
)
def test_the_reader_chooses_the_form_of_the_report(client: httpx.Client, accept: str, media_type: str) -> None:
    answer = post(client, FAULTY, accept)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "no-store"


def test_the_shacl_reports_say_the_same_as_the_json(client: httpx.Client) -> None:
    counts = post(client, FAULTY).json()["counts"]
    for accept, syntax in (("text/turtle", RdfFormat.TURTLE), ("application/ld+json", RdfFormat.JSON_LD)):
        found = [quad.object.value for quad in parse(post(client, FAULTY, accept).content, syntax)]  # type: ignore[union-attr]
        assert found.count("http://www.w3.org/ns/shacl#Violation") == counts["refused"]
        assert found.count("http://www.w3.org/ns/shacl#Warning") == counts["warning"]


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_report_and_form_are_whole_pages_in_every_language(client: httpx.Client, language: str) -> None:
    form = client.get(f"/check?lang={language}", headers={"Accept": "text/html"})
    check_html(form.text)
    report = client.post(f"/check?lang={language}", data={"text": FAULTY}, headers={"Accept": "text/html"})
    check_html(report.text)
    assert f'<html lang="{language}"' in report.text
    assert "<b>x</b>" not in report.text
    assert "&lt;b&gt;x&lt;/b&gt;" in report.text
    assert f'action="/check?lang={language}"' in report.text


def test_each_language_has_words_of_its_own(client: httpx.Client) -> None:
    texts = {
        post(client, FAULTY, **{"Accept-Language": tag}).json()["rules"][0]["why"] for tag in INTERFACE_LANGUAGES
    }
    assert len(texts) == len(INTERFACE_LANGUAGES)
    names = {post(client, FAULTY, "text/plain", **{"Accept-Language": tag}).text for tag in INTERFACE_LANGUAGES}
    assert len(names) == len(INTERFACE_LANGUAGES)


def test_the_page_shows_the_line_in_which_a_text_breaks(client: httpx.Client) -> None:
    text = PREFIXES + '<project/x> a koi:Project\n   skos:prefLabel "<script>alert(1)</script>"@en .'
    page = client.post("/check", data={"text": text}, headers={"Accept": "text/html"}).text
    check_html(page)
    assert "line 4, column" in page
    assert "<script>" not in page
    assert re.search(r'<pre class="code excerpt"[^>]*>[^<]*<mark>', page)


@pytest.mark.parametrize("field", ["text", "file"])
def test_forms_hand_in_texts_and_files(client: httpx.Client, field: str) -> None:
    files = {field: ("Mój graf.ttl" if field == "file" else None, SOUND.encode())}
    answer = client.post("/check", files=files, headers={"Accept": "application/json"})
    assert answer.json()["accepted"] is True
    if field == "file":
        assert answer.json()["name"] == "Mój-graf.ttl"


def test_an_empty_choice_of_file_does_not_hide_the_text(client: httpx.Client) -> None:
    files = {"text": (None, SOUND.encode()), "file": ("", b""), "format": (None, b"")}
    answer = client.post("/check", files=files, headers={"Accept": "application/json"})  # as browsers send it
    assert answer.json()["accepted"] is True


@pytest.mark.parametrize(
    ("content_type", "content", "name"),
    [
        ("application/n-triples", "<http://a/b> <http://a/c> <http://a/d> .", "N-Triples"),
        ("application/n-quads", "<http://a/b> <http://a/c> <http://a/d> .", "N-Quads"),
        ("application/trig", "{ <http://a/b> <http://a/c> <http://a/d> }", "TriG"),
        (
            "application/rdf+xml",
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="http://a/">'
            '<rdf:Description rdf:about="http://a/b"><a:c rdf:resource="http://a/d"/></rdf:Description></rdf:RDF>',
            "RDF/XML",
        ),
        ("application/ld+json", '{"@id": "http://a/b", "http://a/c": {"@id": "http://a/d"}}', "JSON-LD"),
        ("application/octet-stream", '{"@id": "http://a/b", "http://a/c": {"@id": "http://a/d"}}', "JSON-LD"),
        ("text/plain; charset=utf-8", "<http://a/b> <http://a/c> <http://a/d> .", "Turtle"),
    ],
)
def test_every_format_is_read(client: httpx.Client, content_type: str, content: str, name: str) -> None:
    answer = post(client, content, **{"Content-Type": content_type})
    assert answer.json()["format"] == name
    assert answer.json()["sources"][0]["triples"] == 1
    assert "syntax" not in rules(answer)


ENTITIES = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(12))
HOSTILE = {
    "nothing": (b"", "text/turtle", "empty"),
    "zeros": (bytes(500_000), "text/turtle", "syntax"),
    "another encoding": ("Gdańsk żółć".encode("cp1250"), "text/turtle", "encoding"),
    "UTF-16": (SOUND.encode("utf-16"), "text/turtle", "encoding"),
    "an XML bomb": (f"<!DOCTYPE x [{ENTITIES}]><x>&e11;</x>".encode(), "application/rdf+xml", "doctype"),
    "an external entity": (
        b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        "application/rdf+xml",
        "doctype",
    ),
    "deep XML": (b"<a>" * 200_000, "application/rdf+xml", "syntax"),
    "deep JSON": (b'{"a":' * 500_000, "application/ld+json", "syntax"),
    "deep Turtle": (b"<http://a/b> <http://a/c> " + b"[ <http://a/d> " * 300_000, "text/turtle", "syntax"),
    "deep lists": (b"<http://a/b> <http://a/c> " + b"( " * 100_000, "text/turtle", "syntax"),
    "deep triple terms": (b"<http://a/b> <http://a/c> " + b"<<( " * 100_000, "text/turtle", "syntax"),
    "a web page": (b"<!doctype html><html><script>x</script></html>", "text/plain", "format"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(2000), "application/octet-stream", "format"),
    "a source that takes over": (
        b'<https://w3id.org/koinon/def#Project> <http://www.w3.org/2000/01/rdf-schema#label> "x" .',
        "text/turtle",
        "vocabulary",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gets_its_report(client: httpx.Client, name: str) -> None:
    content, content_type, rule = HOSTILE[name]
    answer = post(client, content, **{"Content-Type": content_type})
    assert rule in rules(answer), answer.json()["rules"]
    assert len(answer.content) < 100_000


@pytest.mark.parametrize("accept", ["application/json", "text/plain", "text/html"])
def test_what_is_said_of_all_of_a_file_names_it_and_no_folder_of_the_service(
    client: httpx.Client, accept: str
) -> None:
    answer = post(client, "# only a comment\n", accept)
    assert "the source states nothing" in answer.text
    assert "input.ttl" in answer.text
    assert "handed-in" not in answer.text


def test_a_remote_context_is_never_fetched(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(1)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/context"
        body = f'{{"@context": "{address}", "@id": "http://a/b"}}'
        assert "remote-context" in rules(post(client, body, **{"Content-Type": "application/ld+json"}))
        with pytest.raises(TimeoutError):
            listener.accept()


def test_thousands_of_findings_are_counted_and_the_report_stays_small(client: httpx.Client) -> None:
    text = PREFIXES + "".join(f"<project/checked-{i}> a koi:Project .\n" for i in range(1500))
    answer = post(client, text)
    assert sum(answer.json()["counts"].values()) > 10_000
    assert max(rule["count"] for rule in answer.json()["rules"]) == 1500
    assert len(answer.content) < 3_000_000
    page = post(client, text, "text/html")
    check_html(page.text)
    assert "+1,495" in page.text
    assert len(page.content) < 200_000


@pytest.mark.parametrize(
    ("headers", "body", "status", "name"),
    [
        ({"Content-Type": "image/png"}, b"x", 415, "check-media-type"),
        ({"Content-Type": ""}, b"x", 415, "check-media-type"),
        ({"Content-Encoding": "gzip"}, b"x", 415, "check-media-type"),
        ({}, bytes(8 * 2**20 + 1), 413, "check-too-large"),
        ({"Content-Type": "multipart/form-data"}, b"x", 400, "bad-request"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\n", 400, "bad-request"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=%ff", 400, "bad-request"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"nothing=1", 400, "bad-request"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=x&format=cobol", 400, "bad-request"),
        ({"Accept": "image/png"}, b"", 406, "not-acceptable"),
    ],
)
def test_what_cannot_be_checked_is_a_problem(
    client: httpx.Client, headers: dict[str, str], body: bytes, status: int, name: str
) -> None:
    answer = post(client, body, **headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"].endswith(f"/problems/{name}")


def test_a_body_without_length_is_refused_once_it_is_too_long(client: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield bytes(2**19)

    assert post(client, endless()).status_code == 413  # type: ignore[arg-type]  # it takes what httpx does


def test_programs_learn_what_a_check_takes(client: httpx.Client) -> None:
    about = client.get("/check", headers={"Accept": "application/json"}).json()
    assert "text/turtle" in about["accepts"]
    assert about["rules"]["takeover"]["mend"]
    options = client.options("/check")
    assert "POST" in options.headers["access-control-allow-methods"]


def test_every_rule_of_ours_that_a_report_names_is_explained_on_the_page(client: httpx.Client) -> None:
    page = client.get("/check", headers={"Accept": "text/html"}).text
    for rule in client.get("/check", headers={"Accept": "application/json"}).json()["rules"]:
        assert f'id="{rule}"' in page


def test_nothing_is_left_behind(client: httpx.Client, server: Service) -> None:
    before = {*server.home.rglob("*")} - {*(server.home / "logs").rglob("*")}
    post(client, FAULTY)
    post(client, b"PK\x03\x04")
    assert {*server.home.rglob("*")} - {*(server.home / "logs").rglob("*")} == before
    assert folders() == set()


@pytest.mark.clock
def test_many_at_once_do_not_hold_up_the_pages(client: httpx.Client) -> None:
    heavy = PREFIXES + "".join(f"<project/checked-{i}> a koi:Project .\n" for i in range(300))
    client.get("/projects")
    with concurrent.futures.ThreadPoolExecutor(21) as pool:
        checks = [pool.submit(post, client, heavy) for _ in range(20)]
        waits = []
        while not all(check.done() for check in checks):
            began = time.perf_counter()
            assert client.get("/doc/place/pomorskie", headers={"Accept": "text/html"}).status_code == 200
            waits.append(time.perf_counter() - began)
        answers = [check.result() for check in checks]
    assert {answer.status_code for answer in answers} <= {200, 429}
    assert sum(answer.status_code == 200 for answer in answers) >= 4
    assert all(answer.headers.get("retry-after") for answer in answers if answer.status_code == 429)
    assert sorted(waits)[len(waits) // 2] < 0.5
    assert max(waits) < 3


COOPS = ("Identifier", "Name", "Country ID")


def test_a_table_is_read_by_its_mapping(client: httpx.Client) -> None:
    rows = client.get("/check", headers={"Accept": "application/json"}).json()["mappings"]
    assert "coops-uk" in rows
    wrong = ",".join(COOPS) + "\r\nR000101,Clwb,GB\r\n"
    answer = client.post("/check?mapping=coops-uk", content=wrong, headers={"Content-Type": "text/csv"})
    report = answer.json()
    assert report["accepted"] is False
    assert report["rules"][0]["examples"][0]["text"].startswith("table")
    unknown = client.post("/check?mapping=nobody", content=wrong, headers={"Content-Type": "text/csv"})
    assert unknown.status_code == 400
    assert "coops-uk" in unknown.json()["detail"]
    files = {"file": ("list.csv", wrong.encode()), "mapping": (None, b"coops-uk")}
    page = client.post("/check", files=files, headers={"Accept": "text/html"}).text
    check_html(page)
    assert "list.csv" in page


@pytest.fixture(scope="module")
def narrow(home: Path) -> Iterator[httpx.Client]:
    """A client of a service whose checks may take little time and one place only."""
    settings = {
        "KOINON_CHECK_TIMEOUT": "0.5",
        "KOINON_CHECK_WORKERS": "1",
        "KOINON_CHECK_QUEUE": "1",
        "KOINON_METRICS_PORT": "0",
    }
    with (
        serving(home, **settings) as service,
        httpx.Client(base_url=service.url, timeout=60, trust_env=False) as client,
    ):
        yield client


def test_a_check_that_takes_too_long_is_ended(narrow: httpx.Client) -> None:
    text = PREFIXES + "".join(f'<project/x{i}> a koi:Project ; skos:prefLabel "{i}"@en .\n' for i in range(60_000))
    began = time.monotonic()
    answer = post(narrow, text)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.json()["type"].endswith("/problems/check-too-costly")
    assert time.monotonic() - began < SECONDS
    assert folders() == set()
    assert post(narrow, SOUND).json()["accepted"] is True


def test_when_all_places_are_taken_others_are_told_to_come_again(narrow: httpx.Client) -> None:
    text = PREFIXES + "".join(f'<project/x{i}> a koi:Project ; skos:prefLabel "{i}"@en .\n' for i in range(60_000))
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = [check.result() for check in [pool.submit(post, narrow, text) for _ in range(6)]]
    assert {answer.status_code for answer in answers} <= {422, 503}
    busy = [answer for answer in answers if answer.status_code == 503]
    assert busy
    assert all(answer.headers["retry-after"] for answer in busy)


def test_checks_run_locked_in_and_outlive_the_process_they_are_forked_from(home: Path) -> None:
    with (
        serving(home, KOINON_METRICS_PORT="0") as service,
        httpx.Client(base_url=service.url, timeout=60, trust_env=False) as client,
    ):
        served = serving_process(int(service.url.rpartition(":")[2]))
        assert parents(served) == []
        assert post(client, SOUND).json()["accepted"] is True
        parent = parents(served)[0]
        status = Path(f"/proc/{parent.pid}/status").read_text("utf-8")
        assert re.search(r"^Seccomp:\s+2$", status, re.MULTILINE)
        parent.kill()
        assert post(client, SOUND).json()["accepted"] is True
        fresh = parents(served)[0]
        assert fresh.pid != parent.pid
    fresh.wait(10)
