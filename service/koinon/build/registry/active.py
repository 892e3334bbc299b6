"""The accepted sources as folders that a build reads: each with its manifest and its files under their names."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from koinon.build.findings import OF_THE_SYSTEM, Finding
from koinon.build.registry.disk import MAPPING, raw
from koinon.build.registry.entries import Given
from koinon.build.registry.journals import Damaged, every
from koinon.build.scratch import scratch
from koinon.build.source_manifest import MANIFEST
from koinon.build.sources import Source, find_sources
from koinon.model.errors import SourceError
from koinon.release.paths import Home

PIECE = 2**20


def all_sources(
    home: Home, folders: Iterable[Path], suffixes: Iterable[str], *, mapped: bool = False
) -> tuple[list[Source], list[Finding]]:
    """Find the sources under ``folders`` and the registered, accepted ones, as ``find_sources`` does.

    Call it with the build lock held: what it lays out for the build before is gone. A registered source whose
    journal or files are damaged is refused, and no other. A source whose manifest has a mapping finds that mapping
    beside it, as ``mapping.toml``.
    """
    active = home.sources / ".active"
    refused: list[Finding] = []
    shutil.rmtree(active, ignore_errors=True)
    for source in every(home):
        if isinstance(source, Damaged):
            refused.append(Finding.of(source.error))
        elif source.accepted:
            try:
                _lay(home, source.slug, source.accepted, active / source.slug)
            except SourceError as error:
                shutil.rmtree(active / source.slug)
                refused.append(Finding.of(error))
    registered = [active] if active.is_dir() and any(active.iterdir()) else []
    sources, others = find_sources([*folders, *registered], suffixes, mapped=mapped)
    return sources, [*refused, *others]


@contextmanager
def lay_out(home: Home, slug: str, version: Given) -> Iterator[Path]:
    """Give a folder of links to one version of a source, for a look at it; it is gone afterwards.

    Raises SourceError (``raw-damaged``).
    """
    with scratch("look") as work:
        folder = work / slug
        _lay(home, slug, version, folder)
        yield folder


def _lay(home: Home, slug: str, version: Given, folder: Path) -> None:
    kept = {MANIFEST: version.manifest, **{file.name: file.sha256 for file in version.files}}
    if version.mapping:
        kept[MAPPING] = version.mapping.sha256
    folder.mkdir(parents=True, mode=0o700)
    for name, sha256 in kept.items():
        path = raw(home, slug) / sha256
        if _hash_of(path) != sha256:
            detail = f"the kept file of {name} is missing or damaged. Put it back from a copy, or hand it in again."
            raise SourceError(slug, "raw-damaged", str(path), detail)
        (folder / name).symlink_to(path)


def _hash_of(path: Path) -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    except OSError as error:
        if error.errno in OF_THE_SYSTEM:
            raise
        return None
    return digest.hexdigest()
