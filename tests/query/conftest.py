"""A small store to ask, and a pool of real workers on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from koinon.model.settings import Settings
from koinon.query.pool import WorkerPool

THINGS = 1_000


@pytest.fixture(scope="module")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of 1,000 triples in three named graphs and, as their union, in the default graph."""
    path = tmp_path_factory.mktemp("release") / "store"
    store = Store(str(path))
    predicate = NamedNode("https://example.org/number")
    for i in range(THINGS):
        triple = (NamedNode(f"https://example.org/thing/{i}"), predicate, Literal(i))
        store.extend([Quad(*triple), Quad(*triple, NamedNode(f"https://example.org/graph/{i % 3}"))])
    store.flush()
    return path


@pytest.fixture(scope="module")
def settings() -> Settings:
    """Short deadlines and small caps."""
    return Settings(
        query_timeout=1.5, query_workers=2, query_queue=1, query_max_bytes=50_000, query_max_length=20_000
    )


@pytest.fixture
def pool(small_store: Path, settings: Settings) -> Iterator[WorkerPool]:
    """A started pool."""
    pool = WorkerPool(small_store, settings)
    pool.start()
    yield pool
    pool.close()
