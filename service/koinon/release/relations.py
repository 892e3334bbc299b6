"""The relations of a release, as one table: who takes part in what, where it is, and what it is about.

A store answers what is said of one thing; what two regions have in common is a question about thousands at once.
So the statements that join actors, projects, places and topics stand once more in one SQLite file, each as a row of
three numbers. The table is a plain extract of the default graph (decision 0038): a statement that comes or goes is
a row that comes or goes, and nothing in it depends on the order in which releases were built.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sized
from hashlib import blake2b
from pathlib import Path
from threading import local
from typing import Any, Final

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import DCT, DEF, M8G, ORG, RDF, SCHEMA, SKOS

FILE: Final = "relations.sqlite"
"""Name of the table in a release folder."""
FORMAT: Final = "2"

TYPE: Final = 0
EDGES: Final = {
    name: number
    for number, name in enumerate(
        (
            RDF + "type", DCT + "isPartOf", DEF + "locatedIn", SCHEMA + "location", DEF + "worksIn",
            DEF + "coversTerritory", M8G + "hasParticipation", M8G + "hasParticipant", M8G + "role",
            DEF + "partOfProject", ORG + "unitOf", ORG + "hasMember", DCT + "subject", DEF + "fieldOfWork",
            DEF + "addressesClusterModel", DEF + "followsClusterModel", DEF + "embodiesClusterModel",
            DEF + "fundedUnder", SKOS + "broader", SKOS + "closeMatch", SKOS + "exactMatch", DEF + "showcases",
            DEF + "involvesActor", DEF + "cooperatesWith",
        )
    )
}  # fmt: skip
"""The predicates whose statements are kept where subject and object are IRIs, and their numbers in the table."""
_CLASSES: Final = ("Project", "Cluster", "GoodPractice", "Event", "Network", "Territory", "ClusterModel")
CLASSES: Final = (*(DEF + name for name in _CLASSES), ORG + "Organization")
"""The classes whose things are kept; of other types the table knows nothing."""
VALUES: Final = {
    DEF + "nutsLevel": 0,
    SKOS + "notation": 1,
    DEF + "schemeVersion": 2,
    SCHEMA + "startDate": 3,
    DEF + "nameUnknown": 4,
}
"""The predicates whose literals are kept: notations and versions those of the identifiers of places alone."""

TABLES: Final = """
CREATE TABLE about (format TEXT);
CREATE TABLE node (id INTEGER PRIMARY KEY, iri TEXT);
CREATE TABLE edge (p INTEGER, s INTEGER, o INTEGER, PRIMARY KEY (p, s, o)) WITHOUT ROWID;
CREATE TABLE value (p INTEGER, s INTEGER, written TEXT, text TEXT, PRIMARY KEY (p, s, written)) WITHOUT ROWID;
"""
INDEXES: Final = """
CREATE INDEX edge_by_object ON edge (p, o, s);
CREATE INDEX edge_of_node ON edge (s);
CREATE INDEX edge_to_node ON edge (o);
CREATE INDEX value_by_text ON value (p, text, s);
CREATE INDEX value_of_node ON value (s);
CREATE INDEX node_by_iri ON node (iri);
"""

_MANY: Final = 200
"""Things from which on it is quicker to look at all of a kind, where that is kept, than to look each of them up."""
_FEW_EDGES: Final = 2_000
_CLASS_KEPT: Final = 100_000
"""Edges of a predicate and things of a class that are kept in memory at most: 12 MB in all."""

_BELOW: Final = (
    "WITH RECURSIVE reached (x) AS (SELECT value FROM json_each(?) UNION "
    "SELECT e.s FROM edge AS e JOIN reached AS r ON e.p = ? AND e.o = r.x) SELECT x FROM reached"
)
_ABOVE: Final = (
    "WITH RECURSIVE reached (x) AS (SELECT value FROM json_each(?) UNION "
    "SELECT e.o FROM edge AS e JOIN reached AS r ON e.p = ? AND e.s = r.x) SELECT x FROM reached"
)


def number_of(iri: str) -> int:
    """Return the number that stands for an IRI: 64 bits of its hash, the same in every release."""
    return int.from_bytes(blake2b(iri.encode(), digest_size=8).digest(), signed=True)


class Relations:
    """Reads the table of one release. Safe to use from any thread: each has a connection of its own."""

    def __init__(self, path: Path) -> None:
        """Read from the file at ``path``; raises NotFoundError where there is none, or one of another version."""
        self._path = path
        self._local = local()
        self._edges: dict[str, tuple[tuple[int, int], ...] | None] = {}
        self._classes: dict[str, frozenset[int] | None] = {}
        try:
            found = self.rows("SELECT format FROM about")
        except sqlite3.Error:
            found = []
        if found != [(FORMAT,)]:
            raise NotFoundError(
                "This release has no table of relations: it was imported, or built before there were any. "
                "The current release of a service that builds its own data has one."
            )

    def keep(self) -> None:
        """Read what is kept in memory, so that nobody's answer waits for it."""
        for name in CLASSES:
            self._class(name)
        for predicate in EDGES:
            self._few(predicate)

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows of a query over the tables ``node``, ``edge`` and ``value``."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
            connection.execute("PRAGMA temp_store = MEMORY")
            self._local.connection = connection
        return list(connection.execute(query, values))

    def iri(self, number: int) -> str:
        """Return the IRI that a number of the table stands for."""
        return str(self.rows("SELECT iri FROM node WHERE id = ?", number)[0][0])

    def iris(self, numbers: Iterable[int]) -> dict[int, str]:
        """Return the IRIs that the numbers stand for."""
        query = "SELECT id, iri FROM node WHERE id IN (SELECT value FROM json_each(?))"
        return {number: str(iri) for number, iri in self.rows(query, listed(numbers))}

    def objects(self, predicates: Iterable[str], subjects: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield subject and object of the edges that lead from the subjects by one of the predicates."""
        return self._joined("s", predicates, subjects)

    def subjects(self, predicates: Iterable[str], objects: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield subject and object of the edges that lead to the objects by one of the predicates."""
        return self._joined("o", predicates, objects)

    def _joined(self, end: str, predicates: Iterable[str], things: Iterable[int]) -> Iterator[tuple[int, int]]:
        """Yield the edges of the predicates that have one of the things at an ``end``, s or o."""
        wanted = things if isinstance(things, Sized) else list(things)
        for predicate in predicates:
            known = self._few(predicate) if len(wanted) > _MANY else None
            if known is None:
                query = f"SELECT s, o FROM edge WHERE p = ? AND {end} IN (SELECT value FROM json_each(?))"  # noqa: S608
                yield from self.rows(query, EDGES[predicate], listed(wanted))
                continue
            among, place = set(wanted), "so".index(end)
            yield from (edge for edge in known if edge[place] in among)

    def of_class(self, name: str, things: Iterable[int]) -> set[int]:
        """Return those of the things that are of the class with this IRI."""
        wanted = things if isinstance(things, set | frozenset) else set(things)
        known = self._class(name) if len(wanted) > _MANY else None
        if known is not None:
            return set(known & wanted)
        query = "SELECT s FROM edge WHERE p = ? AND o = ? AND s IN (SELECT value FROM json_each(?))"
        return {row[0] for row in self.rows(query, TYPE, number_of(name), listed(wanted))}

    def below(self, places: Iterable[int]) -> set[int]:
        """Return the places themselves and all that are part of them, of any depth."""
        return self._reached(_BELOW, places)

    def above(self, places: Iterable[int]) -> set[int]:
        """Return the places themselves and all that hold them."""
        return self._reached(_ABOVE, places)

    def levels(self, places: Iterable[int]) -> dict[int, int]:
        """Return the NUTS levels (0 to 3) of those places that are territories."""
        query = "SELECT s, text FROM value WHERE p = ? AND s IN (SELECT value FROM json_each(?))"
        return {number: int(text) for number, text in self.rows(query, VALUES[DEF + "nutsLevel"], listed(places))}

    def at_level(self, places: Iterable[int], level: int) -> dict[int, int]:
        """Return for each territory the one at this NUTS level that it is or lies in; itself where coarser."""
        query = (
            "WITH RECURSIVE up (place, x) AS (SELECT value, value FROM json_each(?) UNION "
            "SELECT up.place, e.o FROM up JOIN edge AS e ON e.p = ? AND e.s = up.x) "
            "SELECT up.place, up.x, v.text FROM up JOIN value AS v ON v.p = ? AND v.s = up.x"
        )
        found: dict[int, tuple[int, int]] = {}
        rows = self.rows(query, listed(places), EDGES[DCT + "isPartOf"], VALUES[DEF + "nutsLevel"])
        for place, above, text in rows:
            own = int(text)
            if own <= level and (own, above) > found.get(place, (-1, 0)):
                found[place] = (own, above)
        return {place: above for place, (_, above) in found.items()}

    def _few(self, predicate: str) -> tuple[tuple[int, int], ...] | None:
        """Return all edges of a predicate that has few, which are kept; None for another one."""
        if predicate not in self._edges:
            query = "SELECT s, o FROM edge WHERE p = ? ORDER BY s, o LIMIT ?"
            found = self.rows(query, EDGES[predicate], _FEW_EDGES + 1)
            self._edges[predicate] = tuple(found) if len(found) <= _FEW_EDGES else None
        return self._edges[predicate]

    def _class(self, name: str) -> frozenset[int] | None:
        """Return all things of a class, which are kept; None for one that has too many for that."""
        if name not in self._classes:
            query = "SELECT s FROM edge WHERE p = ? AND o = ? LIMIT ?"
            found = self.rows(query, TYPE, number_of(name), _CLASS_KEPT + 1)
            self._classes[name] = frozenset(s for (s,) in found) if len(found) <= _CLASS_KEPT else None
        return self._classes[name]

    def _reached(self, query: str, start: Iterable[int]) -> set[int]:
        return {row[0] for row in self.rows(query, listed(start), EDGES[DCT + "isPartOf"])}


def listed(numbers: Iterable[int]) -> str:
    """Return numbers as the JSON array that queries take; SQLite looks them up in the order of their size."""
    return f"[{','.join(map(str, numbers))}]"
