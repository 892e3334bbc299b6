"""What a check found as a SHACL validation report (SHACL, section 3.6), our own rules among the constraints."""

from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from koinon.build.checking import Checked
from koinon.build.findings import Finding, Severity
from koinon.build.grouping import Spot
from koinon.build.judging import finding_of
from koinon.build.shacl import Result, report_triples
from koinon.model.namespaces import BASE, GRAPH, RDF, RDFS, SH

RULES: Final = f"{BASE}check#"
"""Namespace of our own rules; the page ``/check`` explains each."""

_SEVERITY: Final = {Severity.REFUSED: "Violation", Severity.WARNING: "Warning", Severity.NOTE: "Info"}
_REPORT: Final = NamedNode(SH + "ValidationReport")
_COMMENT: Final = NamedNode(RDFS + "comment")
_PREFIXES: Final = {"sh": SH, "rdf": RDF}


def turtle(checked: Checked) -> bytes:
    """Return the report in Turtle."""
    return serialize(_triples(checked), format=RdfFormat.TURTLE, prefixes=_PREFIXES) or b""


def json_ld(checked: Checked) -> bytes:
    """Return the report in JSON-LD."""
    return serialize(_triples(checked), format=RdfFormat.JSON_LD, prefixes=_PREFIXES) or b""


def _triples(checked: Checked) -> Iterator[Triple]:
    results = list(_results(checked))
    total = checked.counts.total()
    for quad in parse("".join(report_triples(results)).encode(), RdfFormat.TURTLE):
        yield quad.triple
        if quad.object == _REPORT and len(results) < total:
            said = f"{len(results)} of {total} results: the first of each rule"
            yield Triple(quad.subject, _COMMENT, Literal(said, language="en"))


def _results(checked: Checked) -> Iterator[Result]:
    yield from checked.results
    stated = {finding_of(checked.slug, result).rule for result in checked.results}
    for finding in checked.findings:
        if finding.rule not in stated:
            yield _result(checked, finding)


def _result(checked: Checked, finding: Finding) -> Result:
    """Return one of our own findings as a result; what is wrong with the text itself is said of its graph."""
    spot = Spot.of(finding.where)
    path = spot.path if spot.path.startswith("<") and spot.path.endswith(">") else None
    message = finding.detail if spot.node else f"{finding.where}: {finding.detail}"
    whole = spot.iri and "…" not in spot.node
    return Result(
        focus=spot.node if whole else f"<{GRAPH}{checked.slug}>",
        path=path if whole else None,
        value=None,
        component=RULES + finding.rule,
        severity=_SEVERITY[finding.severity],
        messages={"en": message},
        shape="_:rule",
    )
