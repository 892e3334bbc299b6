"""The same statements make the same graph, in whatever format they are handed in; and large graphs are streamed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Quad, RdfFormat, parse, serialize

from building import PREFIXES, World, manifest
from koinon.build.graphs import difference, union

TURTLE = (
    PREFIXES
    + """
<document/other> a foaf:Document ; skos:prefLabel "Other"@en .
<organisation/other> a org:Organization ; skos:prefLabel "Spółdzielnia “Ω”"@pl , "Co-operative"@en ;
    org:classification actor-type:association ; koi:memberCount 20 ; koi:locatedIn <place/gdansk> .
"""
)
GRAPH = "https://w3id.org/koinon/graph/other"


def triples() -> list[Quad]:
    return list(parse(TURTLE.encode(), RdfFormat.TURTLE))


def written(format: RdfFormat, *, named: bool = False) -> bytes:
    quads = triples()
    if named:
        node = parse(f"<{GRAPH}> <{GRAPH}> <{GRAPH}> .".encode(), RdfFormat.N_TRIPLES)
        graph = next(iter(node)).subject
        return serialize((Quad(q.subject, q.predicate, q.object, graph) for q in quads), format=format) or b""
    return serialize((quad.triple for quad in quads), format=format) or b""


FORMS = {
    "turtle": ("graph.ttl", TURTLE.encode()),
    "n-triples": ("graph.nt", written(RdfFormat.N_TRIPLES)),
    "n-quads in the default graph": ("graph.nq", written(RdfFormat.N_TRIPLES)),
    "n-quads in its own graph": ("graph.nq", written(RdfFormat.N_QUADS, named=True)),
    "trig in its own graph": ("graph.trig", written(RdfFormat.TRIG, named=True)),
    "rdf/xml": ("graph.rdf", written(RdfFormat.RDF_XML)),
    "rdf/xml with a capital suffix": ("graph.RDF", written(RdfFormat.RDF_XML)),
    "json-ld": ("graph.jsonld", written(RdfFormat.JSON_LD)),
    "decomposed text with a byte order mark": (
        "graph.ttl",
        b"\xef\xbb\xbf" + TURTLE.replace("ó", "o\u0301").replace("memberCount 20", "memberCount +020").encode(),
    ),
}


def test_every_format_gives_the_same_graph(world: World) -> None:
    hashes = {}
    for form, (name, content) in FORMS.items():
        world.put("other", {"source.toml": manifest("other"), name: content})
        report = world.build()
        assert [str(finding) for source in report.refused for finding in source.findings] == [], form
        hashes[form] = world.hashes()["other"]
    assert len(set(hashes.values())) == 1, hashes


def test_the_files_of_a_folder_make_one_graph_and_share_no_blank_nodes(world: World) -> None:
    prefixes, _, rest = TURTLE.partition("<document/other>")
    files: dict[str, str | bytes] = {
        "source.toml": manifest("other"),
        "a.ttl": f"{prefixes}<document/other>{rest}",
        "b.ttl": prefixes + '<document/other> <https://example.org/p> _:x . _:x rdfs:comment "b"@en .\n',
        "c.ttl": prefixes + '<document/other> <https://example.org/p> _:x . _:x rdfs:comment "c"@en .\n',
        "README.md": "not RDF",
    }
    world.put("other", files)
    world.build()
    lines = [
        line for line in world.current.graph_file("other").read_text().splitlines() if "genid/other-c14n" in line
    ]
    comments = {line.partition(" ")[0] for line in lines if "rdf-schema#comment" in line}
    assert len(comments) == 2


LINES = st.sets(st.binary(min_size=1, max_size=3).filter(lambda line: b"\n" not in line)).map(
    lambda lines: sorted(line + b"\n" for line in lines)
)


@given(LINES, LINES)
def test_a_difference_is_what_only_one_side_has(old: list[bytes], new: list[bytes]) -> None:
    changes = list(difference(old, new))
    assert [line for added, line in changes if added] == sorted(set(new) - set(old))
    assert [line for added, line in changes if not added] == sorted(set(old) - set(new))


@given(st.lists(LINES, max_size=4))
def test_a_union_has_every_line_once_and_sorted(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[bytes]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("union")
    paths = []
    for number, lines in enumerate(parts):
        paths.append(folder / str(number))
        paths[-1].write_bytes(b"".join(lines))
    assert list(union(paths)) == sorted({line for lines in parts for line in lines})


def test_a_document_that_its_source_does_not_name_has_the_title_of_the_source(world: World) -> None:
    first = "".join(line for line in TURTLE.splitlines(keepends=True) if "<document/" not in line)
    lines = serialize(parse(first.encode(), RdfFormat.TURTLE), format=RdfFormat.N_TRIPLES) or b""
    title = {"title": 'title = { pl = "Członkowie", en = "Members" }'}
    world.put("other", {"source.toml": manifest("other", lines=title), "graph.ttl": first})
    again = lines.replace(b"organisation/other", b"organisation/more").replace(b"document/other", b"document/more")
    world.put("more", {"source.toml": manifest("more", lines=title), "graph.nt": again})
    assert not world.build().refused
    for slug, named in (("other", "Członkowie"), ("more", "Członkowie"), ("neighbour", "Neighbour")):
        text = world.current.graph_file(slug).read_text("utf-8").splitlines()
        about = [line for line in text if line.startswith(f"<https://w3id.org/koinon/id/document/{slug}> ")]
        assert any(f'prefLabel> "{named}"@' in line for line in about), about
        assert text == sorted(text)
    assert "Członkowie" not in world.current.graph_file("neighbour").read_text("utf-8")
