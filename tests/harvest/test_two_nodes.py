"""Two nodes on two ports, each with its own region's data, follow each other and answer the same question."""

import json
import urllib.request
from pathlib import Path

from harvest.nodes import NORTH, SOUTH, Node, make_node
from serving import Service, serving

QUERY = "/queries/regions-with-a-common-project"


def pairs(service: Service) -> list[tuple[str, str, str]]:
    """Ask which regions a common project links."""
    request = urllib.request.Request(service.url + QUERY, headers={"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(request) as answer:
        rows = json.load(answer)["results"]["bindings"]
    return [(row["name1"]["value"], row["name2"]["value"], row["projects"]["value"]) for row in rows]


def test_both_answer_with_both_regions_once_they_follow_each_other(tmp_path: Path) -> None:
    north, south = make_node(tmp_path / "a", "north", NORTH), make_node(tmp_path / "b", "south", SOUTH)
    with serving(north.home) as a, serving(south.home) as b:
        assert pairs(a) == pairs(b) == []
        south.follow("north", "--ldes", f"{a}/ldes/source/north")
        north.follow("south", "--ldes", f"{b}/ldes/source/south")
    with serving(north.home) as a, serving(south.home) as b:
        assert pairs(a) == pairs(b) == [("Epirus", "Pomorskie", "1")]
    for node, other in ((north, south), (south, north)):
        own = "north" if node is north else "south"
        assert other.graph(own) == node.graph(own)


def owned(node: Node, slug: str) -> set[str]:
    lines = (node.world.current.path / "owners.tsv").read_text("utf-8").splitlines()
    return {thing.rpartition("/id/")[2] for thing, owner in (line.split("\t") for line in lines) if owner == slug}


def test_a_node_that_follows_all_of_another_takes_what_is_new_and_keeps_its_own(tmp_path: Path) -> None:
    north, south = make_node(tmp_path / "a", "north", NORTH), make_node(tmp_path / "b", "south", SOUTH)
    own = owned(south, "place") | owned(south, "south")
    with serving(north.home) as a:
        added = south.follow("all-of-north", "--ldes", f"{a}/ldes")
        again = south.koinon("source", "update", "all-of-north", allowed=a.url)
    assert again["changed"] is False
    assert "asked 2 times" in str(again["harvest"]), "the root, and one page that is compared"
    assert owned(south, "place") | owned(south, "south") == own
    assert owned(south, "all-of-north") == {
        "project/north", "organisation/north-office", "document/north", "document/all-of-north-harvested"
    }  # fmt: skip
    told = "\n".join(map(str, added["harvest"]))  # type: ignore[call-overload]
    for what in ("receipts", "vocabulary", "descriptions of graphs", "derived", "this node says already"):
        assert what in told
    assert not any("/place/" in line.split()[0] for line in south.graph("all-of-north"))
