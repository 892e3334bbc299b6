"""Making the dumps of a release that is published, beside it, and whole or not at all.

It takes a lock of its own and not that of builds: the next release may be built, and this one even be collected,
while its dumps are made. What the dumps of the release before have already is taken from there.
"""

import fcntl
import hashlib
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pyoxigraph

from koinon.build.dumps.columns import Table, labels_of, read_tables
from koinon.build.dumps.dictionary import FILE as DICTIONARY
from koinon.build.dumps.dictionary import dictionary
from koinon.build.dumps.packing import LEVEL
from koinon.build.dumps.statements import (
    JSON_LD,
    N_QUADS,
    SOURCES,
    TRIG,
    Before,
    Piece,
    turtle_file,
    write_statements,
)
from koinon.build.graphs import hash_of, read_graph
from koinon.build.progress import Progress, Silent
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError, ReleaseError, StorageError
from koinon.release.current import Release, open_release, sync_folder
from koinon.release.dumps import INDEX, SUMS, DumpFile, dump_files, folder_of, remove_dumps
from koinon.release.log import read_log
from koinon.release.paths import Home
from koinon.release.publishing import sync_tree

FORMAT: Final = 1
"""Raise it whenever the same release comes to give other dumps."""
_MAKING: Final = ".making-"
_LOCK: Final = ".lock"
_TABLES: Final = "tables"
_WHOLE: Final = {N_QUADS: "application/n-quads", TRIG: "application/trig", JSON_LD: "application/ld+json"}
_SUFFIXES: Final = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}


class LeftOffError(KoinonError):
    """Making was left off because somebody asked for it; nothing of it is left."""


def make_dumps(
    home: Home,
    assets: Assets,
    release: Release,
    *,
    again: bool = False,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
) -> tuple[DumpFile, ...]:
    """Make the dumps of a release where they are not made yet, or ``again``; returns what they are.

    None are made of an imported release, nor of one that is collected meanwhile. Whenever ``stop`` says so, making
    is left off. Raises LeftOffError then, and StorageError where the disk refuses.
    """

    def go_on() -> None:
        if stop():
            raise LeftOffError("Making dumps was left off. `koinon release dumps` makes them.")
        shown.step("")

    if release.manifest.imported:
        return ()
    shown = progress or Silent()
    folder, tables = folder_of(home, release.id), read_tables(assets)
    with _storage(folder), dumps_lock(home):
        sweep(home)
        if (folder / INDEX).exists() and not again:
            return dump_files(home, release.id)
        shown.stage("dumps", len(release.manifest.graphs))
        work = Path(tempfile.mkdtemp(prefix=_MAKING, dir=folder.parent))
        work.chmod(0o755)  # a service may run under another account than the build
        try:
            making = _Making(home, tables, release, work, go_on)
            try:
                making.run()
            except (FileNotFoundError, ReleaseError):  # those before, or these, were collected meanwhile
                making.run_alone()
            sync_tree(work)
            if release.path.is_dir():
                remove_dumps(home, release.id)
                work.rename(folder)
                sync_folder(folder.parent)
        except FileNotFoundError:
            if release.path.is_dir():
                raise
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return dump_files(home, release.id)


@contextmanager
def dumps_lock(home: Home) -> Iterator[None]:
    """Hold the lock of those who make or remove dumps; waits for it."""
    folder = folder_of(home, INDEX).parent
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sweep(home: Home) -> None:
    """Remove what a crash left, and the dumps of releases that are gone. Call it with the lock of dumps held."""
    for path in folder_of(home, INDEX).parent.iterdir():
        if path.is_dir() and not home.release(path.name).is_dir():
            shutil.rmtree(path)


@contextmanager
def _storage(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"The release is published, but its dumps cannot be written to {folder} ({error}). Free some space, or "
            "mend the folder, then run `koinon release dumps`; KOINON_DUMPS=false makes none."
        ) from error


class _Making:
    """Writes the dumps of one release into ``work``."""

    def __init__(
        self, home: Home, tables: dict[str, Table], release: Release, work: Path, go_on: Callable[[], None]
    ) -> None:
        self._home = home
        self._release = release
        self._work = work
        self._go_on = go_on
        self._tables = tables
        made_with = (FORMAT, LEVEL, zlib.ZLIB_RUNTIME_VERSION, pyoxigraph.__version__, self._tables)
        self._made_with = hashlib.sha256(repr(made_with).encode()).hexdigest()
        self._before, self._index = self._earlier()

    def run_alone(self) -> None:
        """Write them anew, and take nothing from earlier ones."""
        for path in self._work.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
        self._before, self._index = None, {}
        self.run()

    def run(self) -> None:
        before = None
        if self._before is not None:
            pieces = {slug: _piece(given) for slug, given in self._index["pieces"].items()}
            before = Before(folder_of(self._home, self._before.id), pieces)
        pieces = write_statements(self._work, self._release, before, self._go_on)
        rows = self._write_tables()
        named = [table for table in self._tables.values() if table.name in rows]
        labels = labels_of(read_graph(self._release.graph_file("ontology")))
        (self._work / _TABLES / DICTIONARY).write_bytes(dictionary(named, labels))
        files = list(self._files(named, rows))
        sums = "".join(f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda file: file.name))
        (self._work / SUMS).write_text(sums, encoding="utf-8")
        index = {
            "release": self._release.id,
            "made_with": self._made_with,
            "files": [asdict(file) for file in files],
            "pieces": {slug: asdict(piece) for slug, piece in pieces.items()},
            "rows": dict(sorted(rows.items())),
        }
        (self._work / INDEX).write_text(json.dumps(index, ensure_ascii=False) + "\n", encoding="utf-8")

    def _earlier(self) -> tuple[Release | None, dict[str, Any]]:
        """Return the newest release whose dumps can be taken from, and the index of these."""
        tried = {self._release.id}
        for entry in reversed(read_log(self._home.log)):
            if entry.id in tried:
                continue
            tried.add(entry.id)
            with suppress(OSError, ValueError, KoinonError):
                text = (folder_of(self._home, entry.id) / INDEX).read_text(encoding="utf-8")
                index: dict[str, Any] = json.loads(text)
                if index.get("made_with") == self._made_with:
                    return open_release(self._home, entry.id), index
        return None, {}

    def _write_tables(self) -> dict[str, int]:
        from koinon.build.dumps import tables  # pyarrow takes 0.2 s to load, which only this needs

        folder = self._work / _TABLES
        folder.mkdir()
        if self._before is not None:
            there = (folder_of(self._home, self._before.id) / _TABLES, self._index["rows"])
            releases = (self._before, self._release)
            rows = tables.change_tables(folder, releases, self._tables, there, self._go_on)
            if rows is not None:
                return rows
        return tables.write_tables(folder, self._release, self._tables, self._go_on)

    def _files(self, tables: list[Table], rows: Mapping[str, int]) -> Iterator[DumpFile]:
        total = self._release.manifest.total
        for name, media_type in _WHOLE.items():
            yield self._file(name, media_type, "", total, packed=True)
        yield self._file(f"{_TABLES}/{DICTIONARY}", "application/csvm+json", "", len(tables))
        for table in tables:
            for suffix, media_type in _SUFFIXES.items():
                name = f"{_TABLES}/{table.name}{suffix}"
                yield self._file(name, media_type, f"class/{table.name}", rows[table.name])
        for entry in self._release.manifest.graphs:
            name = f"{SOURCES}/{turtle_file(self._work, entry.slug).name}"
            yield self._file(name, "text/turtle", f"source/{entry.slug}", entry.triples, packed=True)

    def _file(self, name: str, media_type: str, about: str, rows: int, *, packed: bool = False) -> DumpFile:
        path = self._work / name
        return DumpFile(name, media_type, packed, path.stat().st_size, hash_of(path), about, rows)


def _piece(given: dict[str, Any]) -> Piece:
    quads, nodes = given["quads"], given["nodes"]
    return Piece(given["name"], given["sha256"], (quads[0], quads[1]), (nodes[0], nodes[1]))
