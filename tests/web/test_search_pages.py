"""``/search`` and ``/suggest``: people and programs find things by their names."""

import csv
import io
import re

import httpx
import pytest

from html_check import check_html

HTML = {"Accept": "text/html"}
RESIST = "https://w3id.org/koinon/id/project/resist"


def found(client: httpx.Client, **parameters: str) -> dict[str, object]:
    answer = client.get("/search.json", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("text", "thing"), [("Ελλαδα", "place/greece"), ("Ellada", "place/greece"), ("resis", "project/resist")]
)
def test_the_page_and_the_data_begin_with_what_is_meant(client: httpx.Client, text: str, thing: str) -> None:
    page = client.get("/search", params={"q": text}, headers=HTML)
    check_html(page.text)
    entries = page.text[page.text.index('class="entries"') :]
    assert re.search(r'href="([^"]+)"', entries)[1] == f"/doc/{thing}"
    hits = found(client, q=text)["hits"]
    assert hits[0]["id"].endswith(f"/id/{thing}")
    suggested = client.get("/suggest", params={"prefix": text}).json()["suggestions"]
    assert (suggested[0]["id"], suggested[0]["url"]) == (hits[0]["id"], f"/doc/{thing}")


def test_the_page_says_in_which_language_a_name_matched(client: httpx.Client) -> None:
    page = client.get("/search?q=ellada&lang=fr", headers=HTML).text
    assert 'grec: <span lang="el" dir="ltr">Ελλάδα</span>' in page
    assert ">Grèce<" in page


def test_facets_narrow_the_hits_and_lead_back(client: httpx.Client) -> None:
    whole = found(client, q="social")
    choice = next(each for each in whole["types"] if each["parameters"]["type"] == "Project")
    narrow = found(client, **choice["parameters"])
    assert narrow["total"] == choice["count"] < whole["total"]
    assert {hit["type"] for hit in narrow["hits"]} == {"https://w3id.org/koinon/def#Project"}
    page = client.get("/search", params=choice["parameters"], headers=HTML).text
    check_html(page)
    assert 'href="/search?q=social"' in page
    region = found(client, q="resist", region="poland")
    assert found(client, q="resist", region="PL") == region
    assert RESIST in [hit["id"] for hit in region["hits"]]
    assert any(each["parameters"].get("region") == "macroregion-north-poland" for each in region["regions"])


def test_pages_follow_each_other_to_the_last_hit(client: httpx.Client) -> None:
    answer = client.get("/search.json?q=social&size=30")
    seen = [hit["id"] for hit in answer.json()["hits"]]
    while "next" in answer.links:
        answer = client.get(answer.links["next"]["url"])
        seen += [hit["id"] for hit in answer.json()["hits"]]
    assert len(seen) == len(set(seen)) == answer.json()["total"] > 30
    last = client.get("/search?q=social&size=30&start=30", headers=HTML).text
    assert 'rel="prev"' in last


def test_what_finds_nothing_says_how_to_go_on(client: httpx.Client) -> None:
    nothing = client.get("/search?q=zzzzzz", headers=HTML)
    assert nothing.status_code == 200
    check_html(nothing.text)
    assert "Try fewer words" in nothing.text
    excluded = client.get("/search?q=resist&region=greece&type=Fund", headers=HTML).text
    assert 'href="/search?q=resist&amp;type=Fund"' in excluded
    check_html(client.get("/search", headers=HTML).text)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("q=a&start=-1", "start takes a whole number"),
        ("q=a&start=99999999999999", "start takes a whole number"),
        ("q=a&size=0", "size takes a whole number"),
        ("q=a&size=٣", "size takes a whole number"),
        ("q=a&type=Nonsense", "'Nonsense' is none here"),
        ("q=a&region=atlantis", "'atlantis' is none here"),
        ("q=a&region=%3Cx%3E", "is none here"),
        ("q=" + "a" * 2_001, "at most 2000 characters"),
    ],
)
def test_what_cannot_be_read_is_told(client: httpx.Client, query: str, said: str) -> None:
    answer = client.get(f"/search?{query}", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_markup_in_a_text_stays_text(client: httpx.Client) -> None:
    page = client.get("/search", params={"q": '"><script>alert(1)</script>\u202e'}, headers=HTML).text
    assert "<script>alert" not in page
    check_html(page)


def test_an_earlier_release_is_searched_at_its_address(client: httpx.Client) -> None:
    release = client.get("/releases", headers={"Accept": "application/json"}).json()["releases"][0]["id"]
    answer = client.get(f"/releases/{release}/search?q=resist", headers=HTML)
    assert answer.status_code == 200, re.findall(r"<h1>.*?</blockquote>", answer.text, re.S)
    assert f'href="/releases/{release}/doc/project/resist"' in answer.text
    assert client.get(f"/releases/{release}/suggest?prefix=resis").json()["suggestions"]


def test_what_did_not_change_is_not_sent_again(client: httpx.Client) -> None:
    tag = client.get("/search?q=resist", headers=HTML).headers["etag"]
    assert client.get("/search?q=resist", headers={**HTML, "If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("address", ["/search?size=zz", "/suggest?size=zz", "/doc/project/nobody"])
def test_what_explains_a_problem_of_an_earlier_release_is_there(client: httpx.Client, address: str) -> None:
    release = client.get("/releases", headers={"Accept": "application/json"}).json()["releases"][0]["id"]
    problem = client.get(f"/releases/{release}{address}", headers={"Accept": "application/json"}).json()
    assert client.get(problem["type"], headers=HTML).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/suggest?size=zz",
        "/search?type=nosuch",
        "/search.json?start=-1",
        "/actors?nosuch=1",
        "/actors?fields=nosuch",
        "/regions/PL63/with/PL",
    ],
)
def test_what_cannot_be_read_is_told_to_those_who_have_a_copy(client: httpx.Client, address: str) -> None:
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 400


@pytest.mark.parametrize("address", ["/search?q=resist", "/actors?size=2", "/regions/PL63"])
def test_an_answer_without_a_body_leads_to_the_other_forms_too(client: httpx.Client, address: str) -> None:
    whole = client.get(address, headers=HTML)
    short = client.get(address, headers={**HTML, "If-None-Match": whole.headers["etag"]})
    assert short.status_code == 304
    assert {link for link in whole.headers["link"].split(", ") if "alternate" in link} <= set(
        short.headers["link"].split(", ")
    )
    assert 'rel="alternate"' in short.headers["link"]
    assert short.headers.get("content-location") == whole.headers.get("content-location")


def test_hits_come_as_a_table_too_page_by_page(client: httpx.Client) -> None:
    answer = client.get("/search.csv?q=social&size=30&lang=el")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, *rows = csv.reader(io.StringIO(answer.text, newline=""))
    told = client.get("/search.json?q=social&size=30&lang=el").json()
    assert head == list(told["hits"][0])
    assert [row[0] for row in rows] == [hit["id"] for hit in told["hits"]]
    assert [row[4] for row in rows] == [hit["typeLabel"] for hit in told["hits"]]
    assert "/search.csv?q=social" in answer.headers["link"]
    assert client.get("/suggest?prefix=so", headers={"Accept": "text/csv"}).status_code == 406
