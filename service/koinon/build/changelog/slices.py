"""The slices of the change log to which a thing belongs: its classes, sources, regions, programmes and networks.

A regional office follows what touches its region, a network what touches its members, and nothing else.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import NamedNode

from koinon.engine import OxigraphStore
from koinon.model.addresses import local_name
from koinon.model.namespaces import DCT, DEF, GRAPH, ORG, RDF, THINGS

CLASS: Final = "class"
SOURCE: Final = "source"
REGION: Final = "region"
PROGRAMME: Final = "programme"
NETWORK: Final = "network"
KINDS: Final[tuple[str, ...]] = (CLASS, SOURCE, REGION, PROGRAMME, NETWORK)
"""The kinds of slices; a slice is named ``kind/name``."""

_TYPE: Final = f"<{RDF}type>".encode()
_PLACES: Final = tuple(f"<{things}place/".encode() for things in THINGS)
_PROGRAMMES: Final = tuple(f"<{things}programme/".encode() for things in THINGS)
_ORGANISATIONS: Final = tuple(
    f"<{things}{kind}/".encode() for things in THINGS for kind in ("organisation", "cluster")
)
_GRAPH: Final = f"<{GRAPH}".encode()
_WITHIN: Final = (NamedNode(DCT + "isPartOf"), NamedNode(DEF + "withinTerritory"))
_MEMBER: Final = NamedNode(ORG + "hasMember")
_MEMBER_OF: Final = NamedNode(ORG + "memberOf")
_NETWORKS: Final = frozenset({DEF + "Network", DEF + "Cluster"})


class Slicer:
    """Tells the slices of things by what one release says."""

    def __init__(self, store: OxigraphStore) -> None:
        """Look up places and networks in ``store``."""
        self._store = store
        self._within: dict[str, frozenset[str]] = {}
        self._is_network: dict[str, bool] = {}

    def slices(self, thing: str, lines: Iterable[bytes]) -> set[str]:
        """Return the names of the slices of a thing, of which ``lines`` (N-Quads) is all that is said."""
        found: set[str] = set()
        places: set[str] = set()
        others: set[str] = set()
        about = f"<{thing}>".encode()
        for named in (about, *_named(lines)):
            if named.startswith(_PLACES):
                places.add(named[1:-1].decode().partition("#")[0])
            elif named.startswith(_PROGRAMMES):
                found.add(_slice(PROGRAMME, named))
            elif named.startswith(_ORGANISATIONS):
                others.add(named[1:-1].decode().partition("#")[0])
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            if subject == about and predicate == _TYPE:
                found.add(_slice(CLASS, rest[: rest.index(b">") + 1]))
            graph = rest[rest.rindex(b"<") :]
            if graph.startswith(_GRAPH):
                found.add(_slice(SOURCE, graph[: graph.index(b">") + 1]))
        for place in places:
            found |= {f"{REGION}/{name}" for name in self._territories(place)}
        networks = {*self._networks_of(thing), *(other for other in others if self._network(other))}
        return found | {f"{NETWORK}/{network.rsplit('/', 1)[-1]}" for network in networks}

    def _territories(self, place: str) -> frozenset[str]:
        """Return the names of a place and of all places that it lies in."""
        known = self._within.get(place)
        if known is None:
            seen, waiting = {place}, [place]
            while waiting:
                node = NamedNode(waiting.pop())
                for predicate in _WITHIN:
                    for _, _, above in self._store.triples(node, predicate):
                        if isinstance(above, NamedNode) and above.value not in seen:
                            seen.add(above.value)
                            waiting.append(above.value)
            names = (local_name(iri) for iri in seen)
            known = frozenset(name.removeprefix("place/") for name in names if name.startswith("place/"))
            self._within[place] = known
        return known

    def _network(self, iri: str) -> bool:
        known = self._is_network.get(iri)
        if known is None:
            types = self._store.triples(NamedNode(iri), NamedNode(RDF + "type"))
            known = any(value.value in _NETWORKS for _, _, value in types)
            self._is_network[iri] = known
        return known

    def _networks_of(self, thing: str) -> Iterator[str]:
        node = NamedNode(thing)
        if self._network(thing):
            yield thing
        for subject, _, _ in self._store.triples(None, _MEMBER, node):
            yield subject.value
        for _, _, value in self._store.triples(node, _MEMBER_OF):
            if isinstance(value, NamedNode) and value.value.startswith(THINGS):
                yield value.value


def _named(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the IRIs, as terms, that lines have as their objects."""
    for line in lines:
        _, _, rest = line.split(b" ", 2)
        if rest.startswith(b"<"):
            yield rest[: rest.index(b">") + 1]


def _slice(kind: str, term: bytes) -> str:
    name = term[1:-1].decode().replace("#", "/").rsplit("/", 1)[-1]
    return f"{kind}/{name}"
