"""Counting what became of each cell of a table, while its records are mapped."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from koinon.build.mapping.graph import EXAMPLES
from koinon.build.mapping.readers.interface import Note
from koinon.build.mapping.records import Place
from koinon.build.mapping.values import Problem

_PATTERNS: Final = 10_000
"""Different outcomes of whole records that are kept before they are added up."""
MOST_CODES: Final = 500
"""Different unknown codes of a column that are listed; others are counted together."""
RECORD: Final = "record: "
"""What stands before a rule that left out a whole record."""
_SHOWN: Final = 200
"""Characters of a value that a report shows."""

_REMARKS: Final = {
    "mixed-scripts": "a word has letters of two alphabets, which look alike; it is kept as it is written",
    "lost-character": "a character was lost before (\ufffd); it is kept as it is written",
    "direction": "characters that turn the text around were taken out",
    "control-character": "characters that show nothing were taken out",
}
"""What is told of a text that is taken and yet odd."""


@dataclass(frozen=True, slots=True)
class Example:
    """One value or record that was not taken: where, what stands there, what is wrong and what to do."""

    rule: str
    place: Place
    value: str
    detail: str
    hint: str


@dataclass(slots=True)
class CellCounts:
    """What became of the cells under one title; whatever is left of all records is missing."""

    mapped: int = 0
    rejected: int = 0
    unknown: int = 0
    unused: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    why_unused: str = ""


@dataclass
class Counts:
    """The counts of one table, or of one list inside its records.

    ``cells`` maps the titles that the mapping reads to their slots; others join when they are met.
    """

    name: str
    titles: Mapping[str, int]
    """Title to the bits of the slots that read it."""
    hints: Mapping[int, str]
    reasons: Mapping[str, str]
    files: list[str] = field(default_factory=list)
    shown: Mapping[str, str] = field(default_factory=dict)
    """What people see above a column, where the titles that the mapping reads are hidden."""
    read: int = 0
    unreadable: int = 0
    ignored: int = 0
    mapped: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    cells: dict[str, CellCounts] = field(default_factory=dict)
    examples: dict[str, list[Example]] = field(default_factory=dict)
    _patterns: Counter[tuple[int, int, int, int]] = field(default_factory=Counter)
    _titles_of: dict[int, str] = field(default_factory=dict)
    _odd: dict[tuple[str, str], Place] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Give each title its counts."""
        for title, bits in self.titles.items():
            self.cells[title] = CellCounts()
            slot = 0
            while bits >> slot:
                if bits >> slot & 1:
                    self._titles_of[slot] = title
                slot += 1

    def outcome(self, said: int, unsaid: int, rejected: int, unknown: int) -> None:
        """Count a record by the slots that are said, good but not said, rejected, and unknown."""
        self.read += 1
        self._patterns[said, unsaid, rejected, unknown] += 1
        if len(self._patterns) > _PATTERNS:
            self._add_up()

    def problem(self, slot: int, problem: Problem, place: Place) -> None:
        """Count why a piece of a cell was not taken, and keep an example."""
        title = self._titles_of[slot]
        cell = self.cells[title]
        cell.rules[problem.rule] += 1
        if problem.unknown:
            code = problem.value[:_SHOWN]
            if code in cell.codes or len(cell.codes) < MOST_CODES:
                cell.codes[code] += 1
            else:
                cell.codes["…"] += 1
        self._example(problem.rule, place, title, problem.value, problem.detail, self.hints.get(slot, ""))

    def changed(self, slot: int, changes: Sequence[str], place: Place) -> None:
        """Count what was changed in a cell, or is worth a remark; of that the first place is kept."""
        title = self._titles_of[slot]
        self.cells[title].changes.update(set(changes))
        for rule in changes:
            if rule in _REMARKS and (title, rule) not in self._odd:
                self._odd[title, rule] = place.at(self.shown.get(title, title))

    def remarks(self) -> Iterator[Note]:
        """Yield what is told of texts that were taken and yet are odd."""
        for (title, rule), place in self._odd.items():
            yield Note(rule, place, _REMARKS[rule], self.cells[title].changes[rule])

    def reject(self, rule: str, place: Place, value: str, detail: str, hint: str = "") -> None:
        """Count a record that is left out, and keep an example."""
        self.rejected[rule] += 1
        self._example(f"{RECORD}{rule}", place, place.column or "", value, detail, hint)

    def cannot_read(self, rule: str, place: Place, detail: str) -> None:
        """Count a record that the reader could not read."""
        self.read += 1
        self.unreadable += 1
        self.reject(rule, place, "", detail)

    def unused(self, title: str) -> None:
        """Count a cell that the mapping doesn't read."""
        if title not in self.cells:
            self.cells[title] = CellCounts(why_unused=self.reasons.get(title, ""))
        self.cells[title].unused += 1

    def close(self) -> None:
        """Add up what is still to be added."""
        self._add_up()

    def _example(self, rule: str, place: Place, title: str, value: str, detail: str, hint: str) -> None:
        kept = self.examples.setdefault(f"{title}\n{rule}", [])
        if len(kept) < EXAMPLES:
            at = place.at(self.shown.get(title, title)) if title else place
            kept.append(Example(rule, at, value[:_SHOWN], detail, hint))

    def _add_up(self) -> None:
        for (said, unsaid, rejected, unknown), times in self._patterns.items():
            for title, bits in self.titles.items():
                cell = self.cells[title]
                if rejected & bits:
                    cell.rejected += times
                elif unknown & bits:
                    cell.unknown += times
                elif said & bits:
                    cell.mapped += times
                elif unsaid & bits:
                    cell.unused += times
        self._patterns.clear()
