"""The release that is served, and the one atomic rename that changes it."""

import os
from dataclasses import dataclass
from pathlib import Path

from koinon.engine import OxigraphStore
from koinon.model.errors import NoReleaseError, NotFoundError, ReleaseError, StorageError
from koinon.model.namespaces import BASE
from koinon.model.refusals import Refusal, refuses_files
from koinon.release.log import read_log
from koinon.release.manifest import Manifest
from koinon.release.paths import Home

QUERIES = "queries"
"""Folder of a release with the questions of the catalogue as they were: whoever cites an answer cites them too."""


@dataclass(frozen=True, slots=True)
class Release:
    """One release folder: ``manifest.json``, ``store/``, ``graphs/``, ``dump.nq``, ``changes/`` and the reports.

    An imported one has neither ``graphs/`` nor ``changes/``.
    """

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """The release id."""
        return self.manifest.id

    @property
    def store(self) -> Path:
        """The folder of the read-only store."""
        return self.path / "store"

    @property
    def dump(self) -> Path:
        """The file with all statements of its graphs as N-Quads."""
        return self.path / "dump.nq"

    def graph_file(self, slug: str) -> Path:
        """Return the file with the sorted canonical N-Triples of the graph ``slug``."""
        return self.path / "graphs" / f"{slug}.nt"

    def open(self) -> OxigraphStore:
        """Open the store read-only.

        Raises ReleaseError where it is missing or damaged, StorageError where the system refuses to open files.
        """
        try:
            return OxigraphStore(self.store)
        except OSError as error:
            if refuses_files(error) or "Permission denied" in str(error):
                refusal = Refusal.of(error, self.store)
                raise StorageError(f"{refusal.what}. {refusal.mend}, then try again.") from error
            mend = "Import its files again" if self.manifest.imported else "Run `koinon build`"
            raise ReleaseError(
                f"The store of release {self.id} cannot be opened ({error}). {mend}: that writes it anew."
            ) from error


def open_release(home: Home, identifier: str) -> Release:
    """Open the release whose id is or begins with ``identifier``; raises NotFoundError where none or several do."""
    found = [path for path in release_folders(home) if path.name.startswith(identifier)]
    if len(found) != 1:
        raise NotFoundError(
            f"{len(found)} releases begin with {identifier!r}. `koinon release list` shows them all."
        )
    return _at(found[0])


def open_current(home: Home) -> Release:
    """Open the current release, at its own folder; raises NoReleaseError where nothing has been built yet."""
    identifier = current_id(home)
    if identifier is None:
        raise NoReleaseError(f"There is no release in {home.root} yet. Run `koinon build` first.")
    return _at(home.release(identifier))


def _at(path: Path) -> Release:
    manifest = Manifest.read(path / "manifest.json")
    if manifest.base not in {None, BASE}:
        raise ReleaseError(
            f"Release {manifest.id} belongs to the base {manifest.base}, and this node's is {BASE}. A base is for "
            "ever: set KOINON_BASE as it was, or give the new base a home of its own (KOINON_HOME)."
        )
    return Release(path, manifest)


def last_built(home: Home) -> Release | None:
    """Return the release whose graphs a build goes on from: the current one, or, where that is imported, the one
    that was built last and is still there; None where there is none. Raises ReleaseError for a damaged current one.
    """
    release = open_current(home)
    if not release.manifest.imported:
        return release
    kept = {path.name: path for path in release_folders(home)}
    for entry in reversed(read_log(home.log)):
        path = kept.pop(entry.id, None)
        if path is not None and not (release := _at(path)).manifest.imported:
            return release
    return None


def current_id(home: Home) -> str | None:
    """Return the id of the current release, or None where there is none."""
    try:
        return home.current.readlink().name
    except OSError:
        return None


def switch_current(home: Home, identifier: str) -> None:
    """Make ``identifier`` the current release by one atomic rename; raises ReleaseError where it has no folder."""
    if not (home.release(identifier) / "manifest.json").is_file():
        raise ReleaseError(f"Release {identifier} has no folder in {home.releases}. Build it again.")
    fresh = home.releases / f".current-{os.getpid()}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(identifier)
    fresh.replace(home.current)
    sync_folder(home.releases)


def release_folders(home: Home) -> list[Path]:
    """Return the folders of all whole releases, sorted by id."""
    if not home.releases.is_dir():
        return []
    return sorted(
        path
        for path in home.releases.iterdir()
        if not path.name.startswith(".") and not path.is_symlink() and (path / "manifest.json").is_file()
    )


def sync_folder(path: Path) -> None:
    """Wait until the names inside the folder ``path`` are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
