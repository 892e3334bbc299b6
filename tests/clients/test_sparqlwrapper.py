"""SPARQLWrapper, the client that most Python users know, gets answers and errors that it understands."""

import pytest
from rdflib import Graph, URIRef
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
    SPARQLWrapper2,
)
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed

from clients.questions import (
    ARTICLE,
    ASK,
    ASK_NOT,
    COORDINATOR,
    COUNT,
    DEPARTMENT,
    DESCRIBE,
    FEDERATED,
    PROJECT,
    RDF_TYPE,
    RESIST,
    TYPES,
    UPDATE,
    WRONG,
)
from serving import Service


@pytest.fixture
def wrapper(server: Service) -> SPARQLWrapper:
    return SPARQLWrapper(f"{server}/sparql")


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("way", [URLENCODED, POSTDIRECTLY])
@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_a_table_comes_by_every_method_in_every_form(
    wrapper: SPARQLWrapper, method: str, way: str, form: str
) -> None:
    wrapper.setQuery(COORDINATOR)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(way)
    wrapper.setReturnFormat(form)
    result = wrapper.query().convert()
    if form == JSON:
        assert [row["who"]["value"] for row in result["results"]["bindings"]] == [DEPARTMENT]
    elif form == XML:
        assert [node.firstChild.data for node in result.getElementsByTagName("uri")] == [DEPARTMENT]
    else:
        assert DEPARTMENT in result.decode()


@pytest.mark.parametrize("query", [TYPES, DESCRIBE])
@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD, XML])
def test_a_graph_comes_in_every_form(wrapper: SPARQLWrapper, query: str, form: str) -> None:
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    result = wrapper.query().convert()
    graph = Graph().parse(data=result, format="turtle") if isinstance(result, bytes) else result
    assert (URIRef(RESIST), URIRef(RDF_TYPE), URIRef(PROJECT)) in graph


@pytest.mark.parametrize(("query", "answer"), [(ASK, True), (ASK_NOT, False)])
def test_a_question_is_answered_with_yes_or_no(wrapper: SPARQLWrapper, query: str, answer: bool) -> None:
    wrapper.setQuery(query)
    wrapper.setReturnFormat(JSON)
    assert wrapper.queryAndConvert()["boolean"] is answer
    wrapper.setReturnFormat(XML)
    (node,) = wrapper.queryAndConvert().getElementsByTagName("boolean")
    assert node.firstChild.data == str(answer).lower()


def test_the_form_may_be_left_to_the_header_alone(wrapper: SPARQLWrapper) -> None:
    wrapper.setOnlyConneg(True)
    wrapper.setQuery(COORDINATOR)
    wrapper.setReturnFormat(JSON)
    assert wrapper.query().info()["content-type"].startswith("application/sparql-results+json")


def test_bindings_are_read_by_name(server: Service) -> None:
    wrapper = SPARQLWrapper2(f"{server}/sparql")
    wrapper.setQuery(COORDINATOR)
    assert [row["who"].value for row in wrapper.query().bindings] == [DEPARTMENT]


def test_a_data_set_is_chosen_from_the_graphs_of_the_release(wrapper: SPARQLWrapper) -> None:
    def count() -> int:
        wrapper.setQuery(COUNT)
        wrapper.setReturnFormat(JSON)
        return int(wrapper.queryAndConvert()["results"]["bindings"][0]["n"]["value"])

    whole = count()
    wrapper.addDefaultGraph(ARTICLE)
    wrapper.setMethod(POST)
    part = count()
    assert 0 < part < whole
    wrapper.clearParameter("default-graph-uri")
    wrapper.addNamedGraph(ARTICLE)
    wrapper.setQuery("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
    wrapper.setMethod(GET)
    rows = wrapper.queryAndConvert()["results"]["bindings"]
    assert [row["g"]["value"] for row in rows] == [ARTICLE]


@pytest.mark.parametrize("method", [GET, POST])
@pytest.mark.parametrize("query", [WRONG, FEDERATED])
def test_what_cannot_be_answered_is_an_error_that_says_why(wrapper: SPARQLWrapper, method: str, query: str) -> None:
    wrapper.setQuery(query)
    wrapper.setMethod(method)
    with pytest.raises(QueryBadFormed) as error:
        wrapper.query()
    assert "/problems/query-" in str(error.value)


def test_an_update_is_refused(wrapper: SPARQLWrapper) -> None:
    wrapper.setQuery(UPDATE)
    wrapper.setMethod(POST)
    with pytest.raises(QueryBadFormed, match="query-refused"):
        wrapper.query()


def test_a_wrong_address_is_told_from_a_wrong_query(server: Service) -> None:
    wrapper = SPARQLWrapper(f"{server}/no-such-endpoint")
    wrapper.setQuery(ASK)
    with pytest.raises(EndPointNotFound):
        wrapper.query()
