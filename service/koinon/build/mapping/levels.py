"""A table, or a list inside its records, while its records are mapped one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from koinon.build.mapping.columns import Cell
from koinon.build.mapping.concepts import fold
from koinon.build.mapping.conditions import Condition
from koinon.build.mapping.counting import Counts
from koinon.build.mapping.graph import Graph
from koinon.build.mapping.joins import Joined, Kept
from koinon.build.mapping.making import Made
from koinon.build.mapping.paths import Reach, misfit
from koinon.build.mapping.records import Place
from koinon.build.mapping.values import Problem, Row

_REQUIRED = "the record cannot be mapped without this value"


@dataclass(frozen=True, slots=True)
class Slot:
    """A column and where its cell stands in a record: under one of its titles, or at the end of a path."""

    slot: int
    title: str
    titles: tuple[str, ...]
    key: str | None
    get: Callable[[Any], Any] | None
    cell: Cell
    required: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule between columns; ``rejects`` are slots, or None for the whole record."""

    rule: str
    holds: Condition
    rejects: list[int] | None
    hint: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The slots of a level: its own begin at ``first``; a row has ``width`` of them.

    ``helpers`` has the bits of the columns that help others: languages, conditions, keys of joins.
    """

    first: int
    width: int
    helpers: int


class _Rejected(Exception):
    """A record that is left out."""

    def __init__(self, rule: str, column: str, value: str, detail: str, hint: str = "") -> None:
        self.rule, self.column, self.value, self.detail, self.hint = rule, column, value, detail, hint


class Level:
    """Maps the records of one table or list."""

    def __init__(
        self,
        *,
        counts: Counts,
        flow: Flow,
        slots: Mapping[str, int],
        cells: Sequence[Slot],
        joins: Sequence[Joined],
        checks: Sequence[Checked],
        made: Made,
        lists: tuple[tuple[Callable[[Any], Any], "Level"], ...],
        reach: Reach | None,
        graph: Graph,
        ignored: Sequence[tuple[tuple[str, ...], frozenset[str]]] = (),
    ) -> None:
        """Take what was compiled."""
        self.counts = counts
        self.cells = list(cells)
        self.slots = slots
        self.kept: Kept | None = None
        self.lists = lists
        self._flow = flow
        self._joins = joins
        self._checks = checks
        self._made = made
        self._reach = reach
        self._graph = graph
        self._ignored = ignored
        self._own = (1 << flow.width) - (1 << flow.first)
        self._titles = {cell.slot: cell.title for cell in self.cells}
        self._required = [cell.slot for cell in self.cells if cell.required]
        self._readers: list[tuple[int, str | None, Callable[[Any], Any] | None, Cell]] = []
        self._unread: frozenset[str] = frozenset()
        self.open(None)

    def open(self, header: Sequence[str] | None) -> None:
        """Fix where the cells of a table with this header stand; of JSON, None, it is known already."""
        self._readers = []
        for cell in self.cells:
            key = cell.key
            if header is not None:
                key = next((title for title in cell.titles if title in header), cell.title)
            self._readers.append((cell.slot, key, cell.get if key is None else None, cell.cell))
        if header is not None:
            self._unread = frozenset(header) - {title for cell in self.cells for title in cell.titles}

    def ignores(self, values: Mapping[str, object]) -> bool:
        """Tell whether a record is none, such as the row of an example."""
        return any(
            isinstance(text := values.get(title), str) and fold(text) in texts
            for titles, texts in self._ignored
            for title in titles
        )

    def map(self, values: Any, place: Place, packed: int) -> bool:
        """Map a record; False where it is rejected."""
        return self._map(values, place, Row([None] * self._flow.width, packed, self._flow.helpers))

    def _map(self, values: Any, place: Place, row: Row) -> bool:
        good, rejected, unknown = self._read(values, place, row)
        try:
            self._require(row, rejected | unknown)
            if self._joins or self._checks:
                rejected |= self._judge(row, place)
                good = self._good(row)
                self._require(row, rejected | unknown)
            self._name(row)
        except _Rejected as error:
            at = place.at(error.column) if error.column else place
            self.counts.reject(error.rule, at, error.value, error.detail, error.hint)
            self._left_out(values, row, rejected, unknown)
            return False
        self._made.say(row)
        if self.kept is not None:
            self.kept.keep(row)
        for get, level in self.lists:
            for element in _elements(get(values)):
                level.map_inside(element, place, row)
        self.counts.mapped += 1
        self.counts.outcome(row.said & good, good & ~row.said, rejected, unknown)
        self._count_unread(values)
        return True

    def map_inside(self, values: Any, place: Place, outer: Row) -> None:
        """Map an element of a list inside a record."""
        room: list[Any] = [None] * (self._flow.width - self._flow.first)
        row = Row(outer.values[: self._flow.first] + room, outer.place, self._flow.helpers, outer.made)
        self._map(values, place, row)
        outer.said |= row.said & ~self._own

    def leave_out(self, values: Any, outer: Row) -> None:
        """Count an element of a list inside a record that is rejected."""
        room: list[Any] = [None] * (self._flow.width - self._flow.first)
        row = Row(outer.values[: self._flow.first] + room, outer.place, 0, outer.made)
        _, rejected, unknown = self._read(values, None, row)
        self.counts.rejected["record"] += 1
        self._left_out(values, row, rejected, unknown)

    def _left_out(self, values: Any, row: Row, rejected: int, unknown: int) -> None:
        self.counts.outcome(0, 0, self._good(row) | rejected | unknown, 0)
        for get, level in self.lists:
            for element in _elements(get(values)):
                level.leave_out(element, row)
        self._count_unread(values)

    def _read(self, values: Any, place: Place | None, row: Row) -> tuple[int, int, int]:
        good = rejected = unknown = 0
        kept = row.values
        named = values if isinstance(values, Mapping) else None
        for slot, key, get, cell in self._readers:
            if key is not None:
                raw = named.get(key) if named is not None else misfit(values, "an object")
            else:
                raw = get(values) if get is not None else None
            if raw is None:
                continue
            reading = cell.read(raw, row)
            if reading.values is not None:
                kept[slot] = reading.values
                good |= 1 << slot
            for problem in reading.problems:
                if problem.unknown:
                    unknown |= 1 << slot
                else:
                    rejected |= 1 << slot
                if place is not None:
                    self.counts.problem(slot, problem, place)
            if reading.changes and place is not None:
                self.counts.changed(slot, reading.changes, place)
        return good, rejected, unknown

    def _require(self, row: Row, bad: int) -> None:
        for slot in self._required:
            if row.values[slot] is None:
                title = self._titles[slot]
                if bad >> slot & 1:
                    raise _Rejected("required-wrong", title, "", _REQUIRED, "Mend the value in this column.")
                raise _Rejected("required-missing", title, "", _REQUIRED, "Fill in this column.")

    def _name(self, row: Row) -> None:
        twice = self._made.name(row)
        if twice is not None:
            raise _Rejected("twice", "", twice, "another record has this id already; the first one stands")

    def _judge(self, row: Row, place: Place) -> int:
        rejected = 0
        for join in self._joins:
            if join.find(row) or join.missing == "ignore":
                continue
            detail = f"no record of {join.table} has this key"
            shown = ", ".join(values[0].text for slot in join.on if (values := row.values[slot]))
            if join.missing == "record":
                raise _Rejected("orphan", "", shown, detail)
            rejected |= self._take_out(join.on, Problem("orphan", shown, detail), row, place)
        for check in self._checks:
            if check.holds(row):
                continue
            if check.rejects is None:
                raise _Rejected(check.rule, "", "", check.hint, check.hint)
            said = [values[0].text for slot in check.rejects if (values := row.values[slot])]
            rejected |= self._take_out(check.rejects, Problem(check.rule, ", ".join(said), check.hint), row, place)
        return rejected

    def _take_out(self, slots: Sequence[int], problem: Problem, row: Row, place: Place) -> int:
        taken = 0
        for slot in slots:
            if row.values[slot] is not None:
                row.values[slot] = None
                taken |= 1 << slot
                self.counts.problem(slot, problem, place)
        return taken

    def _good(self, row: Row) -> int:
        good = 0
        for slot, _, _, _ in self._readers:
            if row.values[slot] is not None:
                good |= 1 << slot
        return good

    def _count_unread(self, values: Any) -> None:
        if self._reach is not None:
            for title in self._reach.unused(values):
                self.counts.unused(title)
        elif self._unread:
            for title in values.keys() & self._unread:
                self.counts.unused(title)


def _elements(value: Any) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else [value]
