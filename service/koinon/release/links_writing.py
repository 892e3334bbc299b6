"""The table of the links of a release, as it is written: its columns, and a digest by which damage is found."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Final

from koinon.release.mappings import Link, Run, Said

FORMAT: Final = "1"
COLUMNS: Final = (
    "id, subject, predicate, object, probability, band, justification, reasons, linkset, state, reviewers, priority"
)
_TABLES: Final = """
CREATE TABLE about (format TEXT, run TEXT);
CREATE TABLE link (id TEXT PRIMARY KEY, subject TEXT, predicate TEXT, object TEXT, probability REAL, band TEXT,
    justification TEXT, reasons TEXT, linkset TEXT, state TEXT, reviewers TEXT, priority REAL) WITHOUT ROWID;
CREATE TABLE side (thing TEXT, link TEXT, PRIMARY KEY (thing, link)) WITHOUT ROWID;
CREATE TABLE source (source TEXT, link TEXT, PRIMARY KEY (source, link)) WITHOUT ROWID;
CREATE TABLE mention (thing TEXT PRIMARY KEY, said TEXT) WITHOUT ROWID;
CREATE TABLE member (thing TEXT PRIMARY KEY, canonical TEXT) WITHOUT ROWID;
CREATE TABLE seal (digest TEXT);
"""
_SEALED: Final = (
    "SELECT format, run FROM about",
    f"SELECT {COLUMNS} FROM link ORDER BY id",  # noqa: S608  # a constant
    "SELECT thing, link FROM side ORDER BY thing, link",
    "SELECT source, link FROM source ORDER BY source, link",
    "SELECT thing, said FROM mention ORDER BY thing",
    "SELECT thing, canonical FROM member ORDER BY thing",
)
"""What the digest in ``seal`` covers."""
_INDEXES: Final = """
CREATE INDEX link_by_state ON link (state, priority DESC, id);
CREATE INDEX member_by_canonical ON member (canonical, thing);
"""


def write_links(
    path: Path,
    links: Iterable[Link],
    run: Run,
    said: Iterable[Said] = (),
    canonical: Mapping[str, str] | None = None,
) -> None:
    """Write the links of a release; raises OSError where the disk refuses.

    ``said`` is what is known of their things, ``canonical`` names for each member of a cluster what stands for it.
    """
    path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            fill(connection, links, run, said, canonical or {})
    except sqlite3.Error as error:
        raise OSError(f"{path} cannot be written: {error}") from error


def fill(
    connection: sqlite3.Connection, links: Iterable[Link], run: Run, said: Iterable[Said], same: Mapping[str, str]
) -> None:
    """Write the links of a release into an empty database."""
    connection.executescript(_TABLES)
    about = {"model": run.model, "judgements": run.judgements, "linksets": run.linksets}
    connection.execute("INSERT INTO about VALUES (?, ?)", (FORMAT, _json(about)))
    slug_of = {}
    for one in sorted(said, key=lambda one: one.iri):
        slug_of[one.iri] = one.source
        fields = {
            name: value
            for name in Said.__dataclass_fields__
            if name != "iri" and (value := getattr(one, name)) not in ("", ())
        }
        connection.execute("INSERT INTO mention VALUES (?, ?)", (one.iri, _json({"name": "", **fields})))
    for link in sorted(links, key=lambda link: link.id):
        sides = {link.subject, link.object}
        row = (
            *(link.id, link.subject, link.predicate, link.object, link.probability, link.band, link.justification),
            *(_json(link.reasons), link.linkset, link.state, _json(link.reviewers), link.priority),
        )
        connection.execute("INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        connection.executemany("INSERT INTO side VALUES (?, ?)", ((thing, link.id) for thing in sorted(sides)))
        slugs = {slug_of[thing] for thing in sides if thing in slug_of}
        connection.executemany("INSERT INTO source VALUES (?, ?)", ((slug, link.id) for slug in sorted(slugs)))
    connection.executemany("INSERT INTO member VALUES (?, ?)", sorted(same.items()))
    connection.execute("INSERT INTO seal VALUES (?)", (digest_of(connection),))
    connection.executescript(_INDEXES)
    connection.commit()


def digest_of(connection: sqlite3.Connection) -> str:
    """Return a hash of all rows."""
    digest = sha256()
    for query in _SEALED:
        for row in connection.execute(query):
            digest.update(_json(row).encode() + b"\n")
    return digest.hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
