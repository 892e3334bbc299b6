"""Questions to a graph that are answered with yes or no."""

from pyoxigraph import QueryBoolean, Store

from koinon.model.namespaces import PREFIXES

HEAD = "BASE <https://w3id.org/koinon/id/>\n" + "".join(f"PREFIX {n}: <{iri}>\n" for n, iri in PREFIXES.items())


def unsaid(store: Store, *patterns: str) -> list[str]:
    """Return the patterns that the graph doesn't hold; things are named like ``<organisation/x>``."""
    return [pattern for pattern in patterns if not _holds(store, pattern)]


def said(store: Store, *patterns: str) -> list[str]:
    """Return the patterns that the graph holds."""
    return [pattern for pattern in patterns if _holds(store, pattern)]


def _holds(store: Store, pattern: str) -> bool:
    answer = store.query(f"{HEAD}ASK {{ {pattern} }}")
    assert isinstance(answer, QueryBoolean)
    return bool(answer)
