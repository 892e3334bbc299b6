"""What the rules that derive territories read, and how a changed statement reaches the projects that it matters to.

This is written down from the rules as they are; ``KNOWN`` is the hash of their text. Whoever changes a rule looks
here too, and puts the new hash in; until then every build runs the rules over everything, which is right and slow.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from koinon.build.graphs import TYPE, GraphFile
from koinon.model.namespaces import DCT, DEF, M8G, ORG, PROV, RDF, SCHEMA

KNOWN: Final = "5338de89bc67925d45c6b29df1ebec44f967b65b3b22203f42b519537622e99c"
RESTRICTED: Final = {
    "territory-1-places.rq": "place",
    "territory-2-stated.rq": "project",
    "territory-3-seat.rq": "project",
    "territory-4-event.rq": "project",
    "territory-5-site.rq": "project",
    "territory-6-membership.rq": "project",
}
"""Rules to the variable whose values are given where little is concerned; the others see what these make."""
MOST: Final = 20_000
"""Things that may be concerned; beyond that, the rules run over everything."""

_TOWARDS: Final = frozenset(
    NamedNode(iri)
    for iri in (
        M8G + "hasParticipation", M8G + "hasParticipant", ORG + "unitOf", ORG + "hasMember", SCHEMA + "location",
        DEF + "locatedIn", DEF + "withinTerritory", DEF + "coversTerritory", DEF + "showcases", DEF + "hasActivity",
        DCT + "isPartOf",
    )
)  # fmt: skip
"""Whose subjects lie nearer to a project than their objects, or are places below others."""
_ONWARDS: Final = tuple(NamedNode(iri) for iri in (DCT + "isPartOf", DEF + "partOfProject", RDF + "subject"))
"""Whose objects lie nearer to a project: from parts of events to events, and from receipts to what they cite."""
_CLASSES: Final = frozenset(
    f"<{iri}>".encode()
    for iri in (DEF + "Project", DEF + "Event", DEF + "Network", DEF + "Coverage", DCT + "Location")
)
_PREDICATES: Final = frozenset(str(node).encode() for node in (*_TOWARDS, *_ONWARDS)) | frozenset(
    f"<{iri}>".encode()
    for iri in (
        M8G + "role", DEF + "nutsLevel", DEF + "basis", DEF + "hasCoverage", DEF + "territory",
        DEF + "territoryBasis", PROV + "wasDerivedFrom", RDF + "predicate", RDF + "object",
    )
)  # fmt: skip
_TYPED: Final = str(TYPE).encode()
_PROJECT: Final = NamedNode(DEF + "Project")
_LOCATION: Final = NamedNode(DCT + "Location")
_DEFAULT: Final = DefaultGraph()
_TOGETHER: Final = 2**24
"""Bytes that are loaded together."""


def are_known(rules: Iterable[Path]) -> bool:
    """Tell whether the rules are those that this module was written from; comments and spaces don't matter."""
    text = "".join(f"{path.name}\n{path.read_text(encoding='utf-8')}\n" for path in rules)
    plain = " ".join(re.sub(r"(?m)^\s*#.*$", "", text).split())
    return hashlib.sha256(plain.encode()).hexdigest() == KNOWN


def is_read(line: bytes) -> bool:
    """Tell whether the rules read, or may make, the statement of a line."""
    _, predicate, value = line.split(b" ", 2)
    return value[:-3] in _CLASSES if predicate == _TYPED else predicate in _PREDICATES


def rule_store(graphs: Sequence[GraphFile], rules: Sequence[Path]) -> Store:
    """Return a store in memory with what the rules read of the graphs, in its default graph."""
    store = Store()
    everything = not are_known(rules)
    for graph in graphs:
        for block in _blocks(graph.path, everything=everything):
            store.bulk_load(block, RdfFormat.N_TRIPLES, lenient=True)
    return store


def _blocks(path: Path, *, everything: bool) -> Iterator[bytes]:
    with path.open("rb") as file:
        while lines := file.readlines(_TOGETHER):
            yield b"".join(line for line in lines if everything or is_read(line))


def concerned(lines: Iterable[bytes], stores: Sequence[Store]) -> tuple[list[str], list[str]] | None:
    """Return the projects and places of which the rules may say something else now; None where they are many.

    ``lines`` are the statements that only one of the two ``stores``, before and after, has in its default graph.
    """
    start = {line[1 : line.index(b"> ")].decode() for line in lines if line.startswith(b"<") and is_read(line)}
    start |= {iri.partition("#")[0] for iri in start}
    reached, onwards = set(start), set()
    waiting = list(start)
    while waiting:
        node = NamedNode(waiting.pop())
        for store in stores:
            for quad in store.quads_for_pattern(None, None, node, _DEFAULT):
                subject = quad.subject
                if quad.predicate in _TOWARDS and isinstance(subject, NamedNode) and subject.value not in reached:
                    reached.add(subject.value)
                    waiting.append(subject.value)
                    if len(reached) > MOST:
                        return None
    waiting = list(reached)
    while waiting:
        node = NamedNode(waiting.pop())
        objects = (
            quad.object
            for store in stores
            for predicate in _ONWARDS
            for quad in store.quads_for_pattern(node, predicate, None, _DEFAULT)
        )
        for value in objects:
            if isinstance(value, NamedNode) and value.value not in reached and value.value not in onwards:
                onwards.add(value.value)
                waiting.append(value.value)
    projects = [iri for iri in reached | onwards if _is(iri, _PROJECT, stores)]
    return sorted(projects), sorted(iri for iri in reached if _is(iri, _LOCATION, stores))


def _is(iri: str, cls: NamedNode, stores: Iterable[Store]) -> bool:
    node = NamedNode(iri)
    return any(next(store.quads_for_pattern(node, TYPE, cls, _DEFAULT), None) is not None for store in stores)
