"""A small store to ask, and a pool of real workers on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from asking import SHARED, Asker, asking
from koinon.model.settings import Settings

THINGS = 1_000


@pytest.fixture(scope="module")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 1,000 triples in three named graphs, 10 in all of them, and their union in the default graph."""
    path = tmp_path_factory.mktemp("release") / "store"
    store = Store(str(path))
    predicate = NamedNode("https://example.org/number")
    for i in range(THINGS):
        triple = (NamedNode(f"https://example.org/thing/{i}"), predicate, Literal(i))
        store.extend([Quad(*triple), Quad(*triple, NamedNode(f"https://example.org/graph/{i % 3}"))])
    for i in range(SHARED):
        triple = (
            NamedNode(f"https://example.org/shared/{i}"),
            NamedNode("https://example.org/is"),
            Literal("shared"),
        )
        store.add(Quad(*triple))
        store.extend(Quad(*triple, NamedNode(f"https://example.org/graph/{graph}")) for graph in range(3))
    store.flush()
    return path


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Short deadlines and small caps."""
    return Settings(
        query_timeout=1.5,
        query_workers=2,
        query_workers_most=2,
        query_queue=1,
        query_max_bytes=2_000_000,
        query_max_length=20_000,
        query_max_rows=5_000,
        query_max_depth=50,
        query_max_operators=500,
        client_pending=2,
    )


@pytest.fixture
def ask(small_store: Path, settings: Settings) -> Iterator[Asker]:
    """A started pool."""
    with asking(small_store, settings) as asker:
        yield asker
