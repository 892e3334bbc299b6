"""Columns, compiled: from the cell as the reader gives it to what becomes of it."""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from koinon.build.mapping.conditions import condition, names_in
from koinon.build.mapping.kinds import NO_CONTEXT, Context, Kinds, Unknown, language
from koinon.build.mapping.model import Column, LangFrom
from koinon.build.mapping.numbers import canonical
from koinon.build.mapping.persons import names_person, without_persons
from koinon.build.mapping.readers import Fault
from koinon.build.mapping.readers.interface import Typed
from koinon.build.mapping.terms import SLUG
from koinon.build.mapping.text import clean, without_markup
from koinon.build.mapping.unfit import Unfit
from koinon.build.mapping.values import MISSING, Problem, Reading, Row, Value

_CACHED: Final = 20_000
"""Readings that are kept for each column: the same texts come again and again."""
_CACHED_LENGTH: Final = 200
_ISO_DATES: Final = ("yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ss")
"""How readers show a date that is no text in its file."""
_NO_TEXT: Final = "{} stands where the mapping expects a text"
SILENT: Final = frozenset({"person", "email"})
"""Rules whose values don't enter the report, as they name persons."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """How the text of a cell becomes the pieces that are read one by one."""

    column: Column
    nulls: frozenset[str]
    pattern: re.Pattern[str] | None
    replace: tuple[tuple[re.Pattern[str], str], ...]
    identifier: bool

    @classmethod
    def of(cls, column: Column, nulls: frozenset[str], *, identifier: bool) -> "Pieces":
        """Compile what a column says of its text."""
        return cls(
            column,
            nulls | frozenset(column.null),
            re.compile(column.pattern) if column.pattern is not None else None,
            tuple((re.compile(old), new) for old, new in column.replace),
            identifier,
        )

    def split(self, text: str) -> tuple[list[str], tuple[str, ...]]:
        """Return the pieces of a cell's text and what was changed; raises Unfit (``person``, ``pattern`` …)."""
        column = self.column
        text, changes = clean(text)
        if column.html:
            plain = without_markup(text)
            if plain != text:
                text, changes = plain, (*changes, "html")
        if not text or text in self.nulls:
            return [], ()
        if len(text) > column.max_length:
            raise Unfit("too-long", f"the text has {len(text)} characters; at most {column.max_length} are taken")
        if column.person == "refuse" and names_person(text):
            raise Unfit("person", "the value names a natural person")
        if column.person == "lines":
            kept = without_persons(text)
            if not kept:
                raise Unfit("person", "the value names a natural person")
            if kept != text:
                text, changes = kept, (*changes, "person-line")
        for old, new in self.replace:
            text = old.sub(new, text)
        if self.pattern is not None:
            match = self.pattern.fullmatch(text)
            if match is None:
                raise Unfit("pattern", f"the value is not of the form {column.pattern}")
            text = match["value"] or "" if "value" in self.pattern.groupindex else text
        parts = text.split(column.separator) if column.separator is not None else [text]
        return [x for part in parts if (x := self._cased(part.strip())) and x not in self.nulls], changes

    def _cased(self, text: str) -> str:
        if self.column.case is not None:
            text = text.lower() if self.column.case == "lower" else text.upper()
        if self.identifier and text and not SLUG.match(text.lower()):
            raise Unfit("identifier", "a number in a register has letters, digits and single hyphens only")
        return text


class Cell:
    """Reads the cells of one column; ``slot`` is the column's place in a row."""

    def __init__(
        self,
        column: Column,
        slot: int,
        slots: Mapping[str, int],
        kinds: Kinds,
        nulls: frozenset[str],
        *,
        identifier: bool,
    ) -> None:
        """Compile a column; ValueError where it refers to something that is not there."""
        self.slot = slot
        self._pieces = Pieces.of(column, nulls, identifier=identifier)
        self._kind = kinds.of(column)
        self._context = _context(column, slots, kinds)
        self._pad = column.pad
        self._padded = condition(column.pad.when, slots) if column.pad and column.pad.when else None
        plain = _plain(column)
        self._typed = kinds.of(plain) if plain is not column else self._kind
        self._known: dict[Hashable, Reading] = {}

    def read(self, raw: object, row: Row) -> Reading:
        """Return what becomes of a cell."""
        if isinstance(raw, str):
            return self._text(raw, row, typed=isinstance(raw, Typed))
        if isinstance(raw, list):
            return self._several(raw, row)
        if isinstance(raw, Fault):
            return Reading(None, (Problem(raw.rule, raw.value, raw.detail),))
        if raw is None or raw == {}:
            return MISSING
        if isinstance(raw, dict):
            return Reading(None, (Problem("shape", "{…}", _NO_TEXT.format("an object")),))
        return self._text(_as_text(raw), row, typed=True)

    def _several(self, raws: list[object], row: Row) -> Reading:
        readings = [self._element(raw, row) for raw in raws]
        values = {value.term: value for reading in readings for value in reading.values or ()}
        return Reading(
            tuple(values.values()) or None,
            tuple(problem for reading in readings for problem in reading.problems),
            tuple(change for reading in readings for change in reading.changes),
        )

    def _element(self, raw: object, row: Row) -> Reading:
        if isinstance(raw, list):
            return Reading(None, (Problem("shape", "[…]", _NO_TEXT.format("a list")),)) if raw else MISSING
        return self.read(raw, row)

    def _text(self, raw: str, row: Row, *, typed: bool = False) -> Reading:
        try:
            context = self._context(row) if self._context is not None else NO_CONTEXT
        except Unfit as error:
            return Reading(None, (Problem(error.rule, raw, str(error)),)) if raw.strip() else MISSING
        padded = self._pad is not None and (self._padded is None or self._padded(row))
        key = (raw, context, padded, typed)
        reading = self._known.get(key)
        if reading is None:
            reading = self._read(raw, context, padded=padded, typed=typed)
            if len(raw) <= _CACHED_LENGTH and len(self._known) < _CACHED:
                self._known[key] = reading
        return reading

    def _read(self, raw: str, context: Context, *, padded: bool, typed: bool) -> Reading:
        try:
            pieces, changes = self._pieces.split(raw)
        except Unfit as error:
            return Reading(None, (_problem(error, raw),))
        kind = self._typed if typed else self._kind
        values: dict[str, Value] = {}
        problems: list[Problem] = []
        for piece in pieces:
            text = piece.zfill(self._pad.to) if padded and self._pad and piece.isdigit() else piece
            if text != piece:
                changes = (*changes, "padded")
            try:
                value = kind(text, context)
            except Unfit as error:
                problems.append(_problem(error, piece))
                continue
            values[value.term] = value
            if value.found is not None and value.found.rule:
                changes = (*changes, value.found.rule)
        return Reading(tuple(values.values()) or None, tuple(problems), changes)


def _plain(column: Column) -> Column:
    """Return the column that reads what the file itself keeps as a number or a date."""
    if column.datatype in {"decimal", "integer"}:
        return column.model_copy(update={"group_char": None, "decimal_char": "."})
    if column.datatype in {"date", "dateTime"}:
        return column.model_copy(update={"format": (*_ISO_DATES, *column.format)})
    return column


def needs(column: Column) -> set[str]:
    """Return the columns that have to be read before this one."""
    found = set(column.with_.values())
    if isinstance(column.lang, LangFrom):
        found.add(column.lang.column)
    if column.pad and column.pad.when:
        found |= names_in(column.pad.when)
    return found


def _problem(error: Unfit, value: str) -> Problem:
    return Problem(error.rule, "" if error.rule in SILENT else value, str(error), isinstance(error, Unknown))


def _as_text(raw: object) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, Decimal):
        return canonical(raw) if raw.is_finite() else str(raw)
    return str(raw)


def _context(column: Column, slots: Mapping[str, int], kinds: Kinds) -> Callable[[Row], Context] | None:
    """Return what a column takes from others in its row, or None where it takes nothing."""
    if column.with_:
        wanted = [(word, slots[name]) for word, name in column.with_.items()]

        def help_lookup(row: Row) -> Context:
            given = ((word, row.values[slot]) for word, slot in wanted)
            return "", tuple((word, values[0].key) for word, values in given if values is not None)

        return help_lookup
    if not isinstance(column.lang, LangFrom):
        return None
    slot, given = slots[column.lang.column], column.lang.default
    default = kinds.source_language if given == "source" else given
    codes = kinds.codes(column.lang.table) if column.lang.table is not None else None

    def tag(row: Row) -> Context:
        values = row.values[slot]
        if values is not None:
            return language(values[0].text if codes is not None else values[0].key, codes, default), ()
        if default is None:
            raise Unfit("language", "no column says in which language this is")
        return default, ()

    return tag
