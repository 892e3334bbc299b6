"""Circles that no source makes alone: one says that A is a part of B, another that B is a part of A.

Neither is wrong by itself, so neither is refused; each is told what it takes part in. Circles within one source are
found when it is judged (``leaving_out``).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Store

from koinon.build.circles import NESTING, circles
from koinon.build.findings import Finding, Severity
from koinon.build.report import Outcome, SourceReport
from koinon.engine import matching
from koinon.model.namespaces import GRAPH

RULE = "circle"
_SHOWN = 6
"""Steps of a circle that are spelled out."""


def tell_of_circles(reports: Sequence[SourceReport], store: Path) -> tuple[SourceReport, ...]:
    """Return the reports with a warning for each source that takes part in a circle of the closed ``store``."""
    found: dict[str, list[Finding]] = {}
    for finding in circles_across(Store.read_only(str(store))):
        found.setdefault(finding.source, []).append(finding)
    return tuple(
        _with(report, found[report.slug])
        if report.slug in found and report.outcome is not Outcome.WITHDRAWN
        else report
        for report in reports
    )


def circles_across(store: Store) -> Iterator[Finding]:
    """Yield a warning for each source and circle of wholes and parts in the default graph, once and in order."""
    wholes: dict[str, dict[str, list[str]]] = {}
    for name in sorted(NESTING):
        for quad in store.quads_for_pattern(None, NamedNode(name), None, DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                wholes.setdefault(name, {}).setdefault(quad.subject.value, []).append(quad.object.value)
    for part, name, whole in circles(wholes):
        way = [part, *_way(wholes[name], whole, part)]
        steps = [(one, other, _sources(store, one, name, other)) for one, other in pairwise(way)]
        told = "; ".join(f"<{one}> of <{other}> says {', '.join(by)}" for one, other, by in steps[:_SHOWN])
        more = f"; and {len(steps) - _SHOWN} more" if len(steps) > _SHOWN else ""
        seen: set[str] = set()
        for one, other, by in steps:
            for slug in by:
                if slug not in seen:
                    seen.add(slug)
                    detail = f"<{other}> is itself a part of this by way of what other sources say: {told}{more}"
                    yield Finding(slug, RULE, f"<{one}> <{name}>", detail, Severity.WARNING)


def _way(up: dict[str, list[str]], start: str, end: str) -> list[str]:
    """Return a shortest way from a whole up to the part that it belongs to, both included."""
    before: dict[str, str] = {start: ""}
    level = [start]
    while level and end not in before:
        further = []
        for node in level:
            for whole in sorted(up.get(node, ())):
                if whole not in before:
                    before[whole] = node
                    further.append(whole)
        level = further
    way = [end]
    while before.get(way[-1]):
        way.append(before[way[-1]])
    return way[::-1]


def _sources(store: Store, part: str, name: str, whole: str) -> list[str]:
    """Return the slugs of the graphs that say that something is a part of something."""
    quads = matching(store, NamedNode(part), NamedNode(name), NamedNode(whole), None)
    names = (quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode))
    return sorted(found.removeprefix(GRAPH) for found in names)


def _with(report: SourceReport, found: Iterable[Finding]) -> SourceReport:
    findings = list(found)
    counts = {severity: dict(rules) for severity, rules in report.counts.items()}
    warnings = counts.setdefault(str(Severity.WARNING), {})
    warnings[RULE] = warnings.get(RULE, 0) + len(findings)
    return replace(report, findings=(*report.findings, *findings), counts=counts)
