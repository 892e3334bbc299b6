"""``/sparql`` gives right answers in every format, and refuses what is no query."""

import json

import httpx
import pytest
from rdflib import Graph, URIRef

from html_check import foreign_scripts
from koinon.release.current import Release
from serving import Service

COORDINATOR = """
PREFIX koi: <https://w3id.org/koinon/def#>
PREFIX m8g: <http://data.europa.eu/m8g/>
SELECT ?who WHERE {
  <https://w3id.org/koinon/id/project/respondet> m8g:hasParticipation ?p .
  ?p m8g:role <https://w3id.org/koinon/code/role/coordinator> ; m8g:hasParticipant ?who
}"""
DEPARTMENT = "https://w3id.org/koinon/id/organisation/department-of-business-and-knowledge-catalonia"
RESIST = "https://w3id.org/koinon/id/project/resist"
TYPES = f"CONSTRUCT {{ <{RESIST}> a ?class }} WHERE {{ <{RESIST}> a ?class }}"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml;q=0.9, text/csv;q=0.5", "application/xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/turtle, text/csv;q=0.1", "text/csv"),
    ],
)
def test_results_come_in_every_standard_format(client: httpx.Client, accept: str | None, media_type: str) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = client.get("/sparql", params={"query": COORDINATOR}, headers=headers)
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert DEPARTMENT in answer.text


@pytest.mark.parametrize(
    "media_type",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/trig",
        "application/n-quads",
    ],
)
def test_graphs_come_in_every_standard_format(client: httpx.Client, media_type: str) -> None:
    answer = client.post("/sparql", data={"query": TYPES}, headers={"Accept": media_type})
    assert answer.headers["content-type"].partition(";")[0] == media_type


def test_a_result_that_the_reader_does_not_take_is_a_406(client: httpx.Client) -> None:
    assert (
        client.get("/sparql", params={"query": COORDINATOR}, headers={"Accept": "text/turtle"}).status_code == 406
    )
    assert client.get("/sparql", params={"query": COORDINATOR}, headers={"Accept": "image/png"}).status_code == 406


def test_ask_is_answered(client: httpx.Client) -> None:
    assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["boolean"] is True


def test_a_data_set_may_be_named(client: httpx.Client) -> None:
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"

    def count(**given: str) -> int:
        rows = client.get("/sparql", params={"query": query, **given}).json()["results"]["bindings"]
        return int(rows[0]["n"]["value"])

    whole, part = (
        count(),
        count(**{"default-graph-uri": "https://w3id.org/koinon/graph/resist-kristiansand-article"}),
    )
    assert 0 < part < whole
    assert client.get("/sparql", params={"query": query, "default-graph-uri": "no iri"}).status_code == 400


def test_a_syntax_error_names_the_line(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": "SELECT *\nWHERE { ?s ?p }"})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["line"] == 2
    assert problem["type"].endswith("/problems/query-syntax")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": {"update": "INSERT DATA { <a:a> <a:b> <a:c> }"}}, 400),
        ({"data": {"query": "INSERT DATA { <a:a> <a:b> <a:c> }"}}, 400),
        ({"data": {"format": "json"}}, 400),
        ({"content": b"query=" + b"\xff", "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400),
        ({"content": b"ASK {}", "headers": {"Content-Type": "text/plain"}}, 415),
        ({"content": b"INSERT DATA {}", "headers": {"Content-Type": "application/sparql-update"}}, 415),
        ({"content": b"ASK {}"}, 415),
        ({"content": b"ASK {}", "headers": {"Content-Type": "application/sparql-query; charset=utf-16"}}, 415),
        ({"content": b"x" * 1_300_000, "headers": {"Content-Type": "application/sparql-query"}}, 413),
        ({"data": {"query": "SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }"}}, 400),
    ],
)
def test_what_is_no_query_is_refused_with_a_problem(
    client: httpx.Client, sent: dict[str, object], status: int
) -> None:
    answer = client.post("/sparql", **sent)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_two_queries_in_one_request_are_refused(client: httpx.Client) -> None:
    assert client.get("/sparql?query=ASK%7B%7D&query=ASK%7B%7D").status_code == 400


def test_without_a_query_the_service_describes_itself(client: httpx.Client, server: Service) -> None:
    description = client.get("/sparql", headers={"Accept": "text/turtle"}).text
    graph = Graph().parse(data=description, format="turtle")
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert (URIRef(f"{server}/sparql"), URIRef(sd + "endpoint"), URIRef(f"{server}/sparql")) in graph
    assert len(list(graph.objects(None, URIRef(sd + "namedGraph")))) > 10
    assert "<textarea" in client.get("/sparql", headers={"Accept": "text/html"}).text
    quads = client.get("/sparql", headers={"Accept": "application/n-quads"})
    assert quads.headers["content-type"] == "application/n-quads"
    assert len(Graph().parse(data=quads.text, format="nt")) == len(graph)


@pytest.mark.parametrize("path", ["/sparql", "/releases/{}/sparql"])
def test_parameters_of_a_query_that_is_missing_are_refused(
    client: httpx.Client, release: Release, path: str
) -> None:
    path = path.format(release.id)
    for given in (
        "qeury=ASK {}",
        "default-graph-uri=https://w3id.org/koinon/graph/code",
        "view=table",
        "download=csv",
    ):
        refused = client.get(f"{path}?{given}")
        assert refused.status_code == 400, given
        assert given.partition("=")[0] in refused.json()["detail"]
    assert client.get(f"{path}?lang=el&example=cluster-models").status_code == 200
    assert client.get(f"{path}?lang=el").status_code == 200


def test_browsers_see_the_answer_below_the_form(client: httpx.Client) -> None:
    page = client.get("/sparql", params={"query": COORDINATOR}, headers={"Accept": "text/html"}).text
    assert "<textarea" in page
    assert "department-of-business-and-knowledge-catalonia" in page


def test_catalogue_queries_answer_as_page_json_and_csv(client: httpx.Client) -> None:
    name = "/queries/project-participants"
    rows = client.get(f"{name}.json?project=project/respondet").json()["results"]["bindings"]
    assert len(rows) >= 8
    csv = client.get(name, params={"project": "project/respondet"}, headers={"Accept": "text/csv"}).text
    assert len(csv.strip().splitlines()) == len(rows) + 1
    page = client.get(f"{name}?project=project/respondet", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "<select" in page.text or "<input" in page.text


def test_a_wrong_parameter_is_refused_by_name(client: httpx.Client) -> None:
    answer = client.get("/queries/project-participants.json", params={"project": "<script>"})
    assert answer.status_code == 400
    assert "project" in answer.json()["detail"]
    assert client.get("/queries/project-participants.json", params={"colour": "red"}).status_code == 400
    assert client.get("/queries/no-such-query").status_code == 404
    page = client.get("/queries/project-participants?project=%3Cscript%3E", headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert not foreign_scripts(page.text)


def test_every_query_of_the_catalogue_has_a_page(client: httpx.Client) -> None:
    listing = client.get("/queries", headers={"Accept": "text/html"}).text
    names = sorted({part.split('"')[0] for part in listing.split('href="/queries/')[1:]})
    assert len(names) > 20
    for name in names:
        answer = client.get(f"/queries/{name}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, json.dumps([name, answer.text[-3000:]])
