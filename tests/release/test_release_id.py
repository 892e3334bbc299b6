"""The same inputs give the same release id: in any order, on any machine, in any locale."""

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from building import World, make_world
from koinon.release.manifest import DERIVED, GraphEntry, release_id

ENTRIES = st.lists(
    st.builds(
        GraphEntry,
        name=st.from_regex(r"https://w3id\.org/koinon/graph/[a-z]{1,8}", fullmatch=True),
        slug=st.just("x"),
        kind=st.sampled_from(["page", "external", DERIVED]),
        sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
        triples=st.integers(0, 9),
        title=st.just({}),
    ),
    unique_by=lambda entry: entry.name,
)
VERSIONS = {"ontology": "1.0.0", "shapes": "1.0.0+ab", "link-model": "none"}


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_order_of_graphs_and_versions_does_not_matter(entries: list[GraphEntry], random: object) -> None:
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert release_id(entries, VERSIONS) == release_id(shuffled, dict(reversed(VERSIONS.items())))


@given(ENTRIES)
def test_derived_graphs_do_not_count_and_every_other_does(entries: list[GraphEntry]) -> None:
    data = [entry for entry in entries if entry.kind != DERIVED]
    assert release_id(entries, VERSIONS) == release_id(data, VERSIONS)
    for left_out in data:
        assert release_id([entry for entry in data if entry != left_out], VERSIONS) != release_id(data, VERSIONS)


@given(st.sampled_from(sorted(VERSIONS)))
def test_every_version_counts(name: str) -> None:
    assert release_id([], VERSIONS) != release_id([], {**VERSIONS, name: "other"})


def build_elsewhere(world: World, **environment: str) -> str:
    """Build in a fresh process with another environment; returns the release id."""
    code = "import sys; from koinon.cli.app import main; main()"
    arguments = ["build", "--only", "--data", str(world.sources), "--home", str(world.home.root)]
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "KOINON_ASSETS": str(world.root / "assets"), **environment},
        check=True,
        capture_output=True,
    )
    return world.current.id


def test_locale_hash_seed_time_zone_folder_and_file_order_do_not_matter(tmp_path: Path) -> None:
    first = make_world(tmp_path / "a")
    expected = build_elsewhere(first, LC_ALL="C", PYTHONHASHSEED="1", TZ="UTC")
    elsewhere = make_world(tmp_path / "Ąnother folder")
    patient = elsewhere.sources / "patient"
    prefixes, _, things = (patient / "graph.ttl").read_text().partition("<event/patient-meeting>")
    head = "\n".join(line for line in prefixes.splitlines() if line.startswith("@"))
    (patient / "graph.ttl").write_text(prefixes)
    (patient / "0.ttl").write_text(f"{head}\n<event/patient-meeting>{things}")
    (elsewhere.sources / "neighbour").rename(elsewhere.sources / "zzz")
    (elsewhere.sources / "zzz").rename(elsewhere.sources / "neighbour")
    assert build_elsewhere(elsewhere, LC_ALL="tr_TR.UTF-8", PYTHONHASHSEED="7", TZ="Asia/Tokyo") == expected


def test_the_way_to_a_release_does_not_matter(world: World, tmp_path: Path) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    original = graph.read_text()
    graph.write_text(original.replace("The patient", "Their patient"))
    world.build()
    graph.write_text(original)
    stepwise = world.build()
    at_once = make_world(tmp_path / "other").build()
    assert stepwise.release == at_once.release


def test_a_change_of_any_source_changes_the_id_and_its_graph_alone(world: World) -> None:
    first = world.build()
    before = world.hashes()
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text().replace("The patient", "Their patient"))
    second = world.build()
    after = world.hashes()
    assert first.release != second.release
    assert {slug for slug in before if before[slug] != after[slug]} == {"neighbour", "catalogue"}
