"""The ontology, the context and the data, read once for all tests of this folder."""

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, Graph, URIRef

from ontology.reading import DECLARES, DEF, ROOT, triples


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def ontology() -> Graph:
    graph = Graph()
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(scope="session")
def modules() -> dict[str, Graph]:
    return {name: Graph().parse(ROOT / "ontology" / f"{name}.ttl") for name in DECLARES}


@pytest.fixture(scope="session")
def declared(modules: dict[str, Graph]) -> set[str]:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {s for g in modules.values() for kind in kinds for s in g.subjects(RDF.type, kind)}
    return {str(term).removeprefix(DEF) for term in terms if isinstance(term, URIRef) and term.startswith(DEF)}


@pytest.fixture(scope="session")
def data() -> list[ox.Triple]:
    """Every triple of the sources."""
    return list(triples("data"))


@pytest.fixture(scope="session")
def context() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "ontology/context/v1.jsonld").read_text("utf-8"))
    return loaded["@context"]
