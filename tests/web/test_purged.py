"""A service goes on over a purge: it opens anew what was written anew, and holds nothing that was taken away."""

import time
from collections.abc import Iterator
from pathlib import Path

from building import World, make_world
from koinon.build.registry.purging import purge
from registering import Desk
from small_release import service_on

SECONDS = 20
QUESTION = "SELECT ?g { GRAPH ?g { <https://w3id.org/koinon/id/project/patient> ?p ?o } } ORDER BY ?g ?p ?o"


def held(world: World) -> list[str]:
    """Files of stores that are gone, and that some process has open all the same."""

    def open_files() -> Iterator[str]:
        for link in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                yield str(link.readlink())
            except OSError:
                continue

    return [
        name for name in open_files() if name.startswith(str(world.home.root)) and name.endswith(".sst (deleted)")
    ]


def test_pages_and_answers_come_from_the_store_that_purging_wrote(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    desk = Desk(world)
    world.build()
    desk.add("Quodlibetanum")
    desk.registry().accept("members")
    middle = world.build().release
    desk.registry().withdraw("members", None)
    world.build()
    with service_on(world.home) as client:
        document = client.get("/doc/project/patient.nt").content
        answer = client.get("/sparql", params={"query": QUESTION}, headers={"Accept": "text/csv"}).content
        assert client.get(f"/releases/{middle}/doc/organisation/members-quodlibetanum.nt").status_code == 200
        before = world.current.store.stat().st_ino
        purge(world.home, "members", "desk", None, wait=False)
        assert world.current.store.stat().st_ino != before
        deadline = time.monotonic() + SECONDS
        while gone := held(world):
            assert time.monotonic() < deadline, gone
            for path in ("/doc/project/patient.nt", "/changes?source=members"):
                assert client.get(path).status_code == 200
            time.sleep(0.2)
        assert client.get("/doc/project/patient.nt").content == document
        again = client.get("/sparql", params={"query": QUESTION + " #"}, headers={"Accept": "text/csv"})
        assert (again.status_code, again.content) == (200, answer)
        assert client.get(f"/releases/{middle}/doc/organisation/members-quodlibetanum").status_code == 404
