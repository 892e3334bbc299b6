"""Writing the table of relations: from a whole store, or from the parent's table and the statements that differ.

Both give the same rows, as each row is one statement of the default graph (see ``koinon.release.relations``).
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, TypeAlias

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store, Triple

from koinon.model.namespaces import RDF, SKOS, THINGS
from koinon.release.changed_table import changed_table
from koinon.release.relations import CLASSES, EDGES, FORMAT, INDEXES, TABLES, VALUES, number_of

Row: TypeAlias = tuple[int, str, NamedNode | Literal]
"""Number of the predicate, IRI of the subject, and object: an edge where it is an IRI, else a value."""

_TYPE: Final = RDF + "type"
_PLACES: Final = tuple(f"{things}place/" for things in THINGS)
_OF_PLACES: Final = {SKOS + "notation", next(iri for iri in VALUES if iri.endswith("schemeVersion"))}
_DEFAULT: Final = DefaultGraph()
_SAME: Final = (
    "SELECT e.p, s.iri, o.iri FROM edge AS e JOIN node AS s ON s.id = e.s JOIN node AS o ON o.id = e.o "
    "ORDER BY e.p, s.iri, o.iri",
    "SELECT v.p, s.iri, v.written, v.text FROM value AS v JOIN node AS s ON s.id = v.s "
    "ORDER BY v.p, s.iri, v.written",
    "SELECT iri FROM node ORDER BY iri",
    "SELECT format FROM about",
)
_ADD_EDGE: Final = "INSERT OR IGNORE INTO edge VALUES (?, ?, ?)"
_DROP_EDGE: Final = "DELETE FROM edge WHERE p = ? AND s = ? AND o = ?"
_ADD_VALUE: Final = "INSERT OR IGNORE INTO value VALUES (?, ?, ?, ?)"
_DROP_VALUE: Final = "DELETE FROM value WHERE p = ? AND s = ? AND written = ?"
_DROP_UNUSED: Final = (
    "DELETE FROM node WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM edge WHERE s = ?1) "
    "AND NOT EXISTS (SELECT 1 FROM edge WHERE o = ?1) AND NOT EXISTS (SELECT 1 FROM value WHERE s = ?1)"
)


def write_relations(path: Path, store: Path) -> None:
    """Write the table of the closed store in the folder ``store``; raises OSError where the disk refuses."""
    path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as connection:
            fill(connection, Store.read_only(str(store)))
    except sqlite3.OperationalError as error:
        raise OSError(f"{path}: {error}") from error


def change_relations(old: Path, new: Path, differing: Iterable[tuple[bool, Triple]]) -> None:
    """Write the table ``new`` from ``old`` by the statements that only one default graph has (True: the new one).

    Raises OSError where the disk refuses, ReleaseError where the old table is missing, damaged or of another
    version.
    """
    with changed_table(old, new, FORMAT) as connection:
        _change(connection, differing)


def same_relations(path: Path, store: Store) -> bool:
    """Tell whether the table at ``path`` is that of the store; a damaged one is not."""
    with closing(sqlite3.connect(":memory:")) as made:
        fill(made, store)
        try:
            with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as kept:
                return all(kept.execute(query).fetchall() == made.execute(query).fetchall() for query in _SAME)
        except sqlite3.Error:
            return False


def fill(connection: sqlite3.Connection, store: Store) -> None:
    """Write the tables of a whole store into an empty database."""
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + TABLES)
    connection.execute("INSERT INTO about VALUES (?)", (FORMAT,))
    numbers: dict[str, int] = {}
    edges: set[tuple[int, int, int]] = set()
    values: set[tuple[int, int, str, str]] = set()
    for predicate, subject, value in _rows(_read(store)):
        if isinstance(value, NamedNode):
            edges.add((predicate, _numbered(numbers, subject), _numbered(numbers, value.value)))
        else:
            values.add((predicate, _numbered(numbers, subject), str(value), value.value))
    connection.executemany("INSERT INTO node VALUES (?, ?)", sorted((n, iri) for iri, n in numbers.items()))
    connection.executemany("INSERT INTO edge VALUES (?, ?, ?)", sorted(edges))
    connection.executemany("INSERT INTO value VALUES (?, ?, ?, ?)", sorted(values))
    connection.executescript(INDEXES)
    connection.commit()


def _numbered(numbers: dict[str, int], iri: str) -> int:
    if iri not in numbers:
        numbers[iri] = number_of(iri)
    return numbers[iri]


def _read(store: Store) -> Iterator[Triple]:
    """Yield the statements of the default graph that may be of interest, predicate by predicate."""
    for iri in (*EDGES, *VALUES):
        wanted = [NamedNode(name) for name in CLASSES] if iri == _TYPE else [None]
        for value in wanted:
            for quad in store.quads_for_pattern(None, NamedNode(iri), value, _DEFAULT):
                yield quad.triple


def _rows(triples: Iterable[Triple]) -> Iterator[Row]:
    """Yield the rows of those statements that the table has."""
    for subject, predicate, value in triples:
        if not isinstance(subject, NamedNode):
            continue
        name = predicate.value
        if isinstance(value, NamedNode) and name in EDGES and (name != _TYPE or value.value in CLASSES):
            yield EDGES[name], subject.value, value
        elif isinstance(value, Literal) and name in VALUES and (name not in _OF_PLACES or _is_identifier(subject)):
            yield VALUES[name], subject.value, value


def _is_identifier(node: NamedNode) -> bool:
    """Tell whether the node is a part of a place, as its identifiers are."""
    return node.value.startswith(_PLACES) and "#" in node.value


def _change(connection: sqlite3.Connection, differing: Iterable[tuple[bool, Triple]]) -> None:
    run = connection.execute
    touched: set[str] = set()
    for added, triple in differing:
        for predicate, subject, value in _rows([triple]):
            ends = [subject, value.value] if isinstance(value, NamedNode) else [subject]
            touched.update(ends)
            if added:
                for end in ends:
                    run("INSERT OR IGNORE INTO node VALUES (?, ?)", (number_of(end), end))
            if isinstance(value, NamedNode):
                edge = (predicate, number_of(subject), number_of(value.value))
                run(_ADD_EDGE if added else _DROP_EDGE, edge)
            elif added:
                run(_ADD_VALUE, (predicate, number_of(subject), str(value), value.value))
            else:
                run(_DROP_VALUE, (predicate, number_of(subject), str(value)))
    connection.executemany(_DROP_UNUSED, [(number_of(iri),) for iri in sorted(touched)])
