"""The questions of the catalogue, asked of the shipped data, against rows worked out by reading the sources.

A file in ``expected/`` is named after its query, or after the query and a case. Its header names the columns that
it compares: all of the query's, or some of them where the others grow with the data. IRIs stand without
``https://w3id.org/koinon/``. Rows are compared as sorted lists, repeated ones included.
"""

import csv
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
)

from koinon.model.assets import Assets
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.settings import Settings
from koinon.query.catalogue import Catalogue, CatalogueQuery, load_catalogue
from koinon.release.current import Release

BASE: Final = "https://w3id.org/koinon/"
EXPECTED: Final = Path(__file__).parent / "expected"
CATALOGUE: Final = load_catalogue(Assets.locate(Settings.from_environment({})).queries)
DRAFTS: Final = 3
"""How often a query is asked at most until it answers within its budget: the machine may be busy."""


@dataclass(frozen=True, slots=True)
class Case:
    """A query with the values of its parameters; ``only`` limits the rows by a pattern for one column."""

    parameters: dict[str, str] = field(default_factory=dict)
    only: tuple[str, str] | None = None


CASES: Final = {
    "bases-of-statements": Case(only=("graph", r"graph/(?!external-).*")),
    "cluster-models": Case(only=("language", "en")),
    "datasets": Case(only=("graph", r"graph/(?!external-).*")),
    "events-of-a-project.innovative-collaborations": Case({"project": "project/innovative-collaborations"}),
    "events-of-a-project.respondet": Case({"project": "project/respondet"}),
    "external-identifiers": Case(
        only=("thing", r"id/(place/(malopolskie|agder|wallonia|kristiansand)|project/.*|call/.*)")
    ),
    "find-by-spelling.coneixement": Case({"spelling": "department d'empresa i coneixement"}),
    "find-by-spelling.landes-art": Case({"spelling": "Landes'Art"}),
    "find-by-spelling.plus-resilient": Case({"spelling": "+ resilient"}),
    "find-by-spelling.rechcerche": Case({"spelling": "Rechcerche"}),
    "find-by-spelling.resist": Case({"spelling": "resist"}),
    "find-by-spelling.rops": Case({"spelling": "ROPS"}),
    "find-by-spelling.svrc": Case({"spelling": "SVRC"}),
    "good-practices-on-a-theme.regeneration": Case({"theme": "code/theme/regeneration"}),
    "labels-in-my-language.lv": Case({"language": "lv"}),
    "members-of-a-network.reves": Case({"network": "organisation/reves"}),
    "outputs-of-a-project.resist": Case({"project": "project/resist"}),
    "partners-by-region-and-theme": Case(only=("region", "id/place/pomorskie")),
    "project-participants.innovative-collaborations": Case({"project": "project/innovative-collaborations"}),
    "project-participants.resilient": Case({"project": "project/resilient"}),
    "project-participants.resist": Case({"project": "project/resist"}),
    "project-participants.sea4neb": Case({"project": "project/sea4neb"}),
    "projects-active-on.day-after": Case({"day": "2023-11-01"}),
    "projects-active-on.last-day": Case({"day": "2023-10-31"}),
    "regions-sharing-a-cluster-model.level-0": Case({"level": "0"}),
    "regions-sharing-a-cluster-model.level-1": Case({"level": "1"}),
    "sources-about-a-region.italy": Case({"region": "place/italy"}),
    "sources-about-a-region.pomorskie": Case({"region": "place/pomorskie"}),
    "statements-by-source.call": Case({"thing": "call/smp-cosme-2021-resilience-sem"}),
    "territories-of-a-project.innovative-collaborations": Case({"project": "project/innovative-collaborations"}),
    "territories-of-a-project.resilient": Case({"project": "project/resilient"}),
    "territories-of-a-project.respondet": Case({"project": "project/respondet"}),
    "territories-of-a-project.sea4neb": Case({"project": "project/sea4neb"}),
    "who-says-so": Case(only=("property", "def#addressesClusterModel")),
}
TABLES: Final = sorted(path.stem for path in EXPECTED.glob("*.csv"))

Row = dict[str, str]


@pytest.fixture(scope="module")
def store(release: Release) -> Store:
    """The store of the release, for reading."""
    return release.open().raw


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """All questions."""
    return CATALOGUE


def short(term: NamedNode | BlankNode | Literal | object | None) -> str:
    """Return a term as the expected files write it."""
    if term is None:
        return ""
    assert isinstance(term, NamedNode | BlankNode | Literal), term
    return term.value.removeprefix(BASE)


def rows(store: Store, query: CatalogueQuery, parameters: dict[str, str] | None = None) -> list[Row]:
    """Return the answer of a SELECT query."""
    answer = store.query(query.bind(parameters))
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    return [{name: short(solution[name]) for name in names} for solution in answer]


def triples(store: Store, query: CatalogueQuery) -> set[str]:
    """Return the answer of a CONSTRUCT query as lines of N-Triples."""
    answer = store.query(query.bind())
    assert isinstance(answer, QueryTriples)
    return {f"{triple} ." for triple in answer}


def read_triples(path: Path) -> set[str]:
    """Return a file of N-Triples as lines."""
    return {f"{quad.triple} ." for quad in parse(path=path, format=RdfFormat.N_TRIPLES)}


@pytest.mark.parametrize("name", TABLES)
def test_a_question_has_the_answer_that_the_sources_give(store: Store, catalogue: Catalogue, name: str) -> None:
    case = CASES.get(name, Case())
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        expected = list(reader)
        columns = list(reader.fieldnames or ())
    found = rows(store, catalogue[name.partition(".")[0]], case.parameters)
    if found:
        assert set(columns) <= set(found[0])
    if case.only:
        column, pattern = case.only
        found = [row for row in found if re.fullmatch(pattern, row[column])]
    got = [{column: row[column] for column in columns} for row in found]
    if found and columns != list(found[0]):
        got = [dict(row) for row in {tuple(row.items()) for row in got}]
    assert sorted(map(tuple, map(dict.values, got))) == sorted(map(tuple, map(dict.values, expected)))


def test_one_thing_as_a_graph(store: Store, catalogue: Catalogue) -> None:
    assert triples(store, catalogue["everything-about"]) == read_triples(EXPECTED / "everything-about.nt")


def test_projects_as_schema_org(store: Store, catalogue: Catalogue) -> None:
    """The file has what is said of the projects; names of members and places, and key words, are many."""
    found = triples(store, catalogue["projects-as-schema-org"])
    of_projects = {line for line in found if line.startswith(f"<{BASE}id/project/")}
    keywords = {line for line in of_projects if " <https://schema.org/keywords> " in line}
    assert of_projects - keywords == read_triples(EXPECTED / "projects-as-schema-org.nt")
    assert any('"social innovation"@en' in line for line in keywords)
    assert not any("schema.org/funder" in line and "/id/programme/" in line for line in found)


def test_each_page_says_some_things_and_implies_others(store: Store, catalogue: Catalogue) -> None:
    """The counts grow with the data, so this compares them with the receipts in each graph."""
    counted: dict[str, dict[str, int]] = {}
    for row in rows(store, catalogue["bases-of-statements"]):
        counted.setdefault(row["graph"], {})[row["basis"]] = int(row["statements"])
    pages = {graph: bases for graph, bases in counted.items() if "stated" in bases}
    assert len(pages) == 5
    rdf_type = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    statement = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement")
    for graph, bases in pages.items():
        assert {"stated", "implied"} <= set(bases) <= {"stated", "implied", "external"}
        receipts = store.quads_for_pattern(None, rdf_type, statement, NamedNode(BASE + graph))
        assert sum(bases.values()) == sum(1 for _ in receipts)


def test_every_cluster_model_has_a_label_in_each_language(store: Store, catalogue: Catalogue) -> None:
    labels = {(row["code"], row["language"]) for row in rows(store, catalogue["cluster-models"])}
    codes = {code for code, _ in labels}
    assert len(codes) == 7
    assert labels == {(code, language) for code in codes for language in INTERFACE_LANGUAGES}


def test_every_statement_of_a_page_has_its_place_in_the_page(store: Store, catalogue: Catalogue) -> None:
    for row in rows(store, catalogue["who-says-so"]):
        if row["document"] == "id/document/sea4neb-article":
            assert int(row["from"]) < int(row["to"])
        else:
            assert row["basis"] == "external"


def test_sessions_of_a_meeting_come_in_the_order_of_the_article(store: Store, catalogue: Catalogue) -> None:
    sessions = rows(store, catalogue["events-of-a-project"], {"project": "project/resist"})
    meeting = "id/event/resist-partner-meeting-kristiansand"
    dated = [row["event"].rpartition("/")[2] for row in sessions if row["partOf"] == meeting and row["start"]]
    assert dated == [
        "resist-visioning-workshop",
        "resist-review-workshop",
        "resist-agder-presentation",
        "resist-group-working-sessions",
        "resist-tangen-visit",
        "resist-moip-session",
        "resist-phase-transition-sessions",
        "resist-closing-planning-session",
    ]
    assert [row["hostName"] for row in sessions if row["event"] == meeting] == ["Agder region (authority)"]


@pytest.mark.parametrize("query", list(CATALOGUE), ids=lambda query: query.name)
def test_every_question_has_an_expected_answer(query: CatalogueQuery) -> None:
    assert list(EXPECTED.glob(f"{query.name}.*")), f"expected/{query.name}.csv is missing"


def test_every_case_has_a_file_and_every_file_a_query(catalogue: Catalogue) -> None:
    assert set(CASES) <= set(TABLES)
    assert {path.name.partition(".")[0] for path in EXPECTED.iterdir()} <= set(catalogue.queries)


@pytest.mark.parametrize("query", list(CATALOGUE), ids=lambda query: query.name)
def test_every_question_answers_within_its_budget_and_repeats_nothing(store: Store, query: CatalogueQuery) -> None:
    best = float("inf")
    for _ in range(DRAFTS):
        started = time.perf_counter()
        answer = store.query(query.bind())
        assert not isinstance(answer, QueryBoolean)
        found = [str(each) for each in answer]
        best = min(best, time.perf_counter() - started)
        if best < query.budget:
            break
    assert best < query.budget
    if isinstance(answer, QuerySolutions):
        assert len(found) == len(set(found))


SAME_WORD: Final = {("region", "pl"), ("region", "nb")}
"""Names that another language writes as English does."""


@pytest.mark.parametrize("query", list(CATALOGUE), ids=lambda query: query.name)
def test_every_question_is_put_in_nine_languages(query: CatalogueQuery) -> None:
    texts = {"title": query.title, "description": query.description}
    texts |= {name: parameter.label for name, parameter in query.parameters.items()}
    for name, by_language in texts.items():
        assert list(by_language) == list(INTERFACE_LANGUAGES), f"{name}: the languages in their order"
        for language, text in by_language.items():
            assert text.strip() == text != ""
            if language != "en" and (name, language) not in SAME_WORD:
                assert text != by_language["en"], f"{name} in {language} is the English text"
