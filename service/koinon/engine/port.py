"""What the layers above ask of a store: look-ups around one subject, and nothing that writes.

Terms are pyoxigraph's: they are plain immutable values, whatever store answers.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode
from pyoxigraph import Triple as QuotedTriple

Term: TypeAlias = NamedNode | BlankNode | Literal | QuotedTriple
Triple: TypeAlias = tuple[NamedNode, NamedNode, NamedNode | Literal]


class GraphStore(Protocol):
    """A read-only release: a default graph (the deduplicated union) and one named graph per source."""

    def triples(
        self,
        subject: NamedNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | Literal | None = None,
        graph: NamedNode | None = None,
    ) -> Iterator[Triple]:
        """Yield the triples that match, of ``graph`` or, without one, of the default graph."""
        ...

    def said_of(self, subject: NamedNode, skip: int = 0) -> Iterator[Triple]:
        """Yield the triples of the default graph about the subject, without the first ``skip``.

        The order is the store's own, and always the same. What is skipped costs next to nothing.
        """
        ...

    def values(self, subjects: Sequence[NamedNode], predicates: Sequence[NamedNode]) -> Iterator[Triple]:
        """Yield the triples of the default graph about the subjects by the predicates, in any order.

        For pages of many things: a third less than the look-ups one by one.
        """
        ...

    def graphs_of(self, triple: Triple, most: int = 100) -> list[NamedNode]:
        """Return named graphs that state the triple, at most ``most``, sorted by IRI."""
        ...

    def graphs_about(self, subjects: Iterable[NamedNode], predicates: Sequence[NamedNode] = ()) -> list[NamedNode]:
        """Return the named graphs that say anything about the subjects, by the predicates where some are given.

        They are sorted by IRI; what is said is not read.
        """
        ...

    def graphs_of_each(
        self, subjects: Sequence[NamedNode], predicates: Sequence[NamedNode]
    ) -> dict[NamedNode, tuple[NamedNode, ...]]:
        """Return for each subject the named graphs that say anything about it by the predicates, if any does."""
        ...

    def graph_names(self) -> list[NamedNode]:
        """Return all named graphs, sorted by IRI."""
        ...
