"""The key of a source: a hash of all that decides how it is read and judged, but for what other sources say.

Two builds that give a source the same key make the same graph of it, and find the same in it as long as what it
refers to is the same.
"""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from koinon.build.mapped import KEPT
from koinon.build.mapping.lookups.named import FORMS, LISTS, NUTS, PLACE
from koinon.build.sources import MANIFEST, Source
from koinon.model.assets import Assets
from koinon.model.settings import Settings

_CODE: Final = Path(__file__).resolve().parents[1]
_LAYERS: Final = ("build", "release", "engine", "model")
_LIBRARIES: Final = ("babel", "pydantic", "pyoxigraph", "shacl")
_LOOKED_UP: Final = (FORMS, LISTS, NUTS, PLACE)
"""Sources whose files the look-ups of mappings read."""


class Fingerprints:
    """Makes the keys of the sources of one build."""

    def __init__(self, assets: Assets, settings: Settings, files: Mapping[str, Mapping[str, str]]) -> None:
        """``files`` maps each source that could be read to its file names and their SHA-256."""
        self._files = files
        self._mappings = assets.data / "mappings"
        common = [*_programs(), str(settings.max_source), str(settings.max_literal)]
        common += _hashes((assets.ontology, assets.shapes), "*")
        self._common = _hash(common)
        looked_up = (f"{slug} {name} {sha256}" for slug in _LOOKED_UP for name, sha256 in _sorted(files.get(slug)))
        self._looked_up = _hash(looked_up)

    def of(self, source: Source) -> str | None:
        """Return the key of a source; None where a file of it could not be read."""
        files = self._files.get(source.slug, {})
        if {MANIFEST, *(path.name for path in source.files)} - files.keys():
            return None
        # In the order in which they are read, on which a mapping may depend.
        parts = [self._common, files[MANIFEST], *(f"{path.name} {files[path.name]}" for path in source.files)]
        use = source.manifest.mapping
        if use is not None:
            kept = source.folder / KEPT
            path = kept if kept.is_file() else self._mappings / f"{use.name}.toml"
            if not path.is_file():
                return None
            parts += [self._looked_up, hashlib.sha256(path.read_bytes()).hexdigest()]
        return _hash(parts)


@cache
def _programs() -> tuple[str, ...]:
    """Return versions and hashes of the programs that read and judge: those with which the process began."""
    own = _hashes((_CODE / layer for layer in _LAYERS), "*.py", "*.toml")
    return (platform.python_version(), *(f"{name} {version(name)}" for name in _LIBRARIES), *own)


def _hashes(folders: Iterable[Path], *patterns: str) -> list[str]:
    files = (
        (folder, path)
        for folder in folders
        for pattern in patterns
        for path in sorted(folder.rglob(pattern))
        if path.is_file()
    )
    return [
        f"{folder.name}/{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for folder, path in files
    ]


def _sorted(files: Mapping[str, str] | None) -> list[tuple[str, str]]:
    return sorted((files or {}).items())


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
