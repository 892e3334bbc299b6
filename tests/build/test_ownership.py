"""Whose a thing is: globs, claims, and what happens when two sources want the same."""

import pytest

from building import PREFIXES, World, manifest
from koinon.build.ownership import Mints, check_claims
from koinon.model.namespaces import ID

RIVAL = (
    PREFIXES
    + """
<document/{0}> a foaf:Document ; skos:prefLabel "R"@en .
<organisation/shared> a org:Organization ; skos:prefLabel "Shared"@en ; org:classification actor-type:association .
"""
)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("event/resist-meeting", True),
        ("event/resist-meeting#result-1", True),
        ("event/other", False),
        ("place/gdansk", True),
        ("place/roccavaldina-craft-centre", False),
        ("place/roccavaldina-craft-centre#part", False),
        ("organisation/pscop", True),
        ("organisation/pscop-office", False),
        ("event/resist-a/b", False),
    ],
)
def test_globs_say_what_a_source_mints(name: str, own: bool) -> None:
    mints = Mints(("event/resist-*", "place/*", "!place/roccavaldina-craft-centre", "organisation/pscop"))
    assert mints.own(ID + name) is own


def test_nothing_outside_our_addresses_is_minted() -> None:
    assert not Mints(("*/*",)).own("https://example.org/project/x")
    assert not Mints(()).own(ID + "project/x")


def test_a_thing_stays_with_its_owner_else_goes_to_the_first_by_slug() -> None:
    minted = {"b": {"thing"}, "a": {"thing"}, "c": {"thing", "other"}}
    assert [finding.source for finding in check_claims(minted, {})] == ["b", "c"]
    assert [finding.source for finding in check_claims(minted, {"thing": "c"})] == ["a", "b"]
    assert [finding.source for finding in check_claims(minted, {"thing": "gone"})] == ["b", "c"]


def rival(world: World, slug: str) -> None:
    text = manifest(slug, globs=(f"document/{slug}", "organisation/shared"))
    world.put(slug, {"source.toml": text, "graph.ttl": RIVAL.format(slug)})


def test_of_two_newcomers_the_first_by_slug_gets_the_thing(world: World) -> None:
    rival(world, "beta")
    rival(world, "alpha")
    report = world.build()
    assert [(source.slug, source.outcome) for source in report.refused] == [("beta", "out")]


def test_the_owner_of_the_parent_release_keeps_the_thing(world: World) -> None:
    rival(world, "beta")
    assert not world.build().refused
    rival(world, "alpha")
    report = world.build()
    assert [(source.slug, source.outcome) for source in report.refused] == [("alpha", "out")]
    (world.sources / "beta" / "graph.ttl").write_text("broken")
    report = world.build()
    assert [(source.slug, source.outcome) for source in report.refused] == [("alpha", "out"), ("beta", "kept")]
    assert "beta" in world.hashes()


def test_a_kept_graph_keeps_its_things_though_its_new_version_gave_them_up(world: World) -> None:
    rival(world, "beta")
    world.build()
    before = world.hashes()["beta"]
    rival(world, "alpha")
    gone = PREFIXES + '<document/beta> a foaf:Document ; skos:prefLabel "A"@en , "B"@en .\n'
    (world.sources / "beta" / "graph.ttl").write_text(gone)
    report = world.build()
    assert [(source.slug, source.outcome) for source in report.refused] == [("alpha", "out"), ("beta", "kept")]
    assert world.hashes()["beta"] == before


def test_a_type_may_be_repeated_where_the_owner_agrees(world: World) -> None:
    report = world.build()
    assert not report.refused
    store = world.current.open()
    assert {graph.value.rpartition("/")[2] for graph in store.graph_names()} >= {"neighbour", "patient"}


def test_sources_may_disagree_about_others_things(world: World) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    extra = '<event/patient-meeting> schema:startDate "2024-06-11"^^xsd:date .\n'
    graph.write_text(graph.read_text() + extra)
    assert not world.build().refused


def test_a_wrong_value_about_others_things_is_the_one_who_gives_its_fault(world: World) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text() + '<event/patient-meeting> schema:location "Gdańsk" .\n')
    report = world.build()
    assert [source.slug for source in report.refused] == ["neighbour"]
