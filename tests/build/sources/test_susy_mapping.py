"""The SUSY map: what a made-up point becomes, and what the import report says of the rest."""

import pytest
from asking_graphs import said, unsaid
from made_up_records import susy_file
from mapped import Outcome, few_lookups, mapped
from pyoxigraph import Store

GARDEN, SWAPPED, COWORK, PERSON = (f"<organisation/susy-{number:032x}>" for number in (1, 2, 3, 4))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("susy")
    return mapped("susy", [susy_file(folder)], few_lookups(), folder)


@pytest.fixture(scope="module")
def graph(outcome: Outcome) -> Store:
    return outcome.store()


def test_a_point_is_an_organisation_with_a_name_of_unknown_language(graph: Store) -> None:
    assert (
        unsaid(
            graph,
            f'{GARDEN} a org:Organization ; skos:prefLabel "Градина"@und',
            f"{GARDEN} adms:identifier [ skos:notation '{1:032x}' ; adms:schemeAgency 'TransforMap' ]",
            f"{GARDEN} rdfs:seeAlso <https://data.transformap.co/place/{1:032x}>",
        )
        == []
    )


def test_descriptions_carry_the_language_of_their_key_however_it_is_spelt(graph: Store) -> None:
    wanted = ('"A garden."@und', '"Ένας κήπος."@el', '"Ein Garten."@de')
    assert unsaid(graph, *(f"{GARDEN} dct:description {text}" for text in wanted)) == []


def test_types_are_topics_of_the_map_or_our_theme(graph: Store) -> None:
    assert (
        unsaid(
            graph,
            f"{GARDEN} dct:subject ?topic . ?topic a skos:Concept ; skos:inScheme <scheme/susy-type> ; "
            'skos:notation "community_garden" ; skos:prefLabel "community garden"@en',
            f"{GARDEN} dct:subject <https://w3id.org/koinon/code/theme/community-energy>",
        )
        == []
    )


def test_the_address_loses_the_person_and_keeps_the_rest(graph: Store) -> None:
    address = "{} locn:address ?a . ?a a locn:Address ; {}".format
    assert (
        unsaid(
            graph,
            address(GARDEN, 'locn:thoroughfare "ул. Пример" ; locn:locatorDesignator "56"'),
            address(GARDEN, 'locn:postCode "1421" ; locn:postName "София"'),
            f"{GARDEN} koi:locatedIn <place/country-de> ; geo:lat 42.6 ; geo:long 23.3",
        )
        == []
    )


def test_both_websites_are_kept(graph: Store) -> None:
    assert unsaid(graph, f"{GARDEN} foaf:homepage <http://garden.example/>, <https://garden.example/en>") == []


def test_nothing_is_put_right_by_guess(outcome: Outcome, graph: Store) -> None:
    assert (
        said(graph, f"{SWAPPED} geo:lat ?lat", f"{SWAPPED} koi:locatedIn ?place", f"{COWORK} foaf:homepage ?site")
        == []
    )
    told = "\n".join(outcome.report.lines())
    for rule in ("outside-europe", "two-urls", "unknown", "email"):
        assert f"[{rule}]" in told, rule
    assert "'othe'" in told


def test_persons_and_contact_details_stay_out(outcome: Outcome, graph: Store) -> None:
    assert said(graph, f"{PERSON} ?p ?o", f"{COWORK} dct:description ?text") == []
    written = outcome.path.read_text("utf-8")
    assert [word for word in ("Ann", "ann@", "82808") if word in written] == []
    assert "ann@swapped" not in "\n".join(outcome.report.lines())
    assert outcome.report.records_rejected == 1


def test_free_tags_are_counted_as_unused(outcome: Outcome) -> None:
    told = "\n".join(outcome.report.lines())
    assert "properties.free_keywords" in told
    assert "properties.a" in told
