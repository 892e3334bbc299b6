"""JSON Lines: an object in each line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from koinon.build.mapping.readers.interface import BadRecord, Limits, OpenTable, Wanted, WantedTable
from koinon.build.mapping.readers.objects import BadObjectError, read_object
from koinon.build.mapping.readers.packed import Bounded, opened
from koinon.build.mapping.readers.refusing import Refusal
from koinon.build.mapping.readers.texts import encoding_of
from koinon.build.mapping.readers.titles import did_you_mean, missing_of
from koinon.build.mapping.records import Place, Record, Table

_BLOCK: Final = 2**18
_EXPLAINED: Final = 20
"""Records without a key for which the key that may be meant is looked for."""


def open_jsonl(path: Path, wanted: Wanted, limits: Limits, refuse: Refusal) -> Iterator[OpenTable]:
    """Yield the one table of a file with a JSON object in each line."""
    yield OpenTable(Table("", ()), _line_records(path, wanted.tables[0], limits, refuse))


def _line_records(path: Path, wanted: WantedTable, limits: Limits, refuse: Refusal) -> Iterator[Record | BadRecord]:
    objects = Objects(wanted, limits, refuse)
    with opened(path, refuse, limits) as stream:
        read = 0
        for number, line in _lines(stream, limits, refuse):
            if not line.strip():
                continue
            read += 1
            if read > limits.rows:
                raise refuse("rows", f"the file has more than {limits.rows} records; share it out", row=number)
            yield objects.record(line, Place(refuse.file, "", number), number)


def _lines(stream: Bounded, limits: Limits, refuse: Refusal) -> Iterator[tuple[int, bytes]]:
    rest = b""
    number = 0
    while block := stream.read(_BLOCK):
        text = rest + block if number or rest else unmarked(block, refuse)
        pieces = text.split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            number += 1
            yield number, piece
        if len(rest) > limits.record:
            detail = f"the line has more than {limits.record} bytes; are these JSON Lines?"
            raise refuse("line-size", detail, row=number + 1)
    if rest:
        yield number + 1, rest


def unmarked(block: bytes, refuse: Refusal) -> bytes:
    """Return the first block of a file without its byte order mark; JSON is UTF-8."""
    encoding, mark = encoding_of(block[:4], "utf-8", refuse)
    if encoding != "utf-8" or block[:2].count(0):
        raise refuse("encoding", "the JSON is UTF-16; save it as UTF-8", row=1)
    return block[mark:]


@dataclass(slots=True)
class Objects:
    """Makes records of JSON texts and bad records of those that are none."""

    wanted: WantedTable
    limits: Limits
    refuse: Refusal
    _explained: int = 0

    def record(self, raw: bytes, place: Place, line: int) -> Record | BadRecord:
        """Return the record; ``line`` is the one on which ``raw`` begins."""
        try:
            values = read_object(raw, self.limits.nesting)
        except BadObjectError as error:
            at = f"line {line + error.line - 1}"
            if error.column:
                at += f", column {error.column}"
            if error.rule == "encoding":
                raise self.refuse("encoding", f"{at}: {error.detail}", table=place.table, row=place.row) from error
            return BadRecord(place, error.rule, f"{at}: {error.detail}")
        missing = missing_of(self.wanted, values)
        if missing:
            return BadRecord(place, "missing-key", self._explain(missing, values))
        return Record(place, values)

    def _explain(self, missing: list[str], values: Mapping[str, object]) -> str:
        """Say which keys are absent and, for the first records, what may be meant: that takes time."""
        meant = ""
        self._explained += 1
        if self._explained <= _EXPLAINED:
            known = set(self.wanted.known).union(*self.wanted.variants)
            close = did_you_mean(missing[0], [key for key in values if key not in known])
            meant = f" (did you mean {close!r}?)" if close else ""
        names = ", ".join(map(repr, missing[:12]))
        return f"the object has no {names}{meant}; name keys as the publisher does"
