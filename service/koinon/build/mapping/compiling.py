"""Compiling a mapping's tables: names are resolved once, faults are told with the key at which they stand."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from koinon.build.mapping.columns import Cell, needs
from koinon.build.mapping.concepts import fold
from koinon.build.mapping.conditions import condition, names_in
from koinon.build.mapping.counting import Counts
from koinon.build.mapping.graph import Graph
from koinon.build.mapping.joins import Joined, Kept
from koinon.build.mapping.kinds import Kinds
from koinon.build.mapping.levels import Checked, Flow, Level, Slot
from koinon.build.mapping.making import Made, by_ids, by_statements
from koinon.build.mapping.model import Each, Join, MappingError, TablePart, Thing
from koinon.build.mapping.model import Level as LevelPart
from koinon.build.mapping.paths import Reach, getter, shown, steps, value_getter
from koinon.build.mapping.templates import Scope, columns_in
from koinon.build.mapping.terms import Names
from koinon.build.mapping.things import Block, Blocks


@contextmanager
def at(path: Path, key: str) -> Iterator[None]:
    """Turn what is wrong inside into a MappingError with the file and the key."""
    try:
        yield
    except ValueError as error:
        raise MappingError(str(path), key, str(error)) from error


@dataclass(frozen=True, slots=True)
class Around:
    """What a list inside a record sees of the levels around it."""

    slots: Mapping[str, int]
    things: tuple[str, ...]
    datatypes: Mapping[str, str]
    nulls: frozenset[str]


OUTSIDE = Around({}, (), {}, frozenset())


@dataclass(frozen=True)
class Compiler:
    """Compiles the tables of one mapping for one run."""

    path: Path
    names: Names
    kinds: Kinds
    graph: Graph
    source: str
    document: str
    namespace: Callable[[str], str]

    def table(self, part: TablePart, kept: Mapping[str, Kept]) -> Level:
        """Compile a table; ``kept`` are the tables above, of which others take values."""
        json = part.reader in {"json", "jsonl"}
        return self._level(part, part.name, f"table[{part.name}]", OUTSIDE, json=json, kept=kept)

    def _level(
        self,
        part: TablePart | Each,
        name: str,
        key: str,
        around: Around,
        *,
        json: bool,
        kept: Mapping[str, Kept] | None = None,
    ) -> Level:
        joins = part.joins if isinstance(part, TablePart) else ()
        slots = dict(around.slots)
        with at(self.path, f"{key}.columns"):
            order = _order(part, around)
            for column in [*order, *(brought for join in joins for brought in join.bring)]:
                if column in slots:
                    raise ValueError(f"{column!r} is the name of two columns; a list sees those around it")
                slots[column] = len(slots)
        nulls = around.nulls | frozenset(part.null)
        identifiers = _identifiers(part)
        cells = [
            self._slot(part, column, slots, nulls, key, json=json, identifier=column in identifiers)
            for column in order
        ]
        things = [(thing.name or f"({number})", thing) for number, thing in enumerate(part.things)]
        with at(self.path, f"{key}.things"):
            _twice([*around.things, *(thing for thing, _ in things)])
        datatypes = {**around.datatypes, **{c: part.columns[c].datatype for c in order}}
        visible = (*around.things, *(thing for thing, _ in things))
        scope = Scope(slots, visible, self.source, self.namespace)
        made = self._made(part, things, scope, datatypes, key)
        inner = Around(slots, visible, datatypes, nulls)
        lists = tuple((getter(steps(each.path)), self._inside(each, name, key, inner)) for each in part.each)
        titles: dict[str, int] = {}
        for cell in cells:
            titles[cell.title] = titles.get(cell.title, 0) | 1 << cell.slot
        hints = {slots[c]: part.columns[c].hint or "" for c in order}
        return Level(
            counts=Counts(name, titles, hints, part.unused),
            flow=Flow(
                len(around.slots), len(slots), sum(1 << slots[name] for name in _helpers(part) if name in slots)
            ),
            slots=slots,
            cells=cells,
            joins=[self._join(join, part, slots, kept or {}, key) for join in joins],
            checks=self._checks(part, slots, key),
            made=made,
            lists=lists,
            reach=_reach(part) if json else None,
            graph=self.graph,
            ignored=self._ignored(part, key) if isinstance(part, TablePart) else (),
        )

    def _ignored(self, part: TablePart, key: str) -> list[tuple[tuple[str, ...], frozenset[str]]]:
        with at(self.path, f"{key}.ignore"):
            return [
                (part.columns[_column(name, part)].titles or (name,), frozenset(map(fold, texts)))
                for name, texts in part.ignore.items()
            ]

    def _inside(self, each: Each, name: str, key: str, around: Around) -> Level:
        path = _key(each)
        return self._level(each, f"{name}: {path}", f"{key}.each[{path}]", around, json=True)

    def _slot(
        self,
        part: LevelPart,
        name: str,
        slots: Mapping[str, int],
        nulls: frozenset[str],
        key: str,
        *,
        json: bool,
        identifier: bool,
    ) -> Slot:
        column = part.columns[name]
        with at(self.path, f"{key}.columns.{name}"):
            if not json and column.path is not None:
                raise ValueError("path is for JSON; tables with a header have titles")
            if json and column.titles is not None:
                raise ValueError("titles is for tables with a header; JSON has path")
            identifier = identifier and column.datatype == "text"
            cell = Cell(column, slots[name], slots, self.kinds, nulls, identifier=identifier)
            way = steps(column.path if column.path is not None else name) if json else ()
            titles = column.titles or (name,)
            return Slot(
                slot=slots[name],
                title=shown(way) if json else titles[0],
                titles=titles,
                key=way[0] if json and len(way) == 1 and isinstance(way[0], str) else None,
                get=value_getter(way) if json else None,
                cell=cell,
                required=column.required,
            )

    def _made(
        self,
        part: LevelPart,
        things: Sequence[tuple[str, Thing]],
        scope: Scope,
        datatypes: Mapping[str, str],
        key: str,
    ) -> Made:
        blocks = Blocks(scope, self.names, self.graph, self.document, datatypes)
        made: list[Block] = []
        for name, thing in things:
            with at(self.path, f"{key}.things[{name.strip('()')}]"):
                made.append(blocks.thing(name, thing))
        with at(self.path, f"{key}.things"):
            to_name, to_say = by_ids(things), by_statements(things)
        for number, claim in enumerate(part.claims):
            name = f"(claim {number})"
            with at(self.path, f"{key}.claims[{number + 1}]"):
                made.append(blocks.claim(name, claim))
            to_name.append(name)
            to_say.append(name)
        return Made(made, to_name, to_say, self.graph)

    def _checks(self, part: LevelPart, slots: Mapping[str, int], key: str) -> list[Checked]:
        checks: list[Checked] = []
        for check in part.checks:
            with at(self.path, f"{key}.checks[{check.rule}]"):
                rejects = None if check.rejects == "record" else [_column(c, part) for c in check.rejects]
                chosen = None if rejects is None else [slots[column] for column in rejects]
                checks.append(Checked(check.rule, condition(check.holds, slots, vacuous=True), chosen, check.hint))
        return checks

    def _join(
        self, join: Join, part: LevelPart, slots: Mapping[str, int], kept: Mapping[str, Kept], key: str
    ) -> Joined:
        with at(self.path, f"{key}.joins[{join.table}]"):
            if join.table not in kept:
                raise ValueError(f"there is no table {join.table!r} above this one")
            if join.key is not None and len(join.key) != len(join.on):
                raise ValueError("on and key name the same number of columns")
            on = [slots[_column(name, part)] for name in join.on]
            index, columns = kept[join.table].index(join.key or join.on, tuple(join.bring.values()))
            brought = [slots[name] for name in join.bring]
            return Joined(join.table, on, index, list(zip(brought, columns, strict=True)), join.missing)


def _key(each: Each) -> str:
    return shown(steps(each.path))


def _column(name: str, part: LevelPart) -> str:
    if name not in part.columns:
        raise ValueError(f"there is no column {name!r} here; known are {', '.join(part.columns)}")
    return name


def _order(part: LevelPart, around: Around) -> list[str]:
    """Return the columns, each behind those that it needs."""
    done: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in done or name in around.slots:
            return
        if name in path:
            raise ValueError(f"{name!r} needs a column that needs it in turn")
        if name not in part.columns:
            raise ValueError(f"there is no column {name!r}, which {path[-1]!r} needs")
        for other in sorted(needs(part.columns[name])):
            visit(other, (*path, name))
        done[name] = None

    for name in part.columns:
        visit(name, ())
    return list(done)


def _identifiers(part: LevelPart) -> set[str]:
    """Return the columns that stand in an id of ours as they are, also in those of lists inside."""
    found: set[str] = set()
    for thing in part.things:
        if thing.id is not None and not thing.id.startswith(("http://", "https://")):
            found |= columns_in(thing.id)
    for each in part.each:
        found |= _identifiers(each)
    return found


def _helpers(part: TablePart | Each) -> set[str]:
    """Return the columns that say something by helping others, also where no statement has their value."""
    found: set[str] = set()
    for column in part.columns.values():
        found |= needs(column)
    for join in part.joins if isinstance(part, TablePart) else ():
        found.update(join.on)
    conditions = [thing.when for thing in part.things] + [claim.when for claim in part.claims]
    conditions += [statement.when for thing in part.things for statement in thing.has]
    for text in conditions:
        found |= names_in(text) if text else set()
    return found


def _twice(things: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in things:
        if name.startswith("("):
            continue
        if name in seen or name == "source":
            raise ValueError(f"{name!r} is a name of two things, or no name for one")
        seen.add(name)


def _reach(part: TablePart | Each) -> Reach:
    paths = [steps(column.path if column.path is not None else name) for name, column in part.columns.items()]
    paths += [steps(each.path) for each in part.each]
    return Reach(paths)
