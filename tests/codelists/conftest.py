"""The code lists as the tests read them: one graph per file, and all of them together."""

from pathlib import Path

import pytest
from rdflib import Graph

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "ontology" / "code").glob("*.ttl"))


@pytest.fixture(scope="session", params=FILES, ids=lambda file: file.stem)
def code_list(request: pytest.FixtureRequest) -> tuple[str, Graph]:
    """Out: the scheme's slug (the name of its file) and its triples."""
    file: Path = request.param
    return file.stem, Graph().parse(file, format="turtle")


@pytest.fixture(scope="session")
def all_code_lists() -> Graph:
    """Out: the triples of every code list."""
    graph = Graph()
    for file in FILES:
        graph.parse(file, format="turtle")
    return graph
