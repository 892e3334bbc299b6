"""A service on an imported data set: every page answers, whatever the data are, and says what it serves."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, parse

from html_check import check_html
from koinon.build.importing import import_files
from koinon.build.statements import Input
from koinon.model.namespaces import VOID
from koinon.model.settings import Settings
from koinon.publish.collections import SECTIONS
from serving import serving

EX = "http://example.org/"
TRIG = """@prefix ex: <http://example.org/> . @prefix koi: <https://w3id.org/koinon/def#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix org: <http://www.w3.org/ns/org#> .
@base <https://w3id.org/koinon/id/> .
ex:a ex:p _:x , "01"^^<http://www.w3.org/2001/XMLSchema#int> , <<( ex:s ex:p ex:o )>> , "x"@en-GB , "y"@ar--rtl .
_:x ex:q [ ex:r "<script>alert(1)</script>" ] .
<project/one> a koi:Project ; skos:prefLabel "One"@en , "uno" ; ex:odd _:x , <javascript:alert(1)> ;
    koi:involvesActor _:y , ex:thing ; koi:x <<( ex:s ex:p _:x )>> ; koi:order "x" ; a _:class , "text" .
<project/one#part> a koi:ProjectParticipation ; koi:order <<( ex:s ex:p 1 )>> .
_:y a org:Organization ; skos:prefLabel "blank" .
[] a koi:Project ; skos:prefLabel "Nobody" ; koi:partOfProject <project/one> .
ex:bare a koi:Project . ex:tt a koi:Project ; skos:prefLabel <<( ex:s ex:p ex:o )>> .
<place/somewhere> a koi:Territory ; skos:prefLabel _:label , "Somewhere"@x-odd ; a _:class .
ex:people#me { ex:a ex:p ex:b . _:z ex:p "named" }
<urn:x:g> { ex:a ex:p "urn" }
<https://w3id.org/koinon/graph/mine> { ex:a ex:p "mine" . <project/one> skos:altLabel "alt"@en , _:q }
<http://example.org/n\u00e4me?a=1&b=%20#x> { ex:a ex:p ex:\u00fc }
_:graph { ex:a ex:p "in a graph without a name" }
"""
ADDRESSES = (
    "/", "/graph", "/queries", "/def", "/def.ttl", "/shapes", "/sparql", "/search", "/live", "/ready",
    "/id/project/one", "/doc/project/one", "/doc/project/one.ttl", "/doc/project/one.jsonld",
    "/doc/place/somewhere", "/doc/project/none", "/code/theme", "/code/theme/none", "/context/v1.jsonld",
    "/graph/mine", "/graph/none",
    "/quality", "/quality.ttl", "/quality/mine",
    "/graph?default", "/.well-known/void", "/.well-known/void.rdf", "/data/dumps/latest.nq", "/problems/not-found",
    "/openapi.json", "/static/koinon.css", "/sparql?query=SELECT * { ?s ?p ?o }",
    "/sparql?query=DESCRIBE <http://example.org/a>",
    *(f"/{name}" for name in SECTIONS),
)  # fmt: skip
ACCEPT = ("text/html", "application/ld+json", "text/turtle", "application/n-triples", "application/rdf+xml",
          "application/trig", "application/n-quads", "application/json", "*/*")  # fmt: skip


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of ``koinon serve`` on an imported release of odd data."""
    root = tmp_path_factory.mktemp("imported")
    (root / "odd.trig").write_text(TRIG.replace("ex:people#me", f"<{EX}people#me>"))
    import_files(Settings.from_environment({}, home=root / "home"), [Input(root / "odd.trig")])
    with (
        serving(root / "home") as service,
        httpx.Client(base_url=service.url, timeout=60, trust_env=False) as client,
    ):
        yield client


def listed(client: httpx.Client) -> dict[str, dict[str, object]]:
    document = client.get("/graph", headers={"Accept": "application/json"}).json()
    return {graph["name"]: graph for graph in document["graphs"]}


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_fails_in_any_form(imported: httpx.Client, address: str) -> None:
    for accept in ACCEPT:
        answer = imported.get(address, headers={"Accept": accept})
        assert answer.status_code < 500, f"{address} as {accept}: {answer.text[:300]}"
        if answer.headers.get("content-type", "").startswith("text/html"):
            check_html(answer.text)


def test_every_query_of_the_catalogue_answers(imported: httpx.Client) -> None:
    for query in imported.get("/queries", headers={"Accept": "application/json"}).json()["queries"]:
        for accept in ("text/html", "*/*"):
            answer = imported.get(f"/queries/{query['name']}", headers={"Accept": accept})
            assert answer.status_code < 500, f"{query['name']}: {answer.text[:300]}"


def test_it_is_ready_though_nothing_has_a_class(tmp_path: Path) -> None:
    (tmp_path / "a.nt").write_text(f"<{EX}a> <{EX}p> <{EX}b> <{EX}g> .\n")
    import_files(Settings.from_environment({}, home=tmp_path / "home"), [Input(tmp_path / "a.nt", "nq")])
    with serving(tmp_path / "home") as service, httpx.Client(base_url=service.url, trust_env=False) as client:
        assert client.get("/ready").json()["status"] == "ready"


def test_the_start_page_says_what_is_served_and_leads_to_its_graphs(imported: httpx.Client) -> None:
    page = imported.get("/", headers={"Accept": "text/html"}).text
    total = imported.get("/graph", headers={"Accept": "application/json"}).json()["statements"]
    assert "An imported data set" in page
    assert f"{total} statements · 4 named graphs" in page
    assert 'href="/sparql"' in page
    assert "creativecommons.org" not in page
    for graph in listed(imported).values():
        assert f'href="{httpx.URL(str(graph["url"])).path}"' in page
    polish = imported.get("/?lang=pl", headers={"Accept": "text/html"}).text
    assert "4 grafy nazwane" in polish


def test_every_graph_has_a_page_and_answers_with_its_statements(imported: httpx.Client) -> None:
    graphs = listed(imported)
    assert len(graphs) == 4
    for name, graph in graphs.items():
        address = str(graph["url"])
        page = imported.get(address, headers={"Accept": "text/html"})
        assert page.status_code == 200
        check_html(page.text)
        quads = list(parse(imported.get(f"{address}.nq").content, RdfFormat.N_QUADS))
        assert len(quads) == graph["statements"]
        assert {quad.graph_name for quad in quads} == {NamedNode(name)}
        assert {str(quad) for quad in parse(imported.get(f"{address}.trig").content, RdfFormat.TRIG)} == {
            str(quad) for quad in quads
        }


def test_foreign_names_are_plain_links_and_scripts_are_text(imported: httpx.Client) -> None:
    page = imported.get("/doc/project/one", headers={"Accept": "text/html"}).text
    assert f'href="{EX}thing"' in page
    assert "javascript:alert(1)" in page
    assert 'href="javascript:' not in page
    rows = imported.get("/sparql", params={"query": "SELECT * { ?s <http://example.org/r> ?o }"},
                        headers={"Accept": "text/html"}).text  # fmt: skip
    assert "<script>" not in rows
    assert "&lt;script&gt;" in rows


def test_the_endpoint_keeps_default_graph_and_blank_nodes_apart(imported: httpx.Client) -> None:
    def ask(query: str) -> list[dict[str, dict[str, str]]]:
        answer = imported.get(
            "/sparql", params={"query": query}, headers={"Accept": "application/sparql-results+json"}
        )
        return list(json.loads(answer.text)["results"]["bindings"])

    assert ask('SELECT * { ?s ?p "named" }') == []
    assert len(ask('SELECT * { GRAPH ?g { ?s ?p "named" } }')) == 1
    (row,) = ask("SELECT * { <http://example.org/a> <http://example.org/p> ?x . ?x <http://example.org/q> ?y }")
    assert row["x"]["type"] == row["y"]["type"] == "bnode"


def test_the_dump_is_everything_and_void_leads_to_it(imported: httpx.Client) -> None:
    void = list(parse(imported.get("/.well-known/void.nt").content, RdfFormat.N_TRIPLES))
    (address,) = {
        q.object.value for q in void if q.predicate.value == VOID + "dataDump" and "#dataset" in str(q.subject)
    }
    quads = list(parse(imported.get(address).content, RdfFormat.N_QUADS))
    assert {q.graph_name for q in quads if isinstance(q.graph_name, BlankNode)}
    (total,) = {
        q.object.value for q in void if q.predicate.value == VOID + "triples" and "#dataset" in str(q.subject)
    }
    assert len(quads) == int(total)
    default = imported.get("/graph?default", headers={"Accept": "application/n-triples"})
    assert default.text.count("\n") == sum(q.graph_name == DefaultGraph() for q in quads)


def test_a_graph_for_which_there_is_no_time_is_to_be_asked_for_again(tmp_path: Path) -> None:
    lines = "".join(f'<{EX}{n}> <{EX}p> "{n}" .\n' for n in range(100_000))
    (tmp_path / "many.nt").write_text(lines)
    given = Input(tmp_path / "many.nt", graph=f"{EX}many")
    import_files(Settings.from_environment({}, home=tmp_path / "home"), [given])
    with serving(tmp_path / "home", KOINON_QUERY_TIMEOUT="0.05") as service:
        answer = httpx.get(f"{service.url}/graph", params={"graph": f"{EX}many"}, timeout=60, trust_env=False)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "/data/dumps/latest.nq" in answer.json()["detail"]
    assert "LIMIT" not in answer.json()["detail"]
