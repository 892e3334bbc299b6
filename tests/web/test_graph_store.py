"""SPARQL 1.1 Graph Store HTTP Protocol, for reading; dumps; and the VoID description that leads to them."""

from pathlib import Path

import httpx
import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, parse

from koinon.model.namespaces import GRAPH, RDF, SD, VOID
from koinon.publish.graphs import name_graph
from koinon.release.current import Release
from koinon.web.graphs import LARGE
from small_release import make_release, service_on

SLUG = "resist-kristiansand-article"
SYNTAXES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "application/ld+json": RdfFormat.JSON_LD,
}


def accepting(media_type: str) -> dict[str, str]:
    return {"Accept": media_type}


@pytest.mark.parametrize("media_type", SYNTAXES)
def test_a_graph_asked_for_by_name_is_the_one_at_its_address(client: httpx.Client, media_type: str) -> None:
    direct = client.get(f"/graph/{SLUG}", headers=accepting(media_type))
    named = client.get("/graph", params={"graph": GRAPH + SLUG}, headers=accepting(media_type))
    here = client.get(
        "/graph",
        params={"graph": f"{str(client.base_url).rstrip('/')}/graph/{SLUG}"},
        headers=accepting(media_type),
    )
    assert direct.status_code == named.status_code == here.status_code == 200
    assert direct.content == named.content == here.content
    assert named.headers["content-type"].startswith(media_type)
    assert named.headers["content-location"] == direct.headers["content-location"]


def test_programs_that_ask_for_a_graph_by_name_get_turtle_and_readers_its_page(client: httpx.Client) -> None:
    by_name = {"graph": GRAPH + SLUG}
    assert client.get("/graph", params=by_name).headers["content-type"].startswith("text/turtle")
    assert client.get("/graph", params=by_name, headers=accepting("text/html")).text.startswith("<!doctype html>")


@pytest.mark.parametrize("media_type", [name for name in SYNTAXES if name != "application/ld+json"])
def test_the_default_graph_is_every_statement_once(client: httpx.Client, release: Release, media_type: str) -> None:
    answer = client.get("/graph?default", headers=accepting(media_type))
    assert answer.status_code == 200
    quads = list(parse(answer.content, SYNTAXES[media_type]))
    with release.dump.open("rb") as dump:
        wanted = {quad.triple for quad in parse(dump, RdfFormat.N_QUADS)}
    assert len(quads) == len(wanted)
    assert {quad.triple for quad in quads} == wanted
    assert {quad.graph_name for quad in quads} == {DefaultGraph()}


def test_a_head_is_a_get_without_its_body(client: httpx.Client) -> None:
    for address in (f"/graph/{SLUG}", f"/graph?graph={GRAPH}{SLUG}", "/graph?default", "/graph"):
        get, head = client.get(address), client.head(address)
        assert head.status_code == get.status_code == 200
        assert head.content == b""
        for name in ("content-type", "etag", "vary", "content-length"):
            assert head.headers.get(name) == get.headers.get(name), f"{address}: {name}"


def test_the_list_of_graphs_comes_in_the_form_of_its_suffix(client: httpx.Client, release: Release) -> None:
    listed = client.get("/graph.json").json()
    assert [graph["name"] for graph in listed["graphs"]] == [entry.name for entry in release.manifest.graphs]
    assert listed == client.get("/graph", headers=accepting("application/json")).json()
    turtle = client.get("/graph.ttl")
    assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
    assert listed["graphs"][0]["name"] in turtle.text
    page = client.get("/graph", headers=accepting("text/html"))
    assert page.headers["content-location"] == "/graph.html"
    for suffix in ("json", "jsonld", "ttl", "nt", "rdf", "trig"):
        address = f"{str(client.base_url).rstrip('/')}/graph.{suffix}"
        assert f'href="{address}"' in page.text
        assert f"<{address}>" in page.headers["link"]
        assert client.head(address).status_code == 200
    assert client.get("/graph.xlsx").status_code == 404
    assert client.get(f"/graph.ttl?graph={GRAPH}{SLUG}").status_code == 400


def test_what_the_reader_has_is_not_sent_again(client: httpx.Client, release: Release) -> None:
    for address in ("/graph?default", f"/graph?graph={GRAPH}{SLUG}", "/graph", f"/data/dumps/{release.id}/dump.nq"):
        tag = client.get(address).headers["etag"]
        again = client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b""), address


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("graph=urn:nobody:knows", 404),
        (f"graph={GRAPH}none", 404),
        ("graph=relative", 400),
        ("graph=", 400),
        ("graph=a:b%3E%0D%0AX", 400),
        (f"graph={GRAPH}{SLUG}&default", 400),
        (f"graph={GRAPH}{SLUG}&graph={GRAPH}code", 400),
        ("default&default", 400),
        ("default=yes", 400),
        ("after=nobody", 400),
    ],
)
def test_what_names_no_graph_is_a_problem(client: httpx.Client, query: str, status: int) -> None:
    answer = client.get(f"/graph?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("address", [f"/graph/{SLUG}", f"/graph?graph={GRAPH}{SLUG}", "/graph?default", "/graph"])
def test_nobody_writes(client: httpx.Client, method: str, address: str) -> None:
    answer = client.request(
        method, address, content=b"<a:a> <a:b> <a:c> .", headers={"Content-Type": "text/turtle"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
    options = client.options(address)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_a_graph_has_no_form_that_is_none_of_rdf(client: httpx.Client) -> None:
    for address in ("/graph?default", f"/graph?graph={GRAPH}{SLUG}"):
        assert client.get(address, headers=accepting("image/png")).status_code == 406


def test_all_graphs_are_listed_for_readers_and_programs(client: httpx.Client, release: Release) -> None:
    entries = release.manifest.graphs
    page = client.get("/graph", headers=accepting("text/html")).text
    listed = client.get("/graph", headers=accepting("application/json")).json()
    assert [graph["name"] for graph in listed["graphs"]] == [entry.name for entry in entries]
    assert listed["next"] is None
    for entry in entries:
        assert f'href="/graph/{entry.slug}"' in page
    rdf = list(parse(client.get("/graph", headers=accepting("text/turtle")).content, RdfFormat.TURTLE))
    names = {quad.object.value for quad in rdf if quad.predicate.value == SD + "name"}
    assert names == {entry.name for entry in entries}
    after = client.get(f"/graph?after={entries[-2].slug}", headers=accepting("application/json")).json()
    assert [graph["name"] for graph in after["graphs"]] == [entries[-1].name]


def test_the_dump_is_the_release_whole_or_in_parts(client: httpx.Client, release: Release) -> None:
    content = release.dump.read_bytes()
    latest = client.get("/data/dumps/latest.nq")
    assert latest.status_code == 307
    address = latest.headers["location"]
    assert address == f"/data/dumps/{release.id}/dump.nq"
    whole = client.get(address)
    assert whole.headers["content-type"] == "application/n-quads"
    assert int(whole.headers["content-length"]) == len(content)
    assert whole.content == content
    assert client.get(f"/data/dumps/{release.id[:12]}/dump.nq").content == content
    part = client.get(address, headers={"Range": "bytes=1000-1999", "If-Range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, content[1000:2000])
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(content)}"
    assert client.get(address, headers={"Range": "bytes=-10"}).content == content[-10:]
    beyond = client.get(address, headers={"Range": f"bytes={len(content)}-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    for passed_over in ("lines=1-2", "bytes=2-1x", "bytes=0-1,0-1,0-1"):
        assert client.get(address, headers={"Range": passed_over}).status_code == 200
    stale = client.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (stale.status_code, len(stale.content)) == (200, len(content))


@pytest.mark.parametrize("name", ["none", "..", "%2e%2e%2f", "f" * 64, "0" * 12])
def test_there_is_no_dump_of_what_is_no_release(client: httpx.Client, name: str) -> None:
    assert client.get(f"/data/dumps/{name}/dump.nq").status_code == 404


@pytest.mark.parametrize(
    "media_type", [name for name in SYNTAXES if name not in ("application/n-quads", "application/ld+json")]
)
def test_void_describes_the_data_set_in_every_form(client: httpx.Client, release: Release, media_type: str) -> None:
    answer = client.get("/.well-known/void", headers=accepting(media_type))
    assert answer.headers["content-type"].startswith(media_type)
    triples = [quad.triple for quad in parse(answer.content, SYNTAXES[media_type])]
    base = str(client.base_url).rstrip("/")
    dataset = NamedNode(f"{base}/.well-known/void#dataset")
    said = {(t.predicate.value, t.object.value) for t in triples if t.subject == dataset}
    assert (RDF + "type", VOID + "Dataset") in said
    assert (VOID + "sparqlEndpoint", f"{base}/sparql") in said
    assert (VOID + "dataDump", f"{base}/data/dumps/{release.id}/dump.nq") in said
    assert (VOID + "triples", str(release.manifest.total)) in said
    subsets = {v for predicate, v in said if predicate == VOID + "subset" and "#links-" not in v}
    assert subsets == {entry.name for entry in release.manifest.graphs}


def test_what_void_names_can_be_fetched(client: httpx.Client) -> None:
    triples = [quad.triple for quad in parse(client.get("/.well-known/void.nt").content, RdfFormat.N_TRIPLES)]
    dumps = [t.object.value for t in triples if t.predicate.value == VOID + "dataDump"]
    assert len(dumps) > 10
    for address in dumps[:5]:
        assert client.head(address).status_code == 200
    assert client.get("/.well-known/void.csv").status_code == 404
    assert client.get("/.well-known/void", headers=accepting("text/csv")).status_code == 406


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("media_type", ["application/trig", "application/n-quads"])
def test_a_graph_is_named_whatever_the_pieces_it_comes_in(tmp_path: Path, size: int, media_type: str) -> None:
    lines = b'<x:a> <x:b> "one . \\n" .\n<x:a> <x:b> "two" .\n_:c <x:b> <x:d> .\n'
    with (tmp_path / "out").open("w+b") as file:
        name_graph((lines[i : i + size] for i in range(0, len(lines), size)), NamedNode("x:g"), media_type, file)
        file.seek(0)
        quads = list(parse(file, SYNTAXES[media_type]))
    assert {quad.graph_name for quad in quads} == {NamedNode("x:g")}
    assert [quad.triple for quad in quads] == [quad.triple for quad in parse(lines, RdfFormat.N_TRIPLES)]


def test_a_large_source_is_written_by_a_worker_and_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = make_release(tmp_path, "a" * 64, '<project/one> a koi:Project ; skos:prefLabel "One"@en .')
    answers: list[dict[str, set[str]]] = []
    for large in (LARGE, 0):
        monkeypatch.setattr("koinon.web.graphs.LARGE", large)
        with service_on(small) as client:
            bodies = {name: client.get("/graph/small", headers=accepting(name)).content for name in SYNTAXES}
        answers.append({name: {str(q) for q in parse(body, SYNTAXES[name])} for name, body in bodies.items()
                        if name != "application/ld+json"})  # fmt: skip
    assert answers[0] == answers[1]
    assert all(len(quads) == 2 for quads in answers[0].values())
