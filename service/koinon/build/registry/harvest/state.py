"""What is known of an event stream so far: its pages, and of each thing the newest version.

One SQLite file beside the journal of the source. A page and all that it has are written in one transaction, so that
what breaks off goes on where it was. It goes when the source is purged; without it the stream is read anew.
"""

import fcntl
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from koinon.build.registry.harvest.nodes import Node, Version
from koinon.model.errors import ConfigurationError
from koinon.release.paths import Home

FILE: Final = "harvest.sqlite"
_FORMAT: Final = "1"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS page (address TEXT PRIMARY KEY, etag TEXT, lasting INTEGER, sha256 TEXT, looked_at REAL)
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS link (page TEXT, number INTEGER, target TEXT, PRIMARY KEY (page, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS version (thing TEXT PRIMARY KEY, modified TEXT, iri TEXT, gone INTEGER, body BLOB)
  WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A page that was read: ``lasting`` ones say that they never change."""

    address: str
    etag: str | None
    lasting: bool
    sha256: str


def state_file(home: Home, slug: str) -> Path:
    """Return where the state of a harvested source is."""
    return home.sources / slug / FILE


class Memory:
    """The state of one source; for one process at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read and write an open database."""
        self._connection = connection

    @classmethod
    @contextmanager
    def of(cls, home: Home, slug: str, address: str) -> Iterator[Self]:
        """Open what is known of the stream at ``address``, of another stream nothing.

        Raises ConfigurationError where another process follows it, OSError where the disk refuses.
        """
        path = state_file(home, slug)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.with_suffix(".lock").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ConfigurationError(f"{slug} is being harvested already. Wait until that is done.") from error
            try:
                with closing(_open(path, address)) as connection:
                    yield cls(connection)
            except sqlite3.DatabaseError as error:
                raise OSError(f"{path}: {error}") from error

    def known(self, address: str) -> Known | None:
        """Return what is known of a page."""
        query = "SELECT address, etag, lasting, sha256 FROM page WHERE address = ?"
        row = self._connection.execute(query, (address,)).fetchone()
        return Known(row[0], row[1], bool(row[2]), row[3]) if row else None

    def links(self, address: str) -> list[str]:
        """Return where a page that was read leads."""
        query = "SELECT target FROM link WHERE page = ? ORDER BY number"
        return [target for (target,) in self._connection.execute(query, (address,))]

    def longest_ago(self, besides: Iterable[str]) -> Known | None:
        """Return the lasting page that was looked at longest ago, if it was not in this run."""
        query = "SELECT address FROM page WHERE lasting ORDER BY looked_at, address LIMIT 1"
        row = self._connection.execute(query).fetchone()
        return self.known(row[0]) if row and row[0] not in set(besides) else None

    def looked_at(self, address: str) -> None:
        """Note that a page is still as it was."""
        with self._connection:
            self._connection.execute("UPDATE page SET looked_at = ? WHERE address = ?", (time.time(), address))

    def take(self, page: Known, node: Node) -> None:
        """Remember a page with all that it has; versions that are older than what is known change nothing."""
        with self._connection:
            row = (page.address, page.etag, page.lasting, page.sha256, time.time())
            self._connection.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?)", row)
            self._connection.execute("DELETE FROM link WHERE page = ?", (page.address,))
            links = ((page.address, number, target) for number, target in enumerate(node.links))
            self._connection.executemany("INSERT INTO link VALUES (?, ?, ?)", links)
            for version in node.versions:
                self._newer(version)

    def lines(self) -> Iterator[bytes]:
        """Yield all that is said of the things that there are, as lines of N-Triples."""
        for (body,) in self._connection.execute("SELECT body FROM version WHERE NOT gone ORDER BY thing"):
            yield from zlib.decompress(body).splitlines(keepends=True)

    def _newer(self, version: Version) -> None:
        query = "SELECT modified, iri FROM version WHERE thing = ?"
        row = self._connection.execute(query, (version.thing,)).fetchone()
        if row is None or (row[0], len(row[1]), row[1]) <= version.rank:
            self._connection.execute(
                "INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?)",
                (version.thing, version.modified, version.iri, version.gone, zlib.compress(version.body, 4)),
            )


def _open(path: Path, address: str) -> sqlite3.Connection:
    for _ in range(2):
        connection = sqlite3.connect(path)
        path.chmod(0o600)
        try:
            connection.executescript("PRAGMA synchronous = NORMAL; PRAGMA journal_mode = WAL;" + _SCHEMA)
            about = dict(connection.execute("SELECT name, value FROM about"))
            if not about:
                with connection:
                    rows = [("format", _FORMAT), ("address", address)]
                    connection.executemany("INSERT INTO about VALUES (?, ?)", rows)
                return connection
            if about.get("format") == _FORMAT and about.get("address") == address:
                return connection
        except sqlite3.OperationalError:
            connection.close()
            raise
        except sqlite3.DatabaseError:  # it is damaged, and can be had anew
            connection.close()
            forget(path)
            continue
        connection.close()
        forget(path)  # it is of another stream
    raise OSError(f"{path} cannot be written")


def forget(path: Path) -> None:
    """Remove a state, so that the stream is read anew."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
