"""The page of the SPARQL endpoint: tables, charts, maps, files to keep, examples, mistakes with their place."""

import csv
import html
import re
from urllib.parse import quote

import httpx
import pytest

from html_check import check_html
from koinon.model.namespaces import PREFIXES

HTML = {"Accept": "text/html"}
HEAD = f"PREFIX koi: <{PREFIXES['koi']}> PREFIX skos: <{PREFIXES['skos']}> "
PLACES = HEAD + (
    "SELECT ?place (COUNT(?x) AS ?things) WHERE { ?x koi:locatedIn ?place } "
    "GROUP BY ?place ORDER BY DESC(?things) ?place"
)


def page(client: httpx.Client, query: str, **parameters: str) -> str:
    answer = client.get("/sparql", params={"query": query, **parameters}, headers=HTML)
    check_html(answer.text)
    return answer.text


def views(text: str) -> list[str]:
    return re.findall(r"[?&;]view=(\w+)#answer", text)


def test_a_table_with_numbers_is_also_a_chart(client: httpx.Client) -> None:
    text = page(client, PLACES, view="chart")
    assert views(text) == ["table", "chart", "map", "raw"]
    bars = [float(width) for width in re.findall(r'<rect width="([\d.]+)"', text)]
    assert bars[0] == 100.0
    assert bars == sorted(bars, reverse=True)
    assert ">Roccavaldina</a></th>" in text
    assert "<td>" in text[text.index('class="scroll"') :]  # the equal table


def test_places_are_dots_on_a_map_with_a_table_below(client: httpx.Client) -> None:
    text = page(client, PLACES, view="map")
    dots = re.findall(r'<a href="(/doc/place/[a-z-]+)" aria-label="([^"]+)"><circle class="dot"', text)
    assert ("/doc/place/gdansk", "Gdańsk") in dots
    assert 'class="scroll"' in text
    written = page(
        client,
        'SELECT ?lat ?long ?name { VALUES (?lat ?long ?name) { (54.4 18.6 "A") (99 0 "B") ("x" 1 "C") } }',
        view="map",
    )
    assert written.count('<circle class="dot"') == 1
    assert "2 rows are not drawn." in written


@pytest.mark.parametrize(
    "query",
    [
        "ASK {}",
        "SELECT * WHERE { VALUES ?x { 1 2 } }",
        'SELECT * WHERE { VALUES (?name ?n) { ("a" -1) ("b" 2) } }',
        'SELECT * WHERE { VALUES (?name ?n) { ("a" "NaN"^^xsd:double) ("b" 2) } }'.replace(
            "xsd:", "<http://www.w3.org/2001/XMLSchema#"
        ).replace("double", "double>"),
        'SELECT * WHERE { VALUES (?name ?n) { ("a" 0) ("b" 0) } }',
        "SELECT * WHERE { VALUES (?name ?n) { } }",
    ],
)
def test_what_cannot_be_drawn_has_no_drawing(client: httpx.Client, query: str) -> None:
    text = page(client, query, view="chart")
    assert views(text) == ["table", "raw"]
    assert "<rect" not in text


def test_the_raw_answer_is_shown_as_text(client: httpx.Client) -> None:
    text = page(client, 'SELECT ("<script>alert(1)</script>" AS ?x) {}', view="raw")
    assert "<script>alert" not in text
    assert '{"head":{"vars":["x"]}' in html.unescape(text)


def test_every_form_of_an_answer_can_be_kept_by_a_link(client: httpx.Client) -> None:
    links = re.findall(r'<a href="([^"]+download=(\w+))" type="([^"]+)"', page(client, PLACES))
    assert [suffix for _, suffix, _ in links] == ["csv", "tsv", "json", "xml"]
    for address, suffix, media_type in links:
        answer = client.get(html.unescape(address), headers=HTML)
        assert answer.headers["content-type"].split(";")[0] == media_type
        assert answer.headers["content-disposition"] == f'attachment; filename="answer.{suffix}"'
    graph = re.findall(r"download=(\w+)", page(client, "CONSTRUCT WHERE { ?s a <http://example.org/none> }"))
    assert graph == ["jsonld", "ttl", "nt", "rdf"]


def test_a_file_of_a_form_that_does_not_fit_is_refused(client: httpx.Client) -> None:
    assert client.get("/sparql?query=ASK%7B%7D&download=ttl").status_code == 406
    refused = client.get("/sparql?query=ASK%7B%7D&download=exe")
    assert (refused.status_code, "download takes one of" in refused.text) == (400, True)
    assert client.get("/sparql?query=ASK%7B%7D&format=exe&output=json").status_code == 200


def test_examples_fill_the_form_and_are_answered(client: httpx.Client) -> None:
    names = re.findall(r'href="/sparql\?example=([a-z-]+)"', client.get("/sparql", headers=HTML).text)
    assert len(names) >= 20
    form = client.get(f"/sparql?example={names[0]}", headers=HTML).text
    check_html(form)
    query = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", form, re.DOTALL)[1])
    assert client.get("/sparql", params={"query": query}).status_code == 200
    assert client.get("/sparql?example=no-such-example", headers=HTML).status_code == 404


def test_a_mistake_is_told_with_its_place_for_the_editor(client: httpx.Client) -> None:
    answer = client.get("/sparql?query=" + quote("SELECT *\nWHERE { ?x a foo:Bar }"), headers=HTML)
    assert answer.status_code == 400
    assert 'data-line="2" data-column="14"' in answer.text


def test_an_earlier_release_keeps_its_address_in_the_links(client: httpx.Client) -> None:
    release = client.get("/releases", headers={"Accept": "application/json"}).json()["releases"][0]["id"]
    text = client.get(f"/releases/{release}/sparql", params={"query": PLACES}, headers=HTML).text
    assert f'href="/releases/{release}/sparql?query=' in text
    link = html.unescape(re.search(r'<a href="([^"]+download=csv)"', text)[1])
    assert f"/releases/{release}/sparql?" in link
    assert client.get(link).headers["content-type"].startswith("text/csv")


def test_completions_are_the_words_of_this_graph(client: httpx.Client) -> None:
    found = client.get("/completions?lang=pl").json()
    classes = {term["name"]: term for term in found["classes"]}
    assert classes["koi:Project"]["label"] == "projekt"
    assert classes["koi:Project"]["count"] > 0
    assert "koi:coversTerritory" in {term["name"] for term in found["properties"]}
    assert found["prefixes"]["koi"] == PREFIXES["koi"]


def test_questions_that_a_chart_answers_better_have_one(client: httpx.Client) -> None:
    text = client.get("/queries/reach-of-programmes", headers=HTML).text
    check_html(text)
    assert text.count("<rect") >= 3
    assert "<rect" not in client.get("/queries/project-participants", headers=HTML).text


def test_questions_about_places_have_a_map_of_them(client: httpx.Client) -> None:
    address = "/queries/project-participants?project=project/resist"
    text = client.get(address, headers=HTML).text
    check_html(text)
    rows = csv.DictReader(client.get(address, headers={"Accept": "text/csv"}).text.splitlines())
    places = {row["placeName"] for row in rows} - {""}
    assert len(places) >= 3
    assert set(re.findall(r'<circle class="dot"[^>]*><title[^>]*>([^<]+)', text)) == places
    assert 'class="dot"' not in client.get("/queries/missing-facts", headers=HTML).text
