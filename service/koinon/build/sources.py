"""Finding the sources: every folder under a data folder with a ``source.toml``, read strictly.

A manifest that cannot be read refuses its own source, naming the file and the key, and no other.
"""

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from koinon.build.findings import Finding
from koinon.build.source_manifest import MANIFEST, Document, Manifest, Reading, Rights
from koinon.model.errors import ConfigurationError
from koinon.model.namespaces import ID

__all__ = [
    "MANIFEST",
    "Manifest",
    "Source",
    "find_sources",
    "manifest_for_file",
    "parse_manifest",
    "problems_of",
    "read_manifest",
]

MAX_MANIFEST = 2**20
"""Bytes of the largest manifest that is read."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source folder with its manifest.

    ``files`` are its RDF files, sorted by name, or those that the manifest names, in its order.
    """

    folder: Path
    manifest: Manifest
    files: tuple[Path, ...]

    @property
    def slug(self) -> str:
        """The name of the source and of its graph."""
        return self.manifest.slug


def find_sources(
    folders: Iterable[Path], suffixes: Iterable[str], *, mapped: bool = False
) -> tuple[list[Source], list[Finding]]:
    """Read every manifest under ``folders``; files with one of the ``suffixes`` are a source's RDF files.

    Only a caller that can apply mappings says ``mapped``; for others a source with a mapping is refused.
    Returns the sources, sorted by slug, and one finding for each manifest that is refused (under its folder's
    name). Raises ConfigurationError where a folder does not exist, cannot be read or holds no source.
    """
    wanted = frozenset(suffixes)
    sources: list[Source] = []
    refused: list[Finding] = []
    times: Counter[str] = Counter()
    for path in _manifests(folders):
        folder = path.parent
        times[folder.name] += 1
        manifest = read_manifest(path)
        if isinstance(manifest, Finding):
            refused.append(manifest)
            continue
        if manifest.mapping and not mapped:
            detail = "no mapping can be applied here; give the statements as RDF"
            refused.append(Finding(manifest.slug, "mapping", str(path), detail))
            continue
        files = _files(folder, manifest, wanted)
        if isinstance(files, Finding):
            refused.append(files)
            continue
        sources.append(Source(folder, manifest, files))
    for source in sources:
        if times[source.slug] > 1:
            detail = f"{times[source.slug]} folders have this slug; each source needs its own"
            refused.append(Finding(source.slug, "slug-twice", str(source.folder / MANIFEST), detail))
    return sorted((s for s in sources if times[s.slug] == 1), key=lambda s: s.slug), refused


def read_manifest(path: Path) -> Manifest | Finding:
    """Read one ``source.toml``; a finding names the file, the line or the key, and what is wrong with it."""
    manifest = parse_manifest(path)
    folder = path.parent.name
    if isinstance(manifest, Manifest) and manifest.slug != folder:
        detail = f"slug: {manifest.slug!r} is not the folder's name {folder!r}"
        return Finding(folder, "manifest", str(path), detail)
    return manifest


def parse_manifest(path: Path) -> Manifest | Finding:
    """Read a manifest that may lie in a folder of any name; for findings see ``read_manifest``."""
    folder = path.parent.name
    try:
        if not path.is_file() or path.stat().st_size > MAX_MANIFEST:
            return Finding(folder, "manifest", str(path), f"it is no file of at most {MAX_MANIFEST} bytes")
        fields = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        return Finding(folder, "manifest", str(path), f"it cannot be read as TOML: {error}")
    try:
        return Manifest.model_validate(fields)
    except ValidationError as error:
        return Finding(folder, "manifest", str(path), problems_of(error))


def problems_of(error: ValidationError) -> str:
    """Return what is wrong with the fields of a manifest, each problem with its key."""
    return "; ".join(
        f"{'.'.join(str(part) for part in e['loc']) or 'file'}: {e['msg'].removeprefix('Value error, ')}"
        for e in error.errors()
    )


def manifest_for_file(path: Path) -> Manifest:
    """Return the manifest that a file without one is checked with: it may mint anything in our namespace."""
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "file"
    return Manifest(
        slug=f"checked-{slug}"[:100].rstrip("-"),
        title={"en": path.name},
        kind="external",
        language="und",
        mints=("*/*", f"!document/checked-{slug}"),
        document=Document(iri=f"{ID}document/checked-{slug}", not_held="checked, not handed in"),
        rights=Rights(statement="unknown", licence="https://creativecommons.org/licenses/by/4.0/"),
        reading=Reading(
            received=date(1970, 1, 1),
            method="declared",
            by="unknown",
            review="none",
            basis="external",
            receipts="annotated",
        ),
    )


def _files(folder: Path, manifest: Manifest, wanted: frozenset[str]) -> tuple[Path, ...] | Finding:
    if manifest.files is None:
        files = tuple(sorted(p for p in folder.iterdir() if not p.is_dir() and p.suffix.lower() in wanted))
        detail = f"the folder holds no RDF file; wanted is one of {', '.join(sorted(wanted))}"
        return files or Finding(manifest.slug, "empty", str(folder), detail)
    for name in manifest.files:
        if not (folder / name).is_file():
            return Finding(
                manifest.slug, "empty", str(folder / name), "the manifest names this file; it is not there"
            )
        if manifest.mapping is None and Path(name).suffix.lower() not in wanted:
            detail = f"this is no RDF file; known are {', '.join(sorted(wanted))}"
            return Finding(manifest.slug, "format", str(folder / name), detail)
    return tuple(folder / name for name in manifest.files)


def _manifests(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield every manifest under the folders once, links followed, whatever begins with a dot left out."""
    seen: set[Path] = set()
    for folder in map(Path.absolute, folders):
        if not folder.is_dir():
            raise ConfigurationError(
                f"{folder} is not a folder. Give the folder that holds the sources with --data."
            )
        found = False
        for parent, below, names in os.walk(folder, onerror=_unreadable, followlinks=True):
            here = Path(parent).resolve()
            below[:] = sorted(name for name in below if not name.startswith("."))
            if here in seen:
                found = True
                below.clear()
            elif MANIFEST in names or MANIFEST in below:
                found = True
                yield Path(parent) / MANIFEST
            seen.add(here)
        if not found:
            raise ConfigurationError(
                f"{folder} holds no source: there is no {MANIFEST} in it or below. "
                "Give the folder that holds the sources with --data."
            )


def _unreadable(error: OSError) -> None:
    raise ConfigurationError(
        f"{error.filename} cannot be read ({error.strerror}). Mend that, then build again."
    ) from error
