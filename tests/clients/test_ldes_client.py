"""ldes-client, which nobody here wrote, copies the graph from the event stream and follows it."""

import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, parse

from building import World, make_world
from koinon.model.namespaces import DCT, DEF, RDF
from koinon.publish.ldes import ACTIVITIES
from koinon.release.current import open_current
from koinon.release.paths import Home
from serving import Service, serving

FOLDER = Path(__file__).with_name("ldes")
CLIENT = FOLDER / "node_modules" / "ldes-client" / "dist" / "bin" / "cli.js"
SECONDS = 120
PATIENT = "https://w3id.org/koinon/id/project/patient"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(not CLIENT.is_file(), reason="ldes-client is not installed: make clients"),
]


def follow(address: str, state: Path) -> list[Triple]:
    """Run the client until it has all there is; returns the triples of the members that it had not seen before."""
    members = state.with_name("members.nq")
    with members.open("wb") as out:  # into a pipe, the client may end before all is written
        done = subprocess.run(
            ["node", str(CLIENT), address, "--save", str(state)],
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stderr.decode()
    assert b"Error" not in done.stderr, done.stderr.decode()
    return [quad.triple for quad in parse(path=members, format=RdfFormat.TRIG)]


class Copy:
    """What a network has that follows the stream: of each thing its newest version."""

    def __init__(self) -> None:
        self.versions: dict[str, tuple[str, set[Triple]]] = {}

    def take(self, triples: list[Triple]) -> None:
        """Take members in, in whatever order they come."""
        versions: dict[object, list[Triple]] = {}
        said: dict[object, set[Triple]] = {}
        for triple in triples:
            if isinstance(triple.subject, NamedNode) and "/version/" in triple.subject.value:
                versions.setdefault(triple.subject, []).append(triple)
            else:
                said.setdefault(triple.subject, set()).add(triple)
        for about in versions.values():
            facts: dict[str, list[object]] = {}
            for triple in about:
                facts.setdefault(triple.predicate.value, []).append(triple.object)
            (thing,), (modified,) = facts[DCT + "isVersionOf"], facts[DCT + "modified"]
            gone = NamedNode(ACTIVITIES + "Delete") in facts[RDF + "type"]
            topics = facts.get("http://xmlns.com/foaf/0.1/topic", [])
            assert gone == (not topics)
            if modified.value >= self.versions.get(thing.value, ("", set()))[0]:
                content = {triple for topic in topics for triple in said.get(topic, set())}
                self.versions[thing.value] = (modified.value, content)

    @property
    def triples(self) -> set[Triple]:
        return {triple for _, content in self.versions.values() for triple in content}


def default_graph(home: Path) -> set[Triple]:
    store = open_current(Home(home)).open().raw
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph())}


def test_the_copy_is_the_default_graph(server: Service, tmp_path: Path) -> None:
    copy = Copy()
    copy.take(follow(f"{server}/ldes", tmp_path / "state"))
    assert copy.triples == default_graph(server.home)


def test_a_slice_has_what_touches_it_and_no_more(server: Service, tmp_path: Path) -> None:
    copy = Copy()
    copy.take(follow(f"{server}/ldes/class/Project", tmp_path / "state"))
    typed = (NamedNode(RDF + "type"), NamedNode(DEF + "Project"))
    assert set(copy.versions) == {
        t.subject.value for t in default_graph(server.home) if (t.predicate, t.object) == typed
    }


def test_following_costs_the_root_and_what_is_new(tmp_path: Path) -> None:
    world = make_world(tmp_path / "world")
    world.build()
    home = world.home.root
    state = tmp_path / "state"
    copy = Copy()
    with counting() as counter, serving(home, KOINON_PUBLIC_URL=counter.address) as service:
        counter.target = service.url
        address = f"{counter.address}/ldes"
        copy.take(follow(address, state))
        assert copy.triples == default_graph(home)

        counter.asked.clear()
        assert follow(address, state) == []
        assert len(set(counter.asked)) <= 2, counter.asked

        change(world, '<project/patient> skos:altLabel "Another"@en .')
        wait_for(world, service)
        counter.asked.clear()
        copy.take(follow(address, state))
        assert len(set(counter.asked)) <= 3, counter.asked
        assert copy.triples == default_graph(home)

        change(world, '<organisation/neighbour-gone> a org:Organization ; skos:prefLabel "Gone"@en .')
        wait_for(world, service)
        copy.take(follow(address, state))
        assert copy.triples == default_graph(home)
        change(world)
        wait_for(world, service)
        copy.take(follow(address, state))
        assert copy.triples == default_graph(home)
        assert copy.versions["https://w3id.org/koinon/id/organisation/neighbour-gone"][1] == set()


def change(world: World, *lines: str) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    kept = [line for line in graph.read_text().splitlines() if not line.endswith("# said")]
    graph.write_text("\n".join([*kept, *(f"{line} # said" for line in lines)]) + "\n")
    assert world.build().published


def wait_for(world: World, service: Service) -> None:
    """Wait until the stream has the newest step."""
    newest = f"/ldes/page/{len(list(world.home.changes.glob('*.sqlite')))}/1"
    for _ in range(100):
        with urllib.request.urlopen(f"{service.url}/ldes") as answer:
            if newest.encode() in answer.read():
                return
        threading.Event().wait(0.1)
    raise AssertionError(f"{newest} never came")


class Counter:
    """What passes through the proxy: the paths asked for, and where it sends them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.address = ""
        self.target = ""


@contextmanager
def counting() -> Iterator[Counter]:
    """A proxy that notes what it is asked for."""
    counter = Counter()

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            counter.asked.append(self.path)
            request = urllib.request.Request(counter.target + self.path)
            request.add_header("Accept", self.headers.get("accept", "*/*"))
            with urllib.request.urlopen(request) as answer:
                body = answer.read()
                self.send_response(answer.status)
                for name in ("content-type", "cache-control", "etag", "vary"):
                    self.send_header(name, answer.headers[name])
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    counter.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield counter
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
