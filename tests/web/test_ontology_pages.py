"""Pages of terms and rules: what a term means, where it comes from, who checks it, how often the release has it."""

import re
from html import unescape

import httpx
import pytest

from html_check import check_html
from koinon.model.assets import Assets
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import RDFS, SCHEMA, SH
from koinon.model.settings import Settings
from koinon.publish.ontology.overview import ARROWS, BOXES
from koinon.publish.ontology.terms import Terms
from koinon.publish.ontology.vocabularies import source_of
from koinon.publish.vocabulary import term_iri, term_name
from koinon.release.current import Release

ASSETS = Assets.locate(Settings())


@pytest.fixture(scope="module")
def terms(release: Release) -> Terms:
    return Terms.read(release.open(), ASSETS.ontology, ASSETS.shapes)


def page(client: httpx.Client, address: str, language: str = "en") -> str:
    answer = client.get(address, headers={"Accept": "text/html", "Accept-Language": language})
    assert answer.status_code == 200, address
    return answer.text


def counted(client: httpx.Client, query: str) -> int:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    return int(answer.text.splitlines()[1])


def test_every_term_of_the_ontology_has_a_page(client: httpx.Client, terms: Terms) -> None:
    listed = page(client, "/def")
    names = [term_name(iri) for iri in terms.declared()]
    assert len(names) > 130
    for name in names:
        assert f'href="/def/{name}"' in listed
        assert f'id="{name}"' in listed  # https://w3id.org/koinon/def#Project leads here
    for address in ("/def/Project", "/def/fundedUnder", "/def/schema:startDate", "/def/org:Organization"):
        check_html(page(client, address))


def test_a_class_says_what_it_holds_and_how_often_the_release_has_it(client: httpx.Client) -> None:
    text = page(client, "/def/Project")
    number = counted(client, "SELECT (COUNT(*) AS ?n) { ?p a <https://w3id.org/koinon/def#Project> }")
    assert f"<dd>{number} things" in text
    assert "An undertaking with partners, an aim and an end" in text
    row = re.search(r'<tr>\s*<th scope="row"><a href="/def/skos:prefLabel">.*?</tr>', text, re.DOTALL)
    assert row
    assert "1..*" in row[0]
    assert "one a language" in row[0]
    assert 'href="/shapes/project#ProjectShape"' in text
    for tag in INTERFACE_LANGUAGES[1:]:
        assert f'<dd lang="{tag}"' in text


def test_the_count_of_a_property_is_that_of_its_statements_and_leads_to_them(client: httpx.Client) -> None:
    text = page(client, "/def/fundedUnder")
    number = counted(client, "SELECT (COUNT(*) AS ?n) { ?p <https://w3id.org/koinon/def#fundedUnder> ?f }")
    assert number > 0
    assert f"<dd>{number} statements" in text
    asked = re.search(r'href="(/sparql\?query=[^"]*)">Ask for them', text)
    assert asked
    answer = client.get(unescape(asked[1]), headers={"Accept": "text/csv"})
    assert len(answer.text.splitlines()) == 1 + number


def test_a_reused_term_says_where_it_comes_from(client: httpx.Client) -> None:
    text = page(client, "/def/schema:startDate", "pl")
    assert '<a href="https://schema.org/" rel="external">schema.org</a>' in text
    assert 'href="https://schema.org/startDate"' in text
    assert 'href="/shapes/things-time-place#Thing-startDate"' in text


def test_the_example_is_one_of_this_release(client: httpx.Client) -> None:
    text = page(client, "/def/fundedUnder")
    shown = re.search(r'<section class="group" id="example">.*?<code>(.*?)</code>', text, re.DOTALL)
    assert shown
    thing = re.search(r"<(https://w3id.org/koinon/id/[^>]*)>", unescape(shown[1]))
    assert thing
    asked = f"ASK {{ <{thing[1]}> <https://w3id.org/koinon/def#fundedUnder> ?any }}"
    assert client.get("/sparql", params={"query": asked}, headers={"Accept": "text/csv"}).text.strip() == "true"


def test_a_term_is_sent_as_data_too(client: httpx.Client) -> None:
    answer = client.get("/def/Project.ttl")
    assert answer.headers["content-type"].startswith("text/turtle")
    assert "koi:Project a owl:Class" in answer.text
    assert "schema.org makes a project a kind of organisation" in answer.text


@pytest.mark.parametrize(
    "name", ["Nothing", "schema:", ":Project", "nope:thing", "koi:", "a%22b", "Project.xyz", "é"]
)
def test_what_is_no_term_is_not_found(client: httpx.Client, name: str) -> None:
    assert client.get(f"/def/{name}").status_code == 404


def test_facts_of_a_page_lead_to_what_their_properties_mean(client: httpx.Client) -> None:
    text = page(client, "/doc/project/respondet")
    assert 'href="/def/fundedUnder"' in text
    assert 'href="/def/schema:startDate"' in text
    for address in sorted(set(re.findall(r'href="(/def/[^"#?]+)"', text))):
        assert client.get(address, headers={"Accept": "text/html"}).status_code == 200, address


def test_every_rule_has_a_place_on_the_page_of_all_and_on_that_of_its_file(client: httpx.Client) -> None:
    listed = page(client, "/shapes")
    named = re.findall(r'<li id="([^"]+)"><a href="(/shapes/[^"#]+)#([^"]+)">', listed)
    assert len(named) > 200
    files: dict[str, str] = {}
    for anchor, address, place in named:
        assert anchor == place
        text = files.get(address) or files.setdefault(address, page(client, address))
        assert text.count(f'id="{anchor}"') == 1, (address, anchor)


def test_a_shape_tells_level_message_and_number_in_the_readers_language(client: httpx.Client) -> None:
    text = page(client, "/shapes/project", "pl")
    row = re.search(r'<tr id="ProjectShape-prefLabel-required">.*?</tr>', text, re.DOTALL)
    assert row
    assert "1..*" in row[0]
    assert "Brak nazwy." in row[0]
    assert "błąd" in row[0]


def test_the_drawing_shows_what_the_ontology_says(terms: Terms) -> None:
    for source, name, target in ARROWS:
        assert set(terms.wider(source)) & set(terms.domains(name)), (source, name)
        ranges = terms.ranges(name)
        assert not ranges or set(terms.wider(target)) & set(ranges), (name, target)
        across, down = (abs(a - b) for a, b in zip(BOXES[source], BOXES[target], strict=True))
        assert max(across, down) == 1, "an arrow leads from a box to a neighbour"


def test_vocabularies_are_those_that_the_catalogue_names(terms: Terms) -> None:
    catalogue = (ASSETS.ontology / "catalog.md").read_text("utf-8")
    for iri in terms.reused():
        source = source_of(iri)
        assert source is not None
        for part in source.release.split(", "):
            assert part in catalogue.replace("W3C Recommendation", "W3C").replace(
                "W3C Interest Group Note", "W3C"
            ), iri


@pytest.mark.parametrize(
    "iri", [SCHEMA + "url", RDFS + "label", SH + "path", "https://w3id.org/koinon/def#Project"]
)
def test_names_of_terms_lead_back_to_them(iri: str) -> None:
    name = term_name(iri)
    assert name is not None
    assert term_iri(name) == iri
    assert term_name("https://example.org/x") is None


def test_terms_are_defined_in_the_language_of_the_reader(client: httpx.Client) -> None:
    assert '<p class="lead">An undertaking with partners' in page(client, "/def/Project")
    greek = page(client, "/def/Project", "el")
    assert '<p class="lead">Εγχείρημα με εταίρους' in greek
    assert "Ονομάζει το πρόγραμμα που χρηματοδοτεί την οντότητα." in greek, "properties of a class too"
    assert "Οι ορισμοί είναι προς το παρόν στα αγγλικά." not in greek
    assert "Sieć, której członkami są organizacje pozarządowe" in page(client, "/code/actor-type", "pl")
