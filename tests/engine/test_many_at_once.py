"""What is looked up of many things at once is what is found one by one."""

import pytest
from pyoxigraph import NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import DCT, DEF, RDF, SKOS
from koinon.publish.credits import NamedBy, graphs_naming
from koinon.release.current import Release

NAMES = (RDF + "type", SKOS + "prefLabel", DCT + "subject", DEF + "coversTerritory")
PREDICATES = [NamedNode(name) for name in NAMES]


@pytest.fixture(scope="module")
def store(release: Release) -> GraphStore:
    return release.open()


@pytest.fixture(scope="module")
def things(store: GraphStore) -> list[NamedNode]:
    """Every project, a place with labels in all languages, and something that nobody knows."""
    projects = [subject for subject, _, _ in store.triples(None, PREDICATES[0], NamedNode(DEF + "Project"))]
    assert projects
    return [*projects, *map(NamedNode, (f"{DEF[:-4]}id/place/country-gr", "https://example.org/nobody"))]


def test_the_values_of_many_are_those_of_each(store: GraphStore, things: list[NamedNode]) -> None:
    one_by_one = [triple for thing in things for each in PREDICATES for triple in store.triples(thing, each)]
    at_once = list(store.values(things, PREDICATES))
    assert sorted(at_once, key=str) == sorted(one_by_one, key=str)
    assert {predicate for _, predicate, _ in at_once} == set(PREDICATES)
    assert not list(store.values([], PREDICATES))
    assert not list(store.values(things, []))


def test_the_graphs_that_name_things_are_the_same_at_first_again_and_among_others(
    store: GraphStore, things: list[NamedNode]
) -> None:
    iris = [thing.value for thing in things]
    named_by = NamedBy(store)
    for some in (iris[:1], iris, iris, iris[-2:], ["not an IRI", *iris[:2]], []):
        assert named_by.graphs(some) == graphs_naming(store, some)
    assert len(named_by.graphs(iris)) > 1
