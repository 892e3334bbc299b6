"""What a table of results looks like as a chart of bars, or as dots on a map of Europe."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode

from koinon.engine import GraphStore
from koinon.model.namespaces import DEF, XSD
from koinon.publish.maps.places import where, window_of
from koinon.publish.maps.projection import flat, within
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.web.results import Cell, Row, Table

_NUMBERS: Final = frozenset(
    XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "gYear")
)
_LEAST: Final = 2
_BARS: Final = 40
_DOTS: Final = 300
_LOOKED_UP: Final = 200
"""The least and the most bars and dots that a drawing has, and things whose place is looked up for one."""
_LATITUDE: Final = re.compile(r"lat(itude)?", re.IGNORECASE)
_LONGITUDE: Final = re.compile(r"lon(g(itude)?)?|lng", re.IGNORECASE)
_POINT: Final = re.compile(r"(?:<[^>]*>\s*)?POINT\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)\s*\)", re.IGNORECASE)
_LOCATED: Final = NamedNode(DEF + "locatedIn")


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: what it is of, its number as written, and its length from 0 to 100."""

    label: Cell
    number: Cell
    length: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of bars: the columns that it shows, its bars, and how many rows have none."""

    label: str
    number: str
    bars: tuple[Bar, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A dot on the map of Europe, in its units, with what it stands for."""

    x: float
    y: float
    label: Text
    iri: str


@dataclass(frozen=True, slots=True)
class ResultMap:
    """A map: its window (left, top, width, height) in the drawing of Europe, its dots, how many rows have none."""

    window: tuple[int, int, int, int]
    spots: tuple[Spot, ...]
    left_out: int


def chart_of(table: Table, naming: Naming, column: str = "") -> Chart | None:
    """Return the chart of a table with a column of numbers, none below zero, and one of names; else None.

    ``column`` names the numbers; without it they are those of the last column that has any.
    """
    columns = range(len(table.columns))
    numbers = [i for i in columns if _is_numeric([row[i] for row in table.rows])]
    names = [i for i in columns if i not in numbers and any(row[i] for row in table.rows)]
    if column:
        numbers = [i for i in numbers if table.columns[i] == column]
    if len(table.rows) < _LEAST or not numbers or not names:
        return None
    name, number = names[0], numbers[-1]
    rows = [(label, cell, _number(cell)) for row in table.rows if (label := row[name]) and (cell := row[number])]
    most = max((value for _, _, value in rows), default=0.0)
    if most <= 0:
        return None
    bars = tuple(
        Bar(_named(label, naming), cell, round(100 * value / most, 1)) for label, cell, value in rows[:_BARS]
    )
    return Chart(table.columns[name], table.columns[number], bars, max(table.total - len(bars), 0))


def map_of(table: Table, store: GraphStore, naming: Naming, column: str = "") -> ResultMap | None:
    """Return the map of a table whose rows tell places in Europe: coordinates, or things that lie somewhere.

    ``column`` names the things that are drawn; without it each row is the first thing of it that lies anywhere.
    """
    if column:
        if column not in table.columns:
            return None
        index = table.columns.index(column)
        table = replace(table, columns=(column,), rows=tuple((row[index],) for row in table.rows))
    spots: dict[tuple[float, float], Spot] = {}
    left_out = 0
    for row, point in zip(table.rows, _points(table, store), strict=True):
        if point is None or not within(*point) or len(spots) == _DOTS:
            left_out += 1
            continue
        x, y = flat(*point)
        named = next((cell for cell in row if cell and not cell.datatype), None) or next(filter(None, row))
        spot = (round(x, 1), round(y, 1))
        if spot not in spots:
            spots[spot] = Spot(*spot, _named(named, naming).text, named.iri)
    return ResultMap(window_of(spots), tuple(spots.values()), left_out) if spots else None


def _named(cell: Cell, naming: Naming) -> Cell:
    """Return a cell with the name of the thing that it is."""
    return Cell(naming(cell.iri), cell.iri) if cell.iri else cell


def _points(table: Table, store: GraphStore) -> Iterator[tuple[float, float] | None]:
    latitude = next((i for i, name in enumerate(table.columns) if _LATITUDE.fullmatch(name)), None)
    longitude = next((i for i, name in enumerate(table.columns) if _LONGITUDE.fullmatch(name)), None)
    known: dict[str, tuple[float, float] | None] = {}
    for row in table.rows:
        if latitude is not None and longitude is not None:
            yield _pair(row[latitude], row[longitude])
        else:
            yield _written(row) or _looked_up(row, store, known)


def _pair(latitude: Cell | None, longitude: Cell | None) -> tuple[float, float] | None:
    try:
        found = (float(latitude.text.text), float(longitude.text.text)) if latitude and longitude else None
    except ValueError:
        return None
    return found if found and abs(found[0]) <= 90 and abs(found[1]) <= 180 else None


def _written(row: Row) -> tuple[float, float] | None:
    for cell in row:
        found = _POINT.fullmatch(cell.text.text) if cell and cell.datatype.endswith("#wktLiteral") else None
        if found:
            return _pair(Cell(Text(found[2])), Cell(Text(found[1])))
    return None


def _looked_up(
    row: Row, store: GraphStore, known: dict[str, tuple[float, float] | None]
) -> tuple[float, float] | None:
    """Return where the first thing of a row lies that lies anywhere."""
    for cell in row:
        if cell is None or not cell.iri:
            continue
        if cell.iri not in known and len(known) < _LOOKED_UP:
            known[cell.iri] = _place_of(NamedNode(cell.iri), store)
        if point := known.get(cell.iri):
            return point
    return None


def _place_of(thing: NamedNode, store: GraphStore) -> tuple[float, float] | None:
    point = where(store, thing)
    if point is None:
        for _, _, place in store.triples(thing, _LOCATED):
            return where(store, place) if isinstance(place, NamedNode) else None
    return point


def _is_numeric(cells: list[Cell | None]) -> bool:
    found = [cell for cell in cells if cell is not None]
    return bool(found) and all(cell.datatype in _NUMBERS and _number(cell) >= 0 for cell in found)


def _number(cell: Cell) -> float:
    try:
        value = float(cell.text.text)
    except ValueError:
        return -1.0
    return value if value == value and abs(value) != float("inf") else -1.0
