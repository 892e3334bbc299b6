"""The event stream: a small root, pages that never change, and nodes as TREE and LDES want them."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse
from pyshacl import validate
from rdflib import Graph

from building import World, make_world
from koinon.build.changelog.recording import record_changes
from koinon.publish.ldes import TREE, WIDTH
from koinon.release.publishing import make_current
from small_release import service_on

SHAPES = Path(os.environ.get("KOINON_SHARED", "../shared")) / "conformance"
IMMUTABLE = "public, max-age=31536000, immutable"
STEPS = WIDTH + 3
SUBCLASSES = "".join(
    f"<{TREE}{name}Relation> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <{TREE}Relation> .\n"
    for name in ("GreaterThanOrEqualTo", "LessThanOrEqualTo")
)


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A home whose two releases were current in turns, more often than one node of the stream links to."""
    world = make_world(tmp_path_factory.mktemp("long"))
    first = world.build().release
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text() + '<project/patient> skos:altLabel "Another"@en .\n')
    second = world.build().release
    for number in range(STEPS - 2):
        make_current(world.home, (first, second)[number % 2])
        record_changes(world.home)
    return world


@pytest.fixture(scope="module")
def client(long_log: World) -> Iterator[httpx.Client]:
    with service_on(long_log.home) as client:
        yield client


def node(client: httpx.Client, address: str) -> list[Triple]:
    answer = client.get(address, headers={"Accept": "application/n-triples"})
    assert answer.status_code == 200, answer.text
    return [quad.triple for quad in parse(answer.content, RdfFormat.N_TRIPLES)]


def links(triples: list[Triple]) -> list[str]:
    return sorted({t.object.value for t in triples if t.predicate.value == TREE + "node"})


def is_root(address: str) -> bool:
    return "/page/" not in address and "/group/" not in address


def test_the_root_is_tiny_and_leads_to_every_page(client: httpx.Client, long_log: World) -> None:
    first = links(node(client, "/ldes"))
    assert len(first) == 1 + STEPS - WIDTH
    (group,) = [address for address in first if "/group/1/0" in address]
    pages = [address for address in first if address != group] + links(node(client, group))
    assert len(set(pages)) == len(pages) == STEPS
    for page in pages:
        assert any(t.predicate.value == TREE + "member" for t in node(client, page))


def test_pages_and_groups_never_change_and_the_root_asks_to_be_looked_at_again(client: httpx.Client) -> None:
    for address in ("/ldes/page/1/1", "/ldes/group/1/0", "/ldes/class/Project/page/1/1", "/version/1/1"):
        assert client.get(address).headers["cache-control"] == IMMUTABLE, address
    answer = client.get("/ldes")
    assert "immutable" not in answer.headers["cache-control"]
    again = client.get("/ldes", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_only_whole_groups_exist(client: httpx.Client) -> None:
    assert client.get("/ldes/group/1/1").status_code == 404
    assert client.get("/ldes/group/2/0").status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/ldes/page/1/99",
        "/ldes/page/999/1",
        "/ldes/class/Nothing",
        "/ldes/class/Nothing/page/1/1",
        "/ldes/class/Nothing/group/1/0",
        "/ldes/a%3Cb%3E/c%20d/group/1/0",
        "/ldes/nonsense/Project",
        "/version/1/100000",
        "/version/99/1",
    ],
)
def test_what_is_not_there_is_a_404(client: httpx.Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("address", ["/ldes/page/0/1", "/ldes/page/x/1", "/ldes/group/99/0", "/version/1/-1"])
def test_nonsense_is_refused(client: httpx.Client, address: str) -> None:
    assert client.get(address).status_code in {400, 404, 422}


def test_every_form_says_the_same(client: httpx.Client) -> None:
    wanted = set(node(client, "/ldes/page/1/1"))
    for media_type, syntax in (
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-quads", RdfFormat.N_QUADS),
        ("application/trig", RdfFormat.TRIG),
        ("application/ld+json", RdfFormat.JSON_LD),
    ):
        answer = client.get("/ldes/page/1/1", headers={"Accept": media_type})
        assert answer.headers["content-type"].split(";")[0] == media_type
        assert {quad.triple for quad in parse(answer.content, syntax)} == wanted
    assert client.get("/ldes", headers={"Accept": "image/png"}).status_code == 406


def test_a_version_is_what_the_page_says_of_it(client: httpx.Client) -> None:
    page = node(client, "/ldes/page/2/1")
    members = [t.object for t in page if t.predicate.value == TREE + "member"]
    for member in members:
        assert isinstance(member, NamedNode)
        about = {t for t in page if t.subject == member}
        assert about <= set(node(client, member.value))


@pytest.mark.skipif(
    not SHAPES.is_dir(), reason=f"{SHAPES} is not there: the shapes of TREE and LDES are read from it"
)
@pytest.mark.parametrize("address", ["/ldes", "/ldes/group/1/0", "/ldes/page/1/1", "/ldes/region/pomorskie"])
def test_nodes_have_the_shape_that_tree_and_ldes_ask_for(client: httpx.Client, address: str) -> None:
    shapes = Graph()
    others = ("TR3.1", *(("subsequent", "TR3.3") if is_root(address) else ("in-root", "TR3.2")))
    for folder in ("tree-shapes", "ldes-shapes"):
        for path in sorted((SHAPES / folder / "src").glob("*.ttl")):
            if not any(other in path.name for other in others):
                shapes.parse(path)
    data = Graph().parse(data=client.get(address, headers={"Accept": "text/turtle"}).content, format="turtle")
    data.parse(data=SUBCLASSES, format="turtle")
    conforms, _, text = validate(data, shacl_graph=shapes, allow_infos=True)
    assert conforms, text
