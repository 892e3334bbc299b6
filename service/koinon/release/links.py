"""The links of a release: what a build found to be one and the same, how sure it is, and why.

They stand in the graphs of linksets too, as RDF; a page asks for one link, for those of one thing or for the next
ones to be reviewed, and reads no more than it shows. One SQLite file, ``links.sqlite``, which never changes.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple, Self

from koinon.model.errors import ReleaseError
from koinon.model.namespaces import BASE

FILE: Final = "links.sqlite"
"""Name of the table in a release folder."""
LINK: Final = BASE + "links/"
"""What the address of every link begins with."""
SSSOM: Final = "https://w3id.org/sssom/"
SEMAPV: Final = "https://w3id.org/semapv/vocab/"
"""The vocabularies of mappings and of what justifies them."""
PROPOSED, ACCEPTED, REJECTED, DISPUTED = "proposed", "accepted", "rejected", "disputed"
"""The states of a link: to be reviewed; in force; judged wrong; judged one way by some and the other by others."""
STATES: Final = (PROPOSED, ACCEPTED, REJECTED, DISPUTED)

_FORMAT: Final = "1"
_COLUMNS: Final = (
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
    f"SELECT {_COLUMNS} FROM link ORDER BY id",  # noqa: S608  # a constant
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


class Reason(NamedTuple):
    """One thing that speaks for a link (weight above 0) or against it, in bits: each bit doubles the odds."""

    feature: str
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Link:
    """Two things, what one is to the other, how sure that is, and why.

    ``predicate`` and ``justification`` are IRIs (the latter of the vocabulary of mapping justifications, SEMAPV),
    ``linkset`` is the slug of the graph, ``band`` is ``accept`` or ``review``; ``reasons`` add up to the log odds
    of ``probability``. ``reviewers`` are the names of those who judged it; ``priority`` is how much a review
    would tell: uncertainty times what hangs on it.
    """

    id: str
    subject: str
    predicate: str
    object: str
    probability: float
    band: str
    justification: str
    reasons: tuple[Reason, ...]
    linkset: str
    state: str
    reviewers: tuple[str, ...] = ()
    priority: float = 0.0

    @property
    def iri(self) -> str:
        """The address of the link."""
        return LINK + self.id


@dataclass(frozen=True, slots=True)
class Said:
    """What a source says of a thing, as far as the linker compares it: what a reviewer sees of either side."""

    iri: str
    source: str
    name: str
    language: str = ""
    country: str = ""
    city: str = ""
    website: str = ""
    types: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the linker was: its model, the hash of the judgements it knew, the linksets' measures."""

    model: str
    judgements: str
    linksets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def link_id(subject: str, object_: str, kind: str) -> str:
    """Return the id of the link of two things: 12 hexadecimal digits, the same for ever and in either direction.

    ``kind`` is ``identity``, ``concept`` …: what is likely today and certain tomorrow keeps its id.
    """
    first, second = sorted((subject, object_))
    return sha256("\n".join((first, second, kind)).encode()).hexdigest()[:12]


class Links:
    """Reads the links of a release; every answer costs as much as what it returns. Safe to use from any thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read from an open database."""
        self._connection = connection
        self._lock = Lock()

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Open the links of the release in ``folder``; there are none where an earlier version built it.

        Raises ReleaseError where the file is damaged.
        """
        path = folder / FILE
        if not path.is_file():
            return cls.holding((), Run("none", ""))
        try:
            connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?immutable=1", uri=True, check_same_thread=False
            )
            if connection.execute("SELECT format FROM about").fetchone() != (_FORMAT,):
                return cls.holding((), Run("none", ""))
        except sqlite3.Error as error:
            raise ReleaseError(f"{path} cannot be read ({error}). Run `koinon release verify`.") from error
        return cls(connection)

    @classmethod
    def holding(
        cls,
        links: Iterable[Link],
        run: Run,
        said: Iterable[Said] = (),
        canonical: Mapping[str, str] | None = None,
    ) -> Self:
        """Return links that are kept in memory."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(connection, links, run, said, canonical or {})
        return cls(connection)

    def get(self, identifier: str) -> Link | None:
        """Return the link with this id, or None."""
        return next(self._links("WHERE id = ?", (identifier,)), None)

    def of_thing(self, iri: str, most: int = 100) -> list[Link]:
        """Return at most ``most`` links of a thing, the surest first."""
        where = "JOIN side ON link = id WHERE thing = ? ORDER BY probability DESC, id LIMIT ?"
        return list(self._links(where, (iri, most)))

    def queue(self, most: int, skip: frozenset[str] = frozenset()) -> list[Link]:
        """Return at most ``most`` links that wait for a reviewer, first those that a review tells most about.

        ``skip`` are ids that the asker has dealt with since the release was built.
        """
        where = "WHERE state IN ('proposed', 'disputed') ORDER BY priority DESC, id LIMIT ?"
        found = [link for link in self._links(where, (most + len(skip),)) if link.id not in skip]
        return found[:most]

    def page(
        self,
        *,
        state: str = "",
        band: str = "",
        source: str = "",
        linkset: str = "",
        after: str = "",
        most: int = 50,
    ) -> list[Link]:
        """Return at most ``most`` links by id, those after the id ``after``, of a state, band, source, linkset."""
        where, values = _filter(state, band, source, linkset)
        return list(self._links(f"{where} AND id > ? ORDER BY id LIMIT ?", (*values, after, most)))

    def count(self, *, state: str = "", band: str = "", source: str = "", linkset: str = "") -> int:
        """Return how many links ``page`` would give in all."""
        where, values = _filter(state, band, source, linkset)
        return int(self._rows(f"SELECT COUNT(*) FROM link {where}", values)[0][0])  # noqa: S608

    def counts(self) -> dict[tuple[str, str, str], int]:
        """Return how many links there are of each linkset, state and band."""
        rows = self._rows("SELECT linkset, state, band, COUNT(*) FROM link GROUP BY 1, 2, 3 ORDER BY 1, 2, 3", ())
        return {(linkset, state, band): count for linkset, state, band, count in rows}

    def sources(self) -> dict[str, int]:
        """Return how many links the things of each source have."""
        return dict(self._rows("SELECT source, COUNT(*) FROM source GROUP BY source ORDER BY source", ()))

    def said(self, iri: str) -> Said | None:
        """Return what the linker knew of a thing that has a link, or None."""
        rows = self._rows("SELECT said FROM mention WHERE thing = ?", (iri,))
        if not rows:
            return None
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(rows[0][0]).items()
        }
        return Said(**{"iri": iri, "source": "", "name": "", **fields})

    def canonical(self, iri: str) -> str:
        """Return the thing that stands for this one and all that accepted links say is the same; else itself."""
        rows = self._rows("SELECT canonical FROM member WHERE thing = ?", (iri,))
        return str(rows[0][0]) if rows else iri

    def same(self, iri: str) -> list[str]:
        """Return a thing and all that accepted links say is the same, by IRI."""
        rows = self._rows("SELECT thing FROM member WHERE canonical = ? ORDER BY thing", (self.canonical(iri),))
        return [thing for (thing,) in rows] or [iri]

    def members(self) -> dict[str, str]:
        """Return for every thing that accepted links join with another the one that stands for it, by IRI."""
        return dict(self._rows("SELECT thing, canonical FROM member ORDER BY thing", ()))

    def run(self) -> Run:
        """Return what the run of the linker was."""
        return Run(**json.loads(self._rows("SELECT run FROM about", ())[0][0]))

    def everything(self) -> Iterator[Link]:
        """Yield all links, by id."""
        return self._links("ORDER BY id", ())

    def things(self) -> Iterator[str]:
        """Yield the things of which the linker knew something, by IRI."""
        return (str(thing) for (thing,) in self._rows("SELECT thing FROM mention ORDER BY thing", ()))

    def is_whole(self) -> bool:
        """Tell whether the table is as it was written; earlier versions wrote none that can tell."""
        try:
            with self._lock:
                sealed = self._connection.execute("SELECT digest FROM seal").fetchone()
                return sealed is not None and sealed[0] == _digest(self._connection)
        except sqlite3.OperationalError:
            return not self._rows("SELECT 1 FROM sqlite_master WHERE name = 'seal'", ())
        except sqlite3.DatabaseError:
            return False

    def close(self) -> None:
        """Close the database; nothing can be asked any more."""
        self._connection.close()

    def _links(self, where: str, values: tuple[object, ...]) -> Iterator[Link]:
        for row in self._rows(f"SELECT {_COLUMNS} FROM link {where}", values):  # noqa: S608
            fields = dict(zip(Link.__dataclass_fields__, row, strict=True))
            fields["reasons"] = tuple(Reason(*reason) for reason in json.loads(fields["reasons"]))
            fields["reviewers"] = tuple(json.loads(fields["reviewers"]))
            yield Link(**fields)

    def _rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


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
    with closing(sqlite3.connect(path)) as connection:
        try:
            connection.execute("PRAGMA synchronous = OFF")
            _fill(connection, links, run, said, canonical or {})
        except sqlite3.Error as error:
            raise OSError(f"{path} cannot be written: {error}") from error


def _fill(
    connection: sqlite3.Connection, links: Iterable[Link], run: Run, said: Iterable[Said], same: Mapping[str, str]
) -> None:
    connection.executescript(_TABLES)
    about = {"model": run.model, "judgements": run.judgements, "linksets": run.linksets}
    connection.execute("INSERT INTO about VALUES (?, ?)", (_FORMAT, _json(about)))
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
    connection.execute("INSERT INTO seal VALUES (?)", (_digest(connection),))
    connection.executescript(_INDEXES)
    connection.commit()


def _digest(connection: sqlite3.Connection) -> str:
    """Return a hash of all rows."""
    digest = sha256()
    for query in _SEALED:
        for row in connection.execute(query):
            digest.update(_json(row).encode() + b"\n")
    return digest.hexdigest()


def _filter(state: str, band: str, source: str, linkset: str) -> tuple[str, tuple[str, ...]]:
    wanted = {"state": state, "band": band, "linkset": linkset}
    parts = [f"{name} = ?" for name, value in wanted.items() if value]
    values = [value for value in wanted.values() if value]
    if source:
        parts.append("id IN (SELECT link FROM source WHERE source = ?)")
        values.append(source)
    return f"WHERE {' AND '.join(['1', *parts])}", tuple(values)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
