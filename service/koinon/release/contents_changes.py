"""The table of contents of a release made from its parent's, by the statements that only one of the two has.

What reads it finds no difference to one that was made from the whole store.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store, Triple

from koinon.model.namespaces import RDF, SKOS
from koinon.release.changed_table import changed_table
from koinon.release.contents import FORMAT, LABELS, entries_of, is_range

_TYPE: Final = NamedNode(RDF + "type")
_IN_SCHEME: Final = NamedNode(SKOS + "inScheme")
_NAMES: Final = tuple(map(NamedNode, LABELS))


def change_contents(
    old: Path, new: Path, before: Store, after: Store, differing: Iterable[tuple[bool, Triple]]
) -> None:
    """Write the table ``new`` from ``old``.

    ``before`` and ``after`` are the stores that the tables belong to; ``differing`` are the statements that only
    one of their default graphs has (True: ``after``). Raises OSError where the disk refuses, ReleaseError where
    the old table is missing, damaged or of another version.
    """
    with changed_table(old, new, FORMAT) as connection:
        _change(connection, before, after, differing)


def _change(
    connection: sqlite3.Connection, before: Store, after: Store, differing: Iterable[tuple[bool, Triple]]
) -> None:
    subjects: set[NamedNode] = set()
    things: Counter[str] = Counter()
    for added, (subject, predicate, value) in differing:
        if isinstance(subject, NamedNode):
            subjects.add(subject)
        if predicate == _TYPE and isinstance(value, NamedNode):
            things[value.value] += 1 if added else -1
        elif predicate == _IN_SCHEME and isinstance(subject, NamedNode) and isinstance(value, NamedNode):
            _part(connection, (value.value, False, subject.value), here=added)
    for name, number in things.items():
        connection.execute(
            "INSERT INTO class VALUES (?, ?) ON CONFLICT (iri) DO UPDATE SET things = things + excluded.things",
            (name, number),
        )
    connection.execute("DELETE FROM class WHERE things <= 0")
    for subject in subjects:
        if "#" in subject.value:
            here = next(after.quads_for_pattern(subject, None, None, DefaultGraph()), None) is not None
            iri = subject.value
            _part(connection, (iri.partition("#")[0], is_range(iri), iri), here=here)
            continue
        gone = [(name, subject.value) for name in _classes(before, subject)]
        connection.executemany("DELETE FROM entry WHERE class = ? AND iri = ?", gone)
        rows = list(_rows(after, subject))
        connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", entries_of(rows))


def _part(connection: sqlite3.Connection, row: tuple[str, bool, str], *, here: bool) -> None:
    if here:
        connection.execute("INSERT OR IGNORE INTO part VALUES (?, ?, ?)", row)
    else:
        connection.execute("DELETE FROM part WHERE whole = ? AND range = ? AND iri = ?", row)


def _classes(store: Store, thing: NamedNode) -> list[str]:
    quads = store.quads_for_pattern(thing, _TYPE, None, DefaultGraph())
    return [quad.object.value for quad in quads if isinstance(quad.object, NamedNode)]


def _rows(store: Store, thing: NamedNode) -> Iterator[tuple[str, str, int | None, str, str]]:
    classes = " ".join(_classes(store, thing))
    if not classes:
        return
    names = [
        (rank, quad.object.value, quad.object.language or "")
        for rank, name in enumerate(_NAMES)
        for quad in store.quads_for_pattern(thing, name, None, DefaultGraph())
        if isinstance(quad.object, Literal)
    ]
    for rank, label, tag in sorted(names):
        yield thing.value, classes, rank, tag, label
    if not names:
        yield thing.value, classes, None, "", ""
