"""Taking a purged source out of the change log: the one exception to steps that never change."""

import os
import re
import shutil
import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from koinon.build.changelog.recording import digest_of, labels_of
from koinon.build.changelog.slices import SOURCE
from koinon.model.namespaces import GRAPH
from koinon.release.changelog import Change, file_of, sequences
from koinon.release.current import sync_folder
from koinon.release.paths import Home

_MEMBERS: Final = (
    "SELECT m.number, m.thing, m.body, m.causes FROM slice s JOIN member m ON m.number = s.member WHERE s.name = ?"
)
_IRI: Final = re.compile(rb"<([^>#]*)")


def forget(home: Home, slug: str, derived: set[str]) -> int:
    """Take out of every step what the source ``slug`` said, and what was ``derived`` (slugs) beside it.

    A thing of which nothing else is said goes from the step and leaves its positions empty; so does what was
    derived of it and of others, like a link. What is known of every other thing after the last step stays as it is.
    Returns how many members were touched. Raises OSError where the disk refuses; steps are written beside their
    places and renamed.
    """
    gone = _Gone(slug, tuple(sorted(derived)))
    return sum(_rewrite(home.changes, sequence, gone) for sequence in sequences(home.changes))


@dataclass(slots=True)
class _Gone:
    """The source that goes, and what was derived of it.

    ``left`` are its things of which an earlier step still knows something, ``away`` those of which none does, and
    ``derived_of_it`` what was only derived of these, like links.
    """

    slug: str
    derived: tuple[str, ...]
    left: set[str] = field(default_factory=set)
    away: set[bytes] = field(default_factory=set)
    derived_of_it: set[str] = field(default_factory=set)
    endings: tuple[bytes, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.endings = tuple(map(_ending, self.derived))

    def without(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines that stay: all, where the source has said none of them."""
        own = _ending(self.slug)
        if not any(line.endswith(own) for line in lines):
            return lines
        return [line for line in lines if not line.endswith((own, *self.endings))]

    def without_named(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines that stay: what names a thing that is away goes, and what was only derived of it."""
        stay = [line for line in lines if not (line.endswith(self.endings) and self._names(line))]
        stated = any(not line.endswith(self.endings) for line in stay)
        return stay if stated or len(stay) == len(lines) else []

    def _names(self, line: bytes) -> bool:
        return not self.away.isdisjoint(_IRI.findall(line))


def _ending(slug: str) -> bytes:
    return f" <{GRAPH}{slug}> .\n".encode()


def _rewrite(folder: Path, sequence: int, gone: _Gone) -> int:
    path, fresh = file_of(folder, sequence), folder / f".step-{sequence}"
    shutil.copyfile(path, fresh)
    try:
        with closing(sqlite3.connect(fresh)) as connection:
            touched = _forget(connection, gone)
            connection.commit()
            connection.execute("VACUUM")
        if touched:
            with fresh.open("rb") as file:
                os.fsync(file.fileno())
            fresh.replace(path)
            sync_folder(folder)
    except sqlite3.OperationalError as error:
        raise OSError(f"{fresh}: {error}") from error
    finally:
        fresh.unlink(missing_ok=True)
    return touched


def _forget(connection: sqlite3.Connection, gone: _Gone) -> int:
    rows = connection.execute(_MEMBERS, (f"{SOURCE}/{gone.slug}",)).fetchall()
    for number, thing, body, causes in rows:
        left = gone.without(_lines(body))
        if left:
            gone.left.add(thing)
            gone.away.discard(thing.encode())
        elif body or thing not in gone.left:
            gone.away.add(thing.encode())
            _drop(connection, number)
            continue
        others = " ".join(cause for cause in causes.split() if cause != gone.slug)
        _put(connection, number, thing, left, others)
    touched = len(rows) + _forget_named(connection, gone)
    connection.execute("DELETE FROM slice WHERE name = ?", (f"{SOURCE}/{gone.slug}",))
    counts = dict(connection.execute("SELECT change, count(*) FROM member GROUP BY change").fetchall())
    totals = [counts.get(change.value, 0) for change in Change]
    connection.execute("UPDATE about SET created = ?, changed = ?, removed = ?", totals)
    return touched


def _forget_named(connection: sqlite3.Connection, gone: _Gone) -> int:
    """Take out what was derived of others and names a thing that is away; returns how many members were touched."""
    touched = 0
    for name in gone.derived if gone.away else ():
        for number, thing, body, causes in connection.execute(_MEMBERS, (f"{SOURCE}/{name}",)).fetchall():
            lines = _lines(body)
            left = gone.without_named(lines)
            if len(left) == len(lines) and (lines or thing not in gone.derived_of_it):
                continue
            touched += 1
            if left:
                _put(connection, number, thing, left, causes)
            else:
                gone.derived_of_it.add(thing)
                _drop(connection, number)
    return touched


def _lines(body: bytes | None) -> list[bytes]:
    return zlib.decompress(body).splitlines(keepends=True) if body else []


def _drop(connection: sqlite3.Connection, number: int) -> None:
    connection.execute("DELETE FROM member WHERE number = ?", (number,))
    connection.execute("DELETE FROM slice WHERE member = ?", (number,))


def _put(connection: sqlite3.Connection, number: int, thing: str, lines: list[bytes], causes: str) -> None:
    packed = zlib.compress(b"".join(lines)) if lines else None
    values = (packed, digest_of(lines), labels_of(thing, lines), causes, number)
    connection.execute("UPDATE member SET body = ?, digest = ?, labels = ?, causes = ? WHERE number = ?", values)
