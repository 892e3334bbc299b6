"""Taking a purged source out of the change log: the one exception to steps that never change."""

import os
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


def forget(home: Home, slug: str, derived: set[str]) -> int:
    """Take out of every step what the source ``slug`` said, and what was ``derived`` (slugs) beside it.

    A thing of which nothing else is said goes from the step and leaves its positions empty. What is known of every
    other thing after the last step stays as it is. Returns how many members were touched. Raises OSError where the
    disk refuses; steps are written beside their places and renamed.
    """
    gone = _Gone(slug, tuple(_ending(name) for name in derived))
    return sum(_rewrite(home.changes, sequence, gone) for sequence in sequences(home.changes))


@dataclass(slots=True)
class _Gone:
    """The source that goes; ``left`` are its things of which an earlier step still knows something."""

    slug: str
    derived: tuple[bytes, ...]
    left: set[str] = field(default_factory=set)

    def without(self, lines: list[bytes]) -> list[bytes]:
        """Return the lines that stay: all, where the source has said none of them."""
        own = _ending(self.slug)
        if not any(line.endswith(own) for line in lines):
            return lines
        return [line for line in lines if not line.endswith((own, *self.derived))]


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
        left = gone.without(zlib.decompress(body).splitlines(keepends=True)) if body else []
        if left:
            gone.left.add(thing)
        elif body or thing not in gone.left:
            connection.execute("DELETE FROM member WHERE number = ?", (number,))
            connection.execute("DELETE FROM slice WHERE member = ?", (number,))
            continue
        packed = zlib.compress(b"".join(left)) if left else None
        others = " ".join(cause for cause in causes.split() if cause != gone.slug)
        values = (packed, digest_of(left), labels_of(thing, left), others, number)
        connection.execute(
            "UPDATE member SET body = ?, digest = ?, labels = ?, causes = ? WHERE number = ?", values
        )
    connection.execute("DELETE FROM slice WHERE name = ?", (f"{SOURCE}/{gone.slug}",))
    counts = dict(connection.execute("SELECT change, count(*) FROM member GROUP BY change").fetchall())
    totals = [counts.get(change.value, 0) for change in Change]
    connection.execute("UPDATE about SET created = ?, changed = ?, removed = ?", totals)
    return len(rows)
