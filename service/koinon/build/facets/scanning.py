"""What facets are gathered from, written beside a release, so that the next one reads a file instead of its store.

For each property that leads to a facet the statements of the default graph, and for each class of a collection the
graphs that type a thing so; rows are sorted, one for each statement. Reading the store takes three times as long as
all the rest of gathering.
"""

import hashlib
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Self

from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, RdfFormat, Store, Triple, parse

from koinon.build.facets.definitions import DEFINITIONS, SUBJECTS
from koinon.model.namespaces import DCT, DEF, RDF, SKOS
from koinon.release.facets import SECTIONS

FILE: Final = "facets.rows"
"""Name of the file in a release folder."""
LEVEL, WITHIN, BROADER, CONTAINED, SCHEME = (
    DEF + "nutsLevel", DEF + "withinTerritory", SKOS + "broader", DCT + "isPartOf", SKOS + "inScheme",
)  # fmt: skip
"""What is read of all places and concepts."""
PROPERTIES: Final = tuple(
    sorted(
        {LEVEL, WITHIN, BROADER, CONTAINED, SCHEME}
        | {step for path in SUBJECTS for step in path}
        | {step for each in DEFINITIONS for facet in each.facets for path in facet.paths for step in path}
        | {measure.date for each in DEFINITIONS for measure in each.measures if measure.date}
    )
)
_CLASSES: Final = tuple(sorted(SECTIONS.values()))
_TYPE: Final = f"<{RDF}type>".encode()
_HEAD: Final = f"1 {hashlib.sha256(repr((PROPERTIES, _CLASSES)).encode()).hexdigest()}"
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_PLAIN: Final = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r"}


Columns = tuple[list[str], list[str]]
"""Subjects, and the value or graph of each."""


class Scan:
    """The rows by property, and by class: subject, tabulator, value or graph."""

    def __init__(self, rows: dict[str, list[str]]) -> None:
        """Take sorted rows by the IRI of a property or of a class."""
        self._rows = rows

    @classmethod
    def of(cls, store: Store) -> Self:
        """Read all of an open store."""
        rows = {name: sorted(_stated(store, name)) for name in PROPERTIES}
        return cls(rows | {name: sorted(_typed(store, name)) for name in _CLASSES})

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read the file at ``path``; None where it is missing, damaged or of another version."""
        try:
            head, *parts = path.read_text(encoding="utf-8").split("\n\n")
        except (OSError, UnicodeDecodeError):
            return None
        names = (*PROPERTIES, *_CLASSES)
        if head != _HEAD or len(parts) != len(names) + 1:
            return None
        return cls({name: part.split("\n") if part else [] for name, part in zip(names, parts, strict=False)})

    def write(self, path: Path) -> None:
        """Write all rows to ``path``; raises OSError where the disk refuses."""
        parts = ("\n".join(self._rows[name]) for name in (*PROPERTIES, *_CLASSES))
        path.write_text("\n\n".join((_HEAD, *parts, "")), encoding="utf-8")

    def change(self, differing: Iterable[tuple[bool, Triple]], changes: Iterable[tuple[bool, str, bytes]]) -> None:
        """Bring the rows to another store.

        ``differing`` are the statements that only one of the two default graphs has (True: the new one),
        ``changes`` the lines that only one of the two named graphs has, with the name of the graph.
        """
        for added, (subject, predicate, value) in differing:
            rows = self._rows.get(predicate.value)
            if rows is not None and isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
                _put(rows, _row(subject.value, value.value), added=added)
        for added, graph, line in changes:
            about, stated, name = line.split(b" ", 2)
            if stated == _TYPE and (cls := name[1:-4].decode()) in _CLASSES:
                _put(self._rows[cls], _row(about[1:-1].decode(), graph), added=added)

    def links(self, property: str) -> Columns:
        """Return what a property says in the default graph: subjects and values, a literal's as its text."""
        return _columns(self._rows[property])

    def sources(self, name: str) -> Columns:
        """Return the things of a class, and the named graphs that say so."""
        return _columns(self._rows[name])


def _put(rows: list[str], row: str, *, added: bool) -> None:
    if added:
        insort(rows, row)
    elif (place := bisect_left(rows, row)) < len(rows) and rows[place] == row:
        del rows[place]


def _row(subject: str, value: str) -> str:
    plain = value.isprintable() and "\\" not in value
    return f"{subject}\t{value if plain else value.translate(_ESCAPED)}"


def _columns(rows: list[str]) -> Columns:
    text = "\t".join(rows)
    parts = text.split("\t") if rows else []
    values = parts[1::2]
    return parts[::2], [_plain(value) if "\\" in value else value for value in values] if "\\" in text else values


def _plain(value: str) -> str:
    parts = iter(value)
    return "".join(_PLAIN[next(parts)] if letter == "\\" else letter for letter in parts)


def _stated(store: Store, property: str) -> Iterator[str]:
    for subject, value in _rows(store, f"SELECT ?one ?other {{ ?one <{property}> ?other }}"):
        if subject.startswith(b"<") and not value.startswith(b"_:"):
            yield _row(subject[1:-1].decode(), _text(value))


def _typed(store: Store, name: str) -> Iterator[str]:
    for subject, graph in _rows(store, f"SELECT ?thing ?graph {{ GRAPH ?graph {{ ?thing a <{name}> }} }}"):
        if subject.startswith(b"<") and graph.startswith(b"<"):
            yield _row(subject[1:-1].decode(), graph[1:-1].decode())


def _rows(store: Store, query: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield the two terms of each row of a query as they stand in TSV: half the cost of objects for each."""
    found = store.query(query)
    assert isinstance(found, QuerySolutions)  # noqa: S101  # what a SELECT gives
    lines = iter((found.serialize(format=QueryResultsFormat.TSV) or b"").split(b"\n"))
    next(lines)
    for line in lines:
        if line:
            one, _, other = line.partition(b"\t")
            yield one, other


def _text(term: bytes) -> str:
    """Return the IRI, or the text of a literal (SPARQL 1.1 TSV, section 4: as in Turtle)."""
    if term.startswith(b"<"):
        return term[1:-1].decode()
    (quad,) = parse(b"<a:> <a:> %s ." % term, RdfFormat.TURTLE)
    return quad.object.value if isinstance(quad.object, Literal) else ""
