"""What the endpoint promises beside the protocol: nothing is made twice, earlier releases, honest limits."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from koinon.release.current import switch_current
from koinon.web.forms import long_form
from small_release import make_release, service_on

FIRST, SECOND = "a1" * 32, "b2" * 32
ALL = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
ENDLESS = "SELECT (COUNT(*) AS ?n) { " + " . ".join(f"?a{i} ?b{i} ?c{i}" for i in range(9)) + " }"
THINGS = "\n".join(f'<project/p{i}> a koi:Project ; skos:prefLabel "Project {i}"@en .' for i in range(40))
JSON = {"Accept": "application/sparql-results+json"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service on the second of two releases."""
    root = tmp_path_factory.mktemp("endpoint")
    make_release(root, FIRST, '<project/p0> a koi:Project ; skos:prefLabel "As it was"@en .')
    home = make_release(root, SECOND, THINGS)
    with service_on(home, query_timeout=3.0, query_max_rows=70, query_max_depth=20) as client:
        yield client


def ask(client: httpx.Client, query: str, path: str = "/sparql", **headers: str) -> httpx.Response:
    return client.get(path, params={"query": query}, headers={**JSON, **headers})


def test_an_answer_that_the_client_has_is_not_sent_again(client: httpx.Client) -> None:
    first = ask(client, "ASK { ?s ?p ?o }")
    assert first.headers["vary"] == "Accept"
    again = ask(client, "ASK { ?s ?p ?o }", **{"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["access-control-allow-origin"] == "*"


def test_a_query_that_is_posted_is_answered_whatever_the_client_has(client: httpx.Client) -> None:
    tag = ask(client, "ASK { ?s ?p ?o }").headers["etag"]
    sent = {**JSON, "If-None-Match": tag}
    assert client.post("/sparql", data={"query": "ASK { ?s ?p ?o }"}, headers=sent).json()["boolean"] is True


def test_the_tag_tells_query_graphs_format_and_release_apart(client: httpx.Client) -> None:
    graph = "https://w3id.org/koinon/graph/small"
    text = "SELECT * { ?s ?p ?o } LIMIT 1"
    answers = [
        ask(client, text),
        ask(client, text + " "),
        ask(client, text, Accept="text/csv"),
        ask(client, text, f"/releases/{FIRST}/sparql"),
        client.get("/sparql", params={"query": text, "default-graph-uri": graph}, headers=JSON),
        client.get("/sparql", params={"query": text, "named-graph-uri": graph}, headers=JSON),
    ]
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)
    tag = answers[0].headers["etag"]
    assert ask(client, text, Accept="text/csv", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "STRUUID()", "uuid ()", "BNODE()"])
def test_an_answer_that_is_another_each_time_is_not_kept(client: httpx.Client, call: str) -> None:
    query = f"SELECT ({call} AS ?x) {{}}"
    first, second = ask(client, query), ask(client, query)
    assert first.headers["cache-control"] == "no-store"
    assert "etag" not in first.headers
    assert first.text != second.text or call == "BNODE()"


def test_an_earlier_release_is_asked_at_its_own_address(client: httpx.Client) -> None:
    query = 'ASK { ?s ?p "As it was"@en }'
    assert ask(client, query).json()["boolean"] is False
    for identifier in (FIRST, FIRST[:12]):
        assert ask(client, query, f"/releases/{identifier}/sparql").json()["boolean"] is True
        posted = client.post(f"/releases/{identifier}/sparql", data={"query": query}, headers=JSON)
        assert posted.json()["boolean"] is True
    description = client.get(f"/releases/{FIRST}/sparql", headers={"Accept": "text/turtle"}).text
    assert f"/releases/{FIRST}/sparql" in description


@pytest.mark.parametrize("identifier", ["c3" * 32, "a1a1", "%2e%2e", "A1" * 32, "a" * 100])
def test_a_release_that_is_not_kept_is_not_found(client: httpx.Client, identifier: str) -> None:
    answer = ask(client, "ASK {}", f"/releases/{identifier}/sparql")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("limit", ["", " LIMIT 1000"])
def test_more_rows_than_allowed_name_the_dump_and_paging(client: httpx.Client, limit: str) -> None:
    answer = ask(client, "SELECT * { ?s ?p ?o }" + limit)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (422, 422)
    assert problem["type"].endswith("/problems/result-too-large")
    assert "70 rows" in problem["detail"]
    assert "LIMIT and OFFSET" in problem["detail"]
    assert problem["limits"]["query_max_rows"] == 70
    assert client.get("/data/dumps/latest.nq", follow_redirects=True).status_code == 200
    assert "/data/dumps/latest.nq" in problem["detail"]


def test_a_hub_is_described_up_to_the_limit(client: httpx.Client) -> None:
    hub = "DESCRIBE ?s { ?s a <https://w3id.org/koinon/def#Project> }"
    answer = client.get("/sparql", params={"query": hub}, headers={"Accept": "text/turtle"})
    assert answer.status_code == 422
    assert "/doc/" in answer.json()["detail"]


def test_a_text_that_nests_too_deeply_is_too_complex(client: httpx.Client) -> None:
    answer = ask(client, "SELECT * " + "{" * 21 + "}" * 21)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/problems/query-too-complex")


@pytest.mark.clock
def test_many_who_ask_the_same_at_once_cost_one_query(client: httpx.Client) -> None:
    """Ten times the same slow query on one worker: one after the other would take ten times the limit."""
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    started = time.monotonic()
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda _: ask(client, slow), range(10)))
    spent = time.monotonic() - started
    assert {answer.status_code for answer in answers} <= {200, 422}
    assert len({answer.text for answer in answers}) == 1
    assert spent < 2 * 3.0 + 0.5


@pytest.mark.clock
def test_a_client_that_leaves_frees_the_worker(client: httpx.Client) -> None:
    """The only worker is free again long before the limit of those queries would be over."""
    for number in range(4):
        with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as gone:
            query = urlencode({"query": f"{ENDLESS} # {number}"})
            gone.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(0.3)
    started = time.monotonic()
    assert ask(client, "ASK { ?leaves ?p ?o }").status_code == 200
    assert time.monotonic() - started < 3.0


def test_head_tells_what_get_would(client: httpx.Client) -> None:
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port or 80)
    path = "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } LIMIT 3"})
    connection.request("HEAD", path, headers=JSON)
    head = connection.getresponse()
    head.read()
    connection.request("GET", path, headers=JSON)
    got = connection.getresponse()
    body = got.read()
    connection.close()
    assert (head.status, int(head.headers["Content-Length"])) == (200, len(body))
    assert head.headers["ETag"] == got.headers["ETag"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"query=ASK%7B%7D", "application/x-www-form-urlencoded; charset=utf-8", 200),
        (b"ASK {}", "application/sparql-query;charset=UTF-8", 200),
        (b"ASK {}", "text/plain", 415),
        (b"query=ASK%7B%7D", "multipart/form-data; boundary=x", 415),
        (b"DROP ALL", "application/sparql-update", 415),
        (b"update=DROP%20ALL", "application/x-www-form-urlencoded", 400),
        (b"query=ASK%7B%7D&update=DROP%20ALL", "application/x-www-form-urlencoded", 400),
        (b"query=DROP%20ALL", "application/x-www-form-urlencoded", 400),
        (b"query=ASK%7B%7D&query=ASK%7B%7D", "application/x-www-form-urlencoded", 400),
        (b"query=%FF%FE", "application/x-www-form-urlencoded", 400),
        (b"query=ASK%257B%257D", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfeASK {}", "application/sparql-query", 400),
        (b"", "application/sparql-query", 400),
        (b"", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=1"] * 2000), "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_post_is_a_query_or_a_problem(client: httpx.Client, body: bytes, content_type: str, status: int) -> None:
    answer = client.post("/sparql", content=body, headers={**JSON, "Content-Type": content_type})
    assert answer.status_code == status, answer.text
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(), st.text(max_size=20)), max_size=5), st.text(min_size=1, max_size=3))
def test_a_long_form_is_read_like_any_other(fields: list[tuple[str, str]], filling: str) -> None:
    fields = [*fields, ("query", filling * 9_000)]
    text = urlencode(fields)
    assert long_form(text, 1_000) == parse_qsl(text, keep_blank_values=True, errors="strict")


@pytest.mark.parametrize("text", ["query=" + "%E2%82" * 9_000, "a=1&" * 1_000 + "query=x"])
def test_a_long_form_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # as the library raises
        long_form(text, 1_000)


def test_a_compressed_body_is_not_unpacked(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}
    assert client.post("/sparql", content=b"\x1f\x8b", headers=headers).status_code == 415


def test_updates_in_the_address_are_refused(client: httpx.Client) -> None:
    for parameters in ({"update": "DROP ALL"}, {"query": "ASK {}", "update": "DROP ALL"}):
        answer = client.get("/sparql", params=parameters, headers=JSON)
        assert (answer.status_code, answer.json()["detail"]) == (400, "This service takes no updates.")


def test_a_large_answer_is_whole(tmp_path: Path) -> None:
    many = "\n".join(f'<project/p{i}> skos:prefLabel "{"x" * 500}{i}"@en .' for i in range(3_000))
    with service_on(make_release(tmp_path, FIRST, many)) as client:
        for _ in range(2):
            answer = ask(client, ALL)
            assert int(answer.headers["content-length"]) == len(answer.content) > 1_000_000
            assert len(answer.json()["results"]["bindings"]) == 3_000


def test_a_page_shows_no_table_that_it_cannot_hold(tmp_path: Path) -> None:
    many = "\n".join(f'<project/p{i}> skos:prefLabel "{"x" * 5000}{i}"@en .' for i in range(2_000))
    with service_on(make_release(tmp_path, FIRST, many)) as client:
        page = ask(client, ALL, Accept="text/html")
        assert page.status_code == 422
        assert "too many for a page" in page.text
        assert ask(client, ALL, Accept="text/csv").status_code == 200


def test_the_next_release_answers_without_a_restart(tmp_path: Path) -> None:
    make_release(tmp_path, SECOND, THINGS)
    home = make_release(tmp_path, FIRST, '<project/p0> skos:prefLabel "Before"@en .')
    with service_on(home) as client:
        count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        tags = set()
        for wanted, release in (("1", FIRST), ("80", SECOND), ("1", FIRST)):
            switch_current(home, release)
            deadline = time.monotonic() + 20
            while (answer := ask(client, count)).json()["results"]["bindings"][0]["n"]["value"] != wanted:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            tags.add(answer.headers["etag"])
            assert client.get("/ready").json()["release"] == release
        assert len(tags) == 2


def test_without_a_cache_nothing_is_kept(tmp_path: Path) -> None:
    with service_on(make_release(tmp_path, FIRST, THINGS), query_cache=0) as client:
        answers = [ask(client, ALL) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert answers[0].headers["server-timing"] != ""


def test_limits_stand_in_every_refusal(client: httpx.Client) -> None:
    for query in ("SELECT", "SELECT * { SERVICE <http://127.0.0.1/> {} }", ENDLESS):
        problem = json.loads(ask(client, query).text)
        assert problem["limits"]["query_timeout"] == 3.0, problem


def test_a_request_that_comes_again_byte_for_byte_is_counted_and_limited_like_any_other(tmp_path: Path) -> None:
    with service_on(make_release(tmp_path, FIRST, THINGS), client_requests=30) as client:
        answers = [ask(client, "ASK { ?same ?p ?o }") for _ in range(40)]
        assert [answer.status_code for answer in answers] == [200] * 30 + [429] * 10
        first, *_, last = answers[:30]
        assert (last.content, last.headers["etag"]) == (first.content, first.headers["etag"])
        assert {name for name, _ in last.headers.items()} == {name for name, _ in first.headers.items()}
        assert int(answers[-1].headers["retry-after"]) >= 1


def test_a_request_that_comes_again_sees_the_next_release(tmp_path: Path) -> None:
    make_release(tmp_path, SECOND, THINGS)
    home = make_release(tmp_path, FIRST, '<project/p0> skos:prefLabel "Before"@en .')
    with service_on(home) as client:
        query = 'ASK { ?s ?p "Before"@en }'
        assert [ask(client, query).json()["boolean"] for _ in range(5)] == [True] * 5
        switch_current(home, SECOND)
        deadline = time.monotonic() + 20
        while ask(client, query).json()["boolean"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert [ask(client, query).json()["boolean"] for _ in range(5)] == [False] * 5


def test_pipelined_requests_that_are_known_are_answered_in_order(client: httpx.Client) -> None:
    """Known and unknown ones in turn, in one packet and in several."""
    queries = [f"SELECT ({number} AS ?x) {{}}" for number in (1, 2, 1, 3, 2, 1)]
    requests = [
        f"GET /sparql?{urlencode({'query': query})} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()
        for query in queries
    ]
    for pieces in ([b"".join(requests)], requests, [request for request in requests for _ in (0,)] * 2):
        with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20) as reader:
            for piece in pieces:
                reader.sendall(piece)
            got = b""
            count = b"".join(pieces).count(b"GET ")
            while got.count(b"HTTP/1.1 200 OK") < count or not got.endswith(b"\r\n"):
                got += reader.recv(65536)
        bodies = [part.partition(b"\r\n\r\n")[2] for part in got.split(b"HTTP/1.1 200 OK")[1:]]
        assert bodies == [b"x\r\n%d\r\n" % n for n in (1, 2, 1, 3, 2, 1)] * (count // 6)
