"""Whoever asks to be credited is credited: on each page that shows what the source says, and in each file."""

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from building import NEIGHBOUR, make_world, manifest
from koinon.model.namespaces import DCT, GRAPH, SCHEMA
from small_release import service_on

CREDIT = "Contains <data> of the Neighbours’ Register"
LICENCE = "https://opendatacommons.org/licenses/by/1-0/"
SHOWN = "Contains &lt;data&gt; of the Neighbours’ Register"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    world = make_world(tmp_path_factory.mktemp("credits"))
    lines = {"language": f'language = "en"\ncredit = "{CREDIT}"', "licence": f'licence = "{LICENCE}"'}
    world.put("neighbour", {"source.toml": manifest("neighbour", lines=lines), "graph.ttl": NEIGHBOUR})
    assert not world.build().refused
    with service_on(world.home) as found:
        yield found


def page(client: httpx.Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/doc/organisation/neighbour",
        "/doc/project/patient",  # another source's thing, of which this one speaks
        "/actors",
        "/graph",
        "/graph/neighbour",
        "/sparql?query=SELECT * { ?s a <http://www.w3.org/ns/org%23Organization> }",
        "/sparql?query=DESCRIBE <https://w3id.org/koinon/id/organisation/neighbour>",
        "/queries/everything-about?thing=organisation/neighbour",
        "/search?q=neighbour",
        "/changes?source=neighbour",
        "/doc/organisation/neighbour/history",
    ],
)
def test_a_page_that_uses_a_source_credits_it(client: httpx.Client, address: str) -> None:
    shown = page(client, address)
    assert SHOWN in shown
    assert re.search(rf'href="{re.escape(LICENCE)}"[^>]*>ODC-By 1.0</a>', shown)
    assert f'href="{"/graph/neighbour"}' in shown


@pytest.mark.parametrize("address", ["/doc/place/gdansk", "/regions", "/graph/place"])
def test_a_page_that_does_not_use_it_does_not(client: httpx.Client, address: str) -> None:
    assert SHOWN not in page(client, address)


def test_a_thing_that_a_page_only_links_to_by_name_has_its_source_credited(client: httpx.Client) -> None:
    shown = page(client, "/doc/organisation/patient-office", "pl")
    assert "Źródła pokazanych tu nazw" in shown
    assert 'href="/graph/place"' in shown.partition('id="credits"')[2], "the name of the town comes from the places"


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "trig", "jsonld"])
def test_a_document_that_is_taken_away_names_its_source_licence_and_credit(
    client: httpx.Client, suffix: str
) -> None:
    answer = client.get(f"/doc/organisation/neighbour.{suffix}")
    if suffix == "jsonld":
        assert json.dumps(CREDIT, ensure_ascii=False) in answer.text
        context = client.get("/context/v1.jsonld").json()
        written = json.loads(answer.text) | context
        triples = list(parse(json.dumps(written).encode(), RdfFormat.JSON_LD))
    else:
        triples = list(parse(answer.content, RdfFormat.from_extension(suffix) or RdfFormat.TURTLE))
    source = NamedNode(GRAPH + "neighbour")
    found = {(t.subject.value, t.predicate.value): t.object.value for t in triples}
    assert found[f"{client.base_url}/doc/organisation/neighbour", DCT + "source"] == source.value
    assert found[source.value, SCHEMA + "creditText"] == CREDIT
    assert found[source.value, DCT + "license"] == LICENCE


def test_the_description_of_the_data_set_credits_each_source(client: httpx.Client) -> None:
    triples = parse(client.get("/.well-known/void.nt").content, RdfFormat.N_TRIPLES)
    found = {(t.subject.value, t.predicate.value): t.object.value for t in triples}
    assert found[GRAPH + "neighbour", SCHEMA + "creditText"] == CREDIT
    assert found[GRAPH + "neighbour", DCT + "license"] == LICENCE
    assert found[GRAPH + "patient", DCT + "license"] != LICENCE


def test_the_list_of_graphs_gives_programs_licence_rights_and_credit(client: httpx.Client) -> None:
    listed = client.get("/graph", headers={"Accept": "application/json"}).json()["graphs"]
    graph = next(entry for entry in listed if entry["name"] == GRAPH + "neighbour")
    assert (graph["licence"], graph["rights"], graph["credit"]) == (LICENCE, "facts only", CREDIT)
    assert "licence" not in next(entry for entry in listed if entry["name"] == GRAPH + "territory")


@pytest.mark.parametrize(
    "address",
    [
        "/queries/statements-by-source.csv?thing=organisation/neighbour",
        "/queries/everything-about.jsonld?thing=organisation/neighbour",
        "/sparql?query=SELECT%20*%20%7B%20?s%20?p%20?o%20%7D%20LIMIT%201",
        "/actors.csv",
        "/actors.jsonld",
        "/regions/pomorskie.csv",
        "/regions/pomorskie.jsonld",
        "/actors/neighbour/partners.csv",
        "/search.json?q=neighbour",
        "/suggest?prefix=neigh",
        "/links.sssom.tsv",
        "/changes.atom",
        "/ldes",
        "/version/1/1",
        "/doc/organisation/neighbour/history.json",
        "/quality.json",
    ],
)
def test_an_answer_that_has_no_room_for_credits_says_where_they_are(client: httpx.Client, address: str) -> None:
    answer = client.get(address, headers={"Accept": "*/*"})
    assert answer.status_code == 200, answer.text
    found = re.findall(r'<([^>]*)>; rel="(license|describedby)"', answer.headers["Link"])
    links = {relation: str(answer.url.join(target)) for target, relation in found}
    assert links["license"].startswith("https://creativecommons.org/")
    listed = client.get(links["describedby"], headers={"Accept": "application/json"})
    assert CREDIT in [graph.get("credit") for graph in listed.json()["graphs"]]


def test_an_earlier_release_leads_to_its_own_credit_lines(client: httpx.Client) -> None:
    release = client.get("/releases.json").json()["releases"][0]["id"]
    address = f"/releases/{release}/search.json?q=neighbour"
    found = re.findall(r'<([^>]*)>; rel="describedby"', client.get(address).headers["Link"])
    assert [str(httpx.URL(address).join(target)) for target in found] == [f"/releases/{release}/graph"]


def test_a_glance_at_a_thing_in_another_page_credits_its_source(client: httpx.Client) -> None:
    assert SHOWN in page(client, "/reconcile/preview?id=organisation/neighbour")


def test_the_page_of_a_source_tells_whose_it_is_and_how_much_it_says(client: httpx.Client) -> None:
    told = page(client, "/sources/neighbour")
    assert SHOWN in told
    assert f'href="{LICENCE}"' in told
    assert 'href="/graph/neighbour"' in told
    assert SHOWN in page(client, "/quality/neighbour")
    assert client.get("/sources/nobody", headers={"Accept": "text/html"}).status_code == 404
    assert client.get("/sources/neighbour").json()["source"] == "neighbour"


def test_every_page_leads_to_all_licences(client: httpx.Client) -> None:
    for address in ("/", "/projects", "/queries", "/check"):
        foot = page(client, address).partition("<footer")[2]
        assert '<a href="/graph">Sources and licences</a>' in foot
