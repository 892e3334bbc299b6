"""A query gets its whole answer, from the graphs that it names, in a form that its reader takes, or a refusal."""

import csv
import json
from pathlib import Path

import pytest

from asking import SHARED, Asker, asking
from koinon.model.errors import (
    QueryRefusedError,
    QuerySyntaxError,
    ResultTooLargeError,
)
from koinon.model.settings import Settings
from koinon.query.job import BINDING_TYPES, GRAPH_TYPES, Answer
from koinon.query.pool import NotAcceptableError

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def number(answer: Answer) -> int:
    return int(json.loads(answer.body)["results"]["bindings"][0]["n"]["value"])


def test_the_default_graph_is_counted_once(ask: Asker) -> None:
    assert number(ask(COUNT)) == 1_000 + SHARED


def test_a_from_clause_of_ours_narrows_the_graph(ask: Asker) -> None:
    assert number(ask(COUNT.replace("{ ?s", "FROM <https://example.org/graph/1> { ?s", 1))) == 333 + SHARED


def test_protocol_graphs_narrow_the_graph(ask: Asker) -> None:
    assert number(ask(COUNT, default_graphs=("https://example.org/graph/0",))) == 334 + SHARED
    named = ask("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", named_graphs=("https://example.org/graph/2",))
    assert number(named) == 333 + SHARED


def test_a_graph_that_is_not_ours_is_refused_and_not_fetched(ask: Asker) -> None:
    with pytest.raises(QueryRefusedError, match=r"no graph <https://example.org/elsewhere.ttl>"):
        ask(COUNT.replace("{ ?s", "FROM <https://example.org/elsewhere.ttl> { ?s", 1))
    with pytest.raises(QueryRefusedError, match="no graph"):
        ask(COUNT, default_graphs=("https://example.org/graph/0", "file:///etc/passwd"))


@pytest.mark.parametrize(
    "clause",
    [
        "FROM <https://example.org/graph/0> FROM <https://example.org/graph/1> FROM <https://example.org/graph/0>",
        "FROM<https://example.org/graph/0>FROM<https://example.org/graph/1>",
        "from e:graph/0 # FROM\n From e:graph/1",
        "FROM <graph/0> FROM <graph/1>",
    ],
)
def test_several_graphs_are_merged_without_duplicates(ask: Asker, clause: str) -> None:
    """Both graphs hold the same 10 triples more: they count once."""
    prologue = "BASE <https://example.org/> PREFIX e: <https://example.org/> "
    clause = clause.replace("e:graph/", r"e:graph\/")
    assert number(ask(prologue + COUNT.replace("{ ?s", clause + " { ?s", 1))) == 334 + 333 + SHARED


def test_protocol_graphs_come_before_those_of_the_query(ask: Asker) -> None:
    text = COUNT.replace("{ ?s", "FROM <https://example.org/graph/1> { ?s", 1)
    graphs = ("https://example.org/graph/0", "https://example.org/graph/2")
    assert number(ask(text, default_graphs=graphs)) == 334 + 333 + SHARED


def test_merged_graphs_are_bounded(ask: Asker, small_store: Path, settings: Settings) -> None:
    text = COUNT.replace("{ ?s", "FROM <https://example.org/graph/0> FROM <https://example.org/graph/1> { ?s", 1)
    with (
        asking(small_store, settings.model_copy(update={"query_max_rows": 600})) as tight,
        pytest.raises(QueryRefusedError, match="600 statements"),
    ):
        tight(text)


@pytest.mark.parametrize(
    ("text", "media_types", "expected"),
    [
        (COUNT, ("text/turtle", "text/csv"), "text/csv"),
        ("ASK { ?s ?p 5 }", ("application/sparql-results+xml",), "application/sparql-results+xml"),
        ("CONSTRUCT WHERE { ?s ?p 5 }", ("text/csv", "application/ld+json"), "application/ld+json"),
        ("DESCRIBE <https://example.org/thing/5>", ("application/n-triples",), "application/n-triples"),
    ],
)
def test_the_answer_comes_in_the_first_media_type_that_fits(
    ask: Asker, text: str, media_types: tuple[str, ...], expected: str
) -> None:
    assert ask(text, media_types=media_types).media_type == expected


def test_a_form_without_a_media_type_is_refused(ask: Asker) -> None:
    with pytest.raises(NotAcceptableError, match="text/csv"):
        ask(COUNT, media_types=("text/turtle",))


def test_a_syntax_error_names_line_and_column(ask: Asker) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        ask("SELECT *\n{ ?s ex:p ?o }")
    assert (caught.value.line, caught.value.column) == (2, 6)
    assert str(caught.value).startswith("The query is not valid SPARQL 1.1 at line 2, column 6: The prefix ex:")


@pytest.mark.parametrize("text", ["INSERT DATA { <a:b> <a:b> 1 }", "LOAD <https://example.org/x>", "DROP ALL", ""])
def test_updates_and_nothing_are_no_queries(ask: Asker, text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        ask(text)


@pytest.mark.parametrize("media_type", [*BINDING_TYPES])
@pytest.mark.parametrize("limit", ["", " LIMIT 5001", " LIMIT 900000"])
def test_more_rows_than_allowed_are_refused_with_a_limit_or_without(
    ask: Asker, media_type: str, limit: str
) -> None:
    with pytest.raises(ResultTooLargeError, match=r"5,000 rows.*LIMIT.*/data/dumps/"):
        ask("SELECT ?x { ?a ?b ?c . ?d ?e ?f FILTER(?f < 5) BIND(1 AS ?x) }" + limit, media_types=(media_type,))
    answer = ask("SELECT ?x { ?a ?b ?c . ?d ?e ?f BIND(1 AS ?x) } LIMIT 5000", media_types=(media_type,))
    assert answer.body.count(b"1") >= 5_000


@pytest.mark.parametrize("media_type", [*GRAPH_TYPES])
def test_more_triples_than_allowed_are_refused(ask: Asker, media_type: str) -> None:
    triples = "CONSTRUCT { ?a <p:p> ?f } { ?a ?b ?c . ?d ?e ?f FILTER(?f < 10) }"
    with pytest.raises(ResultTooLargeError, match="5,000 statements"):
        ask(triples, media_types=(media_type,))
    assert ask(triples + " LIMIT 2000", media_types=(media_type,)).form == "graph"


def test_rows_are_not_what_looks_like_rows(small_store: Path, settings: Settings) -> None:
    with asking(small_store, settings.model_copy(update={"query_max_rows": 3})) as ask:
        text = 'SELECT (REPLACE("xxxxxxxxx", "x", "},{\\n<result>\\r\\n") AS ?x) ?n { VALUES ?n { 1 2 3 } }'
        for media_type in BINDING_TYPES:
            assert ask(text, media_types=(media_type,)).size > 0
        with pytest.raises(ResultTooLargeError):
            ask(text.replace("1 2 3", "1 2 3 4"))


def test_an_answer_of_too_many_bytes_is_refused(ask: Asker) -> None:
    with pytest.raises(ResultTooLargeError, match="2,000,000 bytes"):
        ask("SELECT * { ?a ?b ?c . ?d ?e ?f }")


def test_a_large_answer_comes_whole_from_a_file_without_a_name(ask: Asker) -> None:
    answer = ask("SELECT * { ?a ?b ?c }")
    assert answer.file is not None
    assert answer.size > 64 * 1024
    assert len(json.loads(answer.body)["results"]["bindings"]) == 1_000 + SHARED
    assert b"".join(answer.chunks(1000)) == answer.body


def test_an_iri_with_a_comma_is_one_value_of_csv(ask: Asker) -> None:
    text = 'SELECT ?a ?b ?c { VALUES (?a ?b ?c) { (<https://example.org/a,b> "say \\"so\\"" UNDEF) } }'
    body = ask(text, media_types=("text/csv",)).body.decode()
    assert list(csv.reader(body.splitlines())) == [["a", "b", "c"], ["https://example.org/a,b", 'say "so"', ""]]
    single = ask("SELECT ?x { VALUES ?x { UNDEF 1 UNDEF } }", media_types=("text/csv",)).body
    assert single == b"x\r\n\r\n1\r\n\r\n"


@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        ('SELECT ("a\\u0001b" AS ?x) {}', "application/sparql-results+xml"),
        ('CONSTRUCT { <a:s> <http://x/p> "a\\u0000b" } {}', "application/rdf+xml"),
        ("CONSTRUCT { <a:s> <http://x/1> 1 } {}", "application/rdf+xml"),
        ("CONSTRUCT { <a:s> <http://x/> 1 } {}", "application/rdf+xml"),
    ],
)
def test_what_xml_cannot_write_is_refused_and_other_forms_have_it(ask: Asker, query: str, media_type: str) -> None:
    with pytest.raises(QueryRefusedError, match="Ask for"):
        ask(query, media_types=(media_type,))
    assert ask(query, media_types=("application/sparql-results+json", "text/turtle")).size > 0
