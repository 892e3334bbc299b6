"""What is asked of a worker, and what comes back."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

BINDING_TYPES: Final[tuple[str, ...]] = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
"""Media types of SELECT and ASK answers (SPARQL 1.1 Query Results JSON, XML, CSV and TSV), best first."""

GRAPH_TYPES: Final[tuple[str, ...]] = (
    "text/turtle",
    "application/ld+json",
    "application/n-triples",
    "application/rdf+xml",
    "application/trig",
    "application/n-quads",
)
"""Media types of CONSTRUCT and DESCRIBE answers, best first."""

ALL_TYPES: Final = BINDING_TYPES + GRAPH_TYPES

INLINE: Final = 64 * 1024
"""Bytes up to which an answer comes in the worker's message; a larger one comes as a file."""
_PIECE: Final = 4 * INLINE


@dataclass(frozen=True, slots=True)
class Job:
    """One query, as text that is complete.

    ``media_types`` are those that the reader takes, best first: the worker answers in the first one that fits the
    query's form. ``default_graphs`` and ``named_graphs`` are the IRIs of SPARQL 1.1 Protocol §2.1.4; where both are
    empty the query sees the release's own default graph and all its named graphs. ``store`` is the folder of the
    store that answers; the pool's own where it is None.
    """

    text: str
    media_types: tuple[str, ...] = ALL_TYPES
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    store: Path | None = None
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        """Hash once: answers are kept by job, and a text may be long."""
        key = (self.text, self.media_types, self.default_graphs, self.named_graphs, self.store)
        object.__setattr__(self, "_hash", hash(key))

    def __hash__(self) -> int:
        """Return the hash."""
        return self._hash


class SpooledFile:
    """An open file that is closed when the last one who reads it lets go."""

    __slots__ = ("__weakref__", "number")

    def __init__(self, number: int) -> None:
        """Take over the open file ``number``."""
        self.number = number

    def __del__(self) -> None:
        """Close it."""
        os.close(self.number)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A whole answer: never a part of one.

    A small one is ``inline``; a larger one is a ``file`` without a name. ``form`` is ``select``, ``ask`` or
    ``graph``; ``seconds`` is the time it took in the worker.
    """

    media_type: str
    form: str
    seconds: float
    size: int
    inline: bytes = b""
    file: SpooledFile | None = field(default=None, repr=False)

    @property
    def body(self) -> bytes:
        """The bytes of the answer, all in memory."""
        return self.inline if self.file is None else b"".join(self.chunks(self.size))

    def chunks(self, length: int = _PIECE) -> Iterator[bytes]:
        """Yield the bytes of the answer, at most ``length`` at a time; several may read one answer at once."""
        if self.file is None:
            yield self.inline
            return
        place = 0
        while place < self.size:
            chunk = os.pread(self.file.number, length, place)
            if not chunk:
                raise EOFError("The spooled answer is shorter than it was.")
            place += len(chunk)
            yield chunk
