"""What belongs to what must not go in circles, whoever says it: a circle of two sources is told to both."""

import json
from pathlib import Path

import pytest

from building import NEIGHBOUR, PREFIXES, World, make_world, manifest
from koinon.build.findings import Severity
from koinon.build.report import BuildReport, Outcome
from koinon.model.namespaces import ID, ORG

THIRD = (
    f"{PREFIXES}<document/third> a foaf:Document ; skos:prefLabel 'Third'@en .\n"
    "<organisation/third> a org:Organization ; skos:prefLabel 'Third'@en ; "
    "org:classification actor-type:association ."
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = make_world(tmp_path)
    say(world, "neighbour", f"{NEIGHBOUR}<organisation/neighbour> org:unitOf <organisation/third> .")
    say(world, "third", THIRD)
    return world


def say(world: World, slug: str, text: str) -> None:
    world.put(slug, {"source.toml": manifest(slug), "graph.ttl": text})


def told(report: BuildReport) -> dict[str, list[str]]:
    """What a build warns of because of circles, by source; nobody is refused for what others say."""
    assert {source.outcome for source in report.sources} == {Outcome.ACCEPTED}
    return {
        source.slug: [f"{f.where} {f.detail}" for f in source.of(Severity.WARNING) if f.rule == "circle"]
        for source in report.sources
        if "circle" in source.counts.get("warning", {})
    }


def test_each_source_of_a_circle_is_told_its_own_statement_and_who_says_the_rest(world: World) -> None:
    assert told(world.build()) == {}
    say(world, "third", f"{THIRD}\n<organisation/third> org:unitOf <organisation/neighbour> .")
    found = told(world.build())
    assert sorted(found) == ["neighbour", "third"]
    for own, other in (("neighbour", "third"), ("third", "neighbour")):
        (warning,) = found[own]
        assert warning.startswith(f"<{ID}organisation/{own}> <{ORG}unitOf> <{ID}organisation/{other}> is itself")
        assert all(f"says {slug}" in warning for slug in found)
    written = json.loads((world.current.path / "report.json").read_text("utf-8"))
    assert [s["counts"]["warning"]["circle"] for s in written["sources"] if s["slug"] in found] == [1, 1]
    say(world, "third", THIRD)
    assert told(world.build()) == {}, "who takes it back is told of it no more"
