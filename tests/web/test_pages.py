"""Pages are valid HTML in nine languages, and show with every fact where it comes from."""

import re
from pathlib import Path

import httpx
import pytest

from html_check import check_html
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.web.start import CHOSEN, FEATURED

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "/",
    "/projects",
    "/actors",
    "/programmes",
    "/clusters",
    "/regions",
    "/doc/project/respondet",
    "/doc/organisation/reves",
    "/doc/place/pomorskie",
    "/doc/document/resist-kristiansand-article",
    "/code/cluster-model",
    "/code/cluster-model/csei",
    "/graph/sea4neb-article",
    "/graph/ontology",
    "/def",
    "/shapes",
    "/shapes/project",
    "/quality",
    "/quality/sea4neb-article",
    "/queries",
    "/queries/project-participants",
    "/sparql",
    "/sparql?query=SELECT%20*%20WHERE%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%205",
    "/help",
    "/about",
    "/accessibility",
    "/privacy",
    "/api",
    "/problems/query-timeout",
    "/nothing-here",
)


def page(client: httpx.Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.headers["content-type"] == "text/html; charset=utf-8", address
    return answer.text


@pytest.mark.parametrize("address", PAGES)
def test_every_kind_of_page_is_valid_html(client: httpx.Client, address: str) -> None:
    check_html(page(client, address))


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_pages_speak_the_language_of_the_reader(client: httpx.Client, language: str) -> None:
    for address in ("/", "/doc/project/respondet", "/queries/project-participants", "/nothing-here"):
        text = page(client, address, language)
        check_html(text)
        assert f'<html lang="{language}" dir="ltr">' in text
        assert text.count('hreflang="') >= 2 * len(INTERFACE_LANGUAGES)


def test_each_language_has_its_own_words(client: httpx.Client) -> None:
    headings = {re.search(r"<h1>(.*?)</h1>", page(client, "/", tag))[1] for tag in INTERFACE_LANGUAGES}  # type: ignore[index]
    assert len(headings) == len(INTERFACE_LANGUAGES)


def test_a_link_in_a_language_keeps_it(client: httpx.Client) -> None:
    text = client.get(
        "/doc/project/respondet?lang=lv", headers={"Accept": "text/html", "Accept-Language": "pl"}
    ).text
    assert '<html lang="lv"' in text
    local = re.findall(r'href="(/(?!static|context)[^"]*)"', text)
    assert local
    assert all("lang=lv" in link for link in local)


def test_a_label_in_another_language_is_marked(client: httpx.Client) -> None:
    text = page(client, "/doc/organisation/reves", "el")
    assert re.search(r'<h1><span lang="en" dir="ltr">European Network of Cities', text)
    polish = page(client, "/doc/organisation/reves", "pl")
    assert "<h1>Europejska Sieć Miast i Regionów" in polish


def test_every_value_leads_to_its_source_with_basis_and_range(client: httpx.Client) -> None:
    text = page(client, "/doc/project/respondet")
    start = re.search(r'<time datetime="2022-05-01">1 May 2022</time>\s*<span class="marks">.*?#note-(\d+)"', text)
    assert start
    note = re.search(rf'<li id="note-{start[1]}">(.*?)</li>', text, re.DOTALL)
    assert note
    assert "stated" in note[1]
    assert "1233–1247" in note[1]
    values = re.findall(r"<dd>(.*?)</dd>", text.split('id="incoming"')[0], re.DOTALL)
    assert len(values) > 50
    assert not [value for value in values if 'class="mark ' not in value]


def test_facts_stand_in_the_groups_of_the_shapes(client: httpx.Client) -> None:
    headings = re.findall(r"<h2>([^<]*)</h2>", page(client, "/doc/project/respondet", "el"))
    assert headings[:3] == ["Τι είναι", "Χρόνος και τόπος", "Ποιοι συμμετέχουν"]


def test_a_page_links_to_the_query_behind_it(client: httpx.Client) -> None:
    text = page(client, "/doc/project/resist")
    link = re.search(r'href="(/sparql\?query=[^"]*)">The query behind', text)
    assert link
    answer = client.get(link[1].replace("&amp;", "&"), headers={"Accept": "text/csv"})
    assert "https://w3id.org/koinon/graph/resist-kristiansand-article" in answer.text


def test_what_others_say_is_shown_with_the_role(client: httpx.Client) -> None:
    incoming = page(client, "/doc/organisation/reves").split('id="incoming"')[1]
    assert "RESPONDET" in incoming
    assert "partner" in incoming


def test_lists_are_paged_without_gaps(client: httpx.Client) -> None:
    seen: list[str] = []
    address: str | None = "/regions"
    while address:
        text = page(client, address)
        seen += re.findall(r'<li><a href="(/doc/place/[^"]*)">', text)
        more = re.search(r'rel="next" href="([^"]*)"', text)
        address = more[1].replace("&amp;", "&") if more else None
    assert len(seen) == len(set(seen)) > 50
    assert client.get("/regions?after=../../x").status_code == 400
    assert client.get("/regions?after=place/no-such-place").status_code == 200


def test_the_home_page_counts_what_is_there(client: httpx.Client) -> None:
    text = page(client, "/")
    counts = dict(re.findall(r'href="/(projects|actors)"><strong>(\d+)</strong>', text))
    query = "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { ?x a <https://w3id.org/koinon/def#Project> }"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"}).text
    assert counts["projects"] == answer.split()[1]
    assert "/queries/regions-sharing-a-cluster-model" in text


def test_the_home_page_asks_a_few_questions_for_everyone(client: httpx.Client) -> None:
    text = page(client, "/")
    for audience, names in CHOSEN.items():
        assert len(names) == 3, audience
        for name in (FEATURED, *names):
            assert f'href="/queries/{name}"' in text, "a question of the start page is not in the catalogue"


def test_a_thing_that_is_not_there_offers_those_with_a_name_like_it(client: httpx.Client) -> None:
    text = page(client, "/doc/project/resists")
    check_html(text)
    assert 'href="/doc/project/resist"' in text
    told = client.get("/doc/place/pomorskje", headers={"Accept": "application/json"})
    assert told.status_code == 404
    assert "https://w3id.org/koinon/id/place/pomorskie" in told.json()["near"]
    assert "near" not in client.get("/nothing-here", headers={"Accept": "application/json"}).json()


def test_a_code_list_of_ours_stands_whole_on_one_page(client: httpx.Client) -> None:
    listed = client.get("/code/theme", headers={"Accept": "text/html"}).text
    themes = (ROOT / "ontology/code/theme.ttl").read_text("utf-8").count(" a skos:Concept ;")
    assert f"<h2>{themes} concepts</h2>" in listed
    assert listed.count('<li class="depth-') == themes
    assert 'rel="next"' not in listed
