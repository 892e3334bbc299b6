"""What a run of the linker leaves to the next: what graphs say, the blocks of records, and the scores of pairs.

A score depends on the two records and the engine alone, so it holds in every build until one of them changes. What
is kept spares work and is no part of what is published: without it, the same links come out.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

import numpy as np

from koinon.build.linking.described import Described
from koinon.link.block_columns import BlockColumns
from koinon.link.scored import ScoredPairs

FILE: Final = "linking.sqlite"
_TABLES: Final = """
CREATE TABLE about (engine TEXT);
CREATE TABLE spoken (slug TEXT PRIMARY KEY, sha256 TEXT, digest TEXT, said TEXT) WITHOUT ROWID;
CREATE TABLE records (written TEXT);
CREATE TABLE blocks (records BLOB, mentions BLOB, sizes BLOB, blocks BLOB);
CREATE TABLE scores (pairs BLOB, odds BLOB, flags BLOB);
CREATE TABLE why (place INTEGER PRIMARY KEY, reasons TEXT);
"""
_KINDS: Final = (np.int64, np.float64, np.uint8)
"""What the columns of the scores hold."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a graph of this hash says, as text, and the digest of that."""

    sha256: str
    digest: str
    text: str

    def described(self) -> tuple[list[Described], list[Described]]:
        """Return the organisations and the places."""
        one, other = ([Described(iri, values) for iri, values in side] for side in json.loads(self.text))
        return one, other


def said_text(organisations: Iterable[Described], places: Iterable[Described]) -> str:
    """Return what a graph says as text, the same for the same statements."""
    both = [sorted((thing.iri, thing.values) for thing in side) for side in (organisations, places)]
    return json.dumps(both, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(slots=True)
class Remembered:
    """What is known beforehand; a record is named by the key of what is compared of it."""

    engine: str = ""
    said: dict[str, Said] = field(default_factory=dict)
    path: Path | None = None

    @classmethod
    def of(cls, folder: Path | None, engine: str) -> Self:
        """Open what the release in ``folder`` left; nothing where that is missing, damaged or another engine's."""
        path = folder / FILE if folder is not None else None
        if path is None or not path.is_file():
            return cls(engine)
        try:
            with closing(_open(path)) as connection:
                if connection.execute("SELECT engine FROM about").fetchone() != (engine,):
                    return cls(engine)
                rows = connection.execute("SELECT slug, sha256, digest, said FROM spoken").fetchall()
        except sqlite3.Error:
            return cls(engine)
        return cls(engine, {slug: Said(*rest) for slug, *rest in rows}, path)

    def records(self) -> str:
        """Return the records as they were written down; nothing where they were not."""
        rows = self._rows("SELECT written FROM records")
        return str(rows[0][0]) if rows else ""

    def blocks(self) -> BlockColumns:
        """Return the blocks of the mentions of each record."""
        rows = self._rows("SELECT records, mentions, sizes, blocks FROM blocks")
        return (
            BlockColumns(*(np.frombuffer(column, np.int64) for column in rows[0])) if rows else BlockColumns.of({})
        )

    def pairs(self) -> ScoredPairs:
        """Return the scores of pairs of records, by their keys, the smaller one first."""
        rows = self._rows("SELECT pairs, odds, flags FROM scores")
        if not rows:
            return ScoredPairs.of({})
        pairs, odds, flags = (np.frombuffer(column, kind) for column, kind in zip(rows[0], _KINDS, strict=True))
        texts = np.full(len(odds), "", object)
        for place, reasons in self._rows("SELECT place, reasons FROM why"):
            texts[place] = reasons
        return ScoredPairs(pairs.reshape(-1, 2), odds, flags, texts)

    def _rows(self, query: str) -> list[Any]:
        if self.path is None:
            return []
        try:
            with closing(_open(self.path)) as connection:
                return connection.execute(query).fetchall()
        except sqlite3.Error:
            return []


def write_remembered(
    folder: Path,
    engine: str,
    said: Mapping[str, Said],
    records: str,
    blocks: BlockColumns,
    pairs: ScoredPairs,
) -> None:
    """Write what the next run spares; raises OSError where the disk refuses."""
    path = folder / FILE
    path.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.executescript(_TABLES)
            connection.execute("INSERT INTO about VALUES (?)", (engine,))
            rows = ((slug, one.sha256, one.digest, one.text) for slug, one in sorted(said.items()))
            connection.executemany("INSERT INTO spoken VALUES (?, ?, ?, ?)", rows)
            connection.execute("INSERT INTO records VALUES (?)", (records,))
            its = (blocks.records, blocks.mentions, blocks.sizes, blocks.blocks)
            connection.execute("INSERT INTO blocks VALUES (?, ?, ?, ?)", [one.tobytes() for one in its])
            columns = (pairs.pairs, pairs.odds, pairs.flags)
            scores = [np.ascontiguousarray(one, kind).tobytes() for one, kind in zip(columns, _KINDS, strict=True)]
            connection.execute("INSERT INTO scores VALUES (?, ?, ?)", scores)
            why = ((place, pairs.texts[place]) for place in np.flatnonzero(pairs.texts).tolist())
            connection.executemany("INSERT INTO why VALUES (?, ?)", why)
            connection.commit()
    except sqlite3.Error as error:
        raise OSError(f"{path} cannot be written: {error}") from error


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
