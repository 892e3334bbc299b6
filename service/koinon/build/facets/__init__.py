"""What the collections of a release can be narrowed by and sorted: found in its store, written beside it."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from koinon.build.facets.gathering import gather
from koinon.engine import OxigraphStore
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import Contents
from koinon.release.facets import FILE, write_facets

__all__ = ["add_facets"]


def add_facets(folder: Path, kinds: Mapping[str, str]) -> None:
    """Write the facets of the release in ``folder``, whose store and table of contents are finished.

    ``kinds`` is the kind of each named graph, by IRI. Raises OSError where the disk refuses.
    """
    store = OxigraphStore(folder / "store")
    with closing(Contents.of(folder / CONTENTS, store)) as contents:
        write_facets(folder / FILE, gather(store.raw, contents, kinds))
