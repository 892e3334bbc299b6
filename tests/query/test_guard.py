"""What is refused before the engine sees it, and what is not."""

from pathlib import Path

import pytest

from asking import Asker, asking
from koinon.model.errors import (
    QueryError,
    QueryRefusedError,
    QueryTooComplexError,
    QueryTooLongError,
)
from koinon.model.settings import Settings

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 51 + "}" * 51,
        "SELECT * { FILTER(" + "(" * 50 + "1" + ")" * 50 + ") }",
        "SELECT * { ?s ?p " + "[ ?p " * 60 + "1" + "]" * 60 + " }",
        "SELECT * { ?s ?p ?o " + " ".join(f"BIND({i} AS ?v{i})" for i in range(600)) + " }",
        "SELECT * { ?s " + "/".join(["<p:p>"] * 600) + " ?o }",
        "SELECT * { FILTER(" + "||".join(["1"] * 600) + ") }",
    ],
)
def test_a_text_that_is_too_complex_is_refused_before_it_is_parsed(ask: Asker, text: str) -> None:
    with pytest.raises(QueryTooComplexError):
        ask(text)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT ("' + "({[" * 300 + '" AS ?x) {}',
        "SELECT * {} # " + "({[ || " * 300,
        "SELECT * { VALUES ?x { " + "<https://example.org/a/b-c+d> " * 400 + "} }",
        "SELECT * { ?s ?p ?o FILTER(?o IN (" + ", ".join(map(str, range(700))) + ")) }",
    ],
)
def test_what_stands_in_strings_comments_and_lists_is_not_complex(ask: Asker, text: str) -> None:
    assert ask(text).form == "select"


def test_the_deepest_text_that_is_allowed_is_answered(small_store: Path, settings: Settings) -> None:
    deep = settings.model_copy(update={"query_max_depth": 3_000})
    with asking(small_store, deep) as ask:
        assert ask("SELECT * " + "{" * 2_000 + "}" * 2_000).form == "select"
        assert ask("SELECT (" + "(" * 2_000 + "1" + ")" * 2_000 + " AS ?x) {}").form == "select"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }",
        "SELECT * { service silent ?where { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <https://example.org/> { ?s ?p ?o } }",
        "SELECT * { # SERVICE is next\n SERVICE <https://example.org/> { ?s ?p ?o } }",
        'SELECT * { ?s ?p "it\'s" . SERVICE <https://example.org/> { ?s ?p ?o } }',
        "SELECT * { ?s ?p ''' # ''' . SERVICE <https://example.org/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p <https://example.org/#> . SERVICE <https://example.org/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE <https://example.org/> { ?a ?b ?c } }",
        "SELECT * { ?s ?p 1e5SERVICE <https://example.org/> { ?a ?b ?c } }",
        "SELECT * { SERVICESILENT<https://example.org/>{ ?a ?b ?c } }",
        "PREFIX e: <https://example.org/> SELECT * { ?s ?p e:.SERVICE <https://example.org/> { ?a ?b ?c } }",
        "PREFIX e: <http://a:8> SELECT * { ?s ?p e:SERVICE <https://example.org/> { ?a ?b ?c } }",
        "SELECT * { FILTER(1<'>') . SERVICE <https://example.org/> { ?a ?b ?c } #'>\n }",
        "SELECT * { FILTER(1<#>'''\n2) . SERVICE <https://example.org/> { ?a ?b ?c } #'''\n }",
        "SELECT * { SERVICE # where\n <https://example.org/> # what\r { ?a ?b ?c } }",
        "PREFIX e: <https://example.org/> SELECT * { SERVICE e:a\\#b { ?a ?b ?c } }",
        "SELECT * { VALUES ?w { <https://example.org/> } SERVICE $w { ?a ?b ?c } }",
    ],
)
def test_no_query_calls_another_endpoint(ask: Asker, text: str) -> None:
    with pytest.raises(QueryRefusedError, match="SERVICE"):
        ask(text)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE <https://example.org/>" }',
        "ASK { ?s ?p ?o } # SERVICE <https://example.org/>",
        "PREFIX e: <https://example.org/> ASK { ?service e:service ?o ; e:a.SERVICE <https://e.org/SERVICE> }",
        "SELECT * { ?s ?p ?SERVICE } LIMIT 1",
    ],
)
def test_the_word_service_is_harmless_elsewhere(ask: Asker, text: str) -> None:
    assert ask(text).media_type == "application/sparql-results+json"


@pytest.mark.parametrize(
    "piece", ["service #", "service <", "service silent ", "service\n#\n", "service a\\", "<'"]
)
def test_a_text_made_to_be_slow_to_check_holds_up_nobody_else(ask: Asker, piece: str) -> None:
    with pytest.raises(QueryError):
        ask("ASK { } " + piece * (19_000 // len(piece)))


def test_a_query_text_without_end_is_refused(ask: Asker) -> None:
    with pytest.raises(QueryTooLongError, match="20,000"):
        ask(COUNT + " " * 20_000)
