"""The builder beside a service: readers follow without a failure, and no crash forgets what was answered."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from building import World
from contributing import SERVED_SECONDS, Node, again, contributing, network, token_for, world_to_serve
from koinon.build.pending import read_status
from koinon.release.current import current_id
from serving import Service

COUNT = """PREFIX org: <http://www.w3.org/ns/org#>
SELECT (COUNT(DISTINCT ?one) AS ?ones) (COUNT(DISTINCT ?other) AS ?others) WHERE {
  { ?one a org:Organization FILTER(CONTAINS(STR(?one), "/net-one-")) } UNION
  { ?other a org:Organization FILTER(CONTAINS(STR(?other), "/net-two-")) } }"""


def within(condition: object, seconds: float = SERVED_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def builders(parent: int) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(parent).children():
        with_arguments = child.cmdline() if child.is_running() else []
        if "koinon.web.sources.builder" in with_arguments and child.status() != psutil.STATUS_ZOMBIE:
            found.append(child)
    return found


@contextmanager
def a_service_that_may_be_killed(world: World, secret: str) -> Iterator[tuple[Node, "subprocess.Popen[str]"]]:
    command = [sys.executable, "-m", "koinon.cli", "serve", "--port", "0", "--home", str(world.home.root)]
    environment = {**os.environ, "KOINON_ASSETS": str(world.root / "assets")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    with process, ExitStack() as stack:
        stack.callback(process.kill)
        assert process.stdout is not None
        url = process.stdout.readline().split(" at ")[1].split()[0].rstrip("/")
        node = Node(world, Service(url, world.home.root), secret)
        stack.callback(node.client.close)
        within(lambda: _lives(node))
        yield node, process


def _lives(node: Node) -> bool:
    try:
        return node.client.get("/live").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.timeout(600)
def test_readers_follow_to_each_new_release_without_a_failed_or_mixed_answer(tmp_path: Path) -> None:
    with contributing(tmp_path, KOINON_CLIENT_SECONDS="0") as node:
        ended, wrong, answers = threading.Event(), [], [0, 0]
        seen: set[tuple[int, int]] = set()

        def read(kind: int) -> None:
            with httpx.Client(base_url=node.service.url, timeout=60, trust_env=False) as client:
                while not ended.is_set():
                    if kind:
                        answer = client.post("/sparql", data={"query": COUNT})
                    else:
                        answer = client.get("/doc/organisation/neighbour", headers={"Accept": "text/turtle"})
                    if answer.status_code != 200:
                        wrong.append(answer.text)
                    elif kind:
                        row = answer.json()["results"]["bindings"][0]
                        seen.add((int(row["ones"]["value"]), int(row["others"]["value"])))
                    answers[kind] += 1

        readers = [threading.Thread(target=read, args=(kind,)) for kind in (0, 1, 0, 1)]
        for reader in readers:
            reader.start()
        expected = {(0, 0)}
        for number in range(1, 4):
            names = ("Ada", "Eve", "Zoe")[:number]
            both = [node.put(slug, network(slug, *names)) for slug in ("net-one", "net-two")]
            assert {answer.status_code for answer in both} <= {200, 201}
            expected |= {(number, number - 1), (number, number)}
            node.wait("net-two", "published")
        assert node.delete("net-one").status_code == 200
        node.wait("net-one", "withdrawn")
        expected.add((0, 3))
        ended.set()
        for reader in readers:
            reader.join(60)
        assert not wrong
        assert {(0, 0), (3, 3)} <= seen <= expected
        assert min(answers) > 50


@pytest.mark.timeout(600)
def test_what_was_answered_is_built_after_a_service_that_was_killed(tmp_path: Path) -> None:
    world = world_to_serve(tmp_path)
    secret = token_for(world, "net*")
    with a_service_that_may_be_killed(world, secret) as (node, process):
        assert node.put("net-kept", network("net-kept", "Ada")).status_code == 201
        process.kill()
        process.wait(30)
    with again(world, secret) as node:
        assert node.wait("net-kept", "published")["accepted"]
        assert node.put("net-kept", network("net-kept", "Ada")).json()["status"] == "unchanged"


@pytest.mark.timeout(600)
def test_a_builder_that_is_killed_comes_back_and_one_without_a_service_ends(tmp_path: Path) -> None:
    world = world_to_serve(tmp_path)
    secret = token_for(world, "net*")
    before = current_id(world.home)
    with a_service_that_may_be_killed(world, secret) as (node, process):
        assert node.put("net-back", network("net-back", "Ada")).status_code == 201
        within(lambda: builders(process.pid))
        builders(process.pid)[0].kill()
        assert current_id(world.home) == before
        assert node.wait("net-back", "published")
        builder = builders(process.pid)[0]
        process.kill()
        process.wait(30)
        within(lambda: not builder.is_running() or builder.status() == psutil.STATUS_ZOMBIE, 30)


def test_a_service_that_ends_takes_its_builder_along(tmp_path: Path) -> None:
    world = world_to_serve(tmp_path)
    secret = token_for(world, "net*")
    with a_service_that_may_be_killed(world, secret) as (node, process):
        assert node.put("net-end", network("net-end", "Ada")).status_code == 201
        within(lambda: builders(process.pid))
        builder = builders(process.pid)[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        within(lambda: not builder.is_running() or builder.status() == psutil.STATUS_ZOMBIE, 30)


def test_where_the_builder_is_switched_off_a_command_builds(tmp_path: Path) -> None:
    with contributing(tmp_path, KOINON_BUILDER="0") as node:
        assert node.put("net-off", network("net-off", "Ada")).status_code == 201
        time.sleep(1.0)
        assert node.get("net-off")["state"] == "accepted"
        assert read_status(node.world.home).release is None
        assert node.world.run()[0] == 0
        within(lambda: node.get("net-off", None if current_id(node.world.home) is None else "").get("graph"))
        assert node.client.get("/doc/organisation/net-off-ada").status_code == 200


def test_what_the_build_refuses_beside_others_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    with contributing(tmp_path, KOINON_BUILDER="0") as node:
        token = token_for(node.world, "net-x", "net-y", mints=["organisation/net-both-*", "document/net-*"])
        things = network("net-both", "Ada")
        for slug in ("net-x", "net-y"):  # each is good alone
            answer = node.put(slug, things.replace("document/net-both", f"document/{slug}"), token)
            assert answer.status_code == 201, answer.text
        assert node.world.run()[0] == 4
        within(lambda: node.get("net-x")["release"] == current_id(node.world.home))
        states = {slug: node.get(slug)["build"]["report"] for slug in ("net-x", "net-y")}
        refused = {slug for slug, report in states.items() if report["outcome"] == "out"}
        assert refused
        for slug in refused:
            assert "claimed" in {finding["rule"] for finding in states[slug]["findings"]}
        assert node.client.get("/doc/organisation/neighbour").status_code == 200
