"""Writes N-Quads of the project's own model, of any size, with the skew of real data. Same seed, same bytes.

Command: ``.venv/bin/python benchmarks/sparql/generate.py [TRIPLES] [SEED] > FILE.nq`` (100,000 and 20261121).

What is counted are the triples of the default graph, each once. As in a release, every statement stands in the
graph of each source that makes it, and once in the default graph: the file has more than twice as many lines. The
reference graphs (code lists, territories, programmes) take 44 thousand of the triples, whatever the size.
"""

import sys
from collections.abc import Iterator
from typing import BinaryIO

import reference
from sources import World
from statements import Statement
from territories import territories

TRIPLES, SEED = 100_000, 20261121


def statements(seed: int) -> Iterator[Statement]:
    """Return the statements of the reference graphs, then those of one source after the other, without end."""
    places = territories(seed)
    yield from reference.code_lists(seed)
    yield from reference.places(places)
    yield from reference.programmes(places, seed)
    world = World(seed, places)
    while True:
        yield from world.source()


def generate(out: BinaryIO, triples: int = TRIPLES, seed: int = SEED) -> tuple[int, int]:
    """Write ``triples`` triples in graphs and in the default graph; returns the quads written and the graphs."""
    written, quads, graphs = 0, 0, set[str]()
    for statement in statements(seed):
        line = f"{statement.subject} {statement.predicate} {statement.value}"
        out.write(f"{line} {statement.graph} .\n".encode())
        quads += 1
        graphs.add(statement.graph)
        if not statement.again:
            out.write(f"{line} .\n".encode())
            quads += 1
            written += 1
            if written == triples:
                break
    return quads, len(graphs)


def main() -> None:
    """Write to the standard output, and what was written to the other."""
    triples = int(sys.argv[1]) if len(sys.argv) > 1 else TRIPLES
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    quads, graphs = generate(sys.stdout.buffer, triples, seed)
    print(f"{triples:,} triples in {graphs:,} graphs: {quads:,} quads; seed {seed}", file=sys.stderr)


if __name__ == "__main__":
    main()
