"""Two nodes on two ports, each with its own region's data, follow each other and answer the same question."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from harvest.nodes import CANONICAL, NORTH, NORTHERN, SOUTH, SOUTHERN, Node, below, make_node
from koinon.model.errors import ConfigurationError, ReleaseError
from koinon.model.settings import Settings
from koinon.release.current import open_current
from serving import Service, serving

QUERY = "/queries/regions-with-a-common-project"


def pairs(service: Service) -> list[tuple[str, str, str]]:
    """Ask which regions a common project links."""
    request = urllib.request.Request(service.url + QUERY, headers={"Accept": "application/sparql-results+json"})
    with urllib.request.urlopen(request) as answer:
        rows = json.load(answer)["results"]["bindings"]
    return [(row["name1"]["value"], row["name2"]["value"], row["projects"]["value"]) for row in rows]


def fetched(service: Service, path: str, accept: str = "text/html, */*;q=0.1") -> str:
    """Return what the service answers."""
    request = urllib.request.Request(service.url + path, headers={"Accept": accept})
    with urllib.request.urlopen(request) as answer:
        return str(answer.read().decode())


Bridged = tuple[Node, Service, Node, Service]


@pytest.fixture(scope="module")
def bridged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridged]:
    """Two nodes, each with a base and a region of its own, that have followed each other; before, neither knew."""
    root = tmp_path_factory.mktemp("bridged")
    north = make_node(root / "a", "north", below(NORTHERN, SOUTHERN, NORTH), NORTHERN, SOUTHERN)
    south = make_node(root / "b", "south", below(SOUTHERN, NORTHERN, SOUTH), SOUTHERN, NORTHERN)
    quiet = {"KOINON_BUILDER": "false"}
    with (
        serving(north.home, **north.environment, **quiet) as a,
        serving(south.home, **south.environment, **quiet) as b,
    ):
        assert pairs(a) == pairs(b) == []
        south.follow("north", "--ldes", f"{a}/ldes/source/north")
        north.follow("south", "--ldes", f"{b}/ldes/source/south")
        until = time.monotonic() + 120
        while not (pairs(a) and pairs(b)):  # a service takes over a release within about a second
            assert time.monotonic() < until, "a node does not answer with what it has harvested"
            time.sleep(0.2)
        yield north, a, south, b


def test_two_nodes_with_bases_of_their_own_answer_with_both_regions(bridged: Bridged) -> None:
    north, a, south, b = bridged
    assert pairs(a) == pairs(b) == [("Epirus", "Pomorskie", "1")]
    assert any(line.startswith(f"<{NORTHERN}id/project/north> ") for line in south.graph("north"))
    assert any(line.startswith(f"<{SOUTHERN}id/organisation/south-office> ") for line in north.graph("south"))
    for node, other in ((north, south), (south, north)):
        own = "north" if node is north else "south"
        assert other.graph(own) == node.graph(own)


def test_what_another_node_minted_has_a_page_here_under_its_own_name(bridged: Bridged) -> None:
    service = bridged[3]
    path = "/doc/project@north.example~koinon/north"
    assert f"<{NORTHERN}id/project/north>" in fetched(service, path + ".ttl")
    page = fetched(service, path)
    assert "Bridge" in page
    assert 'href="/doc/organisation/south-office"' in page
    office = fetched(service, "/doc/organisation@north.example~koinon/north-office")
    assert 'href="/doc/place@w3id.org~koinon/gdansk"' in office
    assert f'href="{path}"' in fetched(service, "/projects")
    assert f"{SOUTHERN}graph/north" in fetched(service, f"/queries/statements-by-source.csv?thing={path[5:]}")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetched(service, "/doc/project/north")


def test_what_a_node_publishes_stands_below_its_own_base(bridged: Bridged) -> None:
    service = bridged[3]
    assert f'"{SOUTHERN}id/"' in fetched(service, "/.well-known/void", "text/turtle")
    assert f"<{SOUTHERN}graph/south>" in fetched(service, "/graph/south.trig")
    stream = fetched(service, "/ldes/source/south/page/1/1", "text/turtle")
    assert f"<{SOUTHERN}id/organisation/south-office>" in stream
    assert f"<{CANONICAL}def#" in stream or "koi:" in stream
    assert f"{CANONICAL}id/organisation" not in stream


def test_a_home_is_never_read_under_another_base(bridged: Bridged) -> None:
    with pytest.raises(ReleaseError, match=r"https://north\.example/koinon/.*KOINON_BASE"):
        open_current(bridged[0].world.home)


@pytest.mark.parametrize("base", ["north.example", "https://north.example/koinon", "https://a b/", NORTHERN])
def test_a_base_that_is_none_or_comes_too_late_is_refused(base: str) -> None:
    with pytest.raises(ConfigurationError, match="KOINON_BASE"):
        Settings.from_environment({"KOINON_BASE": base})


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
