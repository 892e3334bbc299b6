"""Comunica, the query engine for the web, asks the endpoint and joins it with itself."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from clients.questions import (
    ASK,
    ASK_NOT,
    COORDINATOR,
    DEPARTMENT,
    DESCRIBE,
    PROJECT,
    RDF_TYPE,
    RESIST,
    TYPES,
    WRONG,
)
from serving import Service

FOLDER = Path(__file__).with_name("comunica")
RESIST_IS_A_PROJECT = f"<{RESIST}> <{RDF_TYPE}> <{PROJECT}> ."
SECONDS = 60

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed"),
    pytest.mark.skipif(
        not (FOLDER / "node_modules" / ".package-lock.json").is_file(),
        reason="Comunica is not installed: make clients",
    ),
]


def comunica(query: str, *sources: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", "ask.js"],
        cwd=FOLDER,
        input=json.dumps({"query": query, "sources": sources}),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def answer(query: str, *sources: str) -> str:
    done = comunica(query, *sources)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(query: str, *sources: str) -> list[dict[str, str]]:
    bindings = json.loads(answer(query, *sources))["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in bindings]


def test_a_table(server: Service) -> None:
    assert rows(COORDINATOR, f"{server}/sparql") == [{"who": DEPARTMENT}]


def test_yes_and_no(server: Service) -> None:
    assert json.loads(answer(ASK, f"{server}/sparql"))["boolean"] is True
    assert json.loads(answer(ASK_NOT, f"{server}/sparql"))["boolean"] is False


@pytest.mark.parametrize("query", [TYPES, DESCRIBE])
def test_a_graph(server: Service, query: str) -> None:
    assert RESIST_IS_A_PROJECT in answer(query, f"{server}/sparql").splitlines()


def test_the_endpoint_is_joined_with_itself_as_two_sources(server: Service) -> None:
    projects = f"SELECT DISTINCT ?s ?p WHERE {{ ?s a <{PROJECT}> . ?s ?p <{PROJECT}> }}"
    one = f"{server}/sparql"
    two = one.replace("127.0.0.1", "localhost")
    joined = rows(projects, one, two)
    assert {"s": RESIST, "p": RDF_TYPE} in joined
    assert sorted(map(str, joined)) == sorted(map(str, rows(projects, one)))


def test_a_service_clause_that_the_client_hands_on_is_refused_with_a_reason(server: Service) -> None:
    done = comunica(f"SELECT * WHERE {{ SERVICE <{server}/sparql> {{ ?s a <{PROJECT}> }} }}", f"{server}/sparql")
    assert done.returncode != 0
    assert "query-refused" in done.stderr


def test_an_error_says_what_is_wrong(server: Service) -> None:
    done = comunica(ASK, f"{server}/no-such-endpoint")
    assert done.returncode != 0
    assert "HTTP status 404" in done.stderr
    assert comunica(WRONG, f"{server}/sparql").returncode != 0


def test_the_lock_file_names_no_registry() -> None:
    packages = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    assert len(packages) > 100
    assert all("integrity" in package for name, package in packages.items() if name)
    assert not any("resolved" in package for package in packages.values())
