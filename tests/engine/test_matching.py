"""What the store is asked for, it gives, and nothing beside it: numbers above all, which lie side by side."""

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store

from koinon.engine import OxigraphStore, matching

XSD = "http://www.w3.org/2001/XMLSchema#"
SIZE = NamedNode("https://example.org/size")
GRAPH = NamedNode("https://example.org/graph")
VALUES = (
    *(Literal(str(number), datatype=NamedNode(XSD + "integer")) for number in range(-600, 1100)),
    *(Literal(f"0.{number:018}", datatype=NamedNode(XSD + "decimal")) for number in range(1, 600) if number % 10),
    *(Literal(f"P{months}Y", datatype=NamedNode(XSD + "yearMonthDuration")) for months in range(1, 600)),
    *(Literal(f"{year}-01-01", datatype=NamedNode(XSD + "date")) for year in range(1900, 2100)),
    *(Literal(f"size {number}") for number in range(600)),
)


def thing(place: int) -> NamedNode:
    return NamedNode(f"https://example.org/thing/{place}")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which each thing has one size, in a graph of its own and in the default graph."""
    folder = tmp_path_factory.mktemp("numbers") / "store"
    store = Store(str(folder))
    for graph in (GRAPH, DefaultGraph()):
        store.bulk_extend(Quad(thing(place), SIZE, value, graph) for place, value in enumerate(VALUES))
    store.flush()
    return folder


def test_a_value_is_found_where_it_is_and_nowhere_else(path: Path) -> None:
    store = Store.read_only(str(path))
    found = Counter(
        (value, quad.object) for value in VALUES for quad in matching(store, None, SIZE, value, DefaultGraph())
    )
    assert found == Counter((value, value) for value in VALUES)


def test_a_statement_is_in_no_graph_that_states_a_number_close_to_it(path: Path) -> None:
    store = OxigraphStore(path)
    for place, value in enumerate(VALUES):
        assert store.graphs_of((thing(place), SIZE, value)) == [GRAPH]
        assert store.graphs_of((thing(place), SIZE, VALUES[place - 1])) == []
        assert [triple[0] for triple in store.triples(None, SIZE, value)] == [thing(place)]


def test_a_query_for_a_number_is_answered_right_by_the_engine_itself(path: Path) -> None:
    store = Store.read_only(str(path))
    for number in (254, 255, 256, 511, 767):
        for query in (
            f"SELECT * {{ ?thing <{SIZE.value}> {number} }}",
            f"SELECT * {{ GRAPH ?g {{ ?thing ?p {number} }} }}",
            f"SELECT * {{ VALUES ?size {{ {number} }} ?thing <{SIZE.value}> ?size }}",
        ):
            assert [row["thing"] for row in store.query(query)] == [thing(number + 600)]  # type: ignore[union-attr]
