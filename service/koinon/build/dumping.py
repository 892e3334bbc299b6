"""The dump of a release: all its graphs as N-Quads, one after the other in the order of their names."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from koinon.build.differences import copy_part
from koinon.build.graphs import GraphFile
from koinon.model.errors import ReleaseError
from koinon.release.current import Release

_BLOCK: Final = 2**20
"""Bytes of a graph file that are read at a time."""
_END: Final = b" .\n"


def quads_of(graphs: Iterable[tuple[Path, str]]) -> Iterator[bytes]:
    """Yield the dump of graph files and their names, as N-Quads, in blocks of whole lines."""
    for path, name in graphs:
        end = _end(name)
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                # A line feed stands at the end of a line alone: in literals it is written as an escape.
                yield (block + file.readline()).replace(_END, end)


def write_dump(path: Path, graphs: Iterable[GraphFile]) -> None:
    """Write the dump of graphs, sorted by name; raises OSError where the disk refuses."""
    with path.open("wb") as file:
        file.writelines(quads_of((graph.path, graph.name) for graph in graphs))


def change_dump(path: Path, graphs: Sequence[GraphFile], parent: Release) -> None:
    """Write the same as ``write_dump``; the parts of graphs that are the same in ``parent`` come from its dump.

    Raises OSError where the disk refuses, ReleaseError where the parent's dump is not as long as its graphs are.
    """
    places = _places(parent)
    with parent.dump.open("rb") as old, path.open("wb") as new:
        for graph in graphs:
            if (graph.name, graph.sha256) in places:
                new.flush()
                copy_part(old.fileno(), new.fileno(), *places[graph.name, graph.sha256])
                new.seek(0, os.SEEK_END)
            else:
                new.writelines(quads_of([(graph.path, graph.name)]))


def _places(parent: Release) -> dict[tuple[str, str], tuple[int, int]]:
    """Return where the parts of a dump begin, and how long they are, by name and hash of the graph."""
    places, start = {}, 0
    for entry in parent.manifest.graphs:
        longer = len(_end(entry.name)) - len(_END)
        length = parent.graph_file(entry.slug).stat().st_size + entry.triples * longer
        places[entry.name, entry.sha256] = (start, length)
        start += length
    if start != parent.dump.stat().st_size:
        raise ReleaseError(f"{parent.dump} is not as long as its graphs are.")
    return places


def _end(name: str) -> bytes:
    return f" {NamedNode(name)} .\n".encode()
