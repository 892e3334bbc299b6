"""ROR: what a made-up record of either schema becomes, and what the import report says of the rest."""

import re
from pathlib import Path

import pytest
from asking_graphs import said, unsaid
from facts import ROOT
from made_up_records import ror_file
from mapped import Outcome, few_lookups, mapped
from pyoxigraph import Store

BODY = "<organisation/ror-0aaaaaa01>"
FISH = "<organisation/ror-0aaaaaa02>"
OLD = "<organisation/ror-0aaaaaa03>"
CODE = "https://w3id.org/koinon/code/"
MAPPING = ROOT / "data" / "mappings" / "ror.toml"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("ror")
    return mapped("ror", [ror_file(folder)], few_lookups(), folder)


@pytest.fixture(scope="module")
def graph(outcome: Outcome) -> Store:
    return outcome.store()


def test_the_name_that_the_registry_shows_is_the_preferred_one_and_other_labels_stay(graph: Store) -> None:
    assert (
        unsaid(
            graph,
            f'{BODY} a org:Organization ; skos:prefLabel "Sea Institute"@en, "Institut de la Mer"@fr',
            f'{BODY} skos:altLabel "Sea Institute of Example"@en, "Ινστιτούτο Θάλασσας"@el, "Sjøhuset"@und',
            f'{FISH} skos:prefLabel "Fish House"@und, "Dom Ryby"@pl ; skos:altLabel "House of Fish"@und',
        )
        == []
    )
    assert (
        said(
            graph, f'{BODY} skos:prefLabel "Sea Institute of Example"@en', f'{FISH} skos:altLabel "Fish House"@und'
        )
        == []
    )


def test_acronyms_carry_no_language(graph: Store) -> None:
    assert unsaid(graph, f'{BODY} frapo:hasAcronym "IM"', f'{FISH} frapo:hasAcronym "FH"') == []
    assert (
        said(graph, 'VALUES ?p { skos:prefLabel skos:altLabel } ?s ?p ?name FILTER(STR(?name) IN ("IM", "FH"))')
        == []
    )


def test_types_are_our_kinds_where_we_have_them_and_topics_of_the_registry_where_not(graph: Store) -> None:
    assert (
        unsaid(
            graph,
            f"{BODY} org:classification <{CODE}helix/academia>",
            f"{FISH} org:classification <{CODE}actor-type/company>",
            f"{OLD} org:classification <{CODE}helix/public>",
            f'{BODY} dct:subject ?topic . ?topic skos:inScheme <scheme/ror-type> ; skos:prefLabel "funder"@en',
            f'{FISH} dct:subject/skos:prefLabel "facility"@en',
        )
        == []
    )
    assert said(graph, '?topic skos:prefLabel "other"@en', '?topic skos:prefLabel "company"@en') == []


def test_years_states_and_sites_are_said(graph: Store) -> None:
    assert (
        unsaid(
            graph,
            f'{BODY} schema:foundingDate "1969"^^xsd:gYear ; koi:status <{CODE}status/in-operation>',
            f"{FISH} koi:status <{CODE}status/inactive>",
            f"{OLD} koi:status <{CODE}status/withdrawn>",
            f"{BODY} foaf:homepage <http://sea.example/>",
            f"{BODY} rdfs:seeAlso <http://fr.wikipedia.example/wiki/Institut_de_la_Mer>, <https://ror.org/0aaaaaa01>",
            f"{FISH} foaf:homepage <http://fish.example/>",
        )
        == []
    )


def test_towns_are_places_with_a_position_and_known_towns_are_not_made_again(graph: Store) -> None:
    assert (
        unsaid(
            graph,
            f"{BODY} koi:locatedIn <place/geonames-2988507>, <place/hamburg>",
            f"{FISH} koi:locatedIn <place/geonames-2988507>",
            '<place/geonames-2988507> a dct:Location ; skos:prefLabel "Paris"@und',
            "<place/geonames-2988507> dct:isPartOf <place/country-fr>",
            "<place/geonames-2988507> geo:lat 48.85341 ; geo:long 2.3488",
            '<place/geonames-2988507> adms:identifier [ skos:notation "2988507" ; adms:schemeAgency "GeoNames" ]',
        )
        == []
    )
    assert said(graph, "<place/hamburg> ?p ?o", "<place/geonames-2911298> ?p ?o", f"{BODY} geo:lat ?lat") == []


def test_a_town_has_one_position_and_the_other_is_reported(outcome: Outcome, graph: Store) -> None:
    assert said(graph, "<place/geonames-2988507> geo:lat 48.9") == []
    assert "contradictions" in "\n".join(outcome.report.lines())


def test_every_number_of_another_register_is_an_identifier_with_its_agency(graph: Store) -> None:
    identifier = "{} adms:identifier [ a adms:Identifier ; skos:notation '{}' ; adms:schemeAgency '{}' ]".format
    assert (
        unsaid(
            graph,
            identifier(BODY, "0aaaaaa01", "ROR"),
            identifier(BODY, "0000000107899416", "ISNI"),
            identifier(BODY, "Q100", "Wikidata"),
            identifier(BODY, "Q200", "Wikidata"),
            f"{BODY} rdfs:seeAlso <http://www.wikidata.org/entity/Q100>",
            identifier(FISH, "grid.1.2", "GRID"),
            identifier(FISH, "100", "Crossref Funder Registry"),
            identifier(FISH, "200", "Crossref Funder Registry"),
        )
        == []
    )


def test_relations_lead_to_organisations_of_the_file_only_and_never_to_oneself(graph: Store) -> None:
    assert (
        unsaid(
            graph,
            f"{BODY} dct:hasPart {FISH}",
            f"{FISH} dct:isPartOf {BODY}",
            f"{BODY} dct:replaces {OLD} ; org:linkedTo {OLD}",
            f"{OLD} dct:isReplacedBy {BODY}",
        )
        == []
    )
    assert said(graph, "?s ?p <organisation/ror-0zzzzzz99>", "?s ?p ?s") == []


def test_the_report_counts_what_was_left_out(outcome: Outcome) -> None:
    told = "\n".join(outcome.report.lines())
    assert "left out: 1 statements with <http://purl.org/dc/terms/hasPart>" in told
    assert "of-itself" in told
    assert outcome.report.records_rejected == 1
    assert re.search(r"other\.example/5.*\[pattern\]", told)
    assert "'QQ'" in told
    assert re.search(r"addresses.*lat.*95.*\[range\]", told, re.DOTALL)


def test_no_contact_detail_is_in_the_graph(outcome: Outcome) -> None:
    assert "@fish.example" not in outcome.path.read_text("utf-8")


def test_the_towns_that_the_mapping_spares_are_those_of_the_reference_source() -> None:
    places = ROOT / "data" / "reference" / "place"
    turtle = "".join(Path(places / name).read_text("utf-8") for name in ("settlements.ttl", "places.ttl"))
    ours = set(re.findall(r'^<place/([a-z0-9-]+)#geonames> .*skos:notation "(\d+)"', turtle, re.MULTILINE))
    text = MAPPING.read_text("utf-8")
    assert {(slug, number) for number, slug in re.findall(r'\["\^(\d+)\$", "([a-z0-9-]+)"\]', text)} == ours
    for spared in re.findall(r"'\(\?:([\d|]+)\)\|", text):
        assert set(spared.split("|")) == {number for _, number in ours}
