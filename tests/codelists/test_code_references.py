"""Every concept that data, queries and shapes name exists in a code list."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import Graph
from rdflib.term import URIRef

ROOT = Path(__file__).resolve().parents[2]
CODE = "https://w3id.org/koinon/code/"
FOLDERS = ("data", "shapes", "queries")
PREFIX = re.compile(r"@?prefix\s+([\w-]*):\s*<https://w3id\.org/koinon/code/([^>]*)>", re.IGNORECASE)
FULL = re.compile(r"https://w3id\.org/koinon/code/([a-z0-9][a-z0-9/-]*[a-z0-9])(?![\w/{-])")


def terms(triple: pyoxigraph.Triple) -> Iterator[object]:
    """In: a triple. Out: its terms, and those of the triple that it is about where its object is one."""
    for term in triple:
        if isinstance(term, pyoxigraph.Triple):
            yield from terms(term)
        else:
            yield term


def codes_in_turtle(file: Path) -> set[str]:
    """In: a Turtle 1.2 file. Out: the IRIs in it that belong to the code lists."""
    found = set()
    for quad in pyoxigraph.parse(path=str(file), format=pyoxigraph.RdfFormat.TURTLE):
        for term in terms(quad.triple):
            if isinstance(term, pyoxigraph.NamedNode) and term.value.startswith(CODE):
                found.add(term.value)
    return found


def codes_in_text(text: str) -> set[str]:
    """In: a query or another text. Out: the code-list IRIs written in it, in full or with a declared prefix."""
    prefixes = dict(PREFIX.findall(text))
    body = "\n".join(line for line in PREFIX.sub("", text).splitlines() if not line.lstrip().startswith("#"))
    found = {CODE + path for path in FULL.findall(body)}
    for name, path in prefixes.items():
        if path:
            local = re.compile(rf"(?<![\w:<-]){re.escape(name)}:([a-z0-9]+(?:-[a-z0-9]+)*)")
            found |= {f"{CODE}{path}{slug}" for slug in local.findall(body)}
    return found


def files(*suffixes: str) -> list[Path]:
    """In: file name endings. Out: the files of that kind that data, shapes and queries consist of."""
    return sorted(
        file for name in FOLDERS for file in (ROOT / name).rglob("*") if file.is_file() and file.suffix in suffixes
    )


@pytest.fixture(scope="module")
def known(all_code_lists: Graph) -> set[str]:
    """Out: the IRIs of all schemes and concepts."""
    return {str(subject) for subject in all_code_lists.subjects() if isinstance(subject, URIRef)}


@pytest.mark.parametrize("file", files(".ttl"), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_turtle_file_names_only_concepts_that_exist(file: Path, known: set[str]) -> None:
    assert codes_in_turtle(file) - known - {CODE} == set()


@pytest.mark.parametrize(
    "file", files(".rq", ".toml", ".json", ".csv", ".yaml", ".yml"), ids=lambda file: str(file.relative_to(ROOT))
)
def test_a_query_or_manifest_names_only_concepts_that_exist(file: Path, known: set[str]) -> None:
    assert codes_in_text(file.read_text(encoding="utf-8")) - known == set()


def test_prefixed_and_full_names_are_both_found_in_a_query() -> None:
    query = (
        "PREFIX role: <https://w3id.org/koinon/code/role/>\n# role:ignored stands in a comment\n"
        "SELECT * { ?s ?p role:lead-partner , <https://w3id.org/koinon/code/theme/co-design> . }"
    )
    assert codes_in_text(query) == {CODE + "role/lead-partner", CODE + "theme/co-design"}
