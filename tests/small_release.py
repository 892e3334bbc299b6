"""A small release that is made by hand, in the layout of any release, and the service on it in a thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from connections import running
from koinon.model.namespaces import DCT, DEF, GRAPH, ID, PROV, SKOS
from koinon.model.settings import Settings
from koinon.release.current import switch_current
from koinon.release.manifest import GraphEntry, Manifest
from koinon.release.paths import Home
from koinon.web.app import create_app

_PREFIXES = f"""@base <{ID}> . @prefix koi: <{DEF}> . @prefix skos: <{SKOS}> .
@prefix dct: <{DCT}> . @prefix prov: <{PROV}> .
"""


def make_release(root: Path, identifier: str, turtle: str) -> Home:
    """Make ``turtle`` the current release of a home, in one source graph called ``small``."""
    home = Home(root)
    folder = home.release(identifier)
    folder.mkdir(parents=True)
    store = Store(str(folder / "store"))
    graph = NamedNode(GRAPH + "small")
    for quad in parse(_PREFIXES + turtle, RdfFormat.TURTLE):
        store.add(Quad(quad.subject, quad.predicate, quad.object, graph))
        store.add(Quad(quad.subject, quad.predicate, quad.object, DefaultGraph()))
    store.flush()
    store.dump(str(folder / "dump.nq"), RdfFormat.N_QUADS)
    entry = GraphEntry(graph.value, "small", "page", "0" * 64, len(store) // 2, {"en": "A small source"})
    Manifest(
        id=identifier,
        parent=None,
        ontology_version="1.0.0",
        shapes_version="1.0.0",
        rules_version="1",
        link_model_version="0",
        software_version="0",
        received="2026-11-21",
        graphs=(entry,),
        total=len(store),
    ).write(folder / "manifest.json")
    switch_current(home, identifier)
    return home


@contextmanager
def service_on(home: Home, **given: object) -> Iterator[httpx.Client]:
    """Serve the home from a thread of this process; yields a client that follows no redirects."""
    settings = Settings.from_environment({}, **({"home": home.root, "query_workers": 1} | given))
    with (
        running(create_app(settings), settings) as (port, _),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client,
    ):
        yield client
