"""What is handed in at one time: files, a source folder or an address, on their way to a version of a source."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from koinon.build.reading import FORMATS
from koinon.build.registry.apart import apart
from koinon.build.registry.disk import MAPPING
from koinon.build.registry.entries import Given, KeptMapping
from koinon.build.registry.fetching import Fetcher, is_address
from koinon.build.registry.harvest.harvesting import Harvester, Peer
from koinon.build.registry.manifests import Template, folder_fields, later_fields, make_manifest, manifest_toml
from koinon.build.registry.options import Options
from koinon.build.registry.receiving import Received
from koinon.build.source_manifest import MANIFEST, Manifest
from koinon.model.errors import ConfigurationError, SourceError
from koinon.release.lines import canonical


@dataclass(frozen=True, slots=True)
class Delivery:
    """``items`` are paths or one address; ``template`` is the mapping's, ``earlier`` that of the latest version.

    ``etag`` is that of the file which the latest version was harvested from; ``told`` says what came of a harvest.
    """

    slug: str
    items: Sequence[str]
    options: Options
    template: Template | None
    earlier: Manifest | None
    fetcher: Fetcher
    harvester: Harvester
    etag: str | None = None
    told: list[str] = field(default_factory=list)

    def into(self, received: Received) -> Given | None:
        """Receive everything, or return None where a host says that it has what it had before.

        Raises SourceError, ConfigurationError or OSError.
        """
        folder = self._folder()
        base: dict[str, object] = {}
        options = self.options
        mints: tuple[str, ...] = ()
        day = options.received
        if folder:
            base = folder_fields(folder, self.slug)
            reading = base["reading"]
            day = day or (reading["received"] if isinstance(reading, dict) else None)
            for path in self._files_of(folder, base.get("files")):
                received.file(path)
        else:
            mints = self._receive_items(received)
            if not received.files:
                return None
        if self.template:
            check_told(self.slug, self.template, self.options)
            base = self.template.fields_for(self.slug)
        elif not folder and self.earlier:
            base = later_fields(self.earlier, received.files)
        if mints:
            document = base.get("document") or {"iri": Peer.of(self.slug, "", options).document}
            base = {"policy": "record", **base, "mints": mints, "document": document}
            options = replace(options, mints=None)
        manifest = make_manifest(self.slug, base, options, received.files, day or datetime.now(UTC).date())
        manifest = apart(received.home, self.slug, manifest)
        if manifest.mapping and not self.template:
            detail = f"no mapping {manifest.mapping.name!r} comes with this Koinon"
            raise SourceError(self.slug, "mapping", MANIFEST, detail)
        return version_of(manifest, received, self.template, self.options)

    def _folder(self) -> Path | None:
        folders = [item for item in self.items if not is_address(item) and Path(item).is_dir()]
        addresses = [item for item in self.items if is_address(item)]
        if not self.items or (len(self.items) > 1 and (folders or addresses)) or (folders and self.template):
            raise ConfigurationError("Give one or more files, or one folder with a source.toml, or one address.")
        return Path(folders[0]) if folders else None

    def _files_of(self, folder: Path, named: object) -> list[Path]:
        if isinstance(named, tuple):
            return [folder / name for name in named]
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in FORMATS and not path.is_dir())
        if not files:
            raise SourceError(self.slug, "empty", str(folder), f"it holds no RDF file ({', '.join(FORMATS)})")
        return files

    def _receive_items(self, received: Received) -> tuple[str, ...]:
        """Receive files or what an address has; returns what a harvested source mints, nothing for any other."""
        for item in self.items:
            if is_address(item) and self.options.harvest:
                return self._harvest(received, Peer.of(self.slug, item, self.options, self.etag))
            if is_address(item):
                with self.fetcher.fetch(self.slug, item) as (name, pieces):
                    received.pieces(name, pieces, item)
                continue
            path = Path(item)
            if not path.exists():
                raise ConfigurationError(f"{path} is not there. Give the file that is to be handed in.")
            if self.template is None and path.suffix.lower() not in FORMATS:
                detail = (
                    f"this is no RDF file ({', '.join(FORMATS)}), and no mapping is called {self.slug!r}; "
                    "docs/mappings.md says how to write one"
                )
                raise SourceError(self.slug, "format", path.name, detail)
            received.file(path)
        return ()

    def _harvest(self, received: Received, peer: Peer) -> tuple[str, ...]:
        with self.harvester.harvest(peer) as harvest:
            if harvest is None:
                self.told.append(f"{peer.address} has nothing new")
                return ()
            received.pieces(harvest.path.name, harvest.pieces(), peer.address, harvest.etag)
            self.told.extend(harvest.notes)
            return harvest.mints


def check_told(slug: str, template: Template, options: Options) -> None:
    """Ask for what a mapping that many use cannot know of this source; raises SourceError (``manifest``)."""
    told = {"title": options.title, "publisher": options.publisher, "language": options.language}
    missing = [name for name, value in told.items() if value is None] if template.shared else []
    if missing:
        detail = f"the mapping {template.name} is for many sources and cannot know this one's; give " + ", ".join(
            f"--{name}" for name in missing
        )
        raise SourceError(slug, "manifest", ", ".join(missing), detail)


def version_of(manifest: Manifest, received: Received, template: Template | None, options: Options) -> Given:
    """Return the version of a source that the received files make, with its manifest and mapping received too."""
    written = received.text(MANIFEST, manifest_toml(manifest))
    mapping = None
    if template:
        kept = received.text(MAPPING, template.content)
        mapping = KeptMapping(name=template.name, version=template.version, sha256=kept.sha256)
    files = tuple(received.files)
    inside: dict[str, object] = {
        "manifest": written.sha256,
        "files": [[file.name, file.sha256] for file in files],
        "mapping": mapping.sha256 if mapping else None,
    }
    timeless = _without_day(manifest)
    return Given(
        version=_hash(inside)[:12],
        manifest=written.sha256,
        files=files,
        mapping=mapping,
        licence=manifest.rights.licence,
        rights=manifest.rights.statement,
        override=manifest.rights.override,
        received=manifest.reading.received,
        schedule=manifest.schedule,
        options=options.kept(),
        same=_hash({**inside, "manifest": hashlib.sha256(timeless).hexdigest()}),
    )


def _without_day(manifest: Manifest) -> bytes:
    reading = manifest.reading.model_copy(update={"received": date.min})
    return manifest_toml(manifest.model_copy(update={"reading": reading}))


def _hash(fields: dict[str, object]) -> str:
    return hashlib.sha256(canonical(fields)).hexdigest()
