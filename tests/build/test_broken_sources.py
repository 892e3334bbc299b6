"""A wrong release cannot be made: each broken source is refused by name, place and rule, alone."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from broken_sources import BROKEN, Broken

from building import PATIENT, World, make_world, manifest
from koinon.build.findings import Severity


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A world whose three sources have been accepted."""
    world = make_world(tmp_path_factory.mktemp("world"))
    assert not world.build().refused
    return world


@pytest.fixture
def sick(built: World) -> Iterator[World]:
    """The same world; whatever the test does to ``patient`` is undone."""
    yield built
    built.put("patient", {"source.toml": manifest("patient", "page"), "graph.ttl": PATIENT})
    built.env.clear()


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_broken_source_is_refused_and_its_last_accepted_graph_stays(sick: World, broken: Broken) -> None:
    before, release = sick.hashes(), sick.current.id
    sick.put("patient", broken.files())
    sick.env.update(broken.env)
    code, output = sick.run("--json")
    report = json.loads(output)
    assert code == 4
    outcomes = {source["slug"]: source["outcome"] for source in report["sources"]}
    assert outcomes == {"neighbour": "accepted", "patient": "kept", "place": "accepted"}
    (patient,) = (source for source in report["sources"] if source["slug"] == "patient")
    refusals = [finding for finding in patient["findings"] if finding["severity"] == "refused"]
    assert {finding["source"] for finding in refusals} == {"patient"}
    fitting = [f for f in refusals if broken.where in f["where"] and broken.rule in {f["rule"], ""}]
    assert fitting, refusals
    assert all(finding["detail"] for finding in fitting)
    assert sick.hashes() == before
    assert sick.current.id == release


def test_there_are_more_than_thirty_kinds_of_breakage() -> None:
    assert len(BROKEN) >= 30
    assert len({broken.name for broken in BROKEN}) == len(BROKEN)


def test_a_broken_source_that_was_never_accepted_stays_out(world: World) -> None:
    world.put("patient", {"source.toml": manifest("patient", "page"), "graph.ttl": "<"})
    code, output = world.run("--json")
    outcomes = {source["slug"]: source["outcome"] for source in json.loads(output)["sources"]}
    assert code == 4
    assert outcomes["patient"] == "out"
    assert "patient" not in world.hashes()
    assert {"place", "neighbour"} <= world.hashes().keys()


def test_other_sources_move_on_while_a_broken_one_keeps_its_graph(world: World) -> None:
    world.build()
    before = world.hashes()
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text().replace("The patient", "Their patient"))
    (world.sources / "patient" / "graph.ttl").write_text("broken")
    report = world.build()
    after = world.hashes()
    assert report.published
    assert after["patient"] == before["patient"]
    assert after["place"] == before["place"]
    assert after["neighbour"] != before["neighbour"]


def test_a_source_whose_folder_is_gone_is_withdrawn_with_its_graph(world: World) -> None:
    world.build()
    (world.sources / "neighbour" / "source.toml").unlink()
    report = world.build()
    assert [source.slug for source in report.sources if source.outcome == "withdrawn"] == ["neighbour"]
    assert "neighbour" not in world.hashes()


def test_a_reference_to_another_sources_absent_thing_is_only_warned_of(world: World) -> None:
    (world.sources / "place" / "source.toml").unlink()
    report = world.build()
    patient = next(source for source in report.sources if source.slug == "patient")
    assert not patient.refused
    dangling = [finding for finding in patient.findings if finding.rule == "dangling"]
    assert {finding.severity for finding in dangling} == {"warning"}
    assert any("place/gdansk" in finding.detail for finding in dangling)


def test_the_refusal_of_a_shape_speaks_nine_languages(world: World) -> None:
    graph = world.sources / "patient" / "graph.ttl"
    graph.write_text(graph.read_text().replace(" ; m8g:role role:coordinator ~ c:50\\,60", ""))
    report = world.build()
    (refusal,) = (f for source in report.refused for f in source.findings if f.severity == "refused")
    assert {"en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb"} <= refusal.messages.keys()
    assert refusal.detail == refusal.messages["en"]


def test_a_broken_ontology_stops_the_build_with_its_own_exit_code(world: World) -> None:
    world.build()
    release = world.current.id
    broken = world.root / "assets" / "ontology" / "broken.ttl"
    broken.write_text("@prefix a: <https://example.org/> .\na:b a:c\n")
    code, _ = world.run()
    assert code == 7
    assert world.current.id == release


def test_a_byte_order_mark_does_no_harm(world: World) -> None:
    world.build()
    before = world.hashes()
    path: Path = world.sources / "patient" / "graph.ttl"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    world.build()
    assert world.hashes() == before


@pytest.mark.parametrize("what", ["a link to nowhere", "a pipe", "a file of the kernel"])
def test_a_file_that_cannot_be_read_refuses_its_source_alone(sick: World, what: str) -> None:
    before = sick.hashes()
    more = sick.sources / "patient" / "more.ttl"
    if what == "a pipe":
        os.mkfifo(more)
    else:
        more.symlink_to("/proc/self/mem" if what == "a file of the kernel" else "nowhere.ttl")
    report = sick.build()
    assert [(source.slug, source.outcome) for source in report.refused] == [("patient", "kept")]
    assert {finding.where for source in report.refused for finding in source.of(Severity.REFUSED)} == {"more.ttl"}
    assert sick.hashes() == before


def test_a_report_cannot_move_the_cursor_of_a_terminal(sick: World) -> None:
    sick.put("patient", {"source.toml": manifest("patient", "page"), "a\n\x1b[2Jb.ttl": "nonsense"})
    _, output = sick.run()
    assert "refused: a\\n\\x1b[2Jb.ttl, line 1" in output
