"""Measuring a whole release: a profile per graph, the findings of the build per source, and all of it in numbers.

The profiles stand in ``quality/`` of the release, so that the next one takes over those of unchanged graphs. What
is measured is derived: it does not enter the release id.
"""

import json
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

from koinon.build.findings import Severity
from koinon.build.quality.plan import Plan, read_plan
from koinon.build.quality.profile import Masks, Profile, read_profile, tallies, whole, write_profile
from koinon.build.quality.regions import measure_regions
from koinon.build.report import BuildReport, Outcome, SourceReport
from koinon.release.current import Release
from koinon.release.manifest import DERIVED, GraphEntry, Manifest
from koinon.release.quality import ClassQuality, Figures, Quality, Rows, SourceQuality

FOLDER: Final = "quality"
"""Folder of a release that holds the profile of each graph."""
LEFT_OUT: Final = "left-out"
"""Findings whose record or statement was left out, so that the rest of its source could stay."""

_MARK: Final = "left out: "
_UNKNOWN: Final = "unknown-code"
_NO_SOURCE: Final = frozenset({DERIVED, "vocabulary"})


def write_quality(
    folder: Path, manifest: Manifest, report: BuildReport, shapes: Path, parent: Release | None
) -> None:
    """Measure the release in ``folder``, whose graphs are written, and write the numbers beside them.

    ``shapes`` is the folder of the shapes; with ``parent``, graphs that it has too are not read again. Raises
    OSError where the disk refuses.
    """
    plan = read_plan(shapes)
    (folder / FOLDER).mkdir()
    graphs = {entry.slug: entry for entry in manifest.graphs if entry.kind not in _NO_SOURCE}
    profiles = {slug: _profile(folder, entry, plan, parent) for slug, entry in graphs.items()}
    reports = {source.slug: source for source in report.sources if source.outcome is not Outcome.WITHDRAWN}
    sources = tuple(
        _source(slug, graphs.get(slug), profiles.get(slug, Profile()), reports.get(slug), folder, plan)
        for slug in sorted(graphs.keys() | reports.keys())
    )
    territory = folder / "graphs" / "territory.nt"
    regions, unplaced = measure_regions(profiles.values(), territory if territory.is_file() else None, plan)
    Quality(
        release=manifest.id,
        total=_sum(source.figures for source in sources),
        checks={name: tuple(demand.check for demand in demands) for name, demands in plan.demands.items()},
        sources=sources,
        classes=_classes(profiles.values(), sources, plan),
        regions=regions,
        unplaced=unplaced,
    ).write(folder)


def _profile(folder: Path, entry: GraphEntry, plan: Plan, parent: Release | None) -> Profile:
    key = f"{entry.sha256} {plan.fingerprint}"
    path = folder / FOLDER / f"{entry.slug}.json"
    if parent is not None:
        before = parent.path / FOLDER / path.name
        profile = read_profile(before, key)
        if profile is not None:
            _link(before, path)
            return profile
    profile = Profile.of(folder / "graphs" / f"{entry.slug}.nt", plan)
    write_profile(path, key, profile)
    return profile


def _link(before: Path, path: Path) -> None:
    try:
        os.link(before, path)
    except OSError:
        shutil.copyfile(before, path)


def _source(
    slug: str,
    entry: GraphEntry | None,
    profile: Profile,
    report: SourceReport | None,
    folder: Path,
    plan: Plan,
) -> SourceQuality:
    found = tallies(profile.counts, plan)
    rules = _rules(report) if report else {}
    rows = _rows(folder, slug)
    sums = {severity: sum(counts.values()) for severity, counts in rules.items()}
    figures = Figures(
        statements=entry.triples if entry else 0,
        things=sum(profile.counts.values()),
        whole=whole(profile.counts, plan),
        asked=sum(tally.asked for tally in found.values()),
        given=sum(sum(tally.given) for tally in found.values()),
        refused=sums.get(Severity.REFUSED, 0),
        left_out=sums.get(LEFT_OUT, 0) + (rows.left_out if rows else 0),
        warnings=sums.get(Severity.WARNING, 0),
        notes=sums.get(Severity.NOTE, 0),
        unknown=sum(counts.get(_UNKNOWN, 0) for counts in rules.values()) + (rows.unknown if rows else 0),
    )
    outcome = report.outcome if report else Outcome.ACCEPTED
    graph, kind = (entry.name, entry.kind) if entry else (None, None)
    return SourceQuality(slug, graph, kind, str(outcome), figures, found, rules, rows)


def _rules(report: SourceReport) -> dict[str, dict[str, int]]:
    """Return how often each rule was broken, by severity, what was left out apart from what was only warned of."""
    rules = {severity: dict(counts) for severity, counts in report.counts.items()}
    warnings = rules.get(Severity.WARNING, {})
    examples: defaultdict[str, list[bool]] = defaultdict(list)
    for finding in report.of(Severity.WARNING):
        examples[finding.rule].append(finding.detail.startswith(_MARK))
    for rule, left in examples.items():
        # A rule that only leaves out is counted beyond its examples; one that also warns, by those that are kept.
        number = warnings.get(rule, 0) if all(left) else sum(left)
        if number:
            rules.setdefault(LEFT_OUT, {})[rule] = number
            warnings[rule] -= number
            if not warnings[rule]:
                del warnings[rule]
    return {severity: counts for severity, counts in rules.items() if counts}


def _rows(folder: Path, slug: str) -> Rows | None:
    """Return what the mapping of a source counted, where it has one that reads records."""
    path = folder / "imports" / f"{slug}.json"
    if not path.is_file():
        return None
    tables = json.loads(path.read_text(encoding="utf-8")).get("tables")
    if tables is None:
        return None
    whole = [table for table in tables if ": " not in table["name"]]
    columns = [column for table in tables for column in table["columns"]]
    return Rows(
        read=sum(table["read"] for table in whole),
        left_out=sum(sum(table["rejected"].values()) for table in whole),
        rejected=sum(column["rejected"] for column in columns),
        unknown=sum(column["unknown"] for column in columns),
    )


def _classes(
    profiles: Iterable[Profile], sources: Iterable[SourceQuality], plan: Plan
) -> Mapping[str, ClassQuality]:
    masks: Masks = Counter()
    for profile in profiles:
        masks.update(profile.counts)
    found: dict[str, Counter[str]] = {LEFT_OUT: Counter(), Severity.WARNING: Counter()}
    for source in sources:
        for severity, counts in found.items():
            for rule, number in source.rules.get(severity, {}).items():
                concerned = plan.concerned.get(rule, frozenset())
                if len(concerned) == 1:
                    counts[next(iter(concerned))] += number
    return {
        name: ClassQuality(tally, found[LEFT_OUT][name], found[Severity.WARNING][name])
        for name, tally in tallies(masks, plan).items()
    }


def _sum(figures: Iterable[Figures]) -> Figures:
    total: Counter[str] = Counter()
    for each in figures:
        total.update(asdict(each))
    return Figures(**total)
