"""The Python client: things, collections, questions and SPARQL as plain values, frames and graphs."""

import datetime
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import koinon.client
from koinon.client import ClientError, Koinon, Problem, Rows, UnreachableError
from koinon.model.namespaces import DEF, ID
from koinon.release.current import Release
from serving import Service

HEAVY = ("pyoxigraph", "rdflib", "pandas", "polars", "fastapi", "duckdb", "numpy", "jinja2", "koinon.model")


@pytest.fixture(scope="module")
def node(server: Service) -> Iterator[Koinon]:
    with Koinon(server.url) as koinon:
        yield koinon


def test_importing_the_client_loads_httpx_and_nothing_of_the_service() -> None:
    code = "import json, sys, koinon.client; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", code]))
    assert "httpx" in loaded
    assert not set(HEAVY) & set(loaded)


def test_the_face_of_the_client_is_what_its_list_says() -> None:
    public = {name for name, thing in vars(koinon.client).items() if isinstance(thing, type) and name[0].isupper()}
    assert public == set(koinon.client.__all__)


def test_a_thing_is_read_by_its_name_or_its_iri(node: Koinon) -> None:
    thing = node.thing("project/resist")
    assert thing.id == ID + "project/resist" == node.thing(thing.id).id
    assert thing.label == "RESIST"
    assert thing.types == ("Project",)
    assert thing["fundedUnder"]
    assert thing["noSuchProperty"] is None


def test_collections_are_read_to_their_end_page_by_page(node: Koinon) -> None:
    actors = node.actors(size=10)
    things = list(actors)
    assert len({thing.id for thing in things}) == len(things) == actors.total > 50
    assert node.projects(sort="-start").first(1)[0].id == ID + "project/respondet"


def test_facets_say_what_a_filter_would_leave(node: Koinon) -> None:
    for value in node.projects().facets["country"].values:
        assert node.projects(country=value.value).total == value.count
    assert node.projects(country=["italy", "spain"]).total >= node.projects(country="italy").total


def test_labels_come_in_the_language_of_the_client(server: Service) -> None:
    with Koinon(server.url, language="el") as greek:
        assert greek.thing("place/greece").label == "Ελλάδα"
        assert "Ελλάδα" in {value.label for value in greek.projects().facets["country"].values} | {
            value.label for value in greek.projects(more="country").facets["country"].values
        }


def test_a_question_is_answered_with_rows(node: Koinon) -> None:
    names = {question.name for question in node.questions()}
    assert "project-participants" in names
    rows = node.ask("project-participants", project="project/respondet")
    assert len(rows) > 3
    assert len(rows.to_pandas()) == len(rows.to_polars()) == len(rows)


def test_rows_hold_values_of_python(node: Koinon) -> None:
    (row,) = node.sparql(
        f"SELECT ?start (2 + 3 AS ?sum) {{ <{ID}project/respondet> <https://schema.org/startDate> ?start }}"
    )
    assert row == {"start": datetime.date(2022, 5, 1), "sum": 5}
    assert node.sparql(f"ASK {{ <{ID}project/resist> a <{DEF}Project> }}")[0]["answer"] is True


def test_collections_become_frames_and_graphs(node: Koinon) -> None:
    projects = node.projects(fields="acronym,startDate,subject", size=2)
    frame = projects.to_pandas()
    assert sorted(frame["id"]) == sorted(thing.id for thing in projects)
    assert projects.to_polars().height == len(frame) == projects.total
    graph = projects.to_rdflib()
    assert {str(thing) for thing in graph.objects(None, None)} >= set(frame["id"])


def test_graphs_are_those_of_the_document(node: Koinon) -> None:
    graph = node.graph("project/resist")
    described = node.construct(f"DESCRIBE <{ID}project/resist>")
    assert 50 < len(described) < len(graph)


def test_a_search_finds_by_what_people_type(node: Koinon) -> None:
    hits = node.search("respondet", type="Project")
    assert hits[0].id == ID + "project/respondet"


def test_the_release_that_answers_is_told_also_of_an_earlier_one(
    node: Koinon, server: Service, release: Release
) -> None:
    assert node.release() == release.id
    with Koinon(f"{server.url}/releases/{release.id[:12]}") as earlier:
        assert earlier.release() == release.id


def test_fields_that_were_asked_for_are_columns_where_nothing_has_them(node: Koinon) -> None:
    nothing = node.projects(year="1850", country="italy", fields=["acronym", "startDate"])
    assert nothing.total == 0
    assert nothing.to_rows().columns == ("id", "label", "acronym", "startDate")
    assert list(nothing.to_pandas().columns) == ["id", "label", "acronym", "startDate"]


def test_a_refusal_says_what_the_node_said(node: Koinon) -> None:
    with pytest.raises(Problem, match="Nothing is known") as refused:
        node.thing("project/nobody")
    assert refused.value.status == 404
    assert refused.value.type.endswith("/problems/not-found")
    with pytest.raises(Problem, match="There is no parameter"):
        node.projects(colour="red").total  # noqa: B018  # reading it asks


def test_a_busy_node_is_asked_again_and_nobody_is_told_as_such() -> None:
    answers = iter((503, 503, 200))

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(next(answers), json={"head": {}, "boolean": True}, headers={"Retry-After": "0"})

    node = Koinon("http://node.example", http=httpx.Client(transport=httpx.MockTransport(answer)))
    assert node.sparql("ASK {}")[0]["answer"] is True
    with pytest.raises(UnreachableError), Koinon("http://127.0.0.1:9") as nobody:
        nobody.release()
    assert issubclass(UnreachableError, ClientError)


def test_values_that_python_has_no_value_for_stay_texts() -> None:
    date = {"type": "literal", "value": "-0044-03-15", "datatype": "http://www.w3.org/2001/XMLSchema#date"}
    rows = Rows.of({"head": {"vars": ["when", "who"]}, "results": {"bindings": [{"when": date}]}})
    assert rows[0] == {"when": "-0044-03-15", "who": None}
    with pytest.raises(KeyError):
        rows.column("where")


def test_what_the_page_of_the_client_shows_works(server: Service, capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "client.md"
    (code,) = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    exec(code.replace("http://127.0.0.1:8000", server.url), {})  # noqa: S102  # it is ours
    told = capsys.readouterr().out
    assert "Włochy 3" in told
    assert "actors in Pomorskie" in told
