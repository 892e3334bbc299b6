"""The table of contents of a release: the things of each class, sorted by label, and the parts of each thing.

A store answers what is said of one thing; it cannot sort, count or find the fragments of a thing without reading
all of itself. These answers are the same for every reader of a release, so they are written down once, beside the
store, in one SQLite file, and a page reads from it no more than it shows.
"""

import json
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby, zip_longest
from pathlib import Path
from threading import Lock
from typing import Final, Self

from pyoxigraph import Literal, NamedNode

from koinon.engine import OxigraphStore
from koinon.model.errors import ReleaseError
from koinon.model.languages import INTERFACE_LANGUAGES, best_label
from koinon.model.namespaces import DCT, FRAPO, RDFS, SKOS

FILE: Final = "contents.sqlite"
"""Name of the table in a release folder."""

FORMAT: Final = f"1 {' '.join(INTERFACE_LANGUAGES)}"
_ALL: Final = 2 ** len(INTERFACE_LANGUAGES) - 1
LABELS: Final = (SKOS + "prefLabel", DCT + "title", RDFS + "label", FRAPO + "hasAcronym", SKOS + "notation")
"""What names a thing; the first that it has."""

_TABLES: Final = """
CREATE TABLE about (format TEXT);
CREATE TABLE class (iri TEXT PRIMARY KEY, things INTEGER) WITHOUT ROWID;
CREATE TABLE entry (class TEXT, languages INTEGER, key TEXT, iri TEXT, label TEXT, tag TEXT);
CREATE TABLE part (whole TEXT, range INTEGER, iri TEXT, PRIMARY KEY (whole, range, iri)) WITHOUT ROWID;
CREATE TEMP TABLE typed (thing TEXT, class TEXT);
CREATE TEMP TABLE named (thing TEXT, rank INTEGER, tag TEXT, label TEXT);
"""
_INDEXES: Final = """
CREATE INDEX entry_by_key ON entry (class, key, iri);
CREATE INDEX entry_by_iri ON entry (class, iri);
"""
_ORDERS: Final = (
    "class ORDER BY iri",
    "part ORDER BY whole, range, iri",
    "entry ORDER BY class, key, iri, languages, label, tag",
)
"""What a table of contents says, each thing at one place."""
_THINGS: Final = "FILTER(isIRI(?thing) && !CONTAINS(STR(?thing), '#'))"
_TYPES: Final = f"SELECT ?thing ?class {{ ?thing a ?class FILTER(isIRI(?class)) {_THINGS} }}"
_COUNTS: Final = "SELECT ?class (COUNT(*) AS ?things) { ?thing a ?class FILTER(isIRI(?class)) } GROUP BY ?class"
_NAMES: Final = "SELECT ?thing ?label {{ ?thing <{name}> ?label {things} }}"
_FRAGMENTS: Final = """
SELECT ?thing { { SELECT DISTINCT ?thing { ?thing ?p ?o } } FILTER(isIRI(?thing) && CONTAINS(STR(?thing), '#')) }
"""
_CONCEPTS: Final = f"""
SELECT ?thing ?scheme {{ ?thing <{SKOS}inScheme> ?scheme FILTER(isIRI(?thing) && isIRI(?scheme)) }}
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a thing and its label with the label's language tag; ``key`` and ``iri`` sort it."""

    key: str
    iri: str
    label: str
    tag: str


class Contents:
    """Reads a table of contents; every answer costs as much as what it returns. Safe to use from any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read from an open database."""
        self._connection = connection
        self._lock = Lock()

    @classmethod
    def of(cls, path: Path, store: OxigraphStore) -> Self:
        """Open the table at ``path``; where there is none, as in an earlier version's release, read ``store``."""
        if path.is_file():
            try:
                connection = sqlite3.connect(
                    f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False
                )
                if connection.execute("SELECT format FROM about").fetchone() == (FORMAT,):
                    return cls(connection)
                connection.close()
            except sqlite3.Error as error:
                raise ReleaseError(f"{path} cannot be read ({error}). Run `koinon release verify`.") from error
        return cls.read(store)

    @classmethod
    def read(cls, store: OxigraphStore) -> Self:
        """Read the whole ``store`` and keep its contents in memory."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(connection, store)
        return cls(connection)

    def count(self, name: str) -> int:
        """Return how many things the class with this IRI has."""
        found = self._rows("SELECT things FROM class WHERE iri = ?", (name,))
        return int(found[0][0]) if found else 0

    def classes(self, most: int) -> list[tuple[str, int]]:
        """Return at most ``most`` classes, those with the most things first, and how many each has."""
        rows = self._rows("SELECT iri, things FROM class ORDER BY things DESC, iri LIMIT ?", (most,))
        return [(iri, int(things)) for iri, things in rows]

    def entries(self, name: str, language: str, after: str | None, most: int) -> list[Entry]:
        """Return at most ``most`` things of a class by label for readers of ``language``, those after ``after``."""
        bit = _bit(language)
        start = ("", "")
        if after:
            found = self._rows(
                "SELECT key, iri FROM entry WHERE class = ? AND iri = ? AND languages & ?", (name, after, bit)
            )
            # A thing that this release no longer has is looked for by its name.
            start = (found[0][0], found[0][1]) if found else (sort_key(after.rsplit("/", 1)[-1]), after)
        rows = self._rows(
            "SELECT key, iri, label, tag FROM entry WHERE class = ? AND (key, iri) > (?, ?) AND languages & ? "
            "ORDER BY key, iri LIMIT ?",
            (name, *start, bit, most),
        )
        return [Entry(*row) for row in rows]

    def order(self, name: str) -> list[tuple[str, int]]:
        """Return all things of a class by label, with the bits of the interface languages whose readers see it."""
        rows = self._rows("SELECT iri, languages FROM entry WHERE class = ? ORDER BY key, iri", (name,))
        return [(iri, int(languages)) for iri, languages in rows]

    def named(self, name: str, iris: Sequence[str], language: str) -> list[Entry]:
        """Return the entries of those things of a class, a few hundred at most, in the order in which they come."""
        rows = self._rows(
            "SELECT key, iri, label, tag FROM entry WHERE class = ? AND languages & ? "
            "AND iri IN (SELECT value FROM json_each(?))",
            (name, _bit(language), json.dumps(iris)),
        )
        found = {row[1]: Entry(*row) for row in rows}
        return [found[iri] for iri in iris if iri in found]

    def find(self, text: str, classes: Sequence[str], most: int) -> list[tuple[str, str, str, str]]:
        """Return class, IRI, label and tag of things that a text names: their IRI, or how a word of a label begins.

        ``classes`` are those that are wanted, all where there are none; labels that begin with the text come first.
        """
        key = sort_key(text)
        pattern = "".join(f"\\{letter}" if letter in "%_\\" else letter for letter in key)
        wanted = f"AND class IN ({', '.join('?' * len(classes))})" if classes else ""
        rows = self._rows(
            "SELECT min(class), iri, label, tag FROM entry "  # noqa: S608  # marks alone
            f"WHERE (iri = ? OR key LIKE ? ESCAPE '\\' OR key LIKE ? ESCAPE '\\') {wanted} "
            "GROUP BY iri ORDER BY key NOT LIKE ? ESCAPE '\\', length(key), iri LIMIT ?",
            (text, f"{pattern}%", f"% {pattern}%", *classes, f"{pattern}%", most),
        )
        return [(row[0], row[1], row[2], row[3]) for row in rows]

    def parts(self, whole: NamedNode, after: str, most: int, *, ranges: bool = True) -> list[NamedNode]:
        """Return at most ``most`` fragments of a thing, or concepts of a code list: those after the part ``after``.

        They come by IRI, the ranges of a source's text (``#char=``) after all others, or not at all.
        """
        start = (is_range(after), after)
        rows = self._rows(
            "SELECT iri FROM part WHERE whole = ? AND (range, iri) > (?, ?) AND range <= ? "
            "ORDER BY range, iri LIMIT ?",
            (whole.value, *start, ranges, most),
        )
        return [NamedNode(iri) for (iri,) in rows]

    def close(self) -> None:
        """Close the database; nothing can be asked any more."""
        self._connection.close()

    def differs_from(self, other: "Contents") -> bool:
        """Tell whether the two tables say different things, or one cannot be read; they are read row by row."""
        try:
            return any(
                one != another
                for order in _ORDERS
                for one, another in zip_longest(self._all(order), other._all(order), fillvalue=())
            )
        except sqlite3.Error:
            return True

    def _all(self, order: str) -> Iterator[tuple[object, ...]]:
        with self._lock:
            yield from self._connection.execute(f"SELECT * FROM {order}")  # noqa: S608  # one of _ORDERS

    def _rows(self, query: str, values: Iterable[object]) -> list[tuple[str, ...]]:
        with self._lock:
            return self._connection.execute(query, tuple(values)).fetchall()


def write_contents(path: Path, store: Path) -> None:
    """Write the table of the closed store in the folder ``store``; raises OSError where the disk refuses."""
    path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as connection:
            _fill(connection, OxigraphStore(store))
    except sqlite3.OperationalError as error:
        raise OSError(f"{path}: {error}") from error


def is_range(iri: str) -> bool:
    """Tell whether the IRI names a range of a source's text (RFC 5147 §2.2.1)."""
    return "#char=" in iri


def sort_key(label: str) -> str:
    """Return what a label is sorted by: its letters without marks, so that Łódź stands beside Lodz."""
    plain = unicodedata.normalize("NFKD", label.casefold().replace("ł", "l").replace("ø", "o"))
    return plain if plain.isascii() else "".join(c for c in plain if not unicodedata.combining(c))


def _bit(language: str) -> int:
    return 1 << INTERFACE_LANGUAGES.index(language)


def _fill(connection: sqlite3.Connection, store: OxigraphStore) -> None:
    connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
    connection.execute("INSERT INTO about VALUES (?)", (FORMAT,))
    write = connection.executemany
    write("INSERT INTO class VALUES (?, ?)", ((c, int(n)) for c, n in _values(store, _COUNTS)))
    write("INSERT INTO typed VALUES (?, ?)", _values(store, _TYPES))
    for rank, name in enumerate(LABELS):
        rows = store.raw.query(_NAMES.format(name=name, things=_THINGS))
        write("INSERT INTO named VALUES (?, ?, ?, ?)", _names(rows, rank))  # type: ignore[arg-type]  # a SELECT
    write("INSERT OR IGNORE INTO part VALUES (?, ?, ?)", _parts(store))
    connection.execute("CREATE INDEX temp.typed_by_thing ON typed (thing, class)")
    connection.execute("CREATE INDEX temp.named_by_thing ON named (thing, rank, label)")
    read = connection.cursor()
    found = read.execute(
        "SELECT t.thing, t.class, n.rank, n.tag, n.label FROM (SELECT thing, group_concat(class, ' ') AS class "
        "FROM typed GROUP BY thing) AS t LEFT JOIN named AS n ON n.thing = t.thing "
        "ORDER BY t.thing, n.rank, n.label"
    )
    write("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", entries_of(found))
    connection.executescript(_INDEXES + "DROP TABLE typed; DROP TABLE named;")
    connection.commit()


def _values(store: OxigraphStore, query: str) -> Iterator[tuple[str, ...]]:
    for row in store.raw.query(query):  # type: ignore[union-attr]  # it is a SELECT
        yield tuple(term.value for term in row)


def _names(rows: Iterable[tuple[NamedNode, object]], rank: int) -> Iterator[tuple[str, int, str, str]]:
    for thing, label in rows:
        if isinstance(label, Literal):
            yield thing.value, rank, label.language or "", label.value


def _parts(store: OxigraphStore) -> Iterator[tuple[str, bool, str]]:
    for (iri,) in _values(store, _FRAGMENTS):
        yield iri.partition("#")[0], is_range(iri), iri
    for iri, scheme in _values(store, _CONCEPTS):
        yield scheme, False, iri


def entries_of(
    rows: Iterable[tuple[str, str, int | None, str, str]],
) -> Iterator[tuple[str, int, str, str, str, str]]:
    """Yield one entry per class, thing and label; ``languages`` has the bits of the readers who see that label."""
    for (thing, classes), group in groupby(rows, key=lambda row: row[:2]):
        labels: dict[str, str] = {}
        best: int | None = None
        for _, _, rank, tag, label in group:
            best = rank if best is None else best
            if rank is not None and rank == best:
                labels.setdefault(tag, label)
        common = best_label(labels, INTERFACE_LANGUAGES[0]) or (thing, "")
        shown = {common: _ALL}
        for language in INTERFACE_LANGUAGES[1:]:
            if language in labels and common != (labels[language], language):
                shown[labels[language], language] = _bit(language)
                shown[common] &= ~_bit(language)
        for (label, tag), languages in shown.items():
            key = sort_key(label)
            for name in classes.split():
                yield name, languages, key, thing, label, tag
