"""The document about a hub comes in pages, in every form, and each page leads to the next."""

import csv
import io
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from html_check import check_html
from koinon.model.namespaces import DEF, HYDRA, ID
from small_release import make_release, service_on

MANY = 3000
_MEMBERS = "".join(f'<organisation/o{i}> a koi:Network ; skos:prefLabel "O {i}"@en .\n' for i in range(MANY))
_WORLD = f"""{_MEMBERS}
<project/hub> a koi:Project ; skos:prefLabel "The hub"@en ;
  koi:involvesActor {", ".join(f"<organisation/o{i}>" for i in range(MANY))} .
<project/small> a koi:Project ; skos:prefLabel "Small"@en ; koi:partOfProject <project/hub> .
"""
_NEXT = re.compile(r'<([^>]+)>; rel="next"')


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with service_on(make_release(tmp_path_factory.mktemp("paged"), "c" * 64, _WORLD)) as client:
        yield client


def following(answer: httpx.Response) -> str:
    found = _NEXT.search(answer.headers["Link"])
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("suffix", "syntax"), [("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES), ("rdf", RdfFormat.RDF_XML)]
)
def test_whoever_follows_next_has_everything(hub: httpx.Client, suffix: str, syntax: RdfFormat) -> None:
    members: list[str] = []
    address, count = f"/doc/project/hub.{suffix}", 0
    while address:
        answer = hub.get(address)
        assert answer.status_code == 200
        quads = list(parse(answer.content, syntax))
        members += [q.object.value for q in quads if q.predicate.value == DEF + "involvesActor"]
        told = [q.object.value for q in quads if q.predicate.value == HYDRA + "next"]
        assert told == ([following(answer)] if following(answer) else [])
        address, count = following(answer), count + 1
    assert sorted(members) == sorted(f"{ID}organisation/o{i}" for i in range(MANY))
    assert count > 2


def test_whoever_follows_next_has_the_whole_table(hub: httpx.Client) -> None:
    members: list[str] = []
    address, count = "/doc/project/hub.csv", 0
    while address:
        answer = hub.get(address)
        rows = list(csv.reader(io.StringIO(answer.text, newline="")))
        members += [value for _, predicate, value, *_ in rows if predicate == DEF + "involvesActor"]
        if following(answer):
            assert rows[-1][1:3] == [HYDRA + "next", following(answer)]
        address, count = following(answer), count + 1
    assert sorted(members) == sorted(f"{ID}organisation/o{i}" for i in range(MANY))
    assert count > 2


def test_people_find_the_next_page_in_their_language(hub: httpx.Client) -> None:
    answer = hub.get("/doc/project/hub?lang=pl", headers={"Accept": "text/html"})
    assert following(answer)
    link = re.search(r'rel="next" href="([^"]+)"', answer.text)
    assert link is not None
    address = link[1].replace("&amp;", "&")
    assert "lang=pl" in address
    second = hub.get(address, headers={"Accept": "text/html"})
    assert second.status_code == 200
    check_html(second.text)
    assert "The hub" in second.text
    assert second.text != answer.text
    after = urlsplit(address).query.partition("&")[0]
    assert f"/doc/project/hub.ttl?{after}" in second.text, "its other forms begin at the same place"
    assert f"?{after}&amp;lang=el" in second.text, "another language stays at the same place"


def test_a_small_document_has_no_next_page(hub: httpx.Client) -> None:
    answer = hub.get("/doc/project/small.ttl")
    assert not following(answer)
    assert "hydra" not in answer.text
    assert NamedNode(ID + "project/hub").value in answer.text


def test_json_ld_names_the_next_page_too(hub: httpx.Client) -> None:
    answer = hub.get("/doc/project/hub.jsonld")
    assert following(answer) in answer.text
    assert "after=" in following(answer)


@pytest.mark.parametrize("name", ["project/respondet", "project/resist", "document/sea4neb-article"])
@pytest.mark.parametrize("suffix", ["html", "ttl"])
def test_what_the_sources_say_of_one_thing_stays_on_one_page(client: httpx.Client, name: str, suffix: str) -> None:
    assert "next" not in client.get(f"/doc/{name}.{suffix}").headers["Link"]
    assert "next" not in client.get(f"/code/claim-kind.{suffix}").headers["Link"]


@pytest.mark.parametrize("after", ["x", "-1", "1@nonsense", "5@%23a%3E%20%3Cb"])
def test_a_place_that_no_page_named_is_a_bad_request(hub: httpx.Client, after: str) -> None:
    answer = hub.get(f"/doc/project/hub.ttl?after={after}")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_page_beyond_the_end_is_not_found(hub: httpx.Client) -> None:
    assert hub.get(f"/doc/project/hub.ttl?after={MANY + 50}").status_code == 404


def test_a_page_too_far_away_is_refused_and_told_how_to_go_on(hub: httpx.Client) -> None:
    answer = hub.get("/doc/project/hub.ttl?after=999999")
    assert answer.status_code == 422
    assert "OFFSET" in answer.json()["detail"]
