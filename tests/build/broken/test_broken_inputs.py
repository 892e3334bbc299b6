"""Broken files of every format are handed in: each gets its report, and what was published stays as it was."""

import json
import shutil
from pathlib import Path

import pytest
from broken_inputs import BROKEN, Broken
from made_up_sources import FILES, hand_in_all, make_release
from typer.testing import CliRunner

from building import World, make_world
from koinon.cli.app import app
from koinon.model.errors import KoinonError
from registering import Desk

REFUSED = 4


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world with a release that all sources are in."""
    world = make_world(tmp_path_factory.mktemp("good"))
    hand_in_all(Desk(world))
    return world


@pytest.fixture
def world(good: World, tmp_path: Path) -> World:
    """The same world with a home of its own: a copy."""
    shutil.copytree(good.home.root, tmp_path / "home", symlinks=True)
    for name in ("assets", "sources"):
        if (good.root / name).exists():
            (tmp_path / name).symlink_to(good.root / name)
    return World(tmp_path)


def run(world: World, *command: str) -> tuple[int, str]:
    """Run ``koinon`` on the world; returns exit code and what it said."""
    result = CliRunner().invoke(
        app, [*command, "--home", str(world.home.root)], env={"KOINON_ASSETS": str(world.root / "assets")}
    )
    if isinstance(result.exception, KoinonError):
        return result.exception.exit_code, str(result.exception)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def graph(world: World, slug: str) -> str:
    return world.current.graph_file(slug).read_text("utf-8")


def others(world: World, slug: str) -> dict[str, str]:
    return {name: sha for name, sha in world.hashes().items() if name not in {slug, "catalogue", "territory"}}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_input_gets_its_report_and_the_last_good_graph_stays(world: World, broken: Broken) -> None:
    slug = broken.source
    before, release, told = world.hashes(), world.current.id, graph(world, slug)
    suffix = ".nq" if broken.rule == "foreign-graph" else Path(FILES[slug]).suffix
    path = Desk(world).file(Path(FILES[slug]).stem + suffix, broken.content())

    code, said = run(world, "source", "update", slug, path)
    if code == 0:
        checked, said = run(world, "source", "check", slug, "--json")
        report = json.loads(said)
        fitting = [
            (rule, example)
            for rule in report["rules"]
            for example in rule["examples"]
            if broken.rule in {rule["rule"], ""}
            and broken.where in f"{example.get('text', '')} {example['detail']}"
            and broken.told in f"{example.get('text', '')} {example['detail']}"
        ]
        assert fitting, said
        assert all(rule["title"] and rule["why"] for rule, _ in fitting), "it says what is wrong and why it matters"
        assert all(rule["mend"] or example["detail"] for rule, example in fitting), "it says how to mend it"
        refused = checked == REFUSED
        assert refused == (not report["accepted"])
        code, _ = run(world, "source", "accept", slug)
        assert code == (REFUSED if refused else 0)
    else:
        refused = True
        assert code == REFUSED
        assert broken.rule in said, said
        assert broken.where in said, said
    assert refused == (not broken.gone), said

    assert not make_release(world).refused
    if refused:
        assert world.current.id == release
        assert world.hashes() == before
        assert graph(world, slug) == told
    else:
        assert broken.gone not in graph(world, slug)
        assert others(world, slug) == {name: sha for name, sha in before.items() if name in others(world, slug)}
        assert "Hill" in graph(world, slug), "what is sound is published"


def test_there_are_more_than_sixty_kinds_of_breakage() -> None:
    assert len({broken.name for broken in BROKEN}) == len(BROKEN) >= 60
