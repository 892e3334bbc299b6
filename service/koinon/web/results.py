"""Query results as tables for pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    Triple,
    parse_query_results,
)

from koinon.model.errors import ResultTooLargeError
from koinon.model.namespaces import BASES, XSD
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.publish.vocabulary import short_name
from koinon.query.job import BINDING_TYPES, Answer

COUNTED: Final = 10_000
"""Rows of a result that are counted."""

_LARGEST: Final = 8 * 2**20
"""Bytes of an answer that are read for a page."""
_MOST_COLUMNS: Final = 200
_MOST_CELLS: Final = 10_000
"""The engine looks for a value among all columns of its row, so wide rows cost more than their share."""
_LONGEST_TEXT: Final = 2_000
_MOST_TEXT: Final = 1_000_000
"""Characters of a value, and of all together, that are shown; the rest is in every other form."""
_IRI: Final = re.compile(r"<(https?://[^<>\"\s{}|\\^`]+)>")
_NAMES: Final = re.compile(r"(^name|Name)\d*$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a result: a text with its language, the IRI it is, or a literal with its datatype."""

    text: Text
    iri: str = ""
    datatype: str = ""


Row = tuple[Cell | None, ...]
Term = NamedNode | BlankNode | Literal | Triple


@dataclass(frozen=True, slots=True)
class Table:
    """A result: its variables, its rows (at most as many as asked for) and how many there are in all.

    ``more`` tells that there are more than ``total``: nobody waits until a million rows are counted.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    truth: bool | None = None
    more: bool = False

    @property
    def things(self) -> tuple[str, ...]:
        """The IRIs that stand in its rows, each once."""
        return tuple(dict.fromkeys(cell.iri for row in self.rows for cell in row if cell and cell.iri))


def check_size(answer: Answer) -> Answer:
    """Return an answer that a page can show; raises ResultTooLargeError for a table that it could not hold."""
    if answer.size > _LARGEST and answer.media_type in BINDING_TYPES:
        raise ResultTooLargeError(
            f"The answer has {answer.size:,} bytes, too many for a page. Add a LIMIT, or ask for it as CSV, TSV, "
            "JSON or XML, with the header Accept."
        )
    return answer


def result_table(answer: bytes, limit: int, naming: Naming | None = None) -> Table:
    """Return SPARQL 1.1 Query Results JSON as a table of at most ``limit`` rows; an ASK has its ``truth``.

    Wide or long rows are fewer. Raises ResultTooLargeError for more columns than anybody reads.
    With ``naming``, one of our IRIs stands under its label, and a column that only repeats what these are called is
    left out; without, it is the IRI, shortened. Rows are read one by one, so that a large answer holds up no other
    request.
    """
    found = parse_query_results(answer, format=QueryResultsFormat.JSON)
    if isinstance(found, QueryBoolean):
        return Table((), (), 0, bool(found))
    columns = tuple(variable.value for variable in found.variables)
    if len(columns) > _MOST_COLUMNS:
        raise ResultTooLargeError(
            f"The answer has {len(columns):,} columns, too many for a page. Name fewer variables, or ask for it as "
            "CSV, TSV, JSON or XML, with the header Accept."
        )
    limit = min(limit, _MOST_CELLS // max(len(columns), 1))
    rows: list[Row] = []
    room = _MOST_TEXT
    while len(rows) < limit and room > 0 and (solution := next(found, None)) is not None:
        rows.append(tuple(_cell(solution[column], naming) for column in columns))
        room -= sum(len(cell.text.text) for cell in rows[-1] if cell)
    total = len(rows) + sum(1 for _ in islice(found, max(COUNTED - len(rows), 0)))
    more = next(found, None) is not None
    order = _without_names(columns, rows, naming) if naming else range(len(columns))
    shown = tuple(tuple(row[i] for i in order) for row in rows)
    return Table(tuple(columns[i] for i in order), shown, total, more=more)


def named_in(text: str) -> tuple[str, ...]:
    """Return the IRIs that a graph names in full in its text (Turtle, N-Triples), each once."""
    return tuple(dict.fromkeys(_IRI.findall(text)))


def spelled(variable: str) -> str:
    """Return the name of a variable as words: ``placeName`` is *place name*, ``region1`` is *region 1*."""
    return re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", variable).replace("_", " ").lower()


def _without_names(columns: Sequence[str], rows: Sequence[Row], naming: Naming) -> list[int]:
    """Return the columns to show: a link takes the place of the column that only names it."""
    order = list(range(len(columns)))
    for name in [i for i, column in enumerate(columns) if _NAMES.search(column)]:
        link = next((i for i in order if i != name and _is_name_of(name, i, rows, naming)), None)
        if link is not None:
            first, last = sorted((order.index(name), order.index(link)))
            order[first] = link
            del order[last]
    return order


def _is_name_of(name: int, link: int, rows: Sequence[Row], naming: Naming) -> bool:
    """Tell whether every value of one column is a label of what the other column holds beside it."""
    pairs = [(named, linked) for row in rows if (named := row[name]) is not None for linked in (row[link],)]
    return bool(pairs) and all(
        linked is not None and linked.iri.startswith(BASES) and named.text.text in naming.names(linked.iri)
        for named, linked in pairs
    )


def _cell(term: Term | None, naming: Naming | None) -> Cell | None:
    match term:
        case None:
            return None
        case NamedNode(value=iri):
            return Cell(naming(iri) if naming and iri.startswith(BASES) else Text(short_name(iri)), iri=iri)
        case Literal(value=text, language=language, datatype=datatype):
            plain = language or datatype.value == XSD + "string"
            return Cell(Text(_cut(text), language or ""), datatype="" if plain else datatype.value)
        case _:
            return Cell(Text(_cut(str(term))))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
