"""The curated sources of ``data/`` as the tests read them: straight from the files, with their receipts.

Nothing is built: the readers of the build give the triples and the receipts of each source, and a store holds each
source in its own named graph and all of them in the default graph.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from koinon.build.reading import read_file
from koinon.build.receipts import Receipt, Receipts
from koinon.build.sources import Manifest, find_sources
from koinon.model.namespaces import CODE, GRAPH, ID, PREFIXES, XSD

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
CODE_LISTS = ROOT / "ontology" / "code"

PAGES = {
    "000": "innovative-collaborations-news",
    "001": "resilient-workshops-news",
    "002": "sea4neb-article",
    "003": "resist-kristiansand-article",
    "004": "respondet-project-page",
}
"""Number of a received page to the slug of its source."""

ONE_MEGABYTE = 1_000_000
_LITERAL = re.compile(r'"(?P<value>.*)"(?:@(?P<language>[A-Za-z-]+)|\^\^(?P<datatype>\S+))?\Z', re.DOTALL)
_CURIE = re.compile(r"(?P<prefix>[a-z][a-z0-9-]*):(?P<name>[^/].*)\Z")
_CHARACTERS = re.compile(r"#char=(\d+),(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Curated:
    """One source: its manifest, its triples without annotations, and by what each triple is known."""

    folder: Path
    manifest: Manifest
    triples: frozenset[Triple]
    receipts: dict[Triple, list[Receipt]]

    @property
    def slug(self) -> str:
        """The name of the source, of its folder and of its graph."""
        return self.manifest.slug


@cache
def curated_sources() -> dict[str, Curated]:
    """Every source under data/, by slug; an unreadable manifest or file fails the test that asks."""
    sources, findings = find_sources([DATA], {".ttl"})
    assert not findings, [str(finding) for finding in findings]
    read: dict[str, Curated] = {}
    for source in sources:
        reader = Receipts(source.manifest)
        triples = [
            triple
            for path in source.files
            for triple in read_file(
                path, source.slug, GRAPH + source.slug, max_bytes=ONE_MEGABYTE, max_literal=ONE_MEGABYTE
            )
        ]
        plain, receipts = reader.split(triples)
        if source.manifest.reading.receipts == "every":
            reader.derive(plain, receipts)
        read[source.slug] = Curated(source.folder, source.manifest, frozenset(plain), dict(receipts))
    return read


def page(number: str) -> Curated:
    """The source made from a received page, such as "003"."""
    source = curated_sources().get(PAGES[number])
    assert source is not None, f"there is no source {PAGES[number]} under data/"
    return source


@cache
def store() -> Store:
    """All sources: each in its named graph, all of them in the default graph; the code lists in their own."""
    all_of_them = Store()
    for source in curated_sources().values():
        graph = NamedNode(GRAPH + source.slug)
        all_of_them.extend(Quad(t.subject, t.predicate, t.object, graph) for t in source.triples)
        all_of_them.extend(Quad(t.subject, t.predicate, t.object, DefaultGraph()) for t in source.triples)
    for path in sorted(CODE_LISTS.glob("*.ttl")):
        all_of_them.load(path=str(path), to_graph=NamedNode(GRAPH + "code"))
    return all_of_them


def prefixes() -> dict[str, str]:
    """The prefixes of the vocabularies, one for each code list, and ``lang`` for the table of languages."""
    schemes = {path.stem: f"{CODE}{path.stem}/" for path in sorted(CODE_LISTS.glob("*.ttl"))}
    return dict(PREFIXES) | schemes | {"lang": "http://publications.europa.eu/resource/authority/language/"}


def rows(query: str) -> list[tuple[str, ...]]:
    """The rows of a SELECT over all sources, sorted; IRIs under /id/ are shortened to what follows it."""
    solutions = store().query(query, base_iri=ID, prefixes=prefixes())
    return sorted(tuple(_short(value) for value in solution) for solution in solutions)  # type: ignore[union-attr]


def holds(pattern: str) -> bool:
    """Whether a group graph pattern has a solution over all sources."""
    return bool(store().query(f"ASK {{ {pattern} }}", base_iri=ID, prefixes=prefixes()))


def _short(value: object) -> str:
    if isinstance(value, NamedNode):
        return value.value.removeprefix(ID).removeprefix(CODE)
    return value.value if isinstance(value, Literal) else ""


def iri(text: str) -> NamedNode:
    """An IRI as the mapping files write it: relative to /id/, with a prefix, or absolute."""
    if text.startswith(("http://", "https://")):
        return NamedNode(text)
    curie = _CURIE.match(text)
    if curie is not None:
        known = prefixes()
        assert curie["prefix"] in known, f"unknown prefix in {text}"
        return NamedNode(known[curie["prefix"]] + curie["name"])
    return NamedNode(ID + text)


def term(text: str) -> NamedNode | Literal:
    """A term as the mapping files write it: an IRI as above, or a literal in the manner of Turtle."""
    if text in {"true", "false"}:
        return Literal(text, datatype=NamedNode(XSD + "boolean"))
    if re.fullmatch(r"-?\d+", text):
        return Literal(text, datatype=NamedNode(XSD + "integer"))
    literal = _LITERAL.match(text)
    if literal is None:
        return iri(text)
    if literal["language"]:
        return Literal(literal["value"], language=literal["language"])
    if literal["datatype"]:
        return Literal(literal["value"], datatype=iri(literal["datatype"]))
    return Literal(literal["value"])


def character_ranges(receipt: Receipt) -> Iterator[tuple[int, int]]:
    """The ranges of a receipt as [start, end)."""
    for name in receipt.ranges:
        match = _CHARACTERS.search(name)
        if match is not None:
            yield int(match[1]), int(match[2])


def shared() -> Path:
    """The folder with the received pages and their readings; the test is skipped where it is absent."""
    folder = Path(os.environ.get("KOINON_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"the received pages are not here: {folder} is absent (KOINON_SHARED names another place)")
    return folder


def page_text(number: str) -> str:
    """The received page, as its character ranges count it (UTF-8, no newline translation)."""
    files = sorted((shared() / "seeds").glob(f"{number}_*.txt"))
    assert len(files) == 1, f"page {number} is not among the received pages"
    return files[0].read_bytes().decode("utf-8")
