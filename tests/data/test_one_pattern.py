"""The same relation is said in the same terms on all pages, so that one pattern of a query finds it everywhere."""

import pytest

from curated import PAGES, rows
from koinon.model.namespaces import GRAPH

FIVE_PAGES = "VALUES ?page { " + " ".join(f"<{GRAPH}{slug}>" for slug in PAGES.values()) + " }"
THEME = "FILTER (strstarts(str(?value), 'https://w3id.org/koinon/code/theme/'))"


@pytest.mark.parametrize(
    ("found", "everywhere"),
    [
        (f"?thing koi:hasTopic|koi:about|koi:fieldOfWork ?value {THEME}", "?thing dct:subject ?value"),
        ("?value dct:hasPart ?thing", "?thing dct:isPartOf ?value"),
        ("?value koi:hasComponent ?thing . ?thing a koi:Facility", "?thing dct:isPartOf ?value"),
        ("?thing foaf:primaryTopic ?value", "?thing koi:about ?value"),
        ("?value koi:hasActivity ?thing . ?value a koi:Project", "?thing koi:partOfProject ?value"),
        ("?value org:hasUnit ?thing", "?thing org:unitOf ?value"),
        ("?thing koi:conflictsWith ?value", "?value koi:conflictsWith ?thing"),
        ("?thing a koi:Project ; koi:showcases ?value", "?value a ?class . FILTER (?class IN (koi:GoodPractice))"),
    ],
)
def test_what_is_said_one_way_is_said_the_common_way_too(found: str, everywhere: str) -> None:
    assert rows(f"SELECT ?thing ?value WHERE {{ {found} FILTER NOT EXISTS {{ {everywhere} }} }}") == []


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("koi:Project", "?thing dct:subject ?theme"),
        ("koi:Project", "?thing koi:addressesClusterModel ?model"),
        ("koi:Project", "?thing dct:type ?kind"),
        ("koi:Project", "?thing m8g:hasParticipation ?participation"),
        ("koi:GoodPractice", "?thing dct:subject ?theme ; koi:locatedIn ?place"),
        ("koi:Event", "?thing koi:partOfProject ?project"),
        ("koi:Event", "?thing dct:type ?kind"),
        ("koi:Output", "?thing dct:type ?kind"),
        ("m8g:Participation", "?thing m8g:role ?role . ?of m8g:hasParticipation ?thing"),
        ("koi:Claim", "?thing koi:claimKind ?kind ; prov:hadPrimarySource ?document . ?of koi:hasClaim ?thing"),
        ("foaf:Document", "?thing dct:type ?kind"),
    ],
)
def test_every_thing_of_a_page_has_what_queries_of_its_kind_ask_for(kind: str, pattern: str) -> None:
    said = f"{FIVE_PAGES} GRAPH ?page {{ ?thing a {kind} }}"
    assert rows(f"SELECT ?thing WHERE {{ {said} FILTER NOT EXISTS {{ {pattern} }} }}") == []
