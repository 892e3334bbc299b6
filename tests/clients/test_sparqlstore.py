"""rdflib's SPARQLStore reads the endpoint as if it were a local graph."""

import gc
from urllib.error import HTTPError

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from clients.questions import (
    ARTICLE,
    ASK,
    ASK_NOT,
    COORDINATOR,
    DEPARTMENT,
    DESCRIBE,
    LABELS,
    PROJECT,
    RESIST,
    RESPONDET,
    TYPES,
    WRONG,
)
from serving import Service

_RESIST = URIRef(RESIST)
_PROJECT = URIRef(PROJECT)


@pytest.fixture
def store(server: Service) -> SPARQLStore:
    return SPARQLStore(f"{server}/sparql")


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_a_table_comes_by_every_method_in_every_form(server: Service, method: str, form: str) -> None:
    graph = Graph(SPARQLStore(f"{server}/sparql", method=method, returnFormat=form))  # type: ignore[arg-type]
    assert [str(row.who) for row in graph.query(COORDINATOR)] == [DEPARTMENT]  # type: ignore[union-attr]


def test_languages_survive(store: SPARQLStore) -> None:
    labels = {row.label for row in Graph(store).query(LABELS)}  # type: ignore[union-attr]
    assert labels
    assert all(isinstance(label, Literal) and label.language for label in labels)


def test_yes_and_no(store: SPARQLStore) -> None:
    assert Graph(store).query(ASK).askAnswer is True
    assert Graph(store).query(ASK_NOT).askAnswer is False


@pytest.mark.parametrize("query", [TYPES, DESCRIBE])
def test_a_graph_comes_back_as_one(store: SPARQLStore, query: str) -> None:
    answer = Graph(store).query(query).graph
    assert answer is not None
    assert (_RESIST, RDF.type, _PROJECT) in answer


def test_patterns_are_matched_as_in_a_graph(store: SPARQLStore) -> None:
    graph = Graph(store)
    assert (_RESIST, RDF.type, _PROJECT) in graph
    assert (_PROJECT, RDF.type, _RESIST) not in graph
    assert _RESIST in set(graph.subjects(RDF.type, _PROJECT))
    assert len(graph) > 1000
    assert graph.value(URIRef(RESPONDET), SKOS.prefLabel) is not None


def test_a_variable_may_be_bound_before(store: SPARQLStore) -> None:
    rows = Graph(store).query("SELECT ?class WHERE { ?s a ?class }", initBindings={"s": _RESIST})
    assert _PROJECT in {row[0] for row in rows}  # type: ignore[index]


def test_a_source_is_a_graph_of_its_own(store: SPARQLStore) -> None:
    part = Graph(store, identifier=URIRef(ARTICLE))
    assert 0 < len(part) < len(Graph(store))
    assert URIRef(ARTICLE) in set(store.contexts())


@pytest.mark.filterwarnings(
    "ignore::ResourceWarning"
)  # the client leaves the connection of an error to the collector
def test_an_error_is_told_from_an_answer(store: SPARQLStore) -> None:
    with pytest.raises(ValueError, match="formulating") as error:
        Graph(store).query(WRONG)
    cause = error.value.__context__
    assert isinstance(cause, HTTPError)
    assert cause.code == 400
    assert b"query-syntax" in cause.read()
    del error, cause
    gc.collect()


def test_a_store_that_only_reads_says_so(store: SPARQLStore) -> None:
    with pytest.raises(TypeError, match="read only"):
        Graph(store).add((_RESIST, RDF.type, _PROJECT))
