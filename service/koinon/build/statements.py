"""Reading any RDF file as a stream of quads, however large it is: for imports, which take files as they are.

Nothing is ever fetched: the parsers take no external entity and no remote JSON-LD context. What would make a parser
use all memory or end the process (triple terms, JSON or entities that nest without end) is refused before.
"""

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from koinon.build.nesting import nesting_problem
from koinon.build.reading import FORMATS
from koinon.model.errors import ConfigurationError, SourceError
from koinon.release.imported import ImportedFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SYNTAXES: Final = {
    **{suffix.removeprefix("."): syntax for suffix, syntax in FORMATS.items()},
    "xml": RdfFormat.RDF_XML,
    "owl": RdfFormat.RDF_XML,
    "json": RdfFormat.JSON_LD,
}
"""Suffix of a file (or name of a format) to its syntax."""
_PACKED: Final = "gz"
_BLOCK: Final = 2**20
_BOM: Final = b"\xef\xbb\xbf"
_PLACE: Final = re.compile(r"^(Parser )?error at line .*?: ", re.IGNORECASE)
_RELATIVE: Final = re.compile("No scheme found|relative IRI", re.IGNORECASE)
_NOWHERE: Final = "https://relative.invalid/"
"""Base under which JSON-LD is read, so that a relative IRI shows itself instead of being dropped."""

Listener = Callable[[int], None]
"""Is told how many bytes were read since the last time."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file to import.

    ``format`` is one of ``SYNTAXES`` (None: by suffix), ``graph`` the IRI of the graph that takes the statements of
    the file's default graph (None: the default graph), ``base`` the IRI that relative ones are resolved against.
    """

    path: Path
    format: str | None = None
    graph: str | None = None
    base: str | None = None

    @property
    def syntax(self) -> RdfFormat:
        """The syntax; raises ConfigurationError where neither format nor suffix tells it."""
        name = self.format or next((part for part in reversed(self._suffixes) if part != _PACKED), "")
        if name not in SYNTAXES:
            known = ", ".join(sorted(SYNTAXES))
            raise ConfigurationError(
                f"The name of {self.path} does not tell its syntax. Give it with --format: one of {known}."
            )
        return SYNTAXES[name]

    @property
    def packed(self) -> bool:
        """Tell whether the file is packed with gzip."""
        return self._suffixes[-1:] == [_PACKED]

    @property
    def _suffixes(self) -> list[str]:
        return [suffix.lower().removeprefix(".") for suffix in self.path.suffixes[-2:]]

    def identify(self) -> ImportedFile:
        """Hash the file; raises ConfigurationError where it is missing, empty or cannot be read."""
        media_type = self.syntax.media_type
        for iri in filter(None, (self.graph, self.base)):
            _check_iri(iri)
        try:
            if not self.path.is_file():
                what = "is no file with content" if self.path.exists() else "is missing"
                raise ConfigurationError(f"{self.path} {what}. Name the RDF files to import.")
            with self.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
        except OSError as error:
            raise ConfigurationError(f"{self.path} cannot be read: {error.strerror or error}.") from error
        return ImportedFile(digest, media_type, self.graph, self.base, self.path.name, size)


def quads_of_file(given: Input, sha256: str, tell: Listener) -> Iterator[Quad]:
    """Yield the quads of a file; blank nodes are renamed, so that two files never share one.

    ``sha256`` is what the file was identified by. Raises SourceError with the rule ``syntax``, ``encoding``,
    ``relative-iri``, ``remote-context``, ``nesting``, ``literal-size``, ``packing``, ``unreadable`` or ``changed``.
    """
    syntax = given.syntax
    base = given.base or (_NOWHERE if syntax == RdfFormat.JSON_LD else None)
    try:
        _check_nesting(given)
        with given.path.open("rb", buffering=0) as raw:
            counted = _Counted(raw, tell)
            file = _unpacked(given, counted)
            if file.peek(len(_BOM)).startswith(_BOM):
                file.read(len(_BOM))  # some editors write this mark before UTF-8
            quads = _moved(
                parse(cast(IO[bytes], file), syntax, base_iri=base, rename_blank_nodes=True), given.graph
            )
            yield from _absolute(quads, given) if base == _NOWHERE else quads
            while file.read(_BLOCK):
                pass  # a parser may stop at the end of its document
    except SyntaxError as error:
        raise _syntax_error(given, error) from error
    except MemoryError as error:
        detail = "a literal or IRI is longer than the parser takes (16 million characters)"
        raise _refused(given, "literal-size", detail) from error
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _refused(given, "packing", f"the file is not whole or not packed with gzip ({error})") from error
    except OSError as error:
        raise _refused(given, "unreadable", f"the file cannot be read: {error.strerror or error}") from error
    if counted.digest.hexdigest() != sha256:
        raise _refused(given, "changed", "the file changed while it was read; import it when nobody writes to it")


def _absolute(quads: Iterator[Quad], given: Input) -> Iterator[Quad]:
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, NamedNode) and term.value.startswith(_NOWHERE):
                name = term.value.removeprefix(_NOWHERE)
                detail = f"{name!r} is relative; give the address of the document with --base"
                raise _refused(given, "relative-iri", detail)
        yield quad


def _moved(quads: Iterator[Quad], graph: str | None) -> Iterator[Quad]:
    if graph is None:
        return quads
    name, default = NamedNode(graph), DefaultGraph()
    return (
        Quad(quad.subject, quad.predicate, quad.object, name) if quad.graph_name == default else quad
        for quad in quads
    )


def _unpacked(given: Input, file: io.RawIOBase) -> "io.BufferedReader[io.RawIOBase]":
    buffered = io.BufferedReader(file, _BLOCK)
    return io.BufferedReader(cast(io.FileIO, gzip.GzipFile(fileobj=buffered))) if given.packed else buffered


def _check_nesting(given: Input) -> None:
    with given.path.open("rb", buffering=0) as raw:
        file = _unpacked(given, raw)  # named, so that it outlives raw, which closes the file for both
        problem = nesting_problem(file, given.syntax)
    if problem:
        raise _refused(given, "nesting", problem)


def _check_iri(iri: str) -> None:
    try:
        NamedNode(iri)
    except ValueError as error:
        raise ConfigurationError(f"{iri!r} is no absolute IRI ({error}).") from error


def _syntax_error(given: Input, error: SyntaxError) -> SourceError:
    message = _PLACE.sub("", error.msg)
    if "LoadDocumentCallback" in message:
        detail = "a remote @context is never fetched; put its content into the file"
        return _refused(given, "remote-context", detail)
    if "UTF-8" in message:
        detail = "the file is not UTF-8; save it as UTF-8 and import it again"
        return _refused(given, "encoding", detail, error.lineno, error.offset)
    if _RELATIVE.search(message):
        detail = f"{message}; give the address of the document with --base"
        return _refused(given, "relative-iri", detail, error.lineno, error.offset)
    return _refused(given, "syntax", message, error.lineno, error.offset)


def _refused(
    given: Input, rule: str, detail: str, line: int | None = None, column: int | None = None
) -> SourceError:
    where = f"line {line}" + (f", column {column}" if column else "") if line else "in the file"
    return SourceError(str(given.path), rule, where, detail)


class _Counted(io.RawIOBase):
    """A file that is read forward, hashed on the way; ``tell`` hears of every block."""

    def __init__(self, file: io.RawIOBase, tell: Listener) -> None:
        self._file = file
        self._tell = tell
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        count = self._file.readinto(view) or 0
        self.digest.update(view[:count])
        self._tell(count)
        return count
