"""A person who mistypes a query is told what is wrong, and exactly where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from koinon.query.evaluation import syntax_problem

MISTAKES = {
    "SELECT * {\n ?s a ?t\n ?s ?p ?o\n}": (3, 2, "“?s” cannot stand here after “?t”. Is a full stop missing"),
    "SELECT * {\n ?s a foo:Bar\n}": (2, 7, "The prefix foo: is not declared"),
    "SELECT * { ?s a koi:Project }": (1, 17, "PREFIX koi: <https://w3id.org/koinon/def#>"),
    "SELECT * {\n ?s a ?t .\n": (1, 10, "“{” is never closed"),
    "SELECT * {\n ?s a ?t .\n}}\n": (3, 2, "“}” closes nothing"),
    "SELCT * WHERE { ?s ?p ?o }": (1, 1, "“SELCT” is no word of SPARQL. Is SELECT meant?"),
    "SELECT * WHRE { ?s ?p ?o }": (1, 10, "Is WHERE meant?"),
    "SELECT * { ?s ?p ?o\n OPTINAL { ?s a ?t } }": (2, 2, "Is OPTIONAL meant?"),
    "SELECT * {\n ?s a ?t .\n FILTER (?t = 1\n}": (4, 1, "the “(” of line 3, column 9 is still open"),
    "SELECT * {\n ?s a ?t .\n FILTER ?t = 1\n}": (3, 9, "FILTER takes a condition in parentheses"),
    'SELECT * {\n ?s ?p "abc .\n}': (2, 8, "no closing quotation mark"),
    "SELECT * {\n ?s ?p “x”\n}": (2, 8, "The quotation mark “"),
    "SELECT * { ?s a <http://a b> }": (1, 17, "no IRI"),
    "SELECT * {\n ?s a\n}": (3, 1, "subject, property, value"),
    "SELECT ?s, ?t { ?s a ?t }": (1, 10, "“,” cannot stand here after “?s”"),
    "SELECT ?s { ?s a ?t } ORDER ?s": (1, 29, "“?s” cannot stand here after “ORDER”"),
    "SELECT ?s (COUNT(?t) AS ?n) { ?s a ?t }": (None, None, "neither in GROUP BY"),
    "SELECT * { ?s a ?t } GROUP BY ?s": (None, None, "name the variables"),
    "SELECT *": (1, 8, "ends here before it is complete"),
    "which projects are there?": (1, 1, "“which” is no word of SPARQL"),
    "INSERT DATA { <a:a> <a:b> 1 }": (1, 1, "INSERT is an update"),
    "# nothing\n": (1, 1, "The query is empty"),
    "SELECT * {\n # žluťoučký\n ?s ?p 'é' , , ?y }": (3, 14, "“,” cannot stand here"),
    "SELECT * { ?s ?p '\\u0041' ": (1, 10, "“{” is never closed"),
}


def problem(text: str) -> tuple[int | None, int | None, str]:
    with pytest.raises(SyntaxError) as caught:
        Store().query(text)
    head = syntax_problem(text, caught.value)
    return head["line"], head["column"], head["detail"]


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_named_where_it_is(text: str) -> None:
    line, column, detail = problem(text)
    assert (line, column) == MISTAKES[text][:2], detail
    assert MISTAKES[text][2] in detail


PIECES = [
    *(
        "SELECT ",
        "ASK ",
        "FILTER ",
        "LIMIT ",
        "SELCT ",
        "PREFIX ex: <a:b> ",
        "* ",
        "?s ",
        "a ",
        "<a:b> ",
        "ex:a ",
        "1 ",
    ),
    *("{ ", "} ", "( ", ") ", ". ", "; ", "'x' ", '"', "<", "é", "\\u0041", "# c\n", "\n"),
]


def test_in_a_long_query_the_place_is_as_far_as_the_parser_came() -> None:
    text = "SELECT * {\n" + " ?s ?p ?o .\n" * 3000 + " ?s ?p ?o ?x .\n}"
    line, column, detail = problem(text)
    assert line in (3002, 3003), "the parser looks on for what could still make it good"
    assert column in range(1, 17)
    assert "here or shortly before" in detail


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_whatever_is_no_query_is_explained_with_a_place_inside_it(text: str) -> None:
    try:
        Store().query(text)
    except SyntaxError as error:
        head = syntax_problem(text, error)
        assert head["detail"].strip()
        assert "expected" not in head["detail"]
        if head["line"] is not None:
            lines = text.split("\n")
            assert 1 <= head["line"] <= len(lines)
            assert 1 <= head["column"] <= len(lines[head["line"] - 1]) + 1
