"""How readers refuse a file, and how they note what is worth telling of it."""

from dataclasses import dataclass, field

from koinon.build.mapping.readers.interface import Note
from koinon.build.mapping.records import Place
from koinon.model.errors import SourceError


@dataclass(frozen=True, slots=True)
class Refusal:
    """Makes the error of a file of a source: ``raise refuse("size", "…")``."""

    source: str
    file: str

    def __call__(
        self, rule: str, detail: str, *, table: str = "", row: int | None = None, column: str | None = None
    ) -> SourceError:
        """Return the error; ``row`` is a row of a sheet or a line of the file."""
        return SourceError(self.source, rule, str(Place(self.file, table, row, column)), detail)


@dataclass(slots=True)
class Notes:
    """Counts notes by rule and keeps the place of the first."""

    found: dict[str, Note] = field(default_factory=dict)

    def add(self, rule: str, place: Place, detail: str) -> None:
        """Count one more ``rule``."""
        seen = self.found.get(rule)
        count = seen.count + 1 if seen else 1
        first = seen or Note(rule, place, detail)
        self.found[rule] = Note(rule, first.place, first.detail, count)

    def into(self, notes: list[Note]) -> None:
        """Append them to the notes of a table."""
        notes.extend(self.found.values())
