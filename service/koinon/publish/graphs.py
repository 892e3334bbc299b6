"""A source's graph as a file in any syntax: read and written triple by triple, however large it is."""

from collections.abc import Iterable, Iterator
from typing import IO

from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize
from pyoxigraph import Triple as RdfTriple

from koinon.engine import GraphStore, Triple
from koinon.model.namespaces import PREFIXES
from koinon.publish import jsonld
from koinon.publish.context import Context
from koinon.publish.rdf import SYNTAXES
from koinon.release.current import Release

N_TRIPLES = "application/n-triples"
N_QUADS = "application/n-quads"
TRIG = "application/trig"


def graph_triples(release: Release, store: GraphStore, slug: str, graph: NamedNode) -> Iterator[Triple]:
    """Yield the graph's triples grouped by subject: from its sorted file, or, where it has none, from the store."""
    path = release.graph_file(slug)
    if path.is_file():
        for quad in parse(path=path, format=RdfFormat.N_TRIPLES):
            yield quad.subject, quad.predicate, quad.object
    else:
        yield from store.triples(graph=graph)


def write_graph(
    triples: Iterator[Triple], media_type: str, graph: NamedNode, context: Context, address: str, file: IO[bytes]
) -> None:
    """Write the graph into ``file``; TriG and N-Quads name it, the other syntaxes hold its triples.

    ``media_type`` is one of ``rdf.SYNTAXES``, N-Quads, or any JSON one, which is JSON-LD that names its context by
    ``address``.
    """
    syntax = RdfFormat.N_QUADS if media_type == N_QUADS else SYNTAXES.get(media_type)
    if syntax is None:
        for piece in jsonld.stream(triples, context, address):
            file.write(piece)
    elif syntax.supports_datasets:
        serialize((Quad(*triple, graph) for triple in triples), file, syntax, prefixes=PREFIXES)
    else:
        serialize((RdfTriple(*triple) for triple in triples), file, syntax, prefixes=PREFIXES)


def name_graph(blocks: Iterable[bytes], graph: NamedNode, media_type: str, file: IO[bytes]) -> None:
    """Write N-Triples, given in blocks of any size, into ``file`` as TriG or N-Quads that name the graph."""
    if media_type == TRIG:
        file.write(f"{graph} {{\n".encode())
        file.writelines(blocks)
        file.write(b"}\n")
        return
    name = f" {graph} .\n".encode()
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        file.writelines(line.removesuffix(b" .") + name for line in lines)
