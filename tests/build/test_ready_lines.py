"""N-Triples that are canonical already are taken line by line, and give what reading them as a whole gives."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from building import World, manifest
from koinon.build.chunks import chunks
from koinon.build.context import said_of
from koinon.build.graphs import as_text, index_file, index_of, lines_of, read_graph, write_lines
from koinon.build.literals import problem_of
from koinon.build.normalise import Normaliser
from koinon.build.ready import BLOCK, Lines, NotReadyError, in_order
from koinon.model.errors import SourceError
from koinon.model.namespaces import XSD

ID = "https://w3id.org/koinon/id/organisation/"
PLAIN = (
    '<https://w3id.org/koinon/id/organisation/neighbour> <http://www.w3.org/2004/02/skos/core#altLabel> "{}"@en .\n'
)
VALUES = st.one_of(
    st.builds(Literal, st.text(max_size=20)),
    st.builds(Literal, st.text(max_size=20), language=st.sampled_from(["en", "en-GB", "el", "zh-Hant-TW"])),
    st.builds(
        Literal,
        st.from_regex(r"[+-]?0?[0-9]{1,20}(\.[0-9]{0,8})?", fullmatch=True),
        datatype=st.sampled_from([NamedNode(XSD + name) for name in ("integer", "decimal", "int", "double")]),
    ),
    st.builds(
        Literal,
        st.from_regex(r"[0-2][0-9]{3}-[01][0-9]-[0-3][0-9]", fullmatch=True),
        datatype=st.sampled_from([NamedNode(XSD + "date"), NamedNode(XSD + "gYear"), NamedNode(XSD + "string")]),
    ),
    st.builds(NamedNode, st.sampled_from([f"{ID}a", "https://example.org/é", "urn:x:y"])),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(VALUES, max_size=8))
def test_a_line_is_what_reading_and_normalising_its_statement_gives(tmp_path_factory, values) -> None:  # type: ignore[no-untyped-def]
    triples = [Triple(NamedNode(f"{ID}a"), NamedNode("https://schema.org/name"), value) for value in values]
    path = tmp_path_factory.mktemp("lines") / "graph.nt"
    path.write_bytes(as_text(triples))
    lines = Lines(Normaliser(), "x", 2**20).of(path)
    if any(isinstance(value, Literal) and problem_of(value) for value in values):
        with pytest.raises(SourceError):
            list(lines)
        return
    wanted = lines_of(Normaliser().triples(triples, "x"))
    assert [line.rstrip(b"\n") for line in in_order(lines, path.parent)] == wanted


@pytest.mark.parametrize(
    "line",
    [
        "_:b <https://schema.org/name> <urn:x:y> .\n",
        "nonsense\n",
        "<urn:a:b> <urn:a:c> <<( <urn:a:b> <urn:a:b> <urn:a:b> )>> .\n",
    ],
    ids=["a blank node", "no statement", "a triple term"],
)
def test_what_no_line_shows_by_itself_is_read_as_a_whole(tmp_path: Path, line: str) -> None:
    path = tmp_path / "graph.nt"
    path.write_text(PLAIN.format("A") + line)
    with pytest.raises(NotReadyError):
        list(Lines(Normaliser(), "x", 2**20).of(path))


def test_the_syntax_of_a_file_does_not_matter(world: World) -> None:
    world.build()
    before = world.hashes()["neighbour"]
    graph = world.current.graph_file("neighbour").read_bytes()
    own = b"".join(line for line in graph.splitlines(keepends=True) if b"/koinon/graph/" not in line)
    world.put(
        "neighbour",
        {"source.toml": manifest("neighbour"), "graph.nt": b"".join(reversed(own.splitlines(keepends=True)))},
    )
    assert not world.build().refused
    assert world.hashes()["neighbour"] == before


def test_more_lines_than_are_sorted_at_a_time_come_in_order_and_once(tmp_path: Path) -> None:
    lines = [f"{number * 7919 % 1_000_003:07}\n".encode() for number in range(BLOCK + 10)]
    assert list(in_order([*lines, lines[0]], tmp_path)) == sorted(lines)


def test_the_index_of_a_file_is_that_of_its_statements(world: World) -> None:
    world.build()
    for slug in world.hashes():
        path = world.current.graph_file(slug)
        assert index_file(path) == index_of(read_graph(path))


def test_a_thing_stands_in_one_part_with_all_its_fragments(tmp_path: Path) -> None:
    lines = sorted(
        f'<{ID}{number}{part}> <https://schema.org/name> "{value}" .\n'.encode()
        for number in range(300)
        for part in ("", "#a", "#b")
        for value in range(3)
    )
    graph = write_lines(lines, tmp_path / "x.nt", slug="x", name="x", kind="external", title={})
    for share in (10_000, 500):
        parts = list(chunks(graph.path, graph.triples, size=100, share=share))
        assert sorted(line for part in parts for line in part) == lines
        things = [{line.partition(b">")[0].partition(b"#")[0] for line in part} for part in parts]
        assert sum(map(len, things)) == 300
        assert len(parts) > 10


def test_what_a_file_says_of_a_thing_is_found_wherever_it_stands(tmp_path: Path) -> None:
    lines = [
        f'<{ID}{number:03}> <https://schema.org/name> "{value}" .\n'.encode()
        for number in range(99)
        for value in "ab"
    ]
    graph = write_lines(lines, tmp_path / "x.nt", slug="x", name="x", kind="external", title={})
    for number in range(99):
        assert list(said_of(graph.path, f"{ID}{number:03}".encode())) == lines[2 * number : 2 * number + 2]
    assert list(said_of(graph.path, f"{ID}1".encode())) == []
