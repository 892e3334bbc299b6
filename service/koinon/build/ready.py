"""Sources that come as canonical N-Triples already: checked line by line as bytes, and never held as a whole.

A line is taken as it stands where it is plainly the form in which a graph file keeps its statement; any other line
is read and normalised alone. What cannot be judged by its line (blank nodes, annotations, faults of syntax) is not
ready, and the file goes the way of every other format.
"""

import heapq
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import IO, Final
from unicodedata import is_normalized

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from koinon.build.graphs import as_text
from koinon.build.iris import iri_problem
from koinon.build.literals import forbidden_character
from koinon.build.normalise import Normaliser

SUFFIX: Final = ".nt"
BLOCK: Final = 500_000
"""Lines that are sorted in memory at a time."""
_KNOWN: Final = 100_000
"""IRIs and literals whose check is remembered."""

_IRI: Final = rb'<([^\x00-\x20<>"{}|\\^`]+)>'
_LINE: Final = re.compile(
    _IRI + rb" " + _IRI + rb" (?:" + _IRI + rb"|"
    rb'"((?:[^\x00-\x1f"\\\x7f]|\\[tnr"\\])*)"'
    rb"(?:@[a-z]{1,8}(?:-[a-z0-9]{1,8})*|(\^\^<[^>]+>))?) \.\n"
)
_XSD: Final = rb"\^\^<http://www\.w3\.org/2001/XMLSchema#"
_PLAIN_VALUE: Final = re.compile(
    rb"(?:0|-?[1-9][0-9]{0,14})" + _XSD + rb"integer>"
    rb"|(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,11})\.[0-9]{0,5}[1-9])" + _XSD + rb"decimal>"
    rb"|[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])" + _XSD + rb"date>"
    rb"|[12][0-9]{3}" + _XSD + rb"gYear>"
    rb"|(?:true|false)" + _XSD + rb"boolean>"
)
"""Typed values that are in their datatype and in the form in which the store keeps them; others are asked of it."""


class NotReadyError(Exception):
    """The file holds what no line shows by itself."""


class Lines:
    """Takes canonical lines from files, normalising those that are not."""

    def __init__(self, normaliser: Normaliser, slug: str, max_literal: int) -> None:
        """Check lines of the source ``slug``."""
        self._normaliser = normaliser
        self._slug = slug
        self._longest = max_literal
        self._good: set[bytes] = set()

    def of(self, path: Path) -> Iterator[bytes]:
        """Yield the lines of a file, each with its end, in its order.

        Raises NotReadyError where the file has to be read as a whole, SourceError for a wrong IRI or literal.
        """
        try:
            with path.open("rb") as file:
                for line in file:
                    yield line if self._canonical(line) else self._mended(line)
        except (OSError, UnicodeDecodeError) as error:
            raise NotReadyError from error

    def _canonical(self, line: bytes) -> bool:
        found = _LINE.fullmatch(line)
        if found is None:
            return False
        subject, predicate, value, text, typed = found.groups()
        good = self._good
        if not (subject in good or self._passes(subject)) or not (predicate in good or self._passes(predicate)):
            return False
        if value is not None:
            return value in good or self._passes(value)
        if typed is not None:
            return _PLAIN_VALUE.fullmatch(text + typed) is not None
        if len(text) > self._longest:
            return False
        return text.isascii() or _sound(text)

    def _passes(self, iri: bytes) -> bool:
        if iri_problem(iri.decode()):
            return False
        if len(self._good) >= _KNOWN:
            self._good.clear()
        self._good.add(iri)
        return True

    def _mended(self, line: bytes) -> bytes:
        if not line.strip():
            return b""
        if len(line) > self._longest:
            raise NotReadyError
        try:
            (triple,) = (quad.triple for quad in parse(line, RdfFormat.N_TRIPLES))
        except (SyntaxError, ValueError) as error:
            raise NotReadyError from error
        if not isinstance(triple.subject, NamedNode) or not _named_or_text(triple):
            raise NotReadyError
        return as_text(self._normaliser.triples([triple], self._slug))


def _sound(text: bytes) -> bool:
    decoded = text.decode()
    return is_normalized("NFC", decoded) and forbidden_character(decoded) is None


def _named_or_text(triple: Triple) -> bool:
    value = triple.object
    return not isinstance(value, Triple) and not str(value).startswith("_:")


def in_order(lines: Iterable[bytes], folder: Path) -> Iterator[bytes]:
    """Yield lines sorted by their bytes, each once, empty ones never; what is more than BLOCK waits on the disk.

    Raises OSError where the disk refuses.
    """
    waiting = iter(lines)
    with ExitStack() as stack:
        runs: list[Iterable[bytes]] = []
        while block := list(islice(waiting, BLOCK)):
            block.sort()
            if len(block) < BLOCK:
                runs.append(block)
                break
            runs.append(_spilled(block, stack.enter_context(tempfile.TemporaryFile(dir=folder))))
        last = b""
        for line in heapq.merge(*runs) if len(runs) > 1 else runs[0] if runs else ():
            if line != last:
                yield line
                last = line


def _spilled(block: list[bytes], file: IO[bytes]) -> IO[bytes]:
    file.writelines(block)
    file.seek(0)
    return file
