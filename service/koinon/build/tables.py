"""Checking tables: a file as the source that its mapping makes of it, and its import report as findings."""

import hashlib
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

from koinon.build.findings import Finding, Severity
from koinon.build.mapping.cleaning.cleaner import CleaningReport
from koinon.build.mapping.counting import RECORD
from koinon.build.mapping.report import Contradiction, ImportReport
from koinon.build.registry.entries import KeptFile
from koinon.build.registry.manifests import make_manifest, read_template
from koinon.build.registry.options import Options
from koinon.build.sources import Source
from koinon.model.assets import Assets
from koinon.model.errors import ConfigurationError

_LEFT: Final = "left out by the rules of the mapping"
_CONTRADICTION: Final = "contradiction"
_STRANGE: Final = re.compile(r"[^A-Za-z0-9._-]+")


def table_source(path: Path, mapping: str, assets: Assets, work: Path, language: str | None = None) -> Source:
    """Return a file as the source that its mapping makes of it; ``work`` is a folder for a link to it.

    ``language`` is what a list that many may hand in is taken to be in, as only who hands it in says that.
    Raises ConfigurationError where there is no such mapping, SourceError where its [source] is no manifest.
    """
    known = sorted(file.stem for file in (assets.data / "mappings").glob("*.toml"))
    if mapping not in known:
        raise ConfigurationError(f"There is no mapping {mapping!r}. Known are {', '.join(known) or 'none'}.")
    template = read_template(assets.data / "mappings" / f"{mapping}.toml")
    name = _STRANGE.sub("-", path.name.removeprefix("handed-in-")).strip("-.") or "table"
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    kept = KeptFile(name=name, sha256=sha256, size=path.stat().st_size)
    options = Options(because="it is only checked", language=language if template.shared else None)
    manifest = make_manifest(template.slug, template.fields_for(template.slug), options, [kept], date.today())
    link = work / name
    link.symlink_to(path.absolute())
    return Source(work, manifest, (link,))


def _contradiction(slug: str, found: Contradiction) -> Finding:
    detail = f"{found.property}: {found.value} ({found.place}) stands; {found.other} was left out"
    return Finding(slug, _CONTRADICTION, f"{found.other_place}: <{found.thing}>", detail, Severity.WARNING)


def findings_of(
    slug: str, report: ImportReport | CleaningReport
) -> tuple[list[Finding], Counter[tuple[Severity, str]]]:
    """Return what an import left out or remarked, as findings with sheet, row and column, and how often."""
    counts: Counter[tuple[Severity, str]] = Counter()
    found: list[Finding] = []
    if isinstance(report, CleaningReport):
        for rule, properties in report.dropped.items():
            counts[Severity.WARNING, rule] = properties.total()
            examples = report.examples.get(rule, [])
            found += (Finding(slug, rule, where, _LEFT, Severity.WARNING) for where in examples)
        return found, counts
    for table in report.tables:
        counts.update({(Severity.WARNING, f"{RECORD}{rule}"): number for rule, number in table.rejected.items()})
        for column in table.columns:
            counts.update({(Severity.WARNING, rule): number for rule, number in column.rules.items()})
        for example in table.examples:
            value = f" ({example.value})" if example.value else ""
            detail = f"{example.detail}{value}. {example.hint}".rstrip(" .") + "."
            found.append(Finding(slug, example.rule, str(example.place), detail, Severity.WARNING))
        for note in table.notes:
            counts[Severity.NOTE, note.rule] += note.count
            found.append(Finding(slug, note.rule, str(note.place), note.detail, Severity.NOTE))
    found += (_contradiction(slug, one) for one in report.contradicting)
    if report.contradictions:
        counts[Severity.WARNING, _CONTRADICTION] = sum(report.contradictions.values())
    for finding in found:  # an example may be counted under another head
        counts[finding.severity, finding.rule] = max(counts[finding.severity, finding.rule], 1)
    return found, counts
