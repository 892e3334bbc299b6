"""Every example gives exactly the results that its header tells; every shape has a passing and a failing one.

An example is a Turtle file ``examples/{shape or file of shared shapes}/{pass or fail}-{what}.ttl``. Its comments
say what is expected: ``# expect: focus path component severity value``; no path is ``-``, and where
there is no value, nothing follows. Only violations count, unless ``# severities: Warning`` says otherwise.
``examples/context.ttl`` holds a small extract of every code list and is read together with each example.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import rdflib
from engines import EXAMPLES, SH, Finding, as_ntriples, fast, read, shapes_graph

FILES = sorted(EXAMPLES.glob("*/*.ttl"))
FAILING = [path for path in FILES if path.name.startswith("fail-")]
PASSING = [path for path in FILES if path.name.startswith("pass-")]
HEAD = "@base <https://w3id.org/koinon/id/> .\n" + "".join(
    f"@prefix {prefix}: <{namespace}> .\n"
    for prefix, namespace in {
        "adms": "http://www.w3.org/ns/adms#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "frapo": "http://purl.org/cerif/frapo/",
        "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
        "koi": "https://w3id.org/koinon/def#",
        "locn": "http://www.w3.org/ns/locn#",
        "m8g": "http://data.europa.eu/m8g/",
        "oa": "http://www.w3.org/ns/oa#",
        "org": "http://www.w3.org/ns/org#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "void": "http://rdfs.org/ns/void#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }.items()
)


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def comments(path: Path, key: str) -> list[str]:
    """The comment lines of an example that begin with a key, without it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(f"# {key}: ") for line in lines if line.startswith(f"# {key}: ")]


def term(text: str) -> str:
    """A term in Turtle, written with the usual prefixes and the base of things, in N-Triples form."""
    graph = rdflib.Graph().parse(data=f"{HEAD}<urn:s> <urn:p> {text} .", format="turtle")
    return next(graph.objects()).n3()


def expected(path: Path) -> set[tuple[str, str, str, str, str]]:
    """Focus, path, component, severity and value of each expected result."""
    rows = set()
    for line in comments(path, "expect"):
        focus, along, component, severity, *value = line.split(" ", 4)
        focus = focus if focus.startswith("<") else f"<{focus}>"
        rows.add(
            (term(focus), "" if along == "-" else term(along), component, severity, term(value[0]) if value else "")
        )
    return rows


@cache
def findings(path: Path) -> frozenset[Finding]:
    return frozenset(fast(as_ntriples(read([EXAMPLES / "context.ttl", path]))))


def counted(path: Path) -> set[tuple[str, str, str, str, str]]:
    """What the fast engine finds, in the severities that the example asks for."""
    severities = (comments(path, "severities") or ["Violation"])[0].split()
    return {(f.focus, f.path, f.component, f.severity, f.value) for f in findings(path) if f.severity in severities}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_an_example_gives_the_results_that_it_announces(path: Path) -> None:
    assert counted(path) == expected(path)


@pytest.mark.parametrize("path", FAILING, ids=name)
def test_a_failing_example_fails(path: Path) -> None:
    assert expected(path)


@pytest.mark.parametrize("path", PASSING, ids=name)
def test_a_passing_example_passes(path: Path) -> None:
    assert not counted(path)


def targeted() -> dict[str, tuple[set[str], str]]:
    """Each shape that reports results of its own: the classes that it checks, and its path if it has one."""
    graph = shapes_graph()
    shapes: dict[str, tuple[set[str], str]] = {}
    for node, target in graph.subject_objects(SH.targetClass):
        for shape in [node, *graph.objects(node, SH.property)]:
            if (shape, SH.message, None) in graph:
                path = graph.value(shape, SH.path)
                classes, _ = shapes.setdefault(str(shape), (set(), "" if path is None else str(path)))
                classes.add(str(target))
    return shapes


def test_every_shape_has_an_example_that_breaks_it() -> None:
    broken = {finding.shape.strip("<>") for path in FAILING for finding in findings(path)}
    assert sorted(set(targeted()) - broken) == []


def test_every_shape_has_an_example_that_keeps_it() -> None:
    kept: set[str] = set()
    absent = {str(shape) for shape in shapes_graph().subjects(SH.maxCount, rdflib.Literal(0))}
    for path in PASSING:
        data = rdflib.Graph().parse(data=as_ntriples(read([path])), format="nt")
        types = {
            str(kind): set(data.subjects(rdflib.RDF.type, kind)) for kind in data.objects(None, rdflib.RDF.type)
        }
        failed = {finding.shape.strip("<>") for finding in findings(path)}
        for shape, (classes, along) in targeted().items():
            things = set().union(*(types.get(kind, set()) for kind in classes))
            if shape not in failed and any(
                not along or shape in absent or (thing, rdflib.URIRef(along), None) in data for thing in things
            ):
                kept.add(shape)
    assert sorted(set(targeted()) - kept) == []


def test_every_folder_of_examples_is_named_after_a_shape_or_a_file_of_shared_shapes() -> None:
    shapes = {
        shape.rpartition("#")[2] for shape in map(str, shapes_graph().subjects(rdflib.RDF.type, SH.NodeShape))
    }
    files = {path.stem for path in EXAMPLES.parents[2].joinpath("shapes").glob("things-*.ttl")}
    assert {path.parent.name for path in FILES} <= shapes | files
