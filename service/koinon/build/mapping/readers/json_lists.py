"""JSON: a list of objects somewhere inside a file, read item by item.

The items are found by their brackets and then read by the parser of the standard library. Incremental parsers were
looked at first: ijson over yajl reads half a surrogate as ``?`` and lets the second of two equal keys win, both
without a word, and tells no lines.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from koinon.build.mapping.readers.interface import BadRecord, Limits, OpenTable, Wanted, WantedTable
from koinon.build.mapping.readers.json_lines import Objects, unmarked
from koinon.build.mapping.readers.objects import BadObjectError, read_value
from koinon.build.mapping.readers.packed import Bounded, opened
from koinon.build.mapping.readers.refusing import Refusal
from koinon.build.mapping.readers.titles import did_you_mean
from koinon.build.mapping.records import Place, Record, Table

_BLOCK: Final = 2**18
_PIECE: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)(?:\s*+(?::|\Z))?|[\[{]|[\]}]', re.DOTALL)
"""A string, with the colon if it is a key, or a bracket; what reaches the end of the text may go on behind it."""
_FIRST: Final = re.compile(rb"\s*\Z")
_NEXT: Final = re.compile(rb"\s*,\s*\Z")


def open_json(path: Path, wanted: Wanted, limits: Limits, refuse: Refusal) -> Iterator[OpenTable]:
    """Yield the wanted lists of a JSON file; each is read from the beginning of the file."""
    for table in wanted.tables:
        file = _ListFile(table, limits, refuse)
        records = file.records(path)
        first = next(records, None)
        if file.found:
            yield OpenTable(Table(table.name, ()), _all(first, records))
        elif not table.optional:
            raise file.no_such_list()


def _all(first: Record | BadRecord | None, rest: Iterator[Record | BadRecord]) -> Iterator[Record | BadRecord]:
    if first is not None:
        yield first
        yield from rest


@dataclass(slots=True)
class _Path:
    """Follows the keys that lead to the list."""

    keys: list[str]
    depth: int = 0
    matched: int = 0
    pending: bool = False

    def leads_to(self, piece: bytes) -> bool:
        """Take the next piece; tell whether it opens the list."""
        if piece in {b"[", b"{"}:
            self.depth += 1
            if not self.keys and self.depth == 1:
                return piece == b"["
            if self.pending and self.matched + 1 == len(self.keys) and piece == b"[":
                return True
            if self.pending and piece == b"{":
                self.matched = min(self.matched + 1, len(self.keys) - 1)
        elif piece in {b"]", b"}"}:
            self.depth -= 1
            self.matched = max(0, min(self.matched, self.depth - 1))
        elif piece.endswith(b":") and self.depth == self.matched + 1 and self.keys:
            self.pending = _key(piece) == self.keys[self.matched]
            return False
        self.pending = False
        return False


def _key(piece: bytes) -> str | None:
    try:
        key = read_value(piece[:-1], 1)
    except BadObjectError:
        return None
    return key if isinstance(key, str) else None


class _ListFile:
    """Reads a file as what stands before the list, its items, and what stands behind it."""

    def __init__(self, wanted: WantedTable, limits: Limits, refuse: Refusal) -> None:
        self._wanted = wanted
        self._limits = limits
        self._refuse = refuse
        self._objects = Objects(wanted, limits, refuse)
        self._keys: list[str] = []
        self._text = b""
        self._ended = False
        self._line = 1  # of the first byte of ``_text``
        self._read = 0
        self.found = False

    def records(self, path: Path) -> Iterator[Record | BadRecord]:
        with opened(path, self._refuse, self._limits) as stream:
            self._text = unmarked(stream.read(_BLOCK), self._refuse)
            before = self._before(stream)
            if not self.found:
                self._look_for_keys(before)
                return
            begun = self._line
            yield from self._items(stream)
            over = self._line - begun
            while not self._ended:
                self._more(stream)
        self._value(before + b"]" + self._text, begun, over)

    def no_such_list(self) -> Exception:
        name = self._wanted.name
        if not name:
            return self._refuse("no-such-list", "the file is no list; the mapping has to name the path to one")
        if name in self._keys:
            return self._refuse("no-such-list", f"what stands at {name!r} is no list; put it in square brackets")
        close = did_you_mean(name, self._keys)
        meant = f" (did you mean {close!r}?)" if close else ""
        there = ", ".join(repr(key[:80]) for key in self._keys[:12]) or "no keys"
        return self._refuse("no-such-list", f"there is no list at {name!r}{meant}; the file has {there}")

    def _more(self, stream: Bounded) -> None:
        block = stream.read(_BLOCK)
        self._ended = not block
        self._text += block
        if len(self._text) > self._limits.record + _BLOCK:
            detail = f"more than {self._limits.record} bytes belong together; look for a quote that is not closed"
            raise self._refuse("record-size", detail, table=self._wanted.name, row=self._read + 1)

    def _forget(self, until: int) -> None:
        self._line += self._text.count(b"\n", 0, until)
        self._text = self._text[until:]

    def _before(self, stream: Bounded) -> bytes:
        """Return the text up to the list, its bracket included; all of it if there is no such list."""
        path = _Path(self._wanted.name.split(".") if self._wanted.name else [])
        at = 0
        while True:
            for match in _PIECE.finditer(self._text, at):
                if match.end() == len(self._text) and not self._ended and match[0][:1] == b'"':
                    break
                at = match.end()
                if path.leads_to(match[0]):
                    self.found = True
                    before = self._text[:at]
                    self._forget(at)
                    return before
            if self._ended:
                return self._text
            self._more(stream)

    def _look_for_keys(self, text: bytes) -> None:
        value = self._value(text, 0, 0)
        self._keys = list(value) if isinstance(value, dict) else []

    def _items(self, stream: Bounded) -> Iterator[Record | BadRecord]:
        depth = at = begun = ended = 0
        while True:
            line, counted = self._line, 0
            for match in _PIECE.finditer(self._text, at):
                piece = match[0]
                if match.end() == len(self._text) and not self._ended and piece[:1] == b'"':
                    break
                at = match.end()
                if piece in {b"[", b"{"}:
                    if depth == 0:
                        self._check_gap(ended, match.start())
                        begun = match.start()
                    depth += 1
                elif piece in {b"]", b"}"}:
                    depth -= 1
                    if depth == 0:
                        line += self._text.count(b"\n", counted, begun)
                        counted = begun
                        yield self._record(self._text[begun:at], line)
                        ended = at
                    elif depth < 0:
                        self._check_end(ended, match.start(), piece)
                        self._forget(at)
                        return
            if self._ended:
                detail = "the file ends inside the list; it was cut off: fetch or save it again"
                raise self._refuse("syntax", detail, table=self._wanted.name, row=self._read + 1)
            done = begun if depth else ended
            self._forget(done)
            at, begun, ended = at - done, begun - done, ended - done
            self._more(stream)

    def _record(self, raw: bytes, line: int) -> Record | BadRecord:
        self._read += 1
        place = Place(self._refuse.file, self._wanted.name, self._read)
        if self._read > self._limits.rows:
            detail = f"the list has more than {self._limits.rows} items; share it out over files"
            raise self._refuse("rows", detail, table=self._wanted.name, row=self._read)
        return self._objects.record(raw, place, line)

    def _check_gap(self, start: int, end: int) -> None:
        if not (_NEXT if self._read else _FIRST).match(self._text[start:end]):
            raise self._no_objects(start, end)

    def _check_end(self, start: int, end: int, piece: bytes) -> None:
        if piece != b"]" or not _FIRST.match(self._text[start:end]):
            raise self._no_objects(start, end)

    def _no_objects(self, start: int, end: int) -> Exception:
        line = self._line + self._text.count(b"\n", 0, end - len(self._text[start:end].lstrip()))
        detail = f"line {line}: here stands something other than objects with a comma between two of them"
        return self._refuse("syntax", detail, table=self._wanted.name, row=self._read + 1)

    def _value(self, text: bytes, begun: int, over: int) -> object:
        """Read the file without the items; ``over`` lines of them follow the line ``begun``."""
        try:
            return read_value(text, self._limits.nesting)
        except BadObjectError as error:
            line = error.line + (over if error.line >= begun else 0)
            raise self._refuse(error.rule, error.detail, row=line) from error
