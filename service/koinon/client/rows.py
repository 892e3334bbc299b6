"""The rows of an answer: plain Python values, or a frame of pandas or polars."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

if TYPE_CHECKING:
    import pandas
    import polars

_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_INTEGERS: Final = frozenset({"integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"})

Value: TypeAlias = str | int | float | bool | Decimal | datetime.date | datetime.datetime | list[Any] | None


class Rows(Sequence[Mapping[str, Value]]):
    """A table: ``columns`` and rows, each a mapping from column to value; what has no value is None.

    Things are their IRIs, numbers, dates and truth values those of Python, all else is text.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[Mapping[str, Value]]) -> None:
        """Hold rows that are there."""
        self.columns = tuple(columns)
        self._rows = tuple(rows)

    @classmethod
    def of(cls, results: Mapping[str, Any]) -> Self:
        """Read SPARQL 1.1 Query Results JSON (https://www.w3.org/TR/sparql11-results-json/); ASK is one row."""
        if "boolean" in results:
            return cls(("answer",), ({"answer": bool(results["boolean"])},))
        columns = results["head"]["vars"]
        rows = [
            {column: _value(row[column]) if column in row else None for column in columns}
            for row in results["results"]["bindings"]
        ]
        return cls(columns, rows)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def __getitem__(self, place):  # type: ignore[no-untyped-def]  # a row, or the rows of a slice
        """Return a row."""
        return self._rows[place]

    def __iter__(self) -> Iterator[Mapping[str, Value]]:
        """Yield the rows."""
        return iter(self._rows)

    def __repr__(self) -> str:
        """Return columns and number of rows."""
        return f"Rows({', '.join(self.columns)}: {len(self)} rows)"

    def column(self, name: str) -> list[Value]:
        """Return the values of one column; raises KeyError where there is none of this name."""
        if name not in self.columns:
            raise KeyError(name)
        return [row.get(name) for row in self._rows]

    def to_pandas(self) -> pandas.DataFrame:
        """Return a pandas frame; raises ImportError where pandas is not installed."""
        import pandas

        return pandas.DataFrame(
            [[row.get(name) for name in self.columns] for row in self], columns=list(self.columns)
        )

    def to_polars(self) -> polars.DataFrame:
        """Return a polars frame; raises ImportError where polars is not installed."""
        import polars

        return polars.DataFrame({name: self.column(name) for name in self.columns}, strict=False)


def _value(term: Mapping[str, str]) -> Value:
    text, datatype = term["value"], term.get("datatype", "")
    kind = datatype.removeprefix(_XSD) if datatype.startswith(_XSD) else ""
    try:
        if kind in _INTEGERS:
            return int(text)
        if kind == "decimal":
            return Decimal(text)
        if kind in ("double", "float"):
            return float(text)
        if kind == "boolean":
            return text in ("true", "1")
        if kind == "date":
            return datetime.date.fromisoformat(text[:10])
        if kind == "dateTime":
            return datetime.datetime.fromisoformat(text)
    except (ValueError, ArithmeticError):
        return text  # a year before 1, or whatever Python has no value for
    return text
