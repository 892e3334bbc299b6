"""Whom to credit: the sources that state what a page or a document holds, with licence and credit line.

Graphs that Koinon makes itself (code lists, territories, the catalogue) are no sources: the licence in the foot of
every page is theirs.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from sys import intern
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import DCT, DEF, FOAF, SCHEMA
from koinon.publish.documents import LABELS, PREF_LABEL, TYPE, Document, label_triples, ordered
from koinon.publish.naming import best_text
from koinon.publish.text import Text
from koinon.publish.vocabulary import short_name

MOST: Final = 2_000
"""Things of one page whose sources are looked up; a list or a table of more shows what the first ones rest on."""

_REMEMBERED: Final = 50_000
"""Things whose graphs are remembered: ten megabytes."""
_CREATIVE_COMMONS: Final = re.compile(r"https?://creativecommons\.org/licenses/([a-z-]+)/([0-9.]+)/?")
_LICENCES: Final = {
    "https://creativecommons.org/publicdomain/zero/1.0": "CC0 1.0",
    "https://opendatacommons.org/licenses/by/1-0": "ODC-By 1.0",
    "https://opendatacommons.org/licenses/odbl/1-0": "ODbL 1.0",
    "https://opendatacommons.org/licenses/pddl/1-0": "PDDL 1.0",
}
_NAMING: Final = (TYPE, PREF_LABEL)
_SOURCE: Final = NamedNode(DEF + "SourceGraph")
_LICENCE: Final = NamedNode(DCT + "license")
_RIGHTS: Final = NamedNode(DEF + "rightsStatement")
_CREDIT: Final = NamedNode(SCHEMA + "creditText")
_TOPIC: Final = NamedNode(FOAF + "primaryTopic")
_FROM: Final = NamedNode(DCT + "source")


@dataclass(frozen=True, slots=True)
class Credit:
    """A source to be credited: its graph and title, the licence's address, what is said of rights, and its line.

    Licence, rights and line are empty where the source says nothing of them.
    """

    graph: str
    title: Text
    licence: str = ""
    rights: Text = Text("")  # noqa: RUF009  # a Text never changes
    line: str = ""

    @property
    def licence_name(self) -> str:
        """The licence as people call it (``CC BY 4.0``); its address where it has no known name."""
        found = _CREATIVE_COMMONS.match(self.licence)
        if found:
            return f"CC {found[1].upper()} {found[2]}"
        return _LICENCES.get(self.licence.rstrip("/"), self.licence)


def credit_of(store: GraphStore, graph: str, language: str) -> Credit | None:
    """Return how the source that owns ``graph`` is credited, or None for a graph that is no source's."""
    node = NamedNode(graph)
    if next(store.triples(node, TYPE, _SOURCE), None) is None:
        return None
    title = best_text((o for _, _, o in label_triples(store, node) if isinstance(o, Literal)), language)
    rights = best_text(_literals(store, node, _RIGHTS), language)
    licence = next((o.value for _, _, o in store.triples(node, _LICENCE) if isinstance(o, NamedNode)), "")
    line = min((literal.value for literal in _literals(store, node, _CREDIT)), default="")
    return Credit(graph, title or Text(short_name(graph)), licence, rights or Text(""), line)


def credits_of(store: GraphStore, graphs: Iterable[str], language: str) -> tuple[Credit, ...]:
    """Return the credits of those ``graphs`` that are sources', each once, by title."""
    found = (credit_of(store, graph, language) for graph in dict.fromkeys(graphs))
    return tuple(sorted((credit for credit in found if credit), key=lambda c: (c.title.text.casefold(), c.graph)))


def graphs_naming(store: GraphStore, things: Iterable[str]) -> set[str]:
    """Return the IRIs of the graphs that say what the things (IRIs) are or are called; MOST are looked up."""
    nodes = [node for iri in islice(dict.fromkeys(things), MOST) if (node := _node(iri))]
    return {graph.value for graph in store.graphs_about(nodes, _NAMING)}


class NamedBy:
    """Remembers for a release which graphs say what a thing is or is called, as ``graphs_naming`` finds it.

    Lists show the same things again and again. Safe to use from any thread.
    """

    def __init__(self, store: GraphStore) -> None:
        """Look up in ``store``."""
        self._store = store
        self._known: dict[str, tuple[str, ...]] = {}

    def graphs(self, things: Iterable[str]) -> set[str]:
        """Return the IRIs of the graphs that name the things (IRIs); MOST are looked up."""
        asked = list(islice(dict.fromkeys(things), MOST))
        known = self._known
        found = {iri: known[iri] for iri in asked if iri in known}
        unknown = {iri: node for iri in asked if iri not in found and (node := _node(iri))}
        if unknown:
            graphs = self._store.graphs_of_each(tuple(unknown.values()), _NAMING)
            for iri, node in unknown.items():
                found[iri] = tuple(intern(graph.value) for graph in graphs.get(node, ()))
            if len(known) > _REMEMBERED:
                known = self._known = {}
            known.update(found)
        return {graph for graphs in found.values() for graph in graphs}


def graphs_behind(store: GraphStore, document: Document) -> set[str]:
    """Return the IRIs of the graphs that the document rests on: those that speak of what it describes and names."""
    own = [node for node in document.own if isinstance(node, NamedNode)]
    described = set(own)
    near = dict.fromkeys(subject for subject, _, _ in document.triples if subject not in described)
    naming = graphs_naming(store, (node.value for node in near if isinstance(node, NamedNode)))
    return naming | {graph.value for graph in store.graphs_about(own)}


def rights_of(store: GraphStore, graph: NamedNode) -> Iterator[Triple]:
    """Yield what a source's description says of licence, rights and credit."""
    for predicate in (_LICENCE, _RIGHTS, _CREDIT):
        yield from islice(store.triples(graph, predicate), LABELS)


def with_sources(document: Document, store: GraphStore, here: str) -> Document:
    """Return the document with what it rests on: its own address ``here`` names the graphs of the sources.

    Each comes with its licence and credit line, so that a file that was kept still says whom to credit. A document
    without a source stays as it is.
    """
    graphs = map(NamedNode, sorted(graphs_behind(store, document)))
    sources = [node for node in graphs if next(store.triples(node, TYPE, _SOURCE), None)]
    if not sources:
        return document
    page = NamedNode(here)
    said: list[Triple] = [(page, _TOPIC, document.topic), *((page, _FROM, source) for source in sources)]
    for source in sources:
        said += rights_of(store, source)
    known = set(document.triples)
    more = tuple(triple for triple in ordered(said) if triple not in known)
    return Document(document.topic, document.own, (*document.triples, *more), document.next)


def graphs_shown(store: GraphStore, document: Document) -> set[str]:
    """Return the IRIs of the graphs that a page about the document rests on, which also names what it links."""
    linked = (value.value for _, _, value in document.triples if isinstance(value, NamedNode))
    return graphs_behind(store, document) | graphs_naming(store, linked)


def _node(iri: str) -> NamedNode | None:
    try:
        return NamedNode(iri)
    except ValueError:  # a blank node, or an IRI that only imported data have
        return None


def _literals(store: GraphStore, node: NamedNode, predicate: NamedNode) -> list[Literal]:
    return [o for _, _, o in islice(store.triples(node, predicate), LABELS) if isinstance(o, Literal)]
