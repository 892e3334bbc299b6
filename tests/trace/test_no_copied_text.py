"""No sentence of a received page and no natural person's name is in the repository.

A file may share at most seven consecutive words with a page. Names are facts: titles of documents, and the labels
of documents, projects, organisations, programmes and outputs, do not count, wherever they are quoted.
"""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from curated import PAGES, ROOT, curated_sources, page_text, shared
from koinon.model.namespaces import DCT, DEF, FOAF, ORG, RDF, SKOS

LIMIT = 8
"""So many consecutive words in common are a copied passage."""

NAMED_CLASSES = {FOAF + "Document", DEF + "Project", ORG + "Organization", DEF + "FundingProgramme", DEF + "Output"}
TITLE = NamedNode(DCT + "title")
LABELS = {NamedNode(SKOS + "prefLabel"), NamedNode(SKOS + "altLabel"), NamedNode(SKOS + "hiddenLabel")}
TYPE = NamedNode(RDF + "type")

PERSONS = {"003": ((162, 180), (1246, 1260), (1263, 1288), (1387, 1409), (1455, 1472))}
"""Where a page names natural persons: characters, not names."""

_WORD = re.compile(r"\w+")
_LITERAL_QUOTES = re.compile(r'"{1,3}')


def words(text: str) -> list[str]:
    """The words of a text, folded for comparison."""
    return [word.casefold() for word in _WORD.findall(text)]


def passages(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of ``LIMIT`` consecutive words."""
    folded = words(text)
    for start in range(len(folded) - LIMIT + 1):
        yield tuple(folded[start : start + LIMIT])


@cache
def tracked_files() -> dict[str, str]:
    """Every text file that git tracks or would track, by its path in the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git work tree: there is no list of tracked files")
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True).stdout.decode("utf-8").split("\0")
    files: dict[str, str] = {}
    for name in filter(None, names):
        path = ROOT / name
        if path.is_file():
            try:
                files[name] = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
    return files


@cache
def names_of_things() -> tuple[str, ...]:
    """The names that may be quoted, longest first, without those that could not fill a passage."""
    names: set[str] = set()
    for source in curated_sources().values():
        named = {
            t.subject
            for t in source.triples
            if t.predicate == TYPE and isinstance(t.object, NamedNode) and t.object.value in NAMED_CLASSES
        }
        for triple in source.triples:
            if isinstance(triple.object, Literal) and (
                triple.predicate == TITLE or (triple.predicate in LABELS and triple.subject in named)
            ):
                names.add(triple.object.value)
    return tuple(sorted((name for name in names if len(words(name)) >= LIMIT), key=len, reverse=True))


def without_names(text: str) -> str:
    """The text with the names cut out, so that what stood around them does not become one passage."""
    for name in names_of_things():
        text = text.replace(name, '"')
    return text


def pieces(path: str, text: str) -> list[str]:
    """The parts of a file that are compared: in Turtle each literal for itself, else the whole."""
    return _LITERAL_QUOTES.split(text) if Path(path).suffix == ".ttl" else [text]


@pytest.mark.parametrize("number", PAGES, ids=list(PAGES.values()))
def test_no_file_shares_a_passage_with_a_page(number: str) -> None:
    of_the_page = set(passages(page_text(number)))
    assert of_the_page, "the page holds no passage to compare with"
    copied = [
        f"{path}: {' '.join(passage)}"
        for path, text in tracked_files().items()
        for piece in pieces(path, without_names(text))
        for passage in passages(piece)
        if passage in of_the_page
    ]
    assert copied == []


def test_no_file_is_a_received_page() -> None:
    received = {path.read_bytes() for path in (shared() / "seeds").iterdir()}
    assert [path for path in tracked_files() if (ROOT / path).read_bytes() in received] == []


@pytest.mark.parametrize("number", PERSONS, ids=[PAGES[number] for number in PERSONS])
def test_no_natural_person_is_named(number: str) -> None:
    text = page_text(number)
    stems: set[str] = set()
    for start, end in PERSONS[number]:
        first, *surnames = text[start:end].split()
        assert first[:1].isupper(), "the range does not start with a name"
        assert surnames, "the range does not hold a surname"
        # Polish inflects names: what stands before the ending is looked for.
        stems |= {part[:-2].casefold() for name in surnames for part in name.split("-")}
    named = [
        f"{path}: {word}"
        for path, content in tracked_files().items()
        for word in {word.casefold() for word in _WORD.findall(content) if word[:1].isupper()}
        if any(word.startswith(stem) for stem in stems)
    ]
    assert named == []
