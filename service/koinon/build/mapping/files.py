"""Which table of a mapping reads which file: by the reader, the name of the file, and the columns in its header."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice, product
from pathlib import Path
from typing import Final

from koinon.build.mapping.model import TablePart
from koinon.build.mapping.paths import steps
from koinon.build.mapping.readers import Limits, OpenTable, Wanted, WantedTable, open_tables
from koinon.model.errors import SourceError

ABOUT: Final = "#"
"""What titles begin with that stand for what a Genericode file says of itself."""
_SUFFIXES: Final = {
    "xlsx": (".xlsx", ".xlsm"),
    "csv": (".csv", ".tsv", ".txt"),
    "jsonl": (".jsonl", ".ndjson"),
    "json": (".json", ".geojson"),
    "genericode": (".gc", ".xml"),
}
_HEADED: Final = frozenset({"csv", "genericode"})
"""Readers of one table a file, whose header tells which table of the mapping it is."""
_VARIANTS: Final = 64


@dataclass(frozen=True, slots=True)
class Opened:
    """An open table and the tables of the mapping that may read its records."""

    file: Path
    parts: tuple[TablePart, ...]
    table: OpenTable


def opened(
    parts: Sequence[TablePart], files: Sequence[Path], source: str, limits: Limits, aside: Sequence[str] = ()
) -> Iterator[Opened]:
    """Yield the tables of all files, in the order in which the mapping names them, then by the files' names.

    ``aside`` names the sheets of workbooks that are left unread on purpose.
    """
    streams: list[tuple[int, str, Iterator[Opened]]] = []
    for file in files:
        chosen = _parts_of(parts, file, source)
        stream = _tables(chosen, file, source, limits, aside)
        first = parts.index(chosen[0])
        if chosen[0].reader in _HEADED and len(chosen) > 1:
            head = list(islice(stream, 1))
            first = parts.index(head[0].parts[0]) if head else first
            stream = _chain(head, stream)
        streams.append((first, file.name, stream))
    for _, _, stream in sorted(streams, key=lambda item: item[:2]):
        yield from stream


def _chain(head: list[Opened], rest: Iterator[Opened]) -> Iterator[Opened]:
    yield from head
    yield from rest


def _parts_of(parts: Sequence[TablePart], file: Path, source: str) -> list[TablePart]:
    name = file.name.lower().removesuffix(".gz")
    readers = {part.reader for part in parts}
    fits = [
        part
        for part in parts
        if (len(readers) == 1 or name.endswith(_SUFFIXES[part.reader]))
        and (part.file is None or fnmatchcase(file.name, part.file))
    ]
    if not fits:
        known = ", ".join(part.file or "".join(("*", _SUFFIXES[part.reader][0])) for part in parts)
        detail = f"the mapping reads no such file; it reads {known}"
        raise SourceError(source, "no-mapping", file.name, detail)
    return [part for part in fits if part.reader == fits[0].reader]


def _tables(
    parts: Sequence[TablePart], file: Path, source: str, limits: Limits, aside: Sequence[str]
) -> Iterator[Opened]:
    groups: dict[tuple[str, ...], list[TablePart]] = {}
    for part in parts:
        groups.setdefault(part.sheet or (part.path,), []).append(part)
    wanted = Wanted(
        reader=parts[0].reader,
        tables=tuple(_wanted(names, group) for names, group in groups.items()),
        source=source,
        encoding=parts[0].encoding,
        delimiter=parts[0].delimiter,
        aside=frozenset(aside),
    )
    for group, table in zip(groups.values(), open_tables(file, wanted, limits), strict=False):
        if parts[0].reader in {"json", "jsonl"}:
            yield Opened(file, tuple(group), table)
        else:
            yield Opened(file, (_fitting(group, table.table.columns),), table)


def _wanted(names: tuple[str, ...], group: Sequence[TablePart]) -> WantedTable:
    json = group[0].reader in {"json", "jsonl"}
    variants: list[frozenset[str]] = []
    known: set[str] = set()
    for part in group:
        known.update(part.unused)
        if json:
            variants.append(frozenset(part.keys))
            for key, column in part.columns.items():
                way = steps(column.path if column.path is not None else key)
                known.update(str(step) for step in way[:1])
            known.update(str(step) for each in part.each for step in steps(each.path)[:1])
            continue
        titles = [(column.titles or (key,), column) for key, column in part.columns.items()]
        known.update(title for names, _ in titles for title in names if not title.startswith(ABOUT))
        needed = {names for names, column in titles if not column.optional and not names[0].startswith(ABOUT)}
        variants += [frozenset(choice) for choice in islice(product(*sorted(needed)), _VARIANTS)]
    if not all(variants):
        variants = []
    return WantedTable(
        name=names[0],
        others=names[1:],
        variants=tuple(variants),
        known=frozenset(known),
        header=group[0].header,
    )


def _fitting(group: Sequence[TablePart], header: Sequence[str]) -> TablePart:
    """Return the first table of the mapping whose columns stand in a header; the reader saw that there is one."""
    there = set(header)
    for part in group:
        wanted = ((column.titles or (key,), column.optional) for key, column in part.columns.items())
        if all(optional or titles[0].startswith(ABOUT) or there & set(titles) for titles, optional in wanted):
            return part
    return group[0]
