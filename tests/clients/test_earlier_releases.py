"""Clients that nobody here wrote read an earlier release: rdflib, SPARQLWrapper, and a client of Memento."""

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from memento_client import MementoClient
from rdflib import Graph, Literal, URIRef
from SPARQLWrapper import JSON, SPARQLWrapper

from building import World, make_world
from koinon.release.log import read_log
from serving import Service, serving

PATIENT = URIRef("https://w3id.org/koinon/id/project/patient")
NAME = URIRef("http://www.w3.org/2004/02/skos/core#altLabel")


def say(world: World, name: str) -> None:
    graph = world.sources / "neighbour" / "graph.ttl"
    kept = [line for line in graph.read_text().splitlines() if not line.endswith("# said")]
    line = f'<project/patient> skos:altLabel "{name}"@en . # said'
    graph.write_text("\n".join([*kept, line]) + "\n")
    assert not world.build().refused


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("earlier"))
    say(world, "Before")
    say(world, "After")
    return world


@pytest.fixture(scope="module")
def service(world: World) -> Iterator[Service]:
    with serving(world.home.root) as service:
        yield service


def first(world: World) -> str:
    return read_log(world.home.log)[0].id


def test_rdflib_reads_a_thing_as_it_was(service: Service, world: World) -> None:
    now = Graph().parse(f"{service}/doc/project/patient")
    then = Graph().parse(f"{service}/releases/{first(world)}/doc/project/patient")
    assert (PATIENT, NAME, Literal("After", "en")) in now
    assert (PATIENT, NAME, Literal("Before", "en")) in then
    assert (PATIENT, NAME, Literal("After", "en")) not in then


def test_sparqlwrapper_asks_an_earlier_release(service: Service, world: World) -> None:
    client = SPARQLWrapper(f"{service}/releases/{first(world)}/sparql")
    client.setQuery(f"SELECT ?name {{ <{PATIENT}> <{NAME}> ?name }}")
    client.setReturnFormat(JSON)
    rows = client.query().convert()["results"]["bindings"]
    assert "Before" in {row["name"]["value"] for row in rows}
    assert "After" not in {row["name"]["value"] for row in rows}


def test_a_client_of_memento_finds_the_state_of_a_time(service: Service, world: World, tmp_path: Path) -> None:
    address = f"{service}/doc/project/patient"
    client = MementoClient(timegate_uri="")  # a document is its own TimeGate
    found = client.get_memento_info(address, datetime.datetime(2001, 1, 1))  # it takes no zone
    closest = found["mementos"]["closest"]["uri"][0]
    assert first(world) in closest
    assert "Before" in Graph().parse(closest).serialize(format="nt")
    assert found["original_uri"] == address
    assert found["timegate_uri"] == address
