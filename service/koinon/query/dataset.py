"""The dataset that a query asks (SPARQL 1.1 §13, Protocol §2.1.4): graphs of ours alone, each statement once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import urljoin

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

from koinon.model.errors import QueryRefusedError
from koinon.model.namespaces import CANONICAL
from koinon.query.guard import unescape
from koinon.query.lexing import Token, tokens_of

QUERY_BASE: Final = CANONICAL + "sparql"
"""What relative IRIs of a query are resolved against (SPARQL 1.1 §4.1.1.2), wherever the service runs."""
_MERGED: Final = NamedNode("urn:koinon:merged")
_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Graphs:
    """The graphs that make up the default graph, and those that GRAPH may name; no two of a kind are the same."""

    default: tuple[str, ...]
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A store and the graphs of it that a query sees: all of them where both lists are None."""

    store: Store
    default: list[NamedNode | BlankNode | DefaultGraph] | None = None
    named: list[NamedNode | BlankNode] | None = None


class Datasets:
    """Finds or makes the dataset of a query on one store."""

    def __init__(self, store: Store, max_merged: int) -> None:
        """Merge at most ``max_merged`` statements for one query."""
        self._store = store
        self._max_merged = max_merged
        self._merged: tuple[Graphs, Store] | None = None

    def of(self, text: str, default: Sequence[str], named: Sequence[str]) -> Dataset:
        """Return the dataset that the protocol's parameters name, or else the query itself by FROM.

        Several default graphs are merged, so that a statement of two of them counts once (RDF 1.1 Semantics §4.1);
        the engine by itself would return it twice. Raises QueryRefusedError for a graph that the store has not, and
        for graphs that are too large to be merged.
        """
        graphs = Graphs(_once(default), _once(named)) if default or named else graphs_of(text)
        if graphs is None:
            return Dataset(self._store)
        for iri in (*graphs.default, *graphs.named):
            if next(self._store.quads_for_pattern(None, None, None, _node(iri)), None) is None:
                raise QueryRefusedError(
                    f"There is no graph <{iri[:_SHOWN]}> here, and nothing is fetched from elsewhere. "
                    "The service description lists the graphs."
                )
        named_nodes: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in graphs.named]
        if len(graphs.default) < 2:
            return Dataset(self._store, [NamedNode(iri) for iri in graphs.default], named_nodes)
        return Dataset(self._merge(graphs), [_MERGED], named_nodes)

    def _merge(self, graphs: Graphs) -> Store:
        if self._merged is not None and self._merged[0] == graphs:
            return self._merged[1]
        self._merged = None
        merged = Store()
        left = self._max_merged
        for iris, target in ((graphs.default, _MERGED), (graphs.named, None)):
            for iri in iris:
                quads = self._store.quads_for_pattern(None, None, None, NamedNode(iri))
                batch = [
                    Quad(quad.subject, quad.predicate, quad.object, target or quad.graph_name)
                    for quad in islice(quads, left + 1)
                ]
                left -= len(batch)
                if left < 0:
                    raise QueryRefusedError(
                        f"The graphs that FROM names have more than {self._max_merged:,} statements together. Name "
                        "fewer of them, or none: the default graph holds the statements of all, each once."
                    )
                merged.extend(batch)
        self._merged = (graphs, merged)
        return merged


def graphs_of(text: str) -> Graphs | None:
    """Return the graphs of a query's dataset clause (rules 13 to 16), or None where it has none."""
    text = unescape(text)
    if "from" not in text.lower():
        return None
    default: list[str] = []
    named: list[str] = []
    base, prefixes, before = QUERY_BASE, dict[str, str](), list[Token]()
    for token in tokens_of(text):
        words = [t.text.upper() if t.kind == "word" else t.kind for t in before[-2:]]
        if token.kind == "iri" and words[-1:] == ["BASE"]:
            base = urljoin(base, token.text[1:-1])
        elif token.kind == "iri" and words == ["PREFIX", "name"]:
            prefixes[before[-1].text.rstrip(":")] = urljoin(base, token.text[1:-1])
        elif token.kind in ("iri", "name") and words[-1:] == ["FROM"]:
            default.append(_resolved(token, base, prefixes))
        elif token.kind in ("iri", "name") and words == ["FROM", "NAMED"]:
            named.append(_resolved(token, base, prefixes))
        before = [*before[-1:], token]
    return Graphs(_once(default), _once(named)) if default or named else None


def _resolved(token: Token, base: str, prefixes: dict[str, str]) -> str:
    if token.kind == "iri":
        return urljoin(base, token.text[1:-1])
    local = token.text[len(token.prefix or "") + 1 :].replace("\\", "")
    return prefixes.get(token.prefix or "", "") + local


def _node(iri: str) -> NamedNode:
    try:
        return NamedNode(iri)
    except ValueError as error:
        raise QueryRefusedError(f"A graph is named by an absolute IRI; {iri[:_SHOWN]!r} is none.") from error


def _once(iris: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(iris))
