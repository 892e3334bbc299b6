"""Graphs of the parent release that stay in the next one, and what goes with them."""

import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from koinon.build.graphs import GraphFile, Index, hash_of, index_file
from koinon.build.settled import Settled
from koinon.model.errors import ReleaseError
from koinon.release.current import Release
from koinon.release.manifest import GraphEntry


@dataclass
class Kept:
    """A graph of the parent release that stays, or may."""

    entry: GraphEntry
    path: Path

    @classmethod
    def of(cls, release: Release, slug: str) -> Self:
        """Return the graph of a source that is in the release."""
        entry = release.manifest.graph(slug)
        assert entry is not None  # noqa: S101  it is asked for by what the manifest says
        return cls(entry, release.graph_file(slug))

    @cached_property
    def index(self) -> Index:
        """What others need to know of it; read once it is needed."""
        return index_file(self.path)

    def checked(self) -> Self:
        """Return the same; raises ReleaseError where the file is not the one that was released."""
        if hash_of(self.path) != self.entry.sha256:
            raise ReleaseError(f"{self.path} is not the graph that was released. Run `koinon release verify`.")
        return self

    def link(self, folder: Path) -> GraphFile:
        """Give the graph a name in ``folder`` too."""
        e = self.entry
        path = folder / f"{e.slug}.nt"
        _link(self.path, path)
        return GraphFile(e.slug, e.name, e.kind, dict(e.title), path, e.sha256, e.triples)


def link_imports(settled: Settled, folder: Path) -> None:
    """Give the import reports of settled sources a name in ``folder`` too."""
    for slug, source in settled.sources.items():
        if source.manifest.mapping is not None and settled.parent is not None:
            for path in settled.parent.path.glob(f"imports/{slug}.*"):
                folder.mkdir(exist_ok=True)
                _link(path, folder / path.name)


def _link(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
