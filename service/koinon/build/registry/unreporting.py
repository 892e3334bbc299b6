"""Taking a purged source out of the reports of a release that never took it: its findings quote what it said."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from koinon.build.report import report_text
from koinon.build.shacl import report_triples
from koinon.build.verdicts import read_verdicts
from koinon.release.quality import FILE as QUALITY
from koinon.release.quality import Quality

_REPORT: Final = "report.json"
_LINES: Final = "report.txt"
_SHACL: Final = "shacl.ttl"


def forget_reports(release: Path, fresh: Path, slug: str) -> None:
    """Write the reports of a ``release`` anew in ``fresh``, where they are linked, without the source ``slug``.

    Where it is no longer known which results of the shapes are whose, all of them go. Raises OSError where the
    disk refuses, and ReleaseError where the measures of quality are damaged.
    """
    for folder in ("imports", "quality"):
        for path in (fresh / folder).glob(f"{slug}.*"):
            path.unlink()
    report = _read(release / _REPORT, slug)
    if all(source["slug"] != slug for source in report["sources"]):
        return
    sources = [source for source in report["sources"] if source["slug"] != slug]
    _put(fresh / _REPORT, report_text(report, sources))
    _put(fresh / _LINES, "".join(_without(release / _LINES, slug)))
    verdicts = read_verdicts(release) or {}
    results = [r for name, verdict in sorted(verdicts.items()) if name != slug for r in verdict.results or ()]
    _put(fresh / _SHACL, "".join(report_triples(results)))
    quality = Quality.read(release)
    if quality is not None:
        (fresh / QUALITY).unlink()
        replace(quality, sources=tuple(each for each in quality.sources if each.slug != slug)).write(fresh)


def _read(path: Path, slug: str) -> dict[str, Any]:
    """Read a report; one that nobody can read may say anything of the source, so that it goes."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"sources": []}
    except ValueError:
        return {"sources": [{"slug": slug}]}
    return found


def _put(path: Path, text: str) -> None:
    """Write a file that has another name elsewhere, which keeps what it says."""
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")


def _without(path: Path, slug: str) -> Iterator[str]:
    """Yield the lines of a report but those of one source: the one that names it, and those set in below it."""
    own = False
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        own = line.startswith(f"{slug}: ") or (own and line.startswith("  "))
        if not own:
            yield line
