"""What the collections of a release can be narrowed by and sorted: found in its store, written beside it."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from koinon.build.facets.definitions import VERSION
from koinon.build.facets.gathering import gather
from koinon.engine import OxigraphStore
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import Contents
from koinon.release.facets import FILE, made_by, write_facets

__all__ = ["add_facets", "same_facets"]


def add_facets(folder: Path, kinds: Mapping[str, str]) -> None:
    """Write the facets of the release in ``folder``, whose store and table of contents are finished.

    ``kinds`` is the kind of each named graph, by IRI. Raises OSError where the disk refuses.
    """
    _write(folder, folder / FILE, kinds)


def same_facets(folder: Path, kinds: Mapping[str, str]) -> bool:
    """Tell whether the facets of a release are those of its store.

    One of an earlier version has none, or others. Raises ReleaseError for a damaged file.
    """
    path = folder / FILE
    if not path.is_file() or made_by(path) != VERSION:
        return True
    with TemporaryDirectory() as scratch:
        fresh = Path(scratch) / FILE
        _write(folder, fresh, kinds)
        return fresh.read_bytes() == path.read_bytes()


def _write(folder: Path, path: Path, kinds: Mapping[str, str]) -> None:
    store = OxigraphStore(folder / "store")
    with closing(Contents.of(folder / CONTENTS, store)) as contents:
        write_facets(path, gather(store.raw, contents, kinds), VERSION)
