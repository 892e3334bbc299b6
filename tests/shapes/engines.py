"""Runs the two SHACL engines on the same text and gives their results in one form.

The fast engine (``shacl``) is the one the build uses; pySHACL is the reference. Both give a validation report as a
graph (https://www.w3.org/TR/shacl/#validation-report); the results are read from that graph, so that the messages
keep their languages. Only what the report itself names by ``sh:result`` is a result.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph
import pyshacl
import rdflib
import shacl

ROOT = Path(__file__).resolve().parents[2]
SHAPES = ROOT / "shapes"
EXAMPLES = Path(__file__).resolve().parent / "examples"
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
SHAPE = rdflib.Namespace("https://w3id.org/koinon/shapes#")
REIFIES = "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies"
LANGUAGES = ("en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb")


@dataclass(frozen=True, order=True)
class Finding:
    """One validation result. Terms are in N-Triples; ``path`` and ``value`` are empty where it has none."""

    focus: str
    path: str
    value: str
    component: str
    severity: str
    shape: str
    messages: tuple[str, ...]


def read(paths: Iterable[Path]) -> set[pyoxigraph.Triple]:
    """The triples of Turtle 1.2 files without their annotations: what a build hands to SHACL.

    Raises SyntaxError where a file is not Turtle.
    """
    triples: set[pyoxigraph.Triple] = set()
    for path in paths:
        quads = list(pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE))
        reifiers = {quad.subject for quad in quads if quad.predicate.value == REIFIES}
        triples |= {
            pyoxigraph.Triple(quad.subject, quad.predicate, quad.object)
            for quad in quads
            if quad.subject not in reifiers
        }
    return triples


def as_ntriples(triples: Iterable[pyoxigraph.Triple]) -> str:
    """The triples as sorted N-Triples text, which both engines read the same way."""
    data = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert data is not None
    return "\n".join(sorted(data.decode("utf-8").splitlines())) + "\n"


@cache
def shapes_text() -> str:
    """All shapes of the repository as one N-Triples text."""
    return as_ntriples(read(sorted(SHAPES.glob("*.ttl"))))


@cache
def shapes_graph() -> rdflib.Graph:
    """All shapes of the repository as an rdflib graph."""
    return rdflib.Graph().parse(data=shapes_text(), format="nt")


@cache
def _fast_shapes() -> shacl.Shapes:
    return shacl.Shapes.from_text(shapes_text(), format="ntriples")


def fast(text: str) -> set[Finding]:
    """The results of the fast engine for a data graph in N-Triples."""
    report = _fast_shapes().validate_text(text, format="ntriples").serialize("ntriples")
    with _odd_literals_allowed():
        return set(_findings(rdflib.Graph().parse(data=report, format="nt")))


def reference(text: str) -> set[Finding]:
    """The results of pySHACL for a data graph in N-Triples."""
    with _odd_literals_allowed():
        data = rdflib.Graph().parse(data=text, format="nt")
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes_graph(), inference="none", advanced=False)
        assert isinstance(report, rdflib.Graph)
        return set(_findings(report))


@contextmanager
def _odd_literals_allowed() -> Iterator[None]:
    """rdflib complains of literals that it cannot convert; here they are wrong on purpose."""
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def _findings(report: rdflib.Graph) -> Iterator[Finding]:
    def one(node: rdflib.term.Node, predicate: rdflib.URIRef) -> str:
        term = report.value(node, predicate)
        return "" if term is None else term.n3()

    for result in report.objects(None, SH.result):
        yield Finding(
            focus=one(result, SH.focusNode),
            path=one(result, SH.resultPath),
            value=one(result, SH.value),
            component=one(result, SH.sourceConstraintComponent)
            .removesuffix("ConstraintComponent>")
            .rpartition("#")[2],
            severity=one(result, SH.resultSeverity).rpartition("#")[2].rstrip(">"),
            shape=one(result, SH.sourceShape),
            messages=tuple(sorted(message.n3() for message in report.objects(result, SH.resultMessage))),
        )
