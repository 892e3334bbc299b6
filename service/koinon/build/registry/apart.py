"""Sources whose names begin alike: ``organisation/red-*`` would cover what the source ``red-cross`` mints."""

from itertools import accumulate
from pathlib import Path
from typing import Final

from koinon.build.ownership import Mints
from koinon.build.registry.disk import journal, raw
from koinon.build.registry.journals import read_registered
from koinon.build.registry.registered import State
from koinon.build.source_manifest import MANIFEST, Manifest
from koinon.build.sources import parse_manifest
from koinon.model.errors import NotFoundError, SourceError
from koinon.release.paths import Home

_SOME: Final = "x"
"""Stands for whatever a glob leaves open."""


def apart(home: Home, slug: str, manifest: Manifest) -> Manifest:
    """Return the manifest of a source without the names of registered ones whose slugs begin with its own.

    Raises SourceError (``mints``) for a new source whose names a registered one with a shorter slug mints.
    """
    if not journal(home, slug).exists():
        for shorter in list(accumulate(slug.split("-"), "{}-{}".format))[:-1]:
            _check_outside(home, slug, manifest, shorter)
    own = Mints(manifest.mints, manifest.home).own
    kinds = sorted({glob.split("/")[-2] for glob in manifest.mints if not glob.startswith("!")})
    left = tuple(
        glob
        for longer in _beginning_with(home.sources, f"{slug}-")
        for glob in (f"!{kind}/{longer}-*" for kind in kinds)
        if own(f"{manifest.home}{glob[1:].replace('*', _SOME)}")
    )
    return manifest.model_copy(update={"mints": (*manifest.mints, *left)}) if left else manifest


def _beginning_with(folder: Path, start: str) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(start))


def _check_outside(home: Home, slug: str, manifest: Manifest, other: str) -> None:
    """Raise SourceError where the source ``other`` mints what the new one would."""
    if not journal(home, other).exists():
        return
    try:
        registered = read_registered(home, other)
    except NotFoundError:
        return  # a crash left a journal without a whole line
    theirs = parse_manifest(raw(home, other) / registered.latest.manifest)
    if registered.state is State.PURGING or not isinstance(theirs, Manifest):
        return
    taken = Mints(theirs.mints, theirs.home).own
    for glob in manifest.mints:
        if not glob.startswith("!") and taken(f"{manifest.home}{glob.replace('*', _SOME)}"):
            detail = (
                f"{glob} lies within what the source {other} mints; take a name that does not begin with {other}-"
            )
            raise SourceError(slug, "mints", MANIFEST, detail)
