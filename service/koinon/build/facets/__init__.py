"""What the collections of a release can be narrowed by and sorted: found in its store, written beside it."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from pyoxigraph import Store, Triple

from koinon.build.facets.definitions import VERSION
from koinon.build.facets.gathering import gather
from koinon.build.facets.scanning import FILE as ROWS
from koinon.build.facets.scanning import Scan
from koinon.engine import OxigraphStore
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import Contents
from koinon.release.facets import FILE, made_by, write_facets

__all__ = ["add_facets", "change_scan", "same_facets", "write_scan"]


def add_facets(folder: Path, kinds: Mapping[str, str]) -> None:
    """Write the facets of the release in ``folder``, whose store and table of contents are finished.

    ``kinds`` is the kind of each named graph, by IRI. They are gathered from the rows that ``write_scan`` or
    ``change_scan`` wrote, where there are any. Raises OSError where the disk refuses.
    """
    scan = Scan.read(folder / ROWS) or Scan.of(Store.read_only(str(folder / "store")))
    _write(folder, folder / FILE, scan, kinds)


def write_scan(folder: Path) -> None:
    """Write the rows that facets are gathered from, of the finished store of the release in ``folder``."""
    Scan.of(Store.read_only(str(folder / "store"))).write(folder / ROWS)


def change_scan(
    old: Path, folder: Path, differing: Iterable[tuple[bool, Triple]], changes: Iterable[tuple[bool, str, bytes]]
) -> None:
    """Write the rows of the release in ``folder`` from those of the release in ``old``, as ``Scan.change`` does."""
    scan = Scan.read(old / ROWS)
    if scan is None:
        write_scan(folder)
        return
    scan.change(differing, changes)
    scan.write(folder / ROWS)


def same_facets(folder: Path, kinds: Mapping[str, str]) -> bool:
    """Tell whether the facets of a release are those of its store.

    One of an earlier version has none, or others. Raises ReleaseError for a damaged file.
    """
    path = folder / FILE
    if not path.is_file() or made_by(path) != VERSION:
        return True
    scan = Scan.of(Store.read_only(str(folder / "store")))
    with TemporaryDirectory() as scratch:
        fresh, rows = Path(scratch) / FILE, Path(scratch) / ROWS
        _write(folder, fresh, scan, kinds)
        scan.write(rows)
        known = not (folder / ROWS).is_file() or rows.read_bytes() == (folder / ROWS).read_bytes()
        return known and fresh.read_bytes() == path.read_bytes()


def _write(folder: Path, path: Path, scan: Scan, kinds: Mapping[str, str]) -> None:
    with closing(Contents.of(folder / CONTENTS, OxigraphStore(folder / "store"))) as contents:
        write_facets(path, gather(scan, contents, kinds), VERSION)
