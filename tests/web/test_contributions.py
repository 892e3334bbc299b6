"""``/sources/{id}``: what is handed in with a token is kept before the answer, and served by the next release.

Long, because one node serves all of it, and each promise of handing in stands beside the others.
"""

import base64
import hashlib
import json
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from building import PREFIXES, World
from contributing import SAID, TURTLE, Node, again, contributing, network, token_for
from koinon.build.registry.disk import incoming, journal, raw

sys.path.append(str(Path(__file__).parents[1] / "build" / "templates"))
from filling import Form, fill_in


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    with contributing(tmp_path_factory.mktemp("node"), KOINON_CLIENT_SECONDS="0", KOINON_CLIENT_ERRORS="0") as node:
        yield node


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_what_is_handed_in_is_kept_before_the_answer_and_served_by_the_next_release(node: Node) -> None:
    content = network("net-first", "Ada", "Eve")
    answer = node.put("net-first", content)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert receipt["files"] == [{"name": "net-first.ttl", "sha256": sha256(content), "size": len(content)}]
    assert (raw(node.world.home, "net-first") / sha256(content)).read_text() == content
    line = node.log("net-first")[-1]
    assert (line["action"], line["by"], line["line"]) == ("put", "desk of a network", receipt["audit"]["line"])
    assert answer.headers["etag"] == f'"{receipt["version"]}"'
    assert answer.headers["location"].endswith("/sources/net-first")
    found = node.wait("net-first", "published")
    assert found["accepted"] == receipt["version"]
    page = node.client.get("/doc/organisation/net-first-ada", headers={"Accept": "text/turtle"})
    assert page.status_code == 200
    assert "net-first-ada" in page.text
    public = node.get("net-first", None)
    assert public["graph"]["triples"] > 0
    assert "history" not in public


def test_the_same_again_changes_nothing_so_that_a_lost_answer_can_be_asked_for_again(node: Node) -> None:
    first = node.put("net-twice", network("net-twice", "Ada"))
    tag = first.headers["etag"]
    second = node.put("net-twice", network("net-twice", "Eve"), **{"If-Match": tag})
    assert (first.status_code, second.status_code) == (201, 200)
    files, lines = node.kept("net-twice"), len(node.log("net-twice"))
    again = node.put("net-twice", network("net-twice", "Eve"), **{"If-Match": tag})
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    assert again.headers["etag"] == second.headers["etag"] != tag
    assert node.put("net-twice", network("net-twice", "Eve"), **{"If-None-Match": "*"}).status_code == 200
    assert (node.kept("net-twice"), len(node.log("net-twice"))) == (files, lines)


def test_only_the_version_that_a_client_knows_is_replaced(node: Node) -> None:
    assert node.put("net-known", network("net-known", "Ada"), **{"If-Match": "*"}).status_code == 412
    assert not node.kept("net-known")
    made = node.put("net-known", network("net-known", "Ada"), **{"If-None-Match": "*"})
    assert made.status_code == 201
    files = node.kept("net-known")
    for header in (
        {"If-Match": '"000000000000"'},
        {"If-None-Match": "*"},
        {"If-Match": f"W/{made.headers['etag']}"},
    ):
        refused = node.put("net-known", network("net-known", "Eve"), **header)
        assert refused.status_code == 412, header
        assert refused.headers["etag"] == made.headers["etag"]
        assert node.delete("net-known", **header).status_code == 412, header
    assert node.put("net-known", network("net-known", "Eve"), **{"If-Match": "no tag"}).status_code == 400
    assert node.kept("net-known") == files
    assert node.get("net-known")["accepted"] == made.json()["version"]


def test_an_older_request_that_is_sent_again_does_not_bring_the_older_version_back(node: Node) -> None:
    first = node.put("net-replay", network("net-replay", "Ada"), **{"If-None-Match": "*"})
    second = node.put("net-replay", network("net-replay", "Eve"), **{"If-Match": first.headers["etag"]})
    third = node.put("net-replay", network("net-replay", "Zoe"), **{"If-Match": second.headers["etag"]})
    for content, header in (("Ada", {"If-None-Match": "*"}), ("Eve", {"If-Match": first.headers["etag"]})):
        assert node.put("net-replay", network("net-replay", content), **header).status_code == 412
    assert node.delete("net-replay", **{"If-Match": second.headers["etag"]}).status_code == 412
    assert node.get("net-replay")["accepted"] == third.json()["version"]


def test_a_version_without_what_is_said_of_it_keeps_what_was_said_before(node: Node) -> None:
    node.put("net-said", network("net-said", "Ada"), said={**SAID, "credit": "© The network"})
    answer = node.put("net-said", network("net-said", "Eve"), said={})
    assert answer.status_code == 200, answer.text
    assert answer.json()["rights"] == "facts only, text not reproduced"
    latest = node.log("net-said")[-1]
    assert 'credit = "© The network"' in (raw(node.world.home, "net-said") / latest["manifest"]).read_text("utf-8")


def test_a_trial_says_what_would_happen_and_keeps_nothing(node: Node) -> None:
    good = node.put("net-trial", network("net-trial", "Ada"), said={**SAID, "dry-run": ""})
    assert (good.status_code, good.json()["status"]) == (200, "would be accepted")
    assert good.json()["report"]["accepted"]
    bad = node.put("net-trial", network("net-other", "Ada"), said={**SAID, "dry-run": ""})
    assert bad.status_code == 422
    assert not node.kept("net-trial")
    assert not node.log("net-trial")


def test_a_source_that_cannot_be_read_is_not_called_one_that_there_is_no_room_for(node: Node) -> None:
    assert node.put("net-unread", network("net-unread", "Ada")).status_code == 201
    kept = journal(node.world.home, "net-unread")
    aside = kept.rename(kept.with_suffix(".aside"))
    kept.symlink_to("/proc/self/mem")  # reading it from its beginning is an error of the device
    try:
        answer = node.send("GET", "net-unread")
        taken = node.put("net-unread", network("net-unread", "Eve"))
    finally:
        kept.unlink()
        aside.rename(kept)
    assert (answer.status_code, taken.status_code) == (500, 507)
    assert "cannot be read" in answer.json()["detail"]
    assert node.get("net-unread")["state"] in {"accepted", "published"}
    assert node.put("net-unread", network("net-unread", "Eve")).status_code == 200


def test_a_form_can_bring_the_file_and_what_is_said_of_it(node: Node) -> None:
    files = {"file": ("our members.ttl", network("net-form", "Ada"), "text/turtle")}
    answer = node.send("PUT", "net-form", files=files, data={**SAID, "publisher": "The network"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["files"][0]["name"] == "our members.ttl"
    parts = [("file", (f"{name}.ttl", network("net-parts", name))) for name in ("Ada", "Eve")]
    assert node.send("PUT", "net-parts", files=parts, data=SAID).status_code == 201
    assert len(node.get("net-parts")["files"]) == 2


BROKEN: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "empty"),
    "no end": (network("net-bad", "Ada")[:-3], "syntax"),
    "cp1253": (
        (PREFIXES + '<document/net-bad> a foaf:Document ; skos:prefLabel "Μέλη"@el .').encode("cp1253"),
        "encoding",
    ),
    "UTF-16": (network("net-bad", "Ada").encode("utf-16"), "encoding"),
    "zeros": (b"\0" * 1000, "syntax"),
    "another's things": (network("net-other", "Ada"), "unowned"),
    "another's graph": (
        PREFIXES + "<https://w3id.org/koinon/graph/place> { <place/x> a koi:Territory . }",
        "syntax",
    ),
    "the ontology": (PREFIXES + "koi:Project rdfs:subClassOf koi:Event .", "vocabulary"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_has_faults_is_refused_with_a_report_and_leaves_nothing(node: Node, name: str) -> None:
    content, rule = BROKEN[name]
    answer = node.put("net-bad", content)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["type"].endswith("/problems/source-refused")
    rules = [found["rule"] for found in problem.get("report", {}).get("rules", [])]
    assert rule in [*rules, problem.get("rule")]
    assert not (node.world.home.sources / "net-bad").exists()
    assert not list(incoming(node.world.home).glob("*")) if incoming(node.world.home).exists() else True
    assert not node.log("net-bad")


def test_a_link_to_nothing_is_told_and_taken(node: Node) -> None:
    linking = '<project/net-odd> a koi:Project ; skos:prefLabel "X"@en ; koi:involvesActor <organisation/none> .'
    answer = node.put("net-odd", PREFIXES + linking, said={**SAID, "dry-run": ""})
    assert answer.status_code == 200, answer.text
    told = {found["rule"]: found for found in answer.json()["report"]["rules"]}
    assert told["dangling"]["severity"] == "warning"
    assert "organisation/none" in str(told["dangling"]["examples"])


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({key: value for key, value in SAID.items() if key != "facts-only"}, "rights"),
        ({**SAID, "facts-only": "0", "rights": "unknown"}, "rights"),
        ({key: value for key, value in SAID.items() if key != "licence"}, "licence"),
        ({**SAID, "language": "xx"}, "manifest"),
        ({**SAID, "homepage": "javascript:alert(1)"}, "manifest"),
        ({**SAID, "mapping": "keep"}, "mapping"),
        ({**SAID, "mapping": "../x"}, "mapping"),
        ({**SAID, "filename": "../../etc/passwd.exe"}, "format"),
        ({**SAID, "filename": "source.toml"}, "file-name"),
    ],
)
def test_a_new_source_needs_to_say_whose_it_is_and_what_may_be_done_with_it(
    node: Node, said: dict[str, str], rule: str
) -> None:
    answer = node.put("net-bad", network("net-bad", "Ada"), said=said)
    assert (answer.status_code, answer.json()["rule"]) == (422, rule), answer.text
    assert not (node.world.home.sources / "net-bad").exists()


@pytest.mark.parametrize(
    "said",
    [
        {"licence2": "x"},
        {"mints": "organisation/*"},
        {"kind": "reference"},
        {"because": "x"},
        {"title": "a\u202eb"},
    ],
)
def test_what_is_not_a_contributors_to_say_is_refused(node: Node, said: dict[str, str]) -> None:
    assert node.put("net-bad", network("net-bad", "Ada"), said={**SAID, **said}).status_code == 400
    assert not (node.world.home.sources / "net-bad").exists()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "image/png"}, 415),
        ({"Content-Type": ""}, 415),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Range": "bytes 0-5/100"}, 400),
        ({"Content-Digest": "sha-256=:" + base64.b64encode(b"0" * 32).decode() + ":"}, 400),
        ({"Accept": "text/html"}, 406),
    ],
)
def test_what_is_not_sent_as_it_should_be_is_refused(node: Node, headers: dict[str, str], status: int) -> None:
    assert node.put("net-bad", network("net-bad", "Ada"), **headers).status_code == status


def test_a_body_with_its_digest_is_taken(node: Node) -> None:
    content = network("net-digest", "Ada")
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    assert node.put("net-digest", content, **{"Content-Digest": f"sha-256=:{digest}:"}).status_code == 201


def test_what_is_too_large_is_refused_before_it_is_all_here(node: Node) -> None:
    assert node.put("net-bad", b"#" * (8 * 2**20 + 1)).status_code == 413
    pieces = (b"#" * 2**16 for _ in range(200))
    answer = node.send("PUT", "net-bad", content=pieces, params=SAID, headers=TURTLE)
    assert answer.status_code == 413


@pytest.mark.parametrize("chunked", [False, True])
def test_half_a_body_is_nothing(node: Node, chunked: bool) -> None:
    content = network("net-half", "Ada", "Eve").encode()
    address = urlsplit(node.service.url)
    query = "title=Half&facts-only&language=en&licence=https://creativecommons.org/licenses/by/4.0/"
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(content)}"
    whole_lines = content[: content.rindex(b"<organisation/")]
    body = b"%x\r\n%b\r\n" % (len(whole_lines), whole_lines) if chunked else whole_lines
    head = f"PUT /sources/net-half?{query} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {node.secret}\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(f"{head}Content-Type: text/turtle\r\n{framing}\r\n\r\n".encode() + body)
        connection.shutdown(socket.SHUT_WR)
        assert b" 201 " not in connection.recv(65536)
    assert node.client.get("/live").status_code == 200
    assert not node.kept("net-half")


def test_two_at_once_are_taken_one_after_the_other(node: Node) -> None:
    same = [network("net-same", "Ada")] * 4
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda content: node.put("net-same", content), same))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert [line["action"] for line in node.log("net-same")] == ["put"]
    others = [network("net-other", name) for name in ("Ada", "Eve", "Zoe", "Ida")]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda content: node.put("net-other", content), others))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    lines = node.log("net-other")
    assert {line["version"] for line in lines} == {answer.json()["version"] for answer in answers}
    assert node.get("net-other")["accepted"] == lines[-1]["version"]


def test_of_two_who_replace_the_same_version_one_is_told(node: Node) -> None:
    tag = node.put("net-race", network("net-race", "Ada")).headers["etag"]
    others = [network("net-race", name) for name in ("Eve", "Zoe", "Ida")]
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda content: node.put("net-race", content, **{"If-Match": tag}), others))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412]


def test_a_source_that_is_withdrawn_is_not_in_the_next_release_and_can_come_back(node: Node) -> None:
    content = network("net-gone", "Ada")
    tag = node.put("net-gone", content).headers["etag"]
    node.wait("net-gone", "published")
    answer = node.send("DELETE", "net-gone", params={"because": "it moved"}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["status"]) == (200, "withdrawn")
    assert "etag" not in answer.headers
    assert node.delete("net-gone").json()["changed"] is False
    assert node.log("net-gone")[-1]["reason"] == "it moved"
    node.wait("net-gone", "withdrawn")
    assert node.client.get("/doc/organisation/net-gone-ada").status_code == 410
    assert node.client.get("/graph/net-never").status_code == 404
    for name in ("net-gone", "net-gone.ttl"):
        gone = node.client.get(f"/graph/{name}")
        assert gone.status_code == 410
        assert "history" not in gone.json()
        assert node.client.get(gone.json()["lastState"]).status_code == 200
    page = node.client.get("/graph/net-gone", headers={"Accept": "text/html"})
    assert page.status_code == 410
    assert gone.json()["lastState"] in page.text
    assert node.send("GET", "net-gone", None).status_code == 404
    assert node.delete("net-never").status_code == 404
    assert node.put("net-gone", content).status_code == 201
    assert node.wait("net-gone", "published")["accepted"]


def test_a_name_that_is_another_sources_is_not_taken_over(node: Node) -> None:
    everything = token_for(node.world, "*")
    answer = node.put("neighbour", network("neighbour", "Ada"), everything)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "source-conflict")
    assert node.put("ontology", network("ontology", "Ada"), everything).status_code == 400
    assert node.put("Net-A", network("net-a", "Ada")).status_code == 400


def test_what_may_be_handed_in_is_described_for_programs(node: Node) -> None:
    path = node.client.get("/openapi.json").json()["paths"]["/sources/{slug}"]
    assert {"get", "put", "delete"} <= set(path)
    assert {"rights", "If-Match"} <= {parameter["name"] for parameter in path["put"]["parameters"]}
    assert {"201", "401", "412", "422", "507"} <= set(path["put"]["responses"])
    assert "text/turtle" in path["put"]["requestBody"]["content"]
    options = node.client.options("/sources/net-first")
    assert "PUT" in options.headers["allow"]
    assert "PUT" not in options.headers["access-control-allow-methods"]


def test_a_token_has_a_number_of_changes_an_hour_and_what_changes_nothing_is_free(tmp_path: Path) -> None:
    with contributing(tmp_path, **{"KOINON_TOKEN_CHANGES": "2", "KOINON_BUILDER": "0"}) as node:
        names = ("Ada", "Eve", "Zoe")
        answers = [node.put("net-rate", network("net-rate", name)) for name in names]
        assert [answer.status_code for answer in answers] == [201, 200, 429]
        assert 0 < int(answers[2].headers["retry-after"]) <= 1800
        assert node.put("net-rate", network("net-rate", "Eve")).json()["status"] == "unchanged"
        assert node.delete("net-rate").status_code == 429
        other = token_for(node.world, "net-rate")
        assert node.delete("net-rate", other).status_code == 200


def test_where_the_room_for_sources_is_used_up_nothing_more_is_taken(tmp_path: Path) -> None:
    content = network("net-room", *(f"Member{number}" for number in range(20)))
    with contributing(tmp_path, KOINON_SOURCES_QUOTA="1000", KOINON_BUILDER="0") as node:
        answer = node.put("net-room", content)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (507, "storage")
        assert str(tmp_path) not in answer.text
        assert not node.kept("net-room")


def test_a_line_in_a_log_and_a_metric_tell_what_became_of_each_request(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with contributing(tmp_path, KOINON_METRICS_PORT=str(port)) as node:
        node.put("net-log", network("net-log", "Ada"))
        node.put("net-log", network("net-log", "Ada")[:-3])
        node.put("net-log", "", "wrong")
        node.delete("net-log")
        node.wait("net-log", "withdrawn")
        lines = (node.world.home.root / "logs" / "contributions.jsonl").read_text().splitlines()
        said = [(line["act"], line["outcome"]) for line in map(json.loads, lines)]
        assert said == [("put", "done"), ("put", "source-refused"), ("put", "token-wrong"), ("delete", "done")]
        assert node.secret.split("_", 2)[2] not in "".join(lines)
        metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        assert 'koinon_contributions_total{act="put",outcome="source-refused"} 1.0' in metrics
        assert "koinon_builds_pending 0.0" in metrics


def test_a_members_list_that_was_filled_in_in_greek_is_served_as_it_was_handed_in(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home, tmp_path / "home", symlinks=True, ignore=shutil.ignore_patterns(".lock"))
    workbook = fill_in(Form(tmp_path, "el")).save()
    world = World(tmp_path)
    with again(world, token_for(world, "komotini"), KOINON_ASSETS="") as node:
        said = {"mapping": "members-list", "title": "Μέλη", "publisher": "Σχηματισμός", "language": "el"}
        answer = node.send("PUT", "komotini", files={"file": ("μέλη.xlsx", workbook.read_bytes())}, data=said)
        assert answer.status_code == 201, answer.text
        assert answer.json()["mapping"] == {"name": "members-list", "version": "1"}
        node.wait("komotini", "published")
        page = node.client.get("/doc/cluster/komotini-1", headers={"Accept": "text/turtle"})
        assert "organisation/komotini-member-m-1" in page.text
        assert "skos:prefLabel" in page.text
        broken = node.send("PUT", "komotini", files={"file": ("μέλη.xlsx", b"PK\x03\x04 torn")})
        assert broken.status_code == 422
        assert node.get("komotini")["accepted"] == answer.json()["version"]


@pytest.mark.long
def test_a_slow_line_is_waited_for_where_the_token_is_good(tmp_path: Path) -> None:
    with contributing(tmp_path, KOINON_REQUEST_TIMEOUT="1", KOINON_BUILDER="0") as node:

        def slowly() -> Iterator[bytes]:
            for line in network("net-slow", *(f"M{number}" for number in range(8))).splitlines(keepends=True):
                yield line.encode()
                time.sleep(0.15)

        answer = node.send("PUT", "net-slow", content=slowly(), params=SAID, headers=TURTLE)
        assert answer.status_code == 201, answer.text
        assert node.kept("net-slow")
        late = node.client.build_request("POST", "/check", content=slowly(), headers=TURTLE)
        with pytest.raises((httpx.TransportError, AssertionError)):
            assert node.client.send(late).status_code == 200
