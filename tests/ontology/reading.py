"""What the tests of the ontology read: the triples of the repository and the names of our terms in texts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

ROOT = Path(__file__).resolve().parents[2]
DEF = "https://w3id.org/koinon/def#"
DECLARES = ("core", "place", "funding", "cluster", "practice", "activity", "provenance", "links")
KOI_NAME = re.compile(r"\bkoi:([A-Za-z]\w*)|def#([A-Za-z]\w*)|\bDEF \+ \"([A-Za-z]\w*)\"")


def triples(*folders: str) -> Iterator[ox.Triple]:
    """Yield every triple of the Turtle 1.2 files below the folders, the annotations (reifiers) left out."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.ttl")):
            for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri="https://w3id.org/koinon/"):
                if not isinstance(quad.object, ox.Triple):
                    yield quad.triple


def names_in(texts: Iterator[str]) -> set[str]:
    """Return the local names of the koi: terms that the texts write."""
    return {next(filter(None, match.groups())) for text in texts for match in KOI_NAME.finditer(text)}
