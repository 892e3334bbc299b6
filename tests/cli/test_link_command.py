"""``koinon link`` tells what the linker found in the current release, and why."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from building import PREFIXES, make_world, manifest
from koinon.cli.app import app
from koinon.link.features import FEATURES
from koinon.link.pairmodel import PairModel
from koinon.model.errors import ConfigurationError
from koinon.release.current import Release
from koinon.release.links import Links


def document(slug: str) -> str:
    return f'<document/{slug}> a foaf:Document ; skos:prefLabel "{slug}"@en .\n'


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["link", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_it_says_how_many_links_there_are_and_how_right_they_were_measured(home: Path, release: Release) -> None:
    told = json.loads(said("--home", str(home), "--json"))
    links = Links.of(release.path)
    assert told["model"] == release.manifest.link_model_version
    assert told["linksets"].keys() == {"links-identity", "links-concepts"}
    assert told["linksets"]["links-identity"]["measured"]["precision"] >= 0.99
    assert sum(sum(its["links"].values()) for its in told["linksets"].values()) == links.count()
    shown = said("--home", str(home))
    assert "links-identity: " in shown
    assert "links-concepts: pairs 0\n" in shown, "a count is no 0.0"


def test_it_shows_one_link_with_the_reasons_that_add_up_to_its_odds(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    for slug, name in (("north", "Social Windmill of Graz"), ("south", "The Social Windmill of Graz")):
        text = f'<organisation/{slug}> a org:Organization ; skos:prefLabel "{name}"@en .'
        world.put(slug, {"source.toml": manifest(slug), "graph.ttl": PREFIXES + document(slug) + text})
    assert not world.build().refused
    link = Links.of(world.current.path).page(linkset="links-identity")[0]
    told = said("show", link.id, "--home", str(world.home.root))
    assert link.subject in told
    assert link.object in told
    assert link.reasons
    for reason in link.reasons:
        assert reason.text in told
    odds = 2 ** sum(reason.weight for reason in link.reasons)
    assert odds / (1 + odds) == pytest.approx(link.probability, abs=0.02)


def test_a_model_of_another_version_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="train it again"):
        PairModel.read({"form": 99, "features": list(FEATURES)})
