"""What is said of a thing: its statements, those of its fragments, and the receipts of all of them.

Two ways lead there. Of a whole release, the graph files are read once, and what belongs together is brought
together by a hash, so that no more than a share of it is in memory. Of a few things, the store is asked. Both give
the same.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import IO, Final
from zlib import crc32

from pyoxigraph import NamedNode, Quad, RdfFormat, serialize

from koinon.engine import OxigraphStore
from koinon.model.namespaces import RDF
from koinon.release.contents import Contents
from koinon.release.current import Release

SHARE: Final = 400_000
"""Statements that are in memory at a time."""
_SUBJECT: Final = NamedNode(RDF + "subject")
_ABOUT: Final = f"<{RDF}subject>".encode()
_ALL: Final = 2**40


def thing_of(subject: bytes, lines: Iterable[bytes]) -> bytes:
    """Return the thing, as an N-Triples term, to which a subject and the lines about it belong.

    A receipt (``rdf:Statement``) belongs to the thing that its statement is about, a fragment to its whole.
    """
    for line in lines:
        _, predicate, value = line.split(b" ", 2)
        if predicate == _ABOUT and value.startswith(b"<"):
            return whole(value[: value.index(b">") + 1])
    return whole(subject)


def whole(term: bytes) -> bytes:
    """Return an IRI term without its fragment."""
    return term.partition(b"#")[0].rstrip(b">") + b">"


def grouped(graphs: Iterable[tuple[Path, str]], statements: int, folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Yield every thing of graph files (path and name) with its sorted N-Quads lines.

    ``statements`` is the number of all. Things come in an order that depends on the data alone. Raises OSError
    where the disk refuses what waits in ``folder``.
    """
    shares = max(1, -(-statements // SHARE))
    with ExitStack() as stack:
        files: list[IO[bytes]] = [stack.enter_context(tempfile.TemporaryFile(dir=folder)) for _ in range(shares)]
        for path, name in graphs:
            _spread(path, name, files)
        for file in files:
            file.seek(0)
            things: dict[bytes, list[bytes]] = defaultdict(list)
            for line in file:
                thing, _, quad = line.partition(b"\t")
                things[thing].append(quad)
            for thing in sorted(things):
                yield thing[1:-1].decode(), sorted(things[thing])
            file.close()


def _spread(path: Path, name: str, files: list[IO[bytes]]) -> None:
    end = f" {NamedNode(name)} .\n".encode()
    with path.open("rb") as lines:
        for subject, group in groupby(lines, key=lambda line: line[: line.index(b" ")]):
            block = list(group)
            thing = thing_of(subject, block)
            files[crc32(thing) % len(files)].writelines(thing + b"\t" + line[:-3] + end for line in block)


class Gatherer:
    """Gathers what one release says of single things."""

    def __init__(self, release: Release) -> None:
        """Open the store of ``release``; raises ReleaseError where it is damaged."""
        self.store: OxigraphStore = release.open()
        self._contents = Contents.of(release.path / "contents.sqlite", self.store)

    def quads(self, thing: str) -> list[bytes]:
        """Return the sorted N-Quads lines of a thing; none where the release knows nothing of it."""
        node = NamedNode(thing)
        parts = [part for part in self._contents.parts(node, "", _ALL) if part.value.startswith(thing + "#")]
        subjects = [node, *(part for part in parts if not self.belongs(part.value) - {thing})]
        receipts = {
            quad.subject
            for subject in subjects
            for quad in self.store.raw.quads_for_pattern(None, _SUBJECT, subject, None)
            if isinstance(quad.subject, NamedNode)
        }
        every = {*subjects, *receipts}
        found = (quad for one in every for quad in self.store.raw.quads_for_pattern(one, None, None, None))
        return lines_of_quads(found)

    def belongs(self, subject: str) -> set[str]:
        """Return the things that a receipt is about; none for any other subject."""
        quads = self.store.raw.quads_for_pattern(NamedNode(subject), _SUBJECT, None, None)
        return {quad.object.value.partition("#")[0] for quad in quads if isinstance(quad.object, NamedNode)}


def lines_of_quads(quads: Iterable[Quad]) -> list[bytes]:
    """Return quads of named graphs as sorted N-Quads lines, each once, with its end."""
    named = (quad for quad in quads if isinstance(quad.graph_name, NamedNode))
    text = serialize(named, format=RdfFormat.N_QUADS) or b""
    return sorted({line + b"\n" for line in text.split(b"\n") if line})
