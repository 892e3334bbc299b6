"""All statements as N-Quads, TriG, JSON-LD, and as Turtle graph by graph; each graph is a piece of each file.

What a graph that is the same in the dumps before gave there is copied. The TriG file is made of the Turtle files.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from pyoxigraph import NamedNode, RdfFormat, parse, serialize

from koinon.build.dumping import quads_of
from koinon.build.dumps.packing import Member, Pack, packed
from koinon.model.namespaces import PREFIXES
from koinon.release.current import Release
from koinon.release.manifest import GraphEntry

N_QUADS: Final = "dump.nq.gz"
TRIG: Final = "dump.trig.gz"
JSON_LD: Final = "dump.jsonld.gz"
SOURCES: Final = "sources"

_HEAD: Final = "".join(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items()).encode()
_PACKED_HEAD: Final = packed(_HEAD)
_THING: Final = b']},{"@id":'
"""Where a thing begins in expanded JSON-LD; in a text the quotes would be escaped."""
_ON_ITS_LINE: Final = b']},\n{"@id":'


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a graph stands in the packed N-Quads and JSON-LD: first byte and length of each."""

    name: str
    sha256: str
    quads: tuple[int, int]
    nodes: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Before:
    """Dumps that were made before: their folder, and the pieces by slug."""

    folder: Path
    pieces: Mapping[str, Piece]


def write_statements(
    folder: Path, release: Release, before: Before | None, go_on: Callable[[], None]
) -> dict[str, Piece]:
    """Write all statements into ``folder`` and return where each graph stands.

    ``go_on`` is called for each graph, and may raise to leave off. Raises OSError where the disk refuses.
    """
    (folder / SOURCES).mkdir()
    pieces: dict[str, Piece] = {}
    with ExitStack() as stack:
        quads, trig, nodes = (stack.enter_context(Pack(folder / name)) for name in (N_QUADS, TRIG, JSON_LD))
        trig.add(_HEAD)
        for number, entry in enumerate(release.manifest.graphs):
            go_on()
            known = before.pieces.get(entry.slug) if before else None
            same = known if known and (known.name, known.sha256) == (entry.name, entry.sha256) else None
            start = quads.size
            turtle = turtle_file(folder, entry.slug)
            nodes.add((b",\n" if number else b"[\n") + _opening(entry))
            inside = nodes.size
            if same is not None and before is not None:
                quads.copy(before.folder / N_QUADS, *same.quads)
                nodes.copy(before.folder / JSON_LD, *same.nodes)
                link(turtle_file(before.folder, entry.slug), turtle)
            else:
                path = release.graph_file(entry.slug)
                with quads.member() as member:
                    for block in quads_of([(path, entry.name)]):
                        member.write(block)
                with nodes.member() as member:
                    _write_nodes(path, member)
                _write_turtle(path, turtle)
            pieces[entry.slug] = Piece(
                entry.name, entry.sha256, (start, quads.size - start), (inside, nodes.size - inside)
            )
            nodes.add(b"}\n")
            trig.add(f"{NamedNode(entry.name)} {{\n".encode())
            trig.copy(turtle, len(_PACKED_HEAD), turtle.stat().st_size - len(_PACKED_HEAD))
            trig.add(b"}\n")
        nodes.add(b"]\n" if release.manifest.graphs else b"[]\n")
    return pieces


def turtle_file(folder: Path, slug: str) -> Path:
    """Return the file with the Turtle of a graph."""
    return folder / SOURCES / f"{slug}.ttl.gz"


def link(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the disk cannot do that."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _opening(entry: GraphEntry) -> bytes:
    return b'{"@id":' + json.dumps(entry.name, ensure_ascii=False).encode() + b',"@graph":\n'


def _write_turtle(path: Path, target: Path) -> None:
    with Pack(target) as turtle:
        turtle.add(_HEAD)
        with turtle.member(skip=len(_HEAD)) as member:  # it writes the same prefixes, in an order of its own
            triples = parse(path=path, format=RdfFormat.N_TRIPLES)
            serialize(triples, cast("IO[bytes]", member), format=RdfFormat.TURTLE, prefixes=PREFIXES)


def _write_nodes(path: Path, member: Member) -> None:
    lines = _Lines(member)
    triples = parse(path=path, format=RdfFormat.N_TRIPLES)
    serialize(triples, cast("IO[bytes]", lines), format=RdfFormat.JSON_LD)
    lines.end()


class _Lines:
    """Puts each thing of expanded JSON-LD on a line of its own."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._rest = b""

    def write(self, content: bytes) -> int:
        whole = (self._rest + content).replace(_THING, _ON_ITS_LINE)
        # What may be the beginning of a mark waits for what follows it.
        place = len(whole) - len(_THING) + 1
        self._rest = whole[max(place, 0) :]
        self._member.write(whole[: max(place, 0)])
        return len(content)

    def flush(self) -> None:
        """Do nothing: what waits is written in its time."""

    def end(self) -> None:
        self._member.write(self._rest + b"\n")
