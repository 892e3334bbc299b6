"""The import report: what became of every record and every cell of a source, for people and as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from koinon.build.mapping.counting import CellCounts, Counts, Example
from koinon.build.mapping.graph import Graph
from koinon.build.mapping.readers import Note
from koinon.build.mapping.records import Place

_CODES_SHOWN = 10
_KEYS_SHOWN = 8
"""Keys unknown to the mapping that have a line each; more are told in one."""
_NOT_REGISTERED = "not-registered"


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """The cells under one title; the five counts add up to the records that could be read.

    ``rules`` counts why pieces were rejected or unknown, ``changes`` what was changed in cells that were mapped,
    ``codes`` the unknown codes, most frequent first. ``why`` says why the mapping leaves the column out, and
    ``described`` whether it reads it.
    """

    title: str
    mapped: int
    missing: int
    rejected: int
    unknown: int
    unused: int
    rules: Mapping[str, int]
    changes: Mapping[str, int]
    codes: Mapping[str, int]
    why: str
    described: bool


@dataclass(frozen=True, slots=True)
class TableReport:
    """One table of the mapping, or one list inside its records (``name`` has its path)."""

    name: str
    files: tuple[str, ...]
    read: int
    mapped: int
    unreadable: int
    ignored: int
    rejected: Mapping[str, int]
    columns: tuple[ColumnReport, ...]
    examples: tuple[Example, ...]
    notes: tuple[Note, ...]

    @property
    def cells(self) -> int:
        """How many cells there were: the columns of each record that could be read."""
        return (self.read - self.unreadable) * len(self.columns)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two values of a property of which a thing has one; the first one stands."""

    thing: str
    property: str
    value: str
    place: Place
    other: str
    other_place: Place


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. ``dangling`` counts statements about things that the files never define, by property."""

    mapping: str
    version: str
    source: str
    statements: int
    tables: tuple[TableReport, ...]
    contradictions: Mapping[str, int] = field(default_factory=dict)
    contradicting: tuple[Contradiction, ...] = ()
    dangling: Mapping[str, int] = field(default_factory=dict)
    dangling_examples: tuple[tuple[str, str, Place], ...] = ()

    @property
    def records(self) -> int:
        """How many records the tables have, those of lists inside records not counted."""
        return sum(table.read for table in self.tables if ": " not in table.name)

    @property
    def records_rejected(self) -> int:
        """How many of them were left out."""
        return sum(sum(table.rejected.values()) for table in self.tables if ": " not in table.name)

    def as_json(self) -> dict[str, object]:
        """Return the report as a JSON object."""
        return {
            "mapping": {"name": self.mapping, "version": self.version},
            "source": self.source,
            "statements": self.statements,
            "tables": [_table_as_json(table) for table in self.tables],
            "contradictions": {
                "counts": dict(self.contradictions),
                "examples": [
                    {
                        "thing": found.thing,
                        "property": found.property,
                        "value": found.value,
                        "place": str(found.place),
                        "other": found.other,
                        "otherPlace": str(found.other_place),
                    }
                    for found in self.contradicting
                ],
            },
            "dangling": {
                "counts": dict(self.dangling),
                "examples": [
                    {"property": name, "thing": thing, "place": str(place)}
                    for name, thing, place in self.dangling_examples
                ],
            },
        }

    def lines(self) -> Iterator[str]:
        """Yield the report for people, line by line."""
        yield f"{self.source}: {self.statements} statements by the mapping {self.mapping} {self.version}"
        for table in self.tables:
            yield from _table_lines(table)
        for name, count in self.contradictions.items():
            yield f"  contradictions of <{name}>: {count}; the first value stands"
        for found in self.contradicting:
            yield f"    <{found.thing}> {found.value} ({found.place}), {found.other} ({found.other_place})"
        for name, count in self.dangling.items():
            yield f"  left out: {count} statements with <{name}> about things that the files don't define"


def import_report(
    mapping: str,
    version: str,
    source: str,
    tables: Sequence[tuple[Counts, Sequence[Note]]],
    graph: Graph,
    statements: int,
) -> ImportReport:
    """Make the report from what was counted."""
    unpack = graph.places.unpack
    return ImportReport(
        mapping=mapping,
        version=version,
        source=source,
        statements=statements,
        tables=tuple(_table(counts, notes) for counts, notes in tables),
        contradictions=_sorted(graph.contradictions.counts),
        contradicting=tuple(
            Contradiction(thing.strip("<>"), name.strip(" <>"), first, unpack(before), term, unpack(place))
            for thing, name, first, before, term, place in graph.contradictions.examples
        ),
        dangling={name.strip(" <>"): count for name, count in _sorted(graph.dangling).items()},
        dangling_examples=tuple(
            (name.strip(" <>"), thing, unpack(place)) for name, thing, place in graph.dangling_examples
        ),
    )


def _table(counts: Counts, notes: Sequence[Note]) -> TableReport:
    counts.close()
    readable = counts.read - counts.unreadable
    columns = (
        _column(name, cell, readable, described=name in counts.titles) for name, cell in counts.cells.items()
    )
    return TableReport(
        name=counts.name,
        files=tuple(counts.files),
        read=counts.read,
        mapped=counts.mapped,
        unreadable=counts.unreadable,
        ignored=counts.ignored,
        rejected=_sorted(counts.rejected),
        columns=tuple(sorted(columns, key=lambda column: "" if column.described or column.why else column.title)),
        examples=tuple(_folded(example for examples in counts.examples.values() for example in examples)),
        notes=(*notes, *counts.remarks()),
    )


def _folded(examples: Iterable[Example]) -> Iterator[Example]:
    """Yield the examples that tell something new: each value of a column once, each absent list once."""
    seen: set[tuple[str, ...]] = set()
    for example in examples:
        value = () if example.rule == _NOT_REGISTERED else (example.value, example.place.column or "")
        what = (example.rule, example.detail, *value)
        if what not in seen:
            seen.add(what)
            yield example


def _column(title: str, cell: CellCounts, readable: int, *, described: bool) -> ColumnReport:
    taken = cell.mapped + cell.rejected + cell.unknown + cell.unused
    return ColumnReport(
        title=title,
        mapped=cell.mapped,
        missing=readable - taken,
        rejected=cell.rejected,
        unknown=cell.unknown,
        unused=cell.unused,
        rules=_sorted(cell.rules),
        changes=_sorted(cell.changes),
        codes=_sorted(cell.codes),
        why=cell.why_unused,
        described=described,
    )


def _sorted(counts: Counter[str]) -> dict[str, int]:
    """Return counts, the largest first, names in order where they are equal."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _table_as_json(table: TableReport) -> dict[str, object]:
    return {
        "name": table.name,
        "files": list(table.files),
        "read": table.read,
        "mapped": table.mapped,
        "unreadable": table.unreadable,
        **({"ignored": table.ignored} if table.ignored else {}),
        "rejected": dict(table.rejected),
        "columns": [
            {
                "title": column.title,
                "mapped": column.mapped,
                "missing": column.missing,
                "rejected": column.rejected,
                "unknown": column.unknown,
                "unused": column.unused,
                **({"rules": dict(column.rules)} if column.rules else {}),
                **({"changes": dict(column.changes)} if column.changes else {}),
                **({"codes": dict(column.codes)} if column.codes else {}),
                **({"why": column.why} if column.why else {}),
                **({} if column.described or column.why else {"described": False}),
            }
            for column in table.columns
        ],
        "examples": [
            {"rule": e.rule, "place": str(e.place), "value": e.value, "detail": e.detail, "hint": e.hint}
            for e in table.examples
        ],
        "notes": [
            {"rule": note.rule, "place": str(note.place), "detail": note.detail, "count": note.count}
            for note in table.notes
        ],
    }


def _table_lines(table: TableReport) -> Iterator[str]:
    rejected = ", ".join(f"{count} {rule}" for rule, count in table.rejected.items()) or "none"
    ignored = f", {table.ignored} ignored" if table.ignored else ""
    yield f"  {table.name}: {table.read} records read, {table.mapped} mapped{ignored}; rejected: {rejected}"
    unknown_keys = [column for column in table.columns if not column.described and not column.why]
    for column in table.columns:
        if len(unknown_keys) > _KEYS_SHOWN and column in unknown_keys:
            continue
        counts = ((name, getattr(column, name)) for name in ("mapped", "missing", "rejected", "unknown", "unused"))
        shown = ", ".join(f"{count} {name}" for name, count in counts if count)
        rules = ", ".join(f"{count} {rule}" for rule, count in (*column.rules.items(), *column.changes.items()))
        remark = column.why or ("" if column.described else "the mapping doesn't know this column")
        extra = "; ".join(part for part in (rules, remark) if part)
        yield f"    {column.title}: {shown}{f' ({extra})' if extra else ''}"
        codes = list(column.codes.items())
        if codes and _NOT_REGISTERED not in column.rules:
            more = f" and {len(codes) - _CODES_SHOWN} more" if len(codes) > _CODES_SHOWN else ""
            yield f"      unknown: {', '.join(f'{code!r} {n}' for code, n in codes[:_CODES_SHOWN])}{more}"
    if len(unknown_keys) > _KEYS_SHOWN:
        values = sum(column.unused for column in unknown_keys)
        most = sorted(unknown_keys, key=lambda column: -column.unused)
        names = ", ".join(column.title for column in most[:_KEYS_SHOWN])
        yield f"    {len(unknown_keys)} keys that the mapping doesn't know, {values} values: {names} …"
    for example in table.examples:
        value = f" {example.value!r}:" if example.value else ""
        hint = f" {example.hint}" if example.hint and example.hint != example.detail else ""
        yield f"    {example.place}:{value} {example.detail} [{example.rule}]{hint}"
    for note in table.notes:
        yield f"    {note.place}: {note.detail} [{note.rule}] ({note.count})"
