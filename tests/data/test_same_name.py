"""Same name, different thing: what the pages call alike is kept apart, and linked."""

from itertools import combinations

import pytest

from curated import holds, rows


def kinds(thing: str) -> set[str]:
    """The classes of a thing, without their namespaces."""
    return {
        cls.rpartition("/")[2].rpartition("#")[2]
        for (cls,) in rows(f"SELECT DISTINCT ?c WHERE {{ <{thing}> a ?c }}")
    }


@pytest.mark.parametrize(
    "alike",
    [
        ("organisation/rops-gdansk", "organisation/rops-krakow"),
        ("organisation/ploucs", "cluster/ploucs", "practice/ploucs"),
        ("place/roccavaldina", "practice/roccavaldina", "organisation/municipality-of-roccavaldina"),
        ("place/agder", "organisation/agder-county"),
        ("place/landes", "organisation/landes-department-council"),
        ("organisation/malopolska-region", "organisation/marshals-office-malopolskie", "organisation/rops-krakow"),
        ("place/turin", "organisation/city-of-turin", "place/torino-province"),
    ],
    ids=lambda alike: alike[0],
)
def test_things_of_one_name_are_several_resources(alike: tuple[str, ...]) -> None:
    for thing in alike:
        assert kinds(thing), f"{thing} is nowhere typed"
    for one, other in combinations(alike, 2):
        assert not holds(f"<{one}> (owl:sameAs|skos:exactMatch|^owl:sameAs|^skos:exactMatch) <{other}>")


def test_the_two_centres_for_social_policy_are_units_of_two_regions() -> None:
    assert rows(
        "SELECT ?centre ?town WHERE { VALUES ?centre { <organisation/rops-gdansk> <organisation/rops-krakow> } "
        "?centre koi:locatedIn ?town . ?town dct:type place-type:city }"
    ) == [("organisation/rops-gdansk", "place/gdansk"), ("organisation/rops-krakow", "place/krakow")]
    assert not holds("<organisation/rops-gdansk> org:unitOf+ ?body . <organisation/rops-krakow> org:unitOf+ ?body")


def test_ploucs_is_an_association_a_cluster_and_a_good_practice_and_the_three_are_linked() -> None:
    assert "Cluster" in kinds("cluster/ploucs")
    assert "GoodPractice" in kinds("practice/ploucs")
    assert "Cluster" not in kinds("organisation/ploucs")
    assert holds("<practice/ploucs> koi:relatesToCluster <cluster/ploucs>")
    assert holds(
        "{ <cluster/ploucs> ?by <organisation/ploucs> } UNION { <organisation/ploucs> ?of <cluster/ploucs> }"
    )


def test_a_territory_is_no_organisation_and_an_organisation_no_territory() -> None:
    assert not holds("?thing a dct:Location , org:Organization")


def test_the_output_the_model_and_the_document_of_social_and_ecological_innovation_are_three() -> None:
    outputs = rows(
        "SELECT ?output WHERE { <project/resist> frapo:hasOutput ?output . "
        "?output a koi:Output ; koi:embodiesClusterModel cluster-model:csei }"
    )
    assert len(outputs) == 1
    assert "PolicyDocument" in kinds("document/clusters-of-social-and-ecological-innovation")
    assert kinds("document/clusters-of-social-and-ecological-innovation") & {"Output", "ClusterModel"} == set()


def test_no_two_organisations_share_their_preferred_label_in_one_language() -> None:
    assert (
        rows(
            "SELECT DISTINCT ?one ?other ?label WHERE { ?one a org:Organization ; skos:prefLabel ?label . "
            "?other a org:Organization ; skos:prefLabel ?label FILTER (str(?one) < str(?other)) "
            "FILTER (!strstarts(str(?one), 'https://w3id.org/koinon/id/cluster/')) }"
        )
        == []
    )
