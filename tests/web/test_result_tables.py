"""A result on a page names a thing once; the data keep every column."""

import json

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from koinon.model.errors import ResultTooLargeError
from koinon.web.results import COUNTED, result_table, spelled

SHARING = "/queries/regions-sharing-a-cluster-model"


def headings(page: str) -> list[str]:
    return [piece.split("</th>")[0] for piece in page.split('<th scope="col">')[1:]]


@pytest.mark.parametrize("language", ["en", "pl", "el"])
def test_a_link_takes_the_place_of_the_column_that_names_it(client: httpx.Client, language: str) -> None:
    page = client.get(SHARING, params={"lang": language}, headers={"Accept": "text/html"}).text
    shown = headings(page)
    assert "region 1" in shown
    assert not [heading for heading in shown if "name" in heading]
    columns = client.get(f"{SHARING}.csv").text.splitlines()[0].split(",")
    assert {"region1", "name1", "region2", "name2", "modelName"} <= set(columns)


def test_a_label_that_is_the_answer_stays(client: httpx.Client) -> None:
    address = "/queries/labels-in-my-language"
    page = client.get(address, params={"language": "pl"}, headers={"Accept": "text/html"}).text
    assert "label" in headings(page)


def test_a_name_of_something_else_stays(client: httpx.Client) -> None:
    page = client.get("/queries/same-name", headers={"Accept": "text/html"}).text
    assert "label" in headings(page)
    assert len(headings(page)) >= 4


@given(st.lists(st.lists(st.none() | st.text(min_size=1, max_size=5), min_size=2, max_size=2), max_size=5))
def test_without_names_every_column_and_row_is_shown(rows: list[list[str | None]]) -> None:
    bindings = [  # an unbound variable is absent
        {
            name: {"type": "literal", "value": value}
            for name, value in zip("ab", row, strict=True)
            if value is not None
        }
        for row in rows
    ]
    table = result_table(json.dumps({"head": {"vars": ["a", "b"]}, "results": {"bindings": bindings}}).encode(), 3)
    assert table.columns == ("a", "b")
    assert table.total == len(rows)
    assert [[cell and cell.text.text for cell in row] for row in table.rows] == rows[:3]


def test_variables_are_spelled_as_words() -> None:
    names = ("placeName", "region1", "how_known", "n")
    assert [spelled(name) for name in names] == ["place name", "region 1", "how known", "n"]


def test_terms_are_shown_as_what_they_are() -> None:
    terms = [
        {"type": "uri", "value": "https://w3id.org/koinon/def#Project"},
        {"type": "literal", "value": "uno", "xml:lang": "it"},
        {"type": "literal", "value": "5", "datatype": "http://www.w3.org/2001/XMLSchema#integer"},
        {"type": "bnode", "value": "b1"},
    ]
    body = {"head": {"vars": ["a"]}, "results": {"bindings": [{"a": term} for term in terms]}}
    cells = [row[0] for row in result_table(json.dumps(body).encode(), 10).rows]
    assert [str(cell.text) for cell in cells if cell] == ["koi:Project", "uno", "5", "_:b1"]
    assert [cell.datatype.rpartition("#")[2] for cell in cells if cell] == ["", "", "integer", ""]
    assert result_table(b'{"head": {}, "boolean": false}', 1).truth is False


def test_a_large_graph_is_shown_in_part_and_says_so(client: httpx.Client) -> None:
    query = {"query": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 9000"}
    page = client.get("/sparql", params=query, headers={"Accept": "text/html"})
    assert "the first 1,000 are shown" in page.text
    assert page.text.count("\n") < 1400
    whole = client.get("/sparql", params=query, headers={"Accept": "application/n-triples"}).text
    assert len(whole.splitlines()) == 9000


def wide(columns: int) -> bytes:
    row = {f"v{i}": {"type": "literal", "value": "x"} for i in range(columns)}
    return json.dumps({"head": {"vars": [*row]}, "results": {"bindings": [row] * 300}}).encode()


def test_of_wide_rows_fewer_are_shown_and_the_page_says_so() -> None:
    table = result_table(wide(200), 500)
    assert (len(table.columns), len(table.rows), table.total) == (200, 50, 300)
    with pytest.raises(ResultTooLargeError, match="201 columns"):
        result_table(wide(201), 500)


def test_a_very_long_text_is_shown_up_to_a_bound() -> None:
    row = {"a": {"type": "literal", "value": "x" * 9000}}
    answer = {"head": {"vars": ["a"]}, "results": {"bindings": [row]}}
    ((cell,),) = result_table(json.dumps(answer).encode(), 5).rows
    assert cell is not None
    assert cell.text.text == "x" * 2000 + "…"
    answer = {"head": {"vars": ["a"]}, "results": {"bindings": [row] * 600}}
    table = result_table(json.dumps(answer).encode(), 600)
    assert (len(table.rows), table.total) == (500, 600)


def test_a_browser_that_asks_for_thousands_of_columns_is_told_what_to_do(client: httpx.Client) -> None:
    columns = " ".join(f"?v{i}" for i in range(3000))
    query = {"query": f"SELECT {columns} WHERE {{ ?s ?p ?o }} LIMIT 2"}
    page = client.get("/sparql", params=query, headers={"Accept": "text/html"})
    assert page.status_code == 422
    assert "3,000 columns" in page.text
    assert client.get("/sparql", params=query, headers={"Accept": "text/csv"}).status_code == 200


@pytest.mark.parametrize(("rows", "total", "more"), [(COUNTED, COUNTED, False), (COUNTED + 1, COUNTED, True)])
def test_rows_are_counted_up_to_a_bound(rows: int, total: int, *, more: bool) -> None:
    row = {"a": {"type": "literal", "value": "x"}}
    answer = {"head": {"vars": ["a"]}, "results": {"bindings": [row] * rows}}
    table = result_table(json.dumps(answer).encode(), 5)
    assert (len(table.rows), table.total, table.more) == (5, total, more)
