"""The document about a thing: the triples that every syntax of it carries, neither more nor less.

A document holds every triple whose subject is the thing, one of its fragments (``<thing#…>``) or a fragment of
another document that the thing itself refers to (a claim or a participation that another source added), and, of
each thing or concept of ours that these refer to, its types and preferred labels. A code list's document holds its
concepts whole. All look-ups are bounded patterns around one subject.

A document of more than ``STATEMENTS`` triples comes in pages. A page says where the next one begins: by
how many triples of which part come before it. Each page carries the thing's types and labels, so that it can be
read alone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Self

from pyoxigraph import BlankNode, Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.errors import NotFoundError, ResultTooLargeError
from koinon.model.namespaces import CODE, DCT, HYDRA, RDF, RDFS, SKOS, THINGS
from koinon.release.contents import Contents

TYPE: Final = NamedNode(RDF + "type")
PREF_LABEL: Final = NamedNode(SKOS + "prefLabel")
STATEMENTS: Final = 3000
"""Triples that one page of a document has; naming the last things that it refers to may lead a little beyond."""

FURTHEST: Final = 100_000
"""Triples of one subject that may stand before a page: what is beyond is asked by SPARQL or read in the dump."""

LABELS: Final = 64
"""Labels, or types, that are read of one thing; in nine languages none of ours has as many."""

_SMALL: Final = 200
"""Triples up to which a part is never cut; a larger fragment of another document is only named."""

_OURS: Final = (*THINGS, CODE)
_FIRST: Final = {TYPE.value: 0, PREF_LABEL.value: 1, RDFS + "label": 1}
_PLACE: Final = re.compile(r"([0-9]{1,9})(?:@([#/].+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after ``skip`` triples of the part with this IRI, or of the thing itself (empty)."""

    skip: int = 0
    part: str = ""

    @classmethod
    def read(cls, text: str, topic: NamedNode) -> Self:
        """Read what ``written`` wrote; raises ValueError for anything else."""
        found = _PLACE.fullmatch(text)
        if found is None:
            raise ValueError(text)
        return cls(int(found[1]), NamedNode(topic.value + found[2]).value if found[2] else "")

    def written(self, topic: NamedNode) -> str:
        """Return the place as a page's address names it: ``2500``, or ``0@#partner-7``."""
        return f"{self.skip}@{self.part.removeprefix(topic.value)}" if self.part else str(self.skip)


@dataclass(frozen=True, slots=True)
class Document:
    """A document graph, or one page of it.

    ``topic`` is what it is about; ``own`` are the subjects it describes, the topic first; ``triples`` stand in a
    fixed order, grouped by subject. ``next`` is where the next page begins, None on the last one.
    """

    topic: NamedNode
    own: tuple[NamedNode | BlankNode, ...]
    triples: tuple[Triple, ...]
    next: Place | None = None


def thing_document(
    store: GraphStore,
    contents: Contents,
    topic: NamedNode,
    start: Place | None = None,
    *,
    statements: int = STATEMENTS,
    ranges: bool = True,
) -> Document:
    """Return the document about a thing, a concept or a code list, or the page of it that begins at ``start``.

    The page has about as many triples as ``statements`` says; without ``ranges``, the ranges of a source's text are
    left out, which pages show with what they are evidence of. Raises NotFoundError where nothing is known, and
    ResultTooLargeError where the page lies beyond FURTHEST.
    """
    page = _Page(store, contents, topic, statements)
    follows = page.fill(start or Place(), ranges=ranges)
    neighbours = sorted((item for item in page.near.items() if item[0] not in page.own), key=lambda i: i[0].value)
    blocks = (*page.own.items(), *neighbours)
    triples = tuple(triple for _, block in blocks for triple in ordered(block))
    return Document(topic, tuple(page.own), triples, follows)


class _Page:
    """Collects what one page describes."""

    def __init__(self, store: GraphStore, contents: Contents, topic: NamedNode, room: int) -> None:
        self.own: dict[NamedNode, tuple[Triple, ...]] = {topic: ()}
        self.near: dict[NamedNode, tuple[Triple, ...]] = {}
        self._store = store
        self._contents = contents
        self._topic = topic
        self._inside = (topic.value + "#", topic.value + "/")
        self._room = room

    def fill(self, start: Place, *, ranges: bool) -> Place | None:
        """Take triples from ``start`` on until the page is full; returns where the next one begins."""
        if start.skip > FURTHEST:
            raise ResultTooLargeError(
                f"More than {FURTHEST:,} statements stand before this page. Ask for them with SELECT, LIMIT and "
                "OFFSET, or download the dump."
            )
        self.own[self._topic] = tuple(named(self._store, self._topic))
        count, more = self._take(NamedNode(start.part) if start.part else self._topic, start.skip)
        if not count and not self.own[self._topic]:
            raise NotFoundError(f"Nothing is known about {self._topic.value}.")
        last = Place(start.skip + count, start.part)
        if more:
            return last
        for part in self._contents.parts(self._topic, start.part, max(self._room, 0) + 1, ranges=ranges):
            if self._room <= 0:
                return last
            count, more = self._take(part, 0)
            last = Place(count, part.value)
            if more:
                return last
        if start != Place() and not count:
            raise NotFoundError(f"What is known about {self._topic.value} ends before this page.")
        return None

    def _take(self, node: NamedNode, skip: int) -> tuple[int, bool]:
        """Take triples of one subject; returns how many there was room for, and whether more would follow.

        A part that is not large is taken whole.
        """
        taken: dict[Triple, None] = dict.fromkeys(self.own.get(node, ()))
        least = 0 if node == self._topic else -_SMALL
        count, more = 0, False
        for triple in self._store.said_of(node, skip):
            if self._room <= least:
                more = True
                break
            count += 1
            self._room -= 1
            taken[triple] = None
            if isinstance(triple[2], NamedNode):
                self._refer(node, triple[2])
        if taken:
            self.own[node] = tuple(taken)
        return count, more

    def _refer(self, node: NamedNode, value: NamedNode) -> None:
        """Name what is referred to; take a fragment of another document whole that the thing itself refers to."""
        if value in self.own or value in self.near or not is_ours(value.value):
            return
        if value.value.startswith(self._inside):
            return  # it has its place in the same document, on this page or another
        if node == self._topic and "#" in value.value:
            triples = tuple(islice(self._store.said_of(value), _SMALL + 1))
            if 0 < len(triples) <= _SMALL:
                self.own[value] = triples
                self._room -= len(triples)
                for _, _, further in triples:
                    if isinstance(further, NamedNode):
                        self._refer(value, further)
                return
        self.near[value] = tuple(named(self._store, value))
        self._room -= len(self.near[value])


def document_of(triples: Iterable[Triple], topic: NamedNode) -> Document:
    """Return a document made of ``triples``, all of whose subjects are its own (shapes, service descriptions)."""
    kept = tuple(ordered(triples))
    return Document(topic, tuple(dict.fromkeys((topic, *(subject for subject, _, _ in kept)))), kept)


def page_of(document: Document, here: str, following: str) -> Document:
    """Return the page of a document with one more statement: that at ``here`` it goes on at ``following``."""
    page = NamedNode(here)
    more = (
        (page, TYPE, NamedNode(HYDRA + "PartialCollectionView")),
        (page, NamedNode(HYDRA + "next"), NamedNode(following)),
    )
    return replace(document, triples=(*document.triples, *more))


def ordered(triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples by subject, then types, then labels, then predicate, language and object."""
    return sorted(triples, key=_reading_order)


def reading_order_of(predicate: NamedNode) -> tuple[int, str]:
    """Return where the statements of a property stand among those of a thing: types, labels, then the rest."""
    return _FIRST.get(predicate.value, 2), predicate.value


def _reading_order(triple: Triple) -> tuple[str, int, str, str, str]:
    subject, predicate, value = triple
    language = value.language or "" if isinstance(value, Literal) else ""
    return str(subject), *reading_order_of(predicate), language, str(value)


def named(store: GraphStore, node: NamedNode) -> Iterator[Triple]:
    """Yield the types and preferred labels of a thing, at most LABELS of each."""
    yield from islice(store.triples(node, TYPE), LABELS)
    yield from islice(store.triples(node, PREF_LABEL), LABELS)


def is_ours(iri: str) -> bool:
    """Tell whether the IRI names a thing or a concept that this service describes."""
    return iri.startswith(_OURS)


def literal_of(store: GraphStore, subject: NamedNode, predicate: NamedNode) -> Literal | None:
    """Return one literal of the subject, the first in order, or None."""
    found = islice(store.triples(subject, predicate), LABELS)
    values = sorted((o for _, _, o in found if isinstance(o, Literal)), key=str)
    return values[0] if values else None


def label_triples(store: GraphStore, node: NamedNode) -> Iterator[Triple]:
    """Yield whatever names the node, at most LABELS: preferred labels, else titles, else rdfs labels."""
    for predicate in (PREF_LABEL, NamedNode(DCT + "title"), NamedNode(RDFS + "label")):
        found = list(islice(store.triples(node, predicate), LABELS))
        if found:
            yield from found
            return
