"""A node is harvested by its dump, its endpoint or a page, and comes out the same."""

from pathlib import Path

import pytest

from harvest.nodes import NORTH, SOUTH, Node, make_node
from serving import Service, serving

pytestmark = pytest.mark.long

GRAPH = "https://w3id.org/koinon/graph/north"


@pytest.fixture
def north(tmp_path: Path) -> Node:
    return make_node(tmp_path / "a", "north", NORTH)


@pytest.fixture
def south(tmp_path: Path) -> Node:
    return make_node(tmp_path / "b", "south", SOUTH)


def way(name: str, service: Service, release: str) -> list[str]:
    return {
        "dump": ["--dump", f"{service}/data/dumps/{release}/dump.nq"],
        "sparql": ["--sparql", f"{service}/sparql"],
        "graph": ["--sparql", f"{service}/sparql", "--graph", GRAPH],
    }[name]


@pytest.mark.parametrize("name", ["dump", "sparql", "graph"])
def test_whichever_way_it_is_harvested_the_graph_is_the_peers(north: Node, south: Node, name: str) -> None:
    with serving(north.home) as service:
        south.follow("north", *way(name, service, north.world.current.id))
    said = south.graph("north")
    assert said == north.graph("north")
    assert any("Northern office" in line for line in said)


def test_a_page_of_json_ld_is_taken_with_the_context_that_this_node_has(north: Node, south: Node) -> None:
    office = "<https://w3id.org/koinon/id/organisation/north-office>"
    with serving(north.home) as service:
        south.follow("office", "--jsonld", f"{service}/doc/organisation/north-office.jsonld")
    said = {line for line in south.graph("office") if line.startswith(office)}
    assert said == {line for line in north.graph("north") if line.startswith(office)}


def test_a_dump_that_is_unchanged_is_not_sent_again(north: Node, south: Node) -> None:
    with serving(north.home) as service:
        south.follow("north", *way("dump", service, north.world.current.id))
        before = south.koinon("source", "show", "north")
        again = south.koinon("source", "update", "north", allowed=service.url)
        assert again["changed"] is False
        assert "nothing new" in str(again["harvest"])
        assert south.koinon("source", "show", "north") == before


def test_an_update_asks_again_in_the_same_way(north: Node, south: Node) -> None:
    with serving(north.home) as service:
        south.follow("north", *way("graph", service, north.world.current.id))
        assert south.koinon("source", "update", "north", allowed=service.url)["changed"] is False
    north.say("north", NORTH.replace("Northern office", "Office of the north"))
    with serving(north.home) as service:
        address = f"{service}/sparql"
        assert (
            south.koinon("source", "update", "north", "--sparql", address, allowed=service.url)["changed"] is True
        )
    south.koinon("source", "accept", "north")
    south.build()
    assert south.graph("north") == north.graph("north")


def test_only_what_the_operator_wants_is_taken(north: Node, south: Node) -> None:
    with serving(north.home) as service:
        south.follow("north", "--ldes", f"{service}/ldes", "--mints", "organisation/north-*")
    assert {line.split()[0] for line in south.graph("north")} == {
        "<https://w3id.org/koinon/id/organisation/north-office>"
    }


def test_a_node_without_a_release_cannot_say_what_is_its_own(tmp_path: Path, north: Node) -> None:
    peer = "http://127.0.0.1:9"
    words = ("--title", "x", "--facts-only", "--licence", "https://example.org/l", "--language", "en")
    home = str(tmp_path / "empty")
    said = north.koinon("source", "add", "x", "--ldes", peer, *words, allowed=peer, code=2, KOINON_HOME=home)
    assert "koinon build" in str(said["problem"])
