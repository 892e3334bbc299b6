"""A catalogue query is complete SPARQL; what is given to it becomes one term and nothing else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from koinon.model.errors import ConfigurationError, NotFoundError, ParameterError
from koinon.query.catalogue import CatalogueQuery, load_catalogue

HEAD = """\
#+ title: {en: "A question"}
#+ description: {en: "What it answers."}
#+ audience: developer
#+ budget: 2
"""
QUESTION = (
    HEAD
    + """\
#+ parameters:
#+   thing: {kind: iri, label: {en: Thing}}
#+   word: {kind: string, label: {en: Word}}
#+   day: {kind: date, label: {en: Day}}
#+   limit: {kind: integer, label: {en: Rows}}
SELECT * {
  VALUES ?thing { <https://w3id.org/koinon/id/project/resist> }  #: thing
  VALUES ?word { "RESIS" }  #: word
  VALUES ?day { "2024-06-04"^^<http://www.w3.org/2001/XMLSchema#date> }  #: day
}
LIMIT 10  #: limit
"""
)


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> CatalogueQuery:
    path = tmp_path_factory.mktemp("queries") / "question.rq"
    path.write_text(QUESTION, "utf-8")
    return CatalogueQuery.read(path)


def answer(text: str) -> dict[str, str]:
    solution = next(iter(Store().query(text)))
    return {name: solution[name].value for name in ("thing", "word", "day")}


def test_the_text_runs_as_it_stands(question: CatalogueQuery) -> None:
    assert answer(question.text)["thing"] == "https://w3id.org/koinon/id/project/resist"
    assert answer(question.bind())["word"] == "RESIS"
    assert question.defaults["limit"] == "10"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("project/respondet", "https://w3id.org/koinon/id/project/respondet"),
        ("code/theme/cooperation", "https://w3id.org/koinon/code/theme/cooperation"),
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
    ],
)
def test_an_address_is_given_short_or_in_full(question: CatalogueQuery, given: str, expected: str) -> None:
    assert answer(question.bind({"thing": given}))["thing"] == expected


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_text_stays_one_literal(question: CatalogueQuery, word: str) -> None:
    assert answer(question.bind({"word": word}))["word"] == word.strip()


@pytest.mark.parametrize(
    "values",
    [
        {"thing": "https://example.org/> } DROP ALL #"},
        {"thing": "javascript:alert(1)"},
        {"thing": ""},
        {"day": "2024-13-01"},
        {"day": "yesterday"},
        {"limit": "-1"},
        {"limit": "10 OFFSET 3"},
        {"limit": "99999999999999999999"},
        {"nobody": "1"},
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(question: CatalogueQuery, values: dict[str, str]) -> None:
    with pytest.raises(ParameterError, match=next(iter(values))):
        question.bind(values)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT * { ?s ?p ?o }", "head"),
        (HEAD.replace("budget: 2", "budget: 0") + "SELECT * { ?s ?p ?o }", "budget"),
        (HEAD + "#+ colour: red\nSELECT * { ?s ?p ?o }", "colour"),
        (HEAD + "#+ map: place\nSELECT * { ?s ?p ?o }", "map"),
        (HEAD + "#+ chart: number\nSELECT * { ?s ?p ?o }", "chart"),
        (HEAD + "DROP ALL", "SELECT"),
        (HEAD + "SELECT * { ?s ?p ?o } LIMIT 5 #: limit", "limit"),
        (HEAD + "#+ : : :\nSELECT * { ?s ?p ?o }", "head"),
    ],
)
def test_a_wrong_file_is_named_with_what_it_lacks(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "wrong.rq"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=complaint) as caught:
        load_catalogue(tmp_path)
    assert "wrong.rq" in str(caught.value)


def test_an_unknown_name_lists_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "known.rq").write_text(HEAD + "ASK { ?s ?p ?o }", "utf-8")
    with pytest.raises(NotFoundError, match="known"):
        load_catalogue(tmp_path)["unknown"]
