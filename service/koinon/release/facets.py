"""The facets of a release: which things a collection holds, in which order, and what they can be narrowed by.

A collection (``/actors``, ``/projects`` …) is all things of one class. Its *facets* are values that its things
share: the region, the programme, the theme. A page that shows how many things each value leaves has to count all of
them, for any choice of values; so a build writes down, for each value, the numbers of its things, and counting is
adding up arrays. Its *measures* are whole numbers by which it can be sorted. None of this enters the release id.

The file is SQLite, with one row for each array: it is read section by section, when somebody asks for one.
"""

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from koinon.model.errors import ReleaseError
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import DEF, ORG, SKOS
from koinon.release.contents import Contents

FILE: Final = "facets.sqlite"
"""Name of the file in a release folder."""
FORMAT: Final = "1"
MISSING: Final = -1
"""What a measure says of a thing that has none."""

SECTIONS: Final[dict[str, str]] = {
    "actors": ORG + "Organization",
    "projects": DEF + "Project",
    "programmes": DEF + "FundingProgramme",
    "clusters": DEF + "Cluster",
    "regions": DEF + "Territory",
    "topics": SKOS + "Concept",
}
"""The path of each collection, and the class whose things it holds; of concepts, those of the lists of topics."""

_TABLES: Final = """
CREATE TABLE about (format TEXT, made TEXT);
CREATE TABLE part (section TEXT, kind TEXT, name TEXT, data BLOB, PRIMARY KEY (section, kind, name)) WITHOUT ROWID;
"""
_MOST: Final = 200_000
"""Things of a collection that are listed where a release has no facets, as one of an earlier version."""

Numbers: TypeAlias = NDArray[np.uint32]
Measure: TypeAlias = NDArray[np.int32]
Mask: TypeAlias = NDArray[np.bool_]


class Iris(Sequence[str]):
    """Sorted IRIs, by number; kept as one text: a list of a hundred thousand takes ten times the room."""

    def __init__(self, text: bytes, ends: Numbers) -> None:
        """Read ``text``, the IRIs one after the other; ``ends`` is where each ends."""
        self._text = text
        self._ends = ends
        self._hashes: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None

    @classmethod
    def of(cls, iris: Iterable[str]) -> Self:
        """Take sorted IRIs."""
        encoded = [iri.encode() for iri in iris]
        ends = np.cumsum([len(iri) for iri in encoded], dtype=np.uint32)
        return cls(b"".join(encoded), ends)

    @property
    def raw(self) -> tuple[bytes, bytes]:
        """The text and the ends, as bytes."""
        return self._text, self._ends.tobytes()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ends)

    def __getitem__(self, number):  # type: ignore[no-untyped-def]  # slices are not needed
        """Return the IRI with this number."""
        start = int(self._ends[number - 1]) if number else 0
        return self._text[start : int(self._ends[number])].decode()

    def number(self, iri: str) -> int | None:
        """Return the number of an IRI, or None where it is not there."""
        found = bisect_left(self, iri)
        return found if found < len(self) and self[found] == iri else None

    def numbers(self, iris: Sequence[str]) -> Iterator[int]:
        """Yield the numbers of those IRIs that are there, in the order given.

        They are looked up by their hashes, all at once: each by itself takes a dozen comparisons of texts.
        """
        if self._hashes is None:
            hashes = np.fromiter(map(hash, self), np.int64, len(self))
            order = np.argsort(hashes)
            self._hashes = hashes[order], order
        sorted_hashes, order = self._hashes
        wanted = np.fromiter(map(hash, iris), np.int64, len(iris))
        first, after = (np.searchsorted(sorted_hashes, wanted, side).tolist() for side in ("left", "right"))
        for iri, start, end in zip(iris, first, after, strict=True):
            yield from (int(number) for number in order[start:end] if self[number] == iri)


@dataclass(frozen=True, slots=True)
class Facet:
    """What things can be narrowed by: ``values`` (IRIs or plain texts, sorted), and the things of each.

    The things of value ``i`` are ``things[starts[i] : starts[i + 1]]``. Where not all values are worth listing (of
    territories, those of NUTS level 2 are), ``shown`` marks those that are; the others narrow all the same.
    """

    values: tuple[str, ...]
    starts: Numbers
    things: Numbers
    shown: Mask | None = None

    def number(self, value: str) -> int | None:
        """Return the number of a value, or None where no thing has it."""
        found = bisect_left(self.values, value)
        return found if found < len(self.values) and self.values[found] == value else None

    def of(self, number: int) -> Numbers:
        """Return the numbers of the things that have the value with this number."""
        return self.things[self.starts[number] : self.starts[number + 1]]

    def counts(self, mask: Mask | None) -> NDArray[np.int64]:
        """Return how many things each value has, or how many of those in ``mask``."""
        if mask is None:
            return self.starts[1:].astype(np.int64) - self.starts[:-1]
        if not len(self.values):
            return np.zeros(0, np.int64)
        return np.add.reduceat(mask[self.things], self.starts[:-1], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Section:
    """One collection: its things, their order by language, facets and measures, by name."""

    name: str
    iris: Iris
    orders: Mapping[str, Numbers]
    facets: Mapping[str, Facet] = field(default_factory=dict)
    measures: Mapping[str, Measure] = field(default_factory=dict)
    _sorted: dict[tuple[str, str, bool], Numbers] = field(default_factory=dict)

    def order(self, language: str, measure: str = "", *, descending: bool = False) -> Numbers:
        """Return the numbers of all things, by name for readers of ``language``, or by a measure and then by name.

        Things that the measure says nothing of come last in both directions.
        """
        names = self.orders[language]
        key = (language, measure, descending)
        if key not in self._sorted:
            if measure:
                values = self.measures[measure][names].astype(np.int64)
                ranks = -values if descending else values
                ranks[values == MISSING] = np.iinfo(np.int64).max
                self._sorted[key] = names[np.argsort(ranks, kind="stable")]
            else:
                self._sorted[key] = names[::-1] if descending else names
        return self._sorted[key]


class Facets:
    """The collections of one release. Safe to use from any thread."""

    def __init__(self, connection: sqlite3.Connection | None, contents: Contents) -> None:
        """Read from an open database; without one, all that is known is the table of contents."""
        self._connection = connection
        self._contents = contents
        self._sections: dict[str, Section] = {}
        self._lock = Lock()

    @classmethod
    def of(cls, path: Path, contents: Contents) -> Self:
        """Open the file at ``path``; where there is none, as in an earlier version's release, there are no facets.

        Raises ReleaseError for a damaged file.
        """
        if not path.is_file():
            return cls(None, contents)
        try:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False
            )
            same = connection.execute("SELECT format FROM about").fetchone() == (FORMAT,)
        except sqlite3.Error as error:
            raise ReleaseError(f"{path} cannot be read ({error}). Run `koinon release verify`.") from error
        return cls(connection if same else None, contents)

    def section(self, name: str) -> Section:
        """Return the collection of this name, one of SECTIONS; raises ReleaseError where the file is damaged."""
        with self._lock:
            if name not in self._sections:
                try:
                    self._sections[name] = self._read(name) if self._connection else self._plain(name)
                except (sqlite3.Error, ValueError, KeyError) as error:
                    raise ReleaseError(f"{FILE} is damaged ({error}). Run `koinon release verify`.") from error
            return self._sections[name]

    def _read(self, name: str) -> Section:
        assert self._connection is not None  # noqa: S101  # the caller looked
        rows = self._connection.execute("SELECT kind, name, data FROM part WHERE section = ?", (name,))
        parts = {(kind, part): data for kind, part, data in rows}
        names = {kind: json.loads(parts["names", kind]) for kind in ("order", "values", "measure")}
        return Section(
            name,
            Iris(parts["iris", "text"], np.frombuffer(parts["iris", "ends"], np.uint32)),
            {part: np.frombuffer(parts["order", part], np.uint32) for part in names["order"]},
            {part: _facet(parts, part) for part in names["values"]},
            {part: np.frombuffer(parts["measure", part], np.int32) for part in names["measure"]},
        )

    def _plain(self, name: str) -> Section:
        listed = {
            language: [entry.iri for entry in self._contents.entries(SECTIONS[name], language, None, _MOST)]
            for language in INTERFACE_LANGUAGES
        }
        iris = sorted(listed[INTERFACE_LANGUAGES[0]])
        numbers = {iri: number for number, iri in enumerate(iris)}
        orders = {
            language: np.array([numbers[iri] for iri in found if iri in numbers], np.uint32)
            for language, found in listed.items()
        }
        return Section(name, Iris.of(iris), orders)


def write_facets(path: Path, sections: Iterable[Section], made: str = "") -> None:
    """Write collections to ``path``, the same ones as the same bytes; raises OSError where the disk refuses.

    ``made`` names the definitions that they were gathered by.
    """
    path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _TABLES)
            connection.execute("INSERT INTO about VALUES (?, ?)", (FORMAT, made))
            rows = sorted(row for section in sections for row in _rows(section))
            connection.executemany("INSERT INTO part VALUES (?, ?, ?, ?)", rows)
            connection.commit()
    except sqlite3.OperationalError as error:
        raise OSError(f"{path}: {error}") from error


def made_by(path: Path) -> str:
    """Return the name of the definitions that a file was gathered by; raises ReleaseError for a damaged one."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as connection:
            found = connection.execute("SELECT * FROM about").fetchone()
    except sqlite3.Error as error:
        raise ReleaseError(f"{path} cannot be read ({error}).") from error
    return str(found[-1]) if found else ""


def _rows(section: Section) -> Iterable[tuple[str, str, str, bytes]]:
    text, ends = section.iris.raw
    yield section.name, "iris", "text", text
    yield section.name, "iris", "ends", ends
    for kind, parts in (("order", section.orders), ("values", section.facets), ("measure", section.measures)):
        yield section.name, "names", kind, json.dumps(list(parts)).encode()
    for name, order in section.orders.items():
        yield section.name, "order", name, order.tobytes()
    for name, facet in section.facets.items():
        yield section.name, "values", name, json.dumps(facet.values, ensure_ascii=False).encode()
        yield section.name, "starts", name, facet.starts.tobytes()
        yield section.name, "things", name, facet.things.tobytes()
        if facet.shown is not None:
            yield section.name, "shown", name, facet.shown.tobytes()
    for name, measure in section.measures.items():
        yield section.name, "measure", name, measure.tobytes()


def _facet(parts: Mapping[tuple[str, str], bytes], name: str) -> Facet:
    return Facet(
        tuple(json.loads(parts["values", name])),
        np.frombuffer(parts["starts", name], np.uint32),
        np.frombuffer(parts["things", name], np.uint32),
        np.frombuffer(parts["shown", name], np.bool_) if ("shown", name) in parts else None,
    )
