"""Many sources come under one mapping, each under a name of its own."""

from dataclasses import replace

import pytest

from koinon.build.mapping.model import MappingError, read_mapping
from koinon.build.ownership import Mints
from koinon.build.registry.options import Options
from koinon.model.errors import ConfigurationError, SourceError
from koinon.model.namespaces import ID
from registering import Desk

TOLD = Options(title="Members of the network", publisher="The network", language="el")
SHARED = {
    "shared": True,
    "homepage": None,
    "credit": None,
    "mints": ["organisation/{source}-*", "cluster/{source}-*"],
}


@pytest.fixture
def table(desk: Desk) -> str:
    desk.mapping("lists", source=SHARED)
    return desk.file("a.csv", "a,b\n")


def test_each_list_mints_under_its_own_name(desk: Desk, table: str) -> None:
    for name in ("north", "south"):
        source = desk.registry().add(name, [table], TOLD, "lists").source
        given = desk.registry().manifest(name, source.latest)
        assert given.mints == (f"organisation/{name}-*", f"cluster/{name}-*", f"document/{name}")
        assert (given.slug, given.title) == (name, {"el": "Members of the network"})
        assert (given.publisher, given.mapping and given.mapping.name) == ("The network", "lists")


def test_a_new_version_needs_only_the_file(desk: Desk, table: str) -> None:
    desk.registry().add("north", [table], TOLD, "lists")
    change = desk.registry().update("north", [desk.file("b.csv", "a,b\n1,2\n")], Options())
    assert change.changed
    given = desk.registry().manifest("north", change.source.latest)
    assert (given.publisher, given.mints[0]) == ("The network", "organisation/north-*")


def test_a_list_whose_name_begins_anothers_leaves_that_ones_names_out(desk: Desk, table: str) -> None:
    desk.registry().add("red-cross", [table], TOLD, "lists")
    desk.registry().add("red-crossing", [table], TOLD, "lists")
    source = desk.registry().add("red", [table], TOLD, "lists").source
    manifest = desk.registry().manifest("red", source.latest)
    mints = Mints(manifest.mints, manifest.home)
    assert mints.own(f"{ID}organisation/red-nose")
    assert not mints.own(f"{ID}organisation/red-cross-lyon")
    assert not mints.own(f"{ID}cluster/red-crossing-1")
    again = desk.registry().update("red", [desk.file("b.csv", "a,b\n1,2\n")], Options()).source
    assert desk.registry().manifest("red", again.latest).mints == manifest.mints


def test_a_new_list_whose_names_another_mints_already_needs_another_name(desk: Desk, table: str) -> None:
    desk.registry().add("red", [table], TOLD, "lists")
    with pytest.raises(SourceError, match="within what the source red mints"):
        desk.registry().add("red-cross", [table], TOLD, "lists")
    assert not (desk.world.home.sources / "red-cross").exists()
    assert desk.registry().add("redder-cross", [table], TOLD, "lists").changed


@pytest.mark.parametrize("missing", ["title", "publisher", "language"])
def test_what_the_mapping_cannot_know_has_to_be_told(desk: Desk, table: str, missing: str) -> None:
    with pytest.raises(SourceError, match=f"--{missing}"):
        desk.registry().add("north", [table], replace(TOLD, **{missing: None}), "lists")
    assert desk.tree() == {}


@pytest.mark.parametrize(
    ("name", "mapping", "words"),
    [
        ("lists", None, "koinon source add NAME FILE --mapping lists"),
        ("north", "no-such", "no mapping 'no-such'"),
        ("north", "alone", "koinon source add alone FILE"),
        ("Not a name", "lists", "no name for a source"),
    ],
)
def test_wrong_use_is_told(desk: Desk, table: str, name: str, mapping: str | None, words: str) -> None:
    desk.mapping("alone")
    with pytest.raises(ConfigurationError, match=words):
        desk.registry().add(name, [table], TOLD, mapping)
    assert desk.tree() == {}


def test_a_mapping_for_one_publisher_tells_its_credit_line(desk: Desk) -> None:
    """The mapping is read in full when it is applied; what it lacks is told with the key."""
    desk.mapping("alone", source={"credit": None}, more='[[table]]\nname = "a"\nreader = "csv"\n')
    with pytest.raises(MappingError, match="homepage and credit are needed"):
        read_mapping(desk.world.assets.data / "mappings" / "alone.toml")
