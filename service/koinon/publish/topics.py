"""Who speaks of a topic: source by source, in whatever language, with the basis of each word and the way it took.

A source speaks of a topic where it says that something is about it, or about a concept of its own list that an
accepted link joins to it. Everything is looked up around the topic, and bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import NamedNode

from koinon.engine import GraphStore, Triple
from koinon.link.concepts import CARRYING
from koinon.model.namespaces import CODE, DCT, DEF, GRAPH
from koinon.publish.evidence import EvidenceBook
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.publish.vocabulary import Vocabulary

TOPICS: Final = (CODE + "theme/", CODE + "cluster-model/")
_ABOUT: Final = tuple(
    map(
        NamedNode,
        (
            *(DEF + name for name in ("addressesClusterModel", "followsClusterModel", "embodiesClusterModel")),
            *(DCT + "subject", DEF + "hasTopic", DEF + "fieldOfWork", DEF + "about"),
        ),
    )
)
_LISTS: Final = 80
"""Concepts of other lists that are followed."""
_EACH: Final = 40
"""Things that are looked at of one concept and property."""
_ALL: Final = 400
SHOWN: Final = 6
"""Things that are shown of one source."""
_OURS: Final = frozenset(GRAPH + name for name in ("code", "ontology", "catalogue"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A thing that a source calls about the topic: how, on what basis, why so, and by which concept of its own."""

    iri: str
    label: Text
    relation: Text
    basis: str
    comment: str
    through: Text | None


@dataclass(frozen=True, slots=True)
class Speaker:
    """A source: its title and language, some of what it says, and whether that is all that was found."""

    graph: str
    title: Text
    language: Text | None
    mentions: tuple[Mention, ...]
    more: bool


def speakers(store: GraphStore, vocabulary: Vocabulary, language: str, iri: str) -> tuple[Speaker, ...]:
    """Return the sources that speak of a theme or a cluster model, by title; none for anything else."""
    if not iri.startswith(TOPICS):
        return ()
    naming = Naming(store, vocabulary, language)
    found: dict[str, list[Triple]] = {}
    for triple in islice(_mentions(store, NamedNode(iri)), _ALL):
        for graph in store.graphs_of(triple, 3):
            if graph.value not in _OURS:
                found.setdefault(graph.value, []).append(triple)
    book = EvidenceBook(store)
    told = [_speaker(vocabulary, naming, book, graph, said, iri) for graph, said in found.items()]
    return tuple(sorted(told, key=lambda one: (one.title.text.casefold(), one.graph)))


def _mentions(store: GraphStore, topic: NamedNode) -> Iterator[Triple]:
    joined = (NamedNode(name) for name in CARRYING)
    others = (one for name in joined for one, _, _ in islice(store.triples(None, name, topic), _LISTS))
    concepts = [topic, *islice(dict.fromkeys(one for one in others if isinstance(one, NamedNode)), _LISTS)]
    for concept in concepts:
        for name in _ABOUT:
            yield from islice(store.triples(None, name, concept), _EACH)


def _speaker(
    vocabulary: Vocabulary,
    naming: Naming,
    book: EvidenceBook,
    graph: str,
    said: list[Triple],
    topic: str,
) -> Speaker:
    source = book.describe(graph)
    once = {triple[0].value: triple for triple in reversed(said)}
    mentions = []
    for triple in islice(reversed(once.values()), SHOWN):
        thing, relation, concept = triple
        if not isinstance(thing, NamedNode):
            continue
        evidence = next((one for one in book.of_subject(thing, [triple])[triple] if one.graph == graph), None)
        mentions.append(
            Mention(
                iri=thing.value,
                label=naming(thing.value),
                relation=vocabulary.label(relation.value, naming.language),
                basis=evidence.basis if evidence else "",
                comment=evidence.comment if evidence else "",
                through=naming(concept.value) if concept.value != topic else None,
            )
        )
    return Speaker(
        graph=graph,
        title=naming(graph),
        language=naming(source.language) if source.language else None,
        mentions=tuple(mentions),
        more=len(once) > SHOWN,
    )
