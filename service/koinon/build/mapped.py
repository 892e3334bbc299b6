"""Sources that are no RDF: their mapping is found by name, applied, and gives a graph like every other."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from koinon.build.mapping.engine import Mapped, Mapping, apply, load_mapping
from koinon.build.mapping.lookups import Lookups
from koinon.build.mapping.model import MappingError
from koinon.build.mapping.readers import Limits
from koinon.build.mapping.report import ImportReport
from koinon.build.sources import Source
from koinon.model.assets import Assets
from koinon.model.errors import SourceError


class Mapper:
    """Applies the mappings of ``data/mappings``; codes are looked up in the files of the build's own sources."""

    def __init__(self, assets: Assets, sources: Iterable[Source]) -> None:
        """Know where mappings are, and the sources of the build; nothing is read before it is needed."""
        self._folder = assets.data / "mappings"
        self._lookups = Lookups.of({source.slug: source.files for source in sources})
        self._known: dict[str, Mapping] = {}

    def map(self, source: Source, out: Path, max_bytes: int) -> Mapped:
        """Map the files of a source to the graph file ``out``.

        Raises SourceError where the mapping is missing, wrong or of another version, or a file cannot be read as it
        says; OSError where the disk refuses.
        """
        use = source.manifest.mapping
        assert use is not None  # noqa: S101  # the caller asks for sources with a mapping
        if use.name not in self._known:
            try:
                self._known[use.name] = load_mapping(self._folder / f"{use.name}.toml")
            except MappingError as error:
                raise SourceError(source.slug, "mapping", error.path, f"{error.key}: {error.detail}") from error
        mapping = self._known[use.name]
        if mapping.version != use.version:
            detail = (
                f"the manifest names version {use.version} of the mapping, the file is version {mapping.version}"
            )
            raise SourceError(source.slug, "mapping", str(mapping.path), detail)
        limits = Limits(file=max_bytes)
        return apply(mapping, source.files, self._lookups, out, limits, manifest=source.manifest)


@dataclass(frozen=True, slots=True)
class Imports:
    """The import reports of a release, one per mapped source: for people and for machines."""

    folder: Path

    def write(self, slug: str, report: ImportReport) -> None:
        """Write the report of one source; raises OSError where the disk refuses."""
        self.folder.mkdir(exist_ok=True)
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder / f"{slug}.json").write_text(text + "\n", encoding="utf-8")
        (self.folder / f"{slug}.txt").write_text("\n".join(report.lines()) + "\n", encoding="utf-8")
