"""How to get the data: a page for people, a DCAT-AP catalogue for portals, schema.org for search engines."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pyshacl import validate
from rdflib import RDF, BNode, Graph, Namespace, URIRef

from serving import Service

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
SHAPES = Path(os.environ.get("KOINON_SHARED", "../shared")) / "conformance" / "dcat-ap" / "3.0.1" / "html" / "shacl"


@pytest.fixture(scope="module")
def client(server: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def catalogue(client: httpx.Client) -> Graph:
    return Graph().parse(data=client.get("/data.ttl").content, format="turtle")


def test_the_catalogue_has_the_graph_its_sources_its_releases_and_its_services(
    catalogue: Graph, client: httpx.Client
) -> None:
    (node,) = catalogue.subjects(RDF.type, DCAT.Catalog)
    graphs = client.get("/graph", headers={"Accept": "application/json"}).json()
    listed = {str(dataset) for dataset in catalogue.objects(node, DCAT.dataset)}
    assert {graph["name"] for graph in graphs["graphs"]} <= listed
    assert any(address.endswith(f"/releases/{graphs['release']}") for address in listed)
    endpoints = {
        str(e) for s in catalogue.objects(node, DCAT.service) for e in catalogue.objects(s, DCAT.endpointURL)
    }
    assert endpoints == {str(client.base_url.join("/sparql")), str(client.base_url.join("/ldes"))}
    (series,) = catalogue.subjects(RDF.type, DCAT.DatasetSeries)
    assert any(catalogue.subjects(DCAT.inSeries, series))


def test_every_address_of_the_catalogue_answers_with_the_type_it_names(
    catalogue: Graph, client: httpx.Client
) -> None:
    found = list(catalogue.subject_objects(DCAT.downloadURL))
    assert len(found) > 30
    for distribution, address in found[::5]:
        answer = client.get(str(address))
        assert answer.status_code == 200, address
        packed = list(catalogue.objects(distribution, DCAT.compressFormat))
        (media,) = packed or catalogue.objects(distribution, DCAT.mediaType)
        assert str(media).endswith(answer.headers["content-type"].split(";")[0])


def test_sources_name_their_rights_languages_and_credit(catalogue: Graph) -> None:
    source = URIRef("https://w3id.org/koinon/graph/resist-kristiansand-article")
    distributions = [d for d in catalogue.objects(source, DCAT.distribution) if "ttl" in d]
    assert len(distributions) == 2
    for distribution in distributions:
        assert any(catalogue.objects(distribution, DCT.license))
        assert any(catalogue.objects(distribution, DCT.rights))
    assert any(
        "ELL" in str(language) or "authority/language" in str(language)
        for language in catalogue.objects(source, DCT.language)
    )
    assert any(catalogue.objects(source, DCT.provenance))


def test_the_graph_names_the_countries_it_covers(catalogue: Graph) -> None:
    (graph,) = set(catalogue.subjects(DCAT.hasVersion))
    covered = {str(place).rsplit("/", 1)[-1] for place in catalogue.objects(graph, DCT.spatial)}
    assert {"PL", "EL", "LV"} <= covered
    assert all(len(code) == 2 for code in covered)


@pytest.mark.skipif(not SHAPES.is_dir(), reason=f"{SHAPES} is not there, and with it the shapes of DCAT-AP")
@pytest.mark.parametrize(
    "name",
    ["shapes.ttl", "range.ttl", "shapes_recommended.ttl", "deprecateduris.ttl"],
)
def test_the_catalogue_is_valid_against_the_official_shapes(catalogue: Graph, name: str) -> None:
    conforms, _, text = validate(catalogue, shacl_graph=Graph().parse(SHAPES / name), allow_warnings=True)
    assert conforms, text


def test_the_catalogue_has_no_blank_nodes_and_every_form_says_the_same(
    catalogue: Graph, client: httpx.Client
) -> None:
    assert not [term for triple in catalogue for term in triple if isinstance(term, BNode)]
    for suffix, syntax in (("nt", "nt"), ("rdf", "xml")):
        other = Graph().parse(data=client.get(f"/data.{suffix}").content, format=syntax)
        assert set(other) == set(catalogue)
    assert client.get("/data", headers={"Accept": "application/ld+json"}).headers["content-type"] == (
        "application/ld+json"
    )


def test_the_page_says_how_and_carries_a_description_for_search_engines(client: httpx.Client) -> None:
    page = client.get("/data", headers={"Accept": "text/html", "Accept-Language": "pl"}).text
    assert "Pobierz dane" in page
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    described = json.loads(script)
    assert described["@type"] == "Dataset"
    for file in described["distribution"]:
        assert client.head(file["contentUrl"]).status_code == 200
    for link in re.findall(r'<dd><a href="(/[^"#]*)', page):
        assert client.get(link, follow_redirects=True).status_code == 200, link


def test_the_answer_is_known_by_its_tag(client: httpx.Client) -> None:
    answer = client.get("/data.ttl")
    assert client.get("/data.ttl", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert client.get("/data.pdf").status_code == 404
