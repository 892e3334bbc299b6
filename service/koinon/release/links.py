"""The links of a release: what a build found to be one and the same, how sure it is, and why.

They stand in the graphs of linksets too, as RDF; a page asks for one link, for those of one thing or for the next
ones to be reviewed, and reads no more than it shows. One SQLite file, ``links.sqlite``, which never changes.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self

from koinon.model.errors import ReleaseError
from koinon.release.links_writing import COLUMNS, FORMAT, digest_of, fill, write_links
from koinon.release.mappings import (
    ACCEPTED,
    DISPUTED,
    LINK,
    PROPOSED,
    REJECTED,
    SEMAPV,
    SSSOM,
    STATES,
    Link,
    Reason,
    Run,
    Said,
    link_id,
)

__all__ = (
    "ACCEPTED",
    "DISPUTED",
    "FILE",
    "LINK",
    "PROPOSED",
    "REJECTED",
    "SEMAPV",
    "SSSOM",
    "STATES",
    "Link",
    "Links",
    "Reason",
    "Run",
    "Said",
    "link_id",
    "write_links",
)

FILE: Final = "links.sqlite"
"""Name of the table in a release folder."""


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
            if connection.execute("SELECT format FROM about").fetchone() != (FORMAT,):
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
        fill(connection, links, run, said, canonical or {})
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
                return sealed is not None and sealed[0] == digest_of(self._connection)
        except sqlite3.OperationalError:
            return not self._rows("SELECT 1 FROM sqlite_master WHERE name = 'seal'", ())
        except sqlite3.DatabaseError:
            return False

    def close(self) -> None:
        """Close the database; nothing can be asked any more."""
        self._connection.close()

    def _links(self, where: str, values: tuple[object, ...]) -> Iterator[Link]:
        for row in self._rows(f"SELECT {COLUMNS} FROM link {where}", values):  # noqa: S608
            fields = dict(zip(Link.__dataclass_fields__, row, strict=True))
            fields["reasons"] = tuple(Reason(*reason) for reason in json.loads(fields["reasons"]))
            fields["reviewers"] = tuple(json.loads(fields["reviewers"]))
            yield Link(**fields)

    def _rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _filter(state: str, band: str, source: str, linkset: str) -> tuple[str, tuple[str, ...]]:
    wanted = {"state": state, "band": band, "linkset": linkset}
    parts = [f"{name} = ?" for name, value in wanted.items() if value]
    values = [value for value in wanted.values() if value]
    if source:
        parts.append("id IN (SELECT link FROM source WHERE source = ?)")
        values.append(source)
    return f"WHERE {' AND '.join(['1', *parts])}", tuple(values)
