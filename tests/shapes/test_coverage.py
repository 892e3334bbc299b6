"""Every property that a thing of ``data/`` carries has a group and a place in it: a page can show it."""

from __future__ import annotations

from collections import defaultdict

import pyoxigraph
from engines import ROOT, SH, read, shapes_graph

TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def carried() -> dict[str, set[str]]:
    """The paths, with a group, that things of a class can carry."""
    graph = shapes_graph()
    paths: defaultdict[str, set[str]] = defaultdict(set)
    for node, kind in graph.subject_objects(SH.targetClass):
        for shape in graph.objects(node, SH.property):
            if (shape, SH.group, None) in graph:
                paths[str(kind)].add(str(graph.value(shape, SH.path)))
    return paths


def test_every_property_of_the_data_is_in_a_group() -> None:
    files = [*(ROOT / "data").glob("*/*/*.ttl"), *(ROOT / "ontology" / "code").glob("*.ttl")]
    triples = read(files)
    types: defaultdict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if triple.predicate.value == TYPE and isinstance(triple.object, pyoxigraph.NamedNode):
            types[str(triple.subject)].add(triple.object.value)
    paths = carried()
    missing: set[tuple[str, str]] = set()
    for triple in triples:
        kinds = types[str(triple.subject)]
        if not any(triple.predicate.value in paths[kind] for kind in kinds):
            missing.add((" ".join(sorted(kinds)), triple.predicate.value))
    assert sorted(missing) == []


def test_every_class_of_the_data_has_a_shape() -> None:
    kinds = {
        triple.object.value
        for triple in read((ROOT / "data").glob("*/*/*.ttl"))
        if triple.predicate.value == TYPE and isinstance(triple.object, pyoxigraph.NamedNode)
    }
    targets = {str(kind) for kind in shapes_graph().objects(None, SH.targetClass)}
    assert sorted(kinds - targets) == []
