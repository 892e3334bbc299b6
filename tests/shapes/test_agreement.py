"""pySHACL and the fast engine report the same: focus, path, value, component, severity, shape, each message.

Compared are all examples, every source of ``data/``, and values of many datatypes where no one expects them.
``shapes/README.md`` tells which edges of the engines the shapes stay clear of.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from engines import EXAMPLES, ROOT, SH, as_ntriples, fast, read, reference, shapes_graph

pytestmark = pytest.mark.long

FILES = sorted(EXAMPLES.glob("*/*.ttl"))
CONTEXT_PATHS = [
    *sorted((ROOT / "ontology" / "code").glob("*.ttl")),
    *sorted((ROOT / "data" / "reference").glob("*/*.ttl")),
]
SOURCES = sorted({path.parent for path in (ROOT / "data").glob("*/*/*.ttl")})
IDS = "https://w3id.org/koinon/id/"


def example(number: int, path: Path) -> str:
    """An example whose things have addresses of their own, so that many examples fit in one graph."""
    return as_ntriples(read([path])).replace(IDS, f"https://w3id.org/koinon/{number}/id/")


@pytest.mark.timeout(600)
def test_the_engines_agree_on_all_examples_read_together() -> None:
    context = as_ntriples(read([EXAMPLES / "context.ttl"]))
    text = context + "".join(example(number, path) for number, path in enumerate(FILES))
    found = fast(text)
    assert len(found) > len(FILES)
    assert found ^ reference(text) == set()


@pytest.mark.parametrize(
    "folder",
    ["ProjectDatesShape", "ParticipantCountShape", "NutsIdentifierShape", "things-identity", "ProjectQualityShape"],
    ids=str,
)
def test_the_engines_agree_on_single_examples(folder: str) -> None:
    for path in (file for file in FILES if file.parent.name == folder):
        text = as_ntriples(read([EXAMPLES / "context.ttl", path]))
        assert fast(text) == reference(text), path


def neighbourhood(triples: set[pyoxigraph.Triple]) -> str:
    """A source with what code lists and reference graphs say of the things that it names."""
    named = {str(term) for triple in triples for term in (triple.subject, triple.object)}
    return as_ntriples(triples | {triple for triple in read(CONTEXT_PATHS) if str(triple.subject) in named})


@pytest.mark.timeout(600)
@pytest.mark.parametrize("folder", SOURCES, ids=lambda folder: folder.name)
def test_the_engines_agree_on_every_source(folder: Path) -> None:
    text = neighbourhood(read(sorted(folder.glob("*.ttl"))))
    assert fast(text) ^ reference(text) == set()


XSD = "http://www.w3.org/2001/XMLSchema#"
ODD = (
    '"x"',
    '"x"@el-latn',
    '"x"@xx',
    f'"2024-02-30"^^<{XSD}date>',
    f'"20x4"^^<{XSD}gYear>',
    f'"five"^^<{XSD}integer>',
    f'"5"^^<{XSD}int>',
    f'"x"^^<{XSD}decimal>',
    f'"18M"^^<{XSD}duration>',
    '"x"^^<https://example.org/datatype>',
    "<https://w3id.org/koinon/code/role/nobody>",
    '"https://w3id.org/koinon/id/place/gdansk"',
)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_engines_agree_on_odd_values() -> None:
    graph = shapes_graph()
    seen: set[frozenset[tuple[str, str]]] = set()
    lines: list[str] = []
    for node, kind in sorted(graph.subject_objects(SH.targetClass), key=str):
        for shape in sorted(graph.objects(node, SH.property), key=str):
            rules = {
                (str(p), o.n3())
                for p, o in graph.predicate_objects(shape)
                if p not in (SH.order, SH.group, SH.message, SH.path)
            }
            rules = {(p, "list" if o.startswith("_:") else o) for p, o in rules}
            if frozenset(rules) in seen or any("/code/" in o or "/id/" in o for _, o in rules):
                continue
            seen.add(frozenset(rules))
            for value in ODD:
                thing = f"<https://w3id.org/koinon/id/odd/{len(lines)}>"
                lines.append(f"{thing} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> {kind.n3()} .")
                lines.append(f"{thing} <{graph.value(shape, SH.path)}> {value} .")
    text = "\n".join(lines) + "\n"
    found = fast(text)
    assert len(found) > len(lines) / 2
    assert found ^ reference(text) == set()
