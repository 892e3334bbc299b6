"""The queries that stand behind pages: ``.rq`` files of this package, with a term set at their one marked place."""

from functools import cache
from importlib.resources import files
from typing import Final

from pyoxigraph import NamedNode

_PLACE: Final = "<urn:koinon:topic>"


@cache
def query_text(name: str) -> str:
    """Return the text of ``queries/{name}.rq`` of this package."""
    return (files("koinon.publish") / "queries" / f"{name}.rq").read_text("utf-8")


def query_about(topic: NamedNode) -> str:
    """Return the query behind the page about a thing: what is said of it, and by which source."""
    return query_text("thing").replace(_PLACE, str(topic))


def query_for_graph(graph: NamedNode) -> str:
    """Return the query behind the page about a source: everything that it says."""
    return query_text("graph").replace(_PLACE, str(graph))


def query_for_some(graph: NamedNode) -> str:
    """Return the query that shows what is in a graph: its first statements."""
    return query_text("some-of-graph").replace(_PLACE, str(graph))
