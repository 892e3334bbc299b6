"""Sources that come under a mapping: it is found by name, applied, and gives a graph like every other."""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from koinon.build.mapping.cleaning import CleaningReport, clean, is_cleaning, load_cleaning
from koinon.build.mapping.engine import apply, load_mapping
from koinon.build.mapping.lookups import Lookups
from koinon.build.mapping.model import MappingError
from koinon.build.mapping.places import Places
from koinon.build.mapping.readers import Limits
from koinon.build.mapping.report import ImportReport
from koinon.build.scratch import scratch
from koinon.build.sources import Source
from koinon.model.assets import Assets
from koinon.model.errors import SourceError

KEPT: Final = "mapping.toml"
"""The mapping that a registered source was handed in with, kept beside it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a mapping made beside the graph file: the report, and for records the places of things."""

    report: ImportReport | CleaningReport
    places: Places | None = None


class Mapper:
    """Applies the mappings of ``data/mappings``, or those kept beside sources.

    Codes are looked up in the files of the build's own sources.
    """

    def __init__(self, assets: Assets, sources: Iterable[Source]) -> None:
        """Know where mappings are, and the sources of the build; nothing is read before it is needed."""
        self._folder = assets.data / "mappings"
        self._lookups = Lookups.of({source.slug: source.files for source in sources})

    def map(self, source: Source, out: Path, max_bytes: int) -> Made:
        """Map the files of a source to the graph file ``out``.

        Raises SourceError where the mapping is missing, wrong or of another version, or a file cannot be read as it
        says; OSError where the disk refuses.
        """
        limits, manifest = Limits(file=max_bytes), source.manifest
        with self._mapping(source) as path:
            try:
                if is_cleaning(path):
                    rules = load_cleaning(path)
                    _check_version(source, rules.file.version)
                    return Made(clean(rules, source.files, out, limits, manifest=manifest).report)
                mapping = load_mapping(path)
            except MappingError as error:
                where = f"{path.name}, {error.key}"
                raise SourceError(source.slug, "mapping", where, f"the mapping is wrong: {error.detail}") from error
            _check_version(source, mapping.version)
            mapped = apply(mapping, source.files, self._lookups, out, limits, manifest=manifest)
            _check_something_is_left(source, mapped.report)
            return Made(mapped.report, mapped.places)

    @contextmanager
    def _mapping(self, source: Source) -> Iterator[Path]:
        """Give the mapping of a source under its own name."""
        use = source.manifest.mapping
        name = f"{use.name if use else ''}.toml"
        if not (source.folder / KEPT).is_file():
            yield self._folder / name
            return
        with scratch("mapping") as work:
            yield Path(shutil.copyfile(source.folder / KEPT, work / name))


def _check_version(source: Source, version: str) -> None:
    use = source.manifest.mapping
    if use is not None and use.version != version:
        detail = f"the source wants version {use.version} of the mapping {use.name}, which is version {version} now"
        raise SourceError(source.slug, "mapping", f"{use.name}.toml", detail)


def _check_something_is_left(source: Source, report: ImportReport) -> None:
    """Refuse files of which nothing could be taken: an empty export must not replace the last good graph."""
    if report.records > report.records_rejected:
        return
    example = next((example for table in report.tables for example in table.examples), None)
    where = str(example.place) if example else ", ".join(path.name for path in source.files)
    reason = f"; the first was rejected: {example.detail}" if example else ""
    detail = (
        f"nothing could be taken: {report.records} records were read, {report.records_rejected} rejected{reason}"
    )
    raise SourceError(source.slug, "nothing-left", where, detail)


@dataclass(frozen=True, slots=True)
class Imports:
    """The import reports of a release, one per mapped source: for people and for machines."""

    folder: Path

    def write(self, slug: str, report: ImportReport | CleaningReport) -> None:
        """Write the report of one source; raises OSError where the disk refuses."""
        self.folder.mkdir(exist_ok=True)
        text = json.dumps(report.as_json(), ensure_ascii=False, indent=1, sort_keys=True)
        (self.folder / f"{slug}.json").write_text(text + "\n", encoding="utf-8")
        (self.folder / f"{slug}.txt").write_text("\n".join(report.lines()) + "\n", encoding="utf-8")
