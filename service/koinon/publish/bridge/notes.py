"""Notes of a page about regions: who says each thing on it, numbered in the order in which they come."""

from itertools import islice
from typing import Final

from pyoxigraph import NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import CODE, DCT, DEF, M8G, ORG, SCHEMA
from koinon.publish.bridge.topics import PREDICATES
from koinon.publish.evidence import Evidence, EvidenceBook
from koinon.publish.naming import Naming, best_text
from koinon.publish.text import Text
from koinon.publish.views import Named, Note, Reference, Source

_CITED: Final = frozenset(
    (
        *PREDICATES,
        *(DEF + name for name in ("locatedIn", "worksIn", "coversTerritory", "involvesActor", "cooperatesWith")),
        *(DEF + name for name in ("showcases", "partOfProject", "hasCoverage")),
        *(ORG + name for name in ("unitOf", "hasMember")),
        M8G + "hasParticipant",
        SCHEMA + "location",
        DCT + "isPartOf",
    )
)
_EACH: Final = 200
"""Statements about one thing whose sources are looked up."""
_TERRITORY: Final = "graph/territory"


class Notes:
    """Numbers the words of sources that one page rests on."""

    def __init__(self, store: GraphStore, naming: Naming) -> None:
        """Read from ``store``."""
        self._store = store
        self._name = naming
        self._book = EvidenceBook(store)
        self._known: dict[NamedNode, dict[Triple, tuple[Evidence, ...]]] = {}
        self._numbers: dict[Evidence, int] = {}

    def cite(self, subject: str, predicate: str, value: str) -> tuple[Reference, ...]:
        """Return the marks of the sources that state something; none where nobody does.

        A statement that a source makes is not cited from the rule that found it again.
        """
        node = NamedNode(subject)
        if node not in self._known:
            said = (t for t in self._store.said_of(node) if t[1].value in _CITED)
            self._known[node] = self._book.of_subject(node, islice(said, _EACH))
        found = self._known[node].get((node, NamedNode(predicate), NamedNode(value)), ())
        sources = [evidence for evidence in found if not evidence.graph.endswith(_TERRITORY)]
        return tuple(
            Reference(self._numbers.setdefault(evidence, len(self._numbers) + 1), evidence.basis)
            for evidence in sources or found
        )

    def states(self, subject: str, predicate: str, value: str) -> bool:
        """Tell whether the release states something."""
        triples = self._store.triples(NamedNode(subject), NamedNode(predicate), NamedNode(value))
        return next(triples, None) is not None

    def sources(self) -> tuple[Source, ...]:
        """Return the sources that were cited, each with its notes."""
        notes: dict[str, list[Note]] = {}
        for evidence, number in self._numbers.items():
            label = self._name(f"{CODE}basis/{evidence.basis}") if evidence.basis else Text("")
            notes.setdefault(evidence.graph, []).append(
                Note(number, evidence.basis, label, evidence.ranges, evidence.comment)
            )
        return tuple(self._source(graph, found) for graph, found in notes.items())

    @property
    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the graphs that were cited."""
        return tuple(dict.fromkeys(evidence.graph for evidence in self._numbers))

    def _source(self, graph: str, notes: list[Note]) -> Source:
        told = self._book.describe(graph)
        title = best_text(told.titles, self._name.language) or self._name(graph)
        named = best_text(told.document_titles, self._name.language)
        document = Named(told.document, named or self._name(told.document)) if told.document else None
        return Source(graph, title, document, told.language, told.issued, told.received, told.address, tuple(notes))


def merged(*groups: tuple[Reference, ...]) -> tuple[Reference, ...]:
    """Return references without repetitions, in the order in which they come."""
    return tuple(dict.fromkeys(reference for group in groups for reference in group))
