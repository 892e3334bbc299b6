"""Who says so: for each triple of a page the sources that state it, on what basis, and where in their text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import DCT, DEF, OA, PROV, RDF, RDFS
from koinon.publish.documents import label_triples, literal_of

_SUBJECT: Final = NamedNode(RDF + "subject")
_PREDICATE: Final = RDF + "predicate"
_OBJECT: Final = RDF + "object"
_BASIS: Final = DEF + "basis"
_RANGE: Final = DEF + "sourceRange"
_COMMENT: Final = RDFS + "comment"
_START: Final = NamedNode(OA + "start")
_END: Final = NamedNode(OA + "end")
_CHARACTERS: Final = re.compile(r"#char=(\d+),(\d+)$")  # RFC 5147 §2.2.1
_DEFAULT_BASIS: Final = NamedNode(DEF + "defaultBasis")
_PRIMARY: Final = NamedNode(PROV + "hadPrimarySource")
RECEIPTS: Final = 1500
"""Receipts that are read for one page; a statement whose receipt is not read still names its source."""

_TOLD: Final = 20
_FACTS: Final = 32
"""Words of sources for one statement, and facts of one receipt, that a page has."""


@dataclass(frozen=True, slots=True, order=True)
class Evidence:
    """One source's word for one triple.

    ``graph`` is the IRI of the source's graph, ``basis`` the notation of how it is known (``stated``, ``implied``,
    ``external`` or empty), ``ranges`` are ``(start, end)`` in Unicode characters of its document, end excluded.
    """

    graph: str
    basis: str = ""
    ranges: tuple[tuple[int, int], ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """A source as a page cites it: labels are by language tag, dates as ISO 8601, empty where unknown."""

    graph: str
    titles: tuple[Literal, ...]
    document: str
    document_titles: tuple[Literal, ...]
    language: str
    issued: str
    received: str
    address: str


class EvidenceBook:
    """Reads receipts and graphs of one release, subject by subject, for one page."""

    def __init__(self, store: GraphStore) -> None:
        """Read from ``store``."""
        self._store = store
        self._default_basis: dict[str, str] = {}
        self._unread = RECEIPTS

    def of_subject(self, subject: NamedNode, triples: Iterable[Triple]) -> dict[Triple, tuple[Evidence, ...]]:
        """Return the evidence for each of the subject's ``triples``, sorted by graph, at most 20 of each."""
        receipts: dict[tuple[str, str], list[Evidence]] = {}
        for receipt, _, _ in islice(self._store.triples(None, _SUBJECT, subject), self._unread):
            self._unread -= 1
            key, evidence = self._receipt(receipt)
            receipts.setdefault(key, []).append(evidence)
        found: dict[Triple, tuple[Evidence, ...]] = {}
        for triple in triples:
            told = receipts.get((triple[1].value, str(triple[2])), [])
            graphs = {evidence.graph for evidence in told}
            told = told + [
                Evidence(graph.value, self._basis_of(graph))
                for graph in self._store.graphs_of(triple, _TOLD)
                if graph.value not in graphs
            ]
            found[triple] = tuple(sorted(set(told))[:_TOLD])
        return found

    def describe(self, graph: str) -> SourceDescription:
        """Return how a page cites the source that owns ``graph``."""
        node = NamedNode(graph)
        store = self._store
        document = next((o for _, _, o in store.triples(node, _PRIMARY) if isinstance(o, NamedNode)), None)
        about = document or node
        return SourceDescription(
            graph=graph,
            titles=_literals(label_triples(store, node)),
            document=document.value if document else "",
            document_titles=_literals(label_triples(store, about)),
            language=next((o.value for _, _, o in store.triples(about, NamedNode(DCT + "language"))), ""),
            issued=_text(store, about, DCT + "issued"),
            received=_text(store, node, DEF + "received"),
            address=_text(store, about, "https://schema.org/url"),
        )

    def _receipt(self, receipt: NamedNode) -> tuple[tuple[str, str], Evidence]:
        predicate, value, basis, comment = "", "", "", ""
        ranges: list[tuple[int, int]] = []
        for _, p, o in islice(self._store.triples(receipt), _FACTS):
            match p.value:
                case name if name == _PREDICATE:
                    predicate = o.value
                case name if name == _OBJECT:
                    value = str(o)
                case name if name == _BASIS:
                    basis = o.value.rsplit("/", 1)[-1]
                case name if name == _COMMENT:
                    comment = o.value
                case name if name == _RANGE and isinstance(o, NamedNode):
                    ranges.append(self._range(o))
        graph = receipt.value.split("#", 1)[0]
        return (predicate, value), Evidence(graph, basis, tuple(sorted(ranges)), comment)

    def _range(self, node: NamedNode) -> tuple[int, int]:
        written = _CHARACTERS.search(node.value)
        if written:
            return int(written[1]), int(written[2])
        start, end = literal_of(self._store, node, _START), literal_of(self._store, node, _END)
        return int(start.value) if start else 0, int(end.value) if end else 0

    def _basis_of(self, graph: NamedNode) -> str:
        if graph.value not in self._default_basis:
            basis = next((o.value for _, _, o in self._store.triples(graph, _DEFAULT_BASIS)), "")
            self._default_basis[graph.value] = basis.rsplit("/", 1)[-1]
        return self._default_basis[graph.value]


def _literals(triples: Iterable[Triple]) -> tuple[Literal, ...]:
    return tuple(o for _, _, o in triples if isinstance(o, Literal))


def _text(store: GraphStore, node: NamedNode, predicate: str) -> str:
    return next((o.value for _, _, o in store.triples(node, NamedNode(predicate))), "")
