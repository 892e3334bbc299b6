"""The change log: per entry of the release log one file that never changes, with what became of each thing.

``changes/00000003.sqlite`` beside the releases says what differs between the third release of the log and the one
before it: every thing that was created, changed or removed, with the labels it had, the graphs that caused it, and
all that was said of it afterwards, as quads. The files together hold every version of every thing, so that a feed
needs no earlier release to be kept.
"""

import json
import sqlite3
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any, Final

from koinon.model.errors import ReleaseError
from koinon.release.paths import Home

FORMAT: Final = 1
SUFFIX: Final = ".sqlite"
EVERYTHING: Final = ""
"""The slice that has every member; others are ``class/Project``, ``source/keep``, ``region/pomorskie`` …"""
SCHEMA: Final = """
CREATE TABLE about (format INTEGER, sequence INTEGER, release TEXT, parent TEXT, published_at TEXT, state TEXT,
  created INTEGER, changed INTEGER, removed INTEGER);
CREATE TABLE member (number INTEGER PRIMARY KEY, thing TEXT, kind TEXT, change TEXT, labels TEXT, causes TEXT,
  digest BLOB, body BLOB);
CREATE TABLE slice (name TEXT, position INTEGER, member INTEGER, PRIMARY KEY (name, position)) WITHOUT ROWID;
"""
INDEXES: Final = "CREATE INDEX member_by_thing ON member (thing);"

_OPEN: Final = 64
"""Files that are open at a time."""
_COLUMNS: Final = "m.number, m.thing, m.kind, m.change, m.labels, m.causes"


class State(StrEnum):
    """What a step knows: everything; or nothing, as its release was imported, or gone before it was recorded."""

    RECORDED = "recorded"
    IMPORTED = "imported"
    GONE = "gone"


class Change(StrEnum):
    """What became of a thing."""

    CREATED = "created"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Step:
    """From the release before to ``release``: how many things were created, changed and removed, and when.

    ``published_at`` (ISO 8601, UTC) is the time at which the release became current, as the release log has it.
    """

    sequence: int
    release: str
    parent: str | None
    published_at: str
    state: State
    created: int
    changed: int
    removed: int

    @property
    def members(self) -> int:
        """How many things the step speaks of."""
        return self.created + self.changed + self.removed


@dataclass(frozen=True, slots=True)
class Member:
    """One thing at one step; ``position`` is its place in the slice that was asked for, from 1.

    ``labels`` maps language tags ("" for none) to labels, of a removed thing those it had. ``causes`` are the slugs
    of the graphs whose statements about it differ.
    """

    sequence: int
    number: int
    position: int
    thing: str
    kind: str
    change: Change
    labels: Mapping[str, str]
    causes: tuple[str, ...]
    published_at: str


class ChangeLog:
    """Reads the steps of a home; every answer costs as much as what it returns. Safe to use from any thread."""

    def __init__(self, home: Home) -> None:
        """Read from ``home``, which may not have any yet."""
        self._folder = home.changes
        self._lock = Lock()
        self._open: OrderedDict[int, tuple[str, sqlite3.Connection]] = OrderedDict()
        self._steps: dict[int, Step] = {}

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            while self._open:
                self._open.popitem()[1][1].close()

    def steps(self) -> list[Step]:
        """Return all steps, oldest first; raises ReleaseError for a damaged one."""
        return [self._step(number) for number in sequences(self._folder)]

    def step(self, sequence: int) -> Step | None:
        """Return the step of a sequence number of the release log, or None where there is none."""
        return self._step(sequence) if file_of(self._folder, sequence).is_file() else None

    def stamp(self, sequence: int) -> str:
        """Return what tells whether a step was written anew, as purging a source does; empty without one."""
        try:
            return f"{file_of(self._folder, sequence).stat().st_mtime_ns:x}"
        except OSError:
            return ""

    @property
    def state(self) -> str:
        """What tells whether any step came, or was written anew."""
        try:
            return f"{self._folder.stat().st_mtime_ns:x}"
        except OSError:
            return ""

    def count(self, sequence: int, name: str = EVERYTHING) -> int:
        """Return the last position of a slice at a step, 0 where the slice has nothing."""
        query = (
            ("SELECT max(number) FROM member", ())
            if name == EVERYTHING
            else ("SELECT max(position) FROM slice WHERE name = ?", (name,))
        )
        return int(self._rows(sequence, *query)[0][0] or 0)

    def members(self, sequence: int, name: str = EVERYTHING, after: int = 0, most: int = 250) -> list[Member]:
        """Return the members of a slice at the ``most`` positions that follow ``after``, in order.

        A purged source leaves positions empty: there may be fewer members than positions.
        """
        last = after + most
        if name == EVERYTHING:
            query = f"SELECT {_COLUMNS}, m.number FROM member m WHERE m.number > ? AND m.number <= ? ORDER BY 1"  # noqa: S608  # our columns
            rows = self._rows(sequence, query, (after, last))
        else:
            query = (
                f"SELECT {_COLUMNS}, s.position FROM slice s JOIN member m ON m.number = s.member "  # noqa: S608
                "WHERE s.name = ? AND s.position > ? AND s.position <= ? ORDER BY s.position"
            )
            rows = self._rows(sequence, query, (name, after, last))
        return [self._member(sequence, row) for row in rows]

    def member(self, sequence: int, number: int) -> Member | None:
        """Return one member of a step, or None where there is none."""
        query = f"SELECT {_COLUMNS}, m.number FROM member m WHERE m.number = ?"  # noqa: S608  # our columns
        rows = self._rows(sequence, query, (number,)) if file_of(self._folder, sequence).is_file() else []
        return self._member(sequence, rows[0]) if rows else None

    def body(self, sequence: int, number: int) -> bytes:
        """Return all that was said of a thing after a step: sorted canonical N-Quads, nothing for a removed one."""
        rows = self._rows(sequence, "SELECT body FROM member WHERE number = ?", (number,))
        return zlib.decompress(rows[0][0]) if rows and rows[0][0] is not None else b""

    def history(self, thing: str) -> list[Member]:
        """Return what became of a thing, the latest first."""
        query = f"SELECT {_COLUMNS}, m.number FROM member m WHERE m.thing = ?"  # noqa: S608  # our columns
        return [
            self._member(number, row)
            for number in reversed(sequences(self._folder))
            for row in self._rows(number, query, (thing,))
        ]

    def became(self, sequence: int, things: Iterable[str]) -> dict[str, Change]:
        """Return what became at a step of those of some things that it speaks of."""
        query = "SELECT change FROM member WHERE thing = ?"
        found = ((thing, self._rows(sequence, query, (thing,))) for thing in things)
        return {thing: Change(rows[0][0]) for thing, rows in found if rows}

    def things(self, sequence: int, first: str, last: str) -> Iterator[str]:
        """Yield the things of a step from one IRI to another."""
        query = "SELECT thing FROM member WHERE thing >= ? AND thing <= ?"
        for (thing,) in self._rows(sequence, query, (first, last)):
            yield thing

    def latest(self) -> dict[str, tuple[int, int, bytes]]:
        """Return all things that there are after the last step: step, number and digest of what is said of each."""
        state: dict[str, tuple[int, int, bytes]] = {}
        for sequence in sequences(self._folder):
            query = "SELECT thing, change, number, digest FROM member"
            for thing, change, number, digest in self._rows(sequence, query):
                if change == Change.REMOVED:
                    state.pop(thing, None)
                else:
                    state[thing] = (sequence, number, digest)
        return state

    def slices(self, sequence: int, kind: str) -> Iterator[str]:
        """Yield the names of the slices of a kind (``class``, ``region`` …) that have members at a step."""
        query = "SELECT DISTINCT name FROM slice WHERE name >= ? AND name < ? ORDER BY name"
        for (name,) in self._rows(sequence, query, (f"{kind}/", f"{kind}0")):
            yield name

    def also_in(self, sequence: int, name: str, kind: str) -> dict[int, list[str]]:
        """Return, by member's number, in which slices of a kind the members of the slice ``name`` also are."""
        query = (
            "SELECT member, name FROM slice WHERE name >= ? AND name < ? "
            "AND member IN (SELECT member FROM slice WHERE name = ?)"
        )
        found: dict[int, list[str]] = {}
        for member, other in self._rows(sequence, query, (f"{kind}/", f"{kind}0", name)):
            found.setdefault(member, []).append(other)
        return found

    def _member(self, sequence: int, row: tuple[Any, ...]) -> Member:
        number, thing, kind, change, labels, causes, position = row
        return Member(
            sequence,
            number,
            position,
            thing,
            kind,
            Change(change),
            json.loads(labels),
            tuple(causes.split()),
            self._step(sequence).published_at,
        )

    def _step(self, sequence: int) -> Step:
        found = self._steps.get(sequence)
        if found is None:
            with closing(_connect(file_of(self._folder, sequence))) as connection:
                found = _about(connection, file_of(self._folder, sequence))
            self._steps[sequence] = found
        return found

    def _rows(self, sequence: int, query: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        path = file_of(self._folder, sequence)
        with self._lock:
            connection = self._connection(sequence, path)
            try:
                return connection.execute(query, tuple(values)).fetchall()
            except sqlite3.Error as error:
                raise _damaged(path, error) from error

    def _connection(self, sequence: int, path: Path) -> sqlite3.Connection:
        """Return the open file of a step; one that was written anew, as purging does, is opened anew."""
        stamp = self.stamp(sequence)
        opened = self._open.pop(sequence, None)
        if opened is not None and opened[0] != stamp:
            opened[1].close()
            self._steps.pop(sequence, None)
            opened = None
        opened = self._open[sequence] = opened or (stamp, _connect(path))
        if len(self._open) > _OPEN:
            self._open.popitem(last=False)[1][1].close()
        return opened[1]


def file_of(folder: Path, sequence: int) -> Path:
    """Return the file of a step."""
    return folder / f"{sequence:08d}{SUFFIX}"


def sequences(folder: Path) -> list[int]:
    """Return the sequence numbers of all steps that are recorded, in order."""
    return sorted(int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit())


def _about(connection: sqlite3.Connection, path: Path) -> Step:
    try:
        (row,) = connection.execute(
            "SELECT format, sequence, release, parent, published_at, state, created, changed, removed FROM about"
        ).fetchall()
        if row[0] != FORMAT:
            raise ReleaseError(
                f"{path} was written by another version of koinon. Remove {path.parent}, then build."
            )
        return Step(row[1], row[2], row[3], row[4], State(row[5]), row[6], row[7], row[8])
    except (sqlite3.Error, ValueError) as error:
        raise _damaged(path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False)
    except sqlite3.Error as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ReleaseError:
    return ReleaseError(f"{path} cannot be read ({error}). Put it back from a copy, or remove it and build again.")
