"""A thing's address leads to documents about it, in every form and with the right headers."""

import csv
import io
import re
import subprocess

import httpx
import pytest
from rdflib import BNode, Graph
from rdflib.compare import isomorphic

from serving import Service

FORMS = {
    "jsonld": "application/ld+json",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "trig": "application/trig",
}
RESIST = "/doc/project/resist"


def test_a_thing_leads_to_its_document(client: httpx.Client) -> None:
    answer = client.get("/id/project/resist")
    assert answer.status_code == 303
    assert answer.headers["location"] == RESIST
    assert client.get("/id/project/resist.ttl").headers["location"] == RESIST + ".ttl"
    assert client.get("/id/project/resist?lang=pl").headers["location"] == RESIST + "?lang=pl"
    assert client.get("/id/project/no-such-project").status_code == 404


@pytest.mark.parametrize("media_type", FORMS.values())
def test_accept_chooses_the_form(client: httpx.Client, media_type: str) -> None:
    answer = client.get(RESIST, headers={"Accept": f"{media_type}, text/html;q=0.5"})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Datetime"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("suffix", "media_type"), FORMS.items())
def test_a_suffix_chooses_the_form_whatever_accept_says(client: httpx.Client, suffix: str, media_type: str) -> None:
    answer = client.get(f"{RESIST}.{suffix}", headers={"Accept": "image/png"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_browsers_get_a_page(client: httpx.Client) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    answer = client.get(RESIST, headers={"Accept": browser, "Accept-Language": "el"})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-language"] == "el"


@pytest.mark.parametrize("form", ["xml", "json-ld", "turtle", "n3", "nt", "trig", None])
def test_rdflib_parses_the_address_by_negotiation(server: Service, form: str | None) -> None:
    reference = Graph().parse(f"{server}{RESIST}.ttl", format="turtle")
    assert len(reference) > 100
    parsed = Graph().parse(f"{server}/id/project/resist", format=form)
    assert isomorphic(parsed, reference)


def test_curl_follows_the_redirect_and_gets_turtle(server: Service) -> None:
    command = ["curl", "-sSL", "-H", "Accept: text/turtle", f"{server}/id/project/resist"]
    body = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    assert (b"<https://w3id.org/koinon/id/project/resist> a koi:Project") in body


def test_json_ld_names_a_context_that_resolves_where_it_was_fetched(client: httpx.Client, server: Service) -> None:
    document = client.get(f"{RESIST}.jsonld").json()
    assert document["id"] == "https://w3id.org/koinon/id/project/resist"
    assert document["type"] == "Project"
    assert document["prefLabel"]["en"] == "RESIST"
    address = document["@context"]
    assert address == f"{server}/context/v1.jsonld"
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "prefLabel" in answer.json()["@context"]


def test_nothing_that_fits_is_a_406_that_lists_what_there_is(client: httpx.Client) -> None:
    answer = client.get(RESIST, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {form["type"] for form in problem["available"]} >= {"text/html", *FORMS.values()}
    assert problem["status"] == 406


def test_an_unchanged_document_is_a_304(client: httpx.Client) -> None:
    first = client.get(f"{RESIST}.ttl")
    tag = first.headers["etag"]
    for condition in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get(f"{RESIST}.ttl", headers={"If-None-Match": condition})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
        assert again.headers["vary"] == first.headers["vary"]
    assert client.get(f"{RESIST}.ttl", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/queries",
        "/queries/project-participants",
        "/sparql",
        "/sparql?query=ASK { ?s ?p ?o }",
        "/openapi.json",
        "/",
    ],
)
def test_a_page_that_the_reader_has_is_not_sent_again(client: httpx.Client, path: str) -> None:
    page = {"Accept": "text/html,*/*;q=0.1"}
    first = client.get(path, headers=page)
    assert first.status_code == 200
    again = client.get(path, headers={**page, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={**page, "If-None-Match": '"other"'}).status_code == 200


def test_what_is_asked_wrongly_is_never_a_304(client: httpx.Client) -> None:
    page = {"Accept": "text/html"}
    for path in ("/queries/project-participants?project=a%20b", "/sparql?query=SELECT", "/sparql?example=none"):
        answer = client.get(path, headers={**page, "If-None-Match": "*"})
        assert answer.status_code in (400, 404), path
        assert "etag" not in answer.headers


def test_a_missing_thing_is_never_a_304(client: httpx.Client) -> None:
    assert client.get("/doc/project/none", headers={"If-None-Match": "*"}).status_code == 404


def test_the_etag_differs_by_form_and_by_language(client: httpx.Client) -> None:
    accepts = ["text/html", *FORMS.values()]
    tags = [client.get(RESIST, headers={"Accept": accept}).headers["etag"] for accept in accepts]
    tags += [
        client.get(RESIST, headers={"Accept": "text/html", "Accept-Language": tag}).headers["etag"]
        for tag in ("pl", "el")
    ]
    assert len(set(tags)) == len(tags)


def test_head_has_the_headers_of_get_and_no_body(client: httpx.Client) -> None:
    for address in (RESIST, f"{RESIST}.ttl", "/", "/sparql", "/graph/resist-kristiansand-article.nt", "/queries"):
        get, head = client.get(address), client.head(address)
        assert head.status_code == get.status_code == 200
        assert head.content == b""
        assert head.headers.get("etag") == get.headers.get("etag")
        assert head.headers["content-type"] == get.headers["content-type"]


def test_any_origin_may_read(client: httpx.Client) -> None:
    addresses = (
        "/",
        RESIST,
        f"{RESIST}.jsonld",
        "/context/v1.jsonld",
        "/def",
        "/shapes",
        "/sparql",
        "/code/role",
        "/none",
    )
    for address in addresses:
        answer = client.get(address, headers={"Origin": "https://example.org"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "ETag" in answer.headers["access-control-expose-headers"]
        assert "Link" in answer.headers["access-control-expose-headers"]


def test_a_preflight_is_answered(client: httpx.Client) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
    answer = client.options(RESIST, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    assert "POST" in client.options("/sparql", headers=asked).headers["allow"]


def test_links_lead_to_every_other_form(client: httpx.Client) -> None:
    answer = client.get(RESIST, headers={"Accept": "text/html"})
    for media_type in FORMS.values():
        link = next(link for link in answer.headers["link"].split(", ") if media_type in link)
        address = link.split(">")[0].lstrip("<")
        assert client.get(address).headers["content-type"].startswith(media_type)
    assert '<https://w3id.org/koinon/id/project/resist>; rel="describes"' in answer.headers["link"]


def test_other_methods_are_a_405(client: httpx.Client) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = client.request(method, RESIST)
        assert answer.status_code == 405
        assert answer.json()["type"].endswith("/problems/method-not-allowed")


def test_every_problem_names_a_page_that_explains_it(client: httpx.Client) -> None:
    problem = client.get("/doc/project/none").json()
    assert problem["status"] == 404
    assert problem["title"]
    page = client.get(problem["type"], headers={"Accept-Language": "it"})
    assert page.status_code == 200
    assert "A questo indirizzo non c’è nulla" in page.text


def test_the_vocabulary_answers_under_its_addresses(client: httpx.Client) -> None:
    version = re.search(r'versionInfo "([0-9.]+)"', client.get("/def.ttl").text)
    assert version
    for address in ("/def", f"/def/{version[1]}", "/shapes", "/shapes/project", "/code/role", "/code/role/partner"):
        turtle = client.get(address, headers={"Accept": "text/turtle"})
        assert turtle.status_code == 200
        assert len(Graph().parse(data=turtle.text, format="turtle")) > 10
        assert client.get(address, headers={"Accept": "text/html"}).headers["content-type"].startswith("text/html")
    assert "koi:Project" in client.get("/def.ttl").text
    assert client.get("/def/9.9.9").status_code == 404
    assert client.get("/shapes/none").status_code == 404


def test_the_fixed_context_may_be_kept_for_ever(client: httpx.Client) -> None:
    for kept in ("v1.0", "v1.1"):
        assert "immutable" in client.get(f"/context/{kept}.jsonld").headers["cache-control"]
    assert "immutable" not in client.get("/context/v1.jsonld").headers["cache-control"]


def test_a_source_is_one_graph_in_every_form(client: httpx.Client, server: Service) -> None:
    address = "/graph/resist-kristiansand-article"
    lines = {line for line in client.get(f"{address}.nt").text.splitlines() if line}
    quads = {line for line in client.get(f"{address}.nq").text.splitlines() if line}
    name = "<https://w3id.org/koinon/graph/resist-kristiansand-article>"
    assert quads == {f"{line.removesuffix(' .')} {name} ." for line in lines}
    reference = Graph().parse(data="\n".join(lines), format="nt")
    for form, syntax in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")):
        assert len(Graph().parse(f"{server}{address}.{form}", format=syntax)) == len(reference)
    assert (
        name in client.get(f"{address}.trig").text.replace("koi", "koi")
        or "{" in client.get(f"{address}.trig").text
    )


def test_every_link_of_a_page_leads_somewhere(client: httpx.Client) -> None:
    page = client.get(RESIST, headers={"Accept": "text/html"}).text
    local = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', page)}
    assert len(local) > 20
    for link in sorted(local):
        answer = client.get(link.replace("&amp;", "&"), headers={"Accept": "text/html"})
        assert answer.status_code == 200, link


def test_ready_means_that_a_query_was_answered(client: httpx.Client) -> None:
    facts = client.get("/ready").json()
    assert facts["status"] == "ready"
    assert facts["query_seconds"] > 0
    assert len(facts["release"]) == 64
    assert client.get("/live").json() == {"status": "live"}


def test_an_api_description_is_there(client: httpx.Client) -> None:
    description = client.get("/openapi.json").json()
    assert "/doc/{type}/{name}" in description["paths"]
    assert "/sparql" in description["paths"]


def test_a_header_on_several_lines_is_one_list(client: httpx.Client) -> None:
    twice = [("Accept", "text/html;q=0.1"), ("Accept", "text/turtle")]
    assert client.get(RESIST, headers=twice).headers["content-type"].startswith("text/turtle")
    tag = client.get(f"{RESIST}.ttl").headers["etag"]
    conditions = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert client.get(f"{RESIST}.ttl", headers=conditions).status_code == 304


def test_a_slash_too_many_leads_to_the_address_without_it(client: httpx.Client) -> None:
    assert client.get("/projects/?lang=pl").headers["location"] == "/projects?lang=pl"
    assert client.get("/id/project/resist/").headers["location"] == "/id/project/resist"
    answer = client.post("/sparql/", data={"query": "ASK {}"}, follow_redirects=True)
    assert answer.json()["boolean"] is True
    assert client.get("/nothing/", follow_redirects=True).status_code == 404


@pytest.mark.parametrize("path", ["//example.org/", "//example.org//", "/%2F/example.org/", "/\\example.org/"])
def test_no_slash_leads_to_another_host(client: httpx.Client, path: str) -> None:
    request = client.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=path.encode())
    location = client.send(request).headers.get("location", "/nowhere")
    assert re.match(r"/[^/\\]", location)


def test_a_refused_method_is_told_which_are_possible(client: httpx.Client) -> None:
    assert client.put("/sparql").headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert client.delete(RESIST).headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_page_repeats_none_of_what_an_address_adds(client: httpx.Client) -> None:
    plain = client.get(RESIST, headers={"Accept": "text/html"}).text
    for added in ("?x=1", "?" + "a" * 60_000, "?lang=&y=%3Cscript%3E"):
        assert client.get(RESIST + added, headers={"Accept": "text/html"}).text == plain
    long = {"query": "ASK {} #" + "x" * 50_000}
    assert len(client.get("/sparql", params=long, headers={"Accept": "text/html"}).content) < 70_000
    form = client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": "text/html"}).text
    assert "/sparql?query=ASK+%7B%7D&amp;lang=pl" in form


def test_a_page_without_other_forms_is_sent_to_who_takes_pages(client: httpx.Client) -> None:
    assert client.get("/").headers["content-type"].startswith("text/html")
    assert client.get("/", headers={"Accept": "text/turtle"}).status_code == 406


def test_programs_find_the_questions_and_their_parameters(client: httpx.Client) -> None:
    listed = client.get("/queries", headers={"Accept": "application/json"}).json()["queries"]
    found = {query["name"]: query for query in listed}
    asked = found["project-participants"]
    assert asked["parameters"]["project"]["kind"] == "iri"
    assert set(asked["title"]) >= {"en", "pl", "el", "lv"}
    values = {name: parameter["default"] for name, parameter in asked["parameters"].items()}
    assert client.get(asked["url"], params=values, headers={"Accept": "text/csv"}).status_code == 200


@pytest.mark.parametrize("path", [RESIST, "/projects", "/graph", "/data.ttl", "/changes.atom", "/ldes", "/def"])
def test_an_answer_says_when_it_last_changed_and_is_not_sent_again(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    when = answer.headers["last-modified"]
    again = client.get(path, headers={"If-Modified-Since": when})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    for text in ("Thu, 01 Jan 1970 00:00:00 GMT", "yesterday", f"Sun, 1 Mar {10**20} 08:00:00 GMT"):
        assert client.get(path, headers={"If-Modified-Since": text}).status_code == 200
    both = {"If-Modified-Since": when, "If-None-Match": '"another"'}
    assert client.get(path, headers=both).status_code == 200
    assert client.head(path).headers["last-modified"] == when


@pytest.mark.parametrize("path", [RESIST, "/code/role/partner", "/def/Project", "/shapes/project"])
def test_the_table_of_a_document_holds_the_same_statements(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{path}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(answer.text, newline=""))
    assert head == ["subject", "predicate", "object", "type", "language", "datatype"]
    graph = Graph().parse(data=client.get(f"{path}.ttl").text, format="turtle")
    named = ((s, p, o) for s, p, o in graph if not isinstance(s, BNode) and not isinstance(o, BNode))
    stated = {(str(s), str(p), str(o).removeprefix("'")) for s, p, o in named}
    assert {(s, p, o.removeprefix("'")) for s, p, o, *_ in rows} >= stated
    assert len(rows) == len(graph)
    assert {kind for *_, kind, _, _ in rows} == {"iri", "literal"}
    assert client.get(path, headers={"Accept": "text/csv"}).text == answer.text


def test_sources_are_no_tables_but_what_changed_is(client: httpx.Client) -> None:
    assert client.get("/graph/code", headers={"Accept": "text/csv"}).status_code == 406
    assert client.get("/changes.csv").text.startswith("subject,predicate,object")
