"""The tables of a release: all made from the graph files, or those before with the rows that changed."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from koinon.build.differences import changed_lines
from koinon.build.dumps.columnar import SUFFIXES, Sink, changed, key
from koinon.build.dumps.columns import Table
from koinon.build.dumps.rows import Row, RowMaker, all_rows, rows_of
from koinon.build.dumps.statements import link
from koinon.model.namespaces import RDF
from koinon.release.current import Release

FOLDER: Final = "tables"
FEW: Final = 20_000
"""Things of which rows are made one by one; where more changed, all rows are made anew."""
_TYPE: Final = NamedNode(RDF + "type")
_OFTEN: Final = 5_000


def write_tables(
    folder: Path, release: Release, tables: Mapping[str, Table], go_on: Callable[[], None]
) -> dict[str, int]:
    """Write a table of each class that has things into ``folder``; returns the rows by name of the table.

    ``go_on`` is called now and then, and may raise to leave off. Raises OSError where the disk refuses.
    """
    graphs = {entry.slug: release.graph_file(entry.slug) for entry in release.manifest.graphs}
    with ExitStack() as stack:
        sinks: dict[str, Sink] = {}
        for number, (name, row) in enumerate(all_rows(RowMaker(tables), graphs)):
            if number % _OFTEN == 0:
                go_on()
            sink = sinks.get(name)
            if sink is None:
                sink = sinks[name] = stack.enter_context(Sink(folder, tables[name]))
            sink.add(row)
    return {tables[name].name: sink.rows for name, sink in sinks.items()}


def change_tables(
    folder: Path,
    releases: tuple[Release, Release],
    tables: Mapping[str, Table],
    before: tuple[Path, Mapping[str, int]],
    go_on: Callable[[], None],
) -> dict[str, int] | None:
    """Write the same as ``write_tables``, from the tables of an earlier release; None where too much changed.

    ``releases`` are the earlier and the later one, ``before`` the folder and the rows of the earlier tables.
    """
    old, new = releases
    touched = _touched(old, new)
    if touched is None:
        return None
    earlier, later = old.open(), new.open()
    gone: dict[str, set[str]] = {}
    fresh: dict[str, list[Row]] = {}
    maker = RowMaker(tables)
    for number, thing in enumerate(sorted(touched, key=key)):
        if number % _OFTEN == 0:
            go_on()
        for quad in earlier.raw.quads_for_pattern(NamedNode(thing), _TYPE, None, None):
            if isinstance(quad.object, NamedNode):
                gone.setdefault(quad.object.value, set()).add(thing)
        for name, row in rows_of(maker, later, thing):
            fresh.setdefault(name, []).append(row)
    there, rows = before
    return dict(_written(folder, tables, (there, rows), gone, fresh))


def _written(
    folder: Path,
    tables: Mapping[str, Table],
    before: tuple[Path, Mapping[str, int]],
    gone: Mapping[str, set[str]],
    fresh: Mapping[str, list[Row]],
) -> Iterator[tuple[str, int]]:
    there, rows = before
    for name, table in tables.items():
        if name not in gone and name not in fresh:
            if table.name in rows:
                for suffix in SUFFIXES:
                    link(there / f"{table.name}{suffix}", folder / f"{table.name}{suffix}")
                yield table.name, rows[table.name]
            continue
        with Sink(folder, table) as sink:
            if table.name in rows:
                old = there / f"{table.name}.parquet"
                for group in changed(old, table, gone.get(name, set()), fresh.get(name, ())):
                    sink.write(group)
            else:
                for row in fresh[name]:
                    sink.add(row)
        if sink.rows:
            yield table.name, sink.rows
        else:
            for suffix in SUFFIXES:
                (folder / f"{table.name}{suffix}").unlink()


def _touched(old: Release, new: Release) -> set[str] | None:
    """Return the subjects of what differs, None where there are too many."""
    then = {entry.slug: entry for entry in old.manifest.graphs}
    now = {entry.slug: entry for entry in new.manifest.graphs}
    touched: set[str] = set()
    for slug in then.keys() | now.keys():
        one, other = then.get(slug), now.get(slug)
        if one and other and (one.name, one.sha256) == (other.name, other.sha256):
            continue
        files = (old.graph_file(slug) if one else None, new.graph_file(slug) if other else None)
        for _, line in changed_lines(*files):
            if line.startswith(b"<"):
                touched.add(line[1 : line.index(b">")].decode())
            if len(touched) > FEW:
                return None
    return touched
