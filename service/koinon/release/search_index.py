"""The search index of a release: a folder with one document for each thing that has a name, and its fields.

The index is made from the store and hashed into nothing. What a document holds besides its terms is ``body``, so
that a hit is shown without another look-up, and two indexes can be compared.
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tantivy import Document, Index, Schema, SchemaBuilder

from koinon.model.errors import ReleaseError

FOLDER: Final = "search"
"""Name of the index in a release folder."""

VERSION: Final = "2"
_VERSION_FILE: Final = "version"
LOCKS: Final = (".tantivy-writer.lock", ".tantivy-meta.lock")
"""Files that whoever writes to an index may leave in it; nothing stands in them."""

WRITER_HEAP: Final = 50_000_000
"""Bytes of terms that a writer keeps before it writes a segment."""

IRI: Final = "iri"
KIND: Final = "kind"
CLASS: Final = "class"
COUNTRY: Final = "country"
REGION: Final = "region"
WORDS: Final = "words"
STARTS: Final = "starts"
FIRST: Final = "first"
WHOLE: Final = "whole"
INITIALS: Final = "initials"
WEIGHT: Final = "weight"
BODY: Final = "body"

START_LETTERS: Final = 4
"""Letters of the longest start of a word that is a term of its own; longer ones are found among the words."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of a thing: its text, its language tag, and its place among the names (0: what a page shows first)."""

    text: str
    tag: str
    rank: int


@dataclass(frozen=True, slots=True)
class Body:
    """What a hit shows: a thing with its kind (one class), all its classes and its names.

    ``countries`` and ``regions`` are the territories that it lies in or works in, ``importance`` is from 1 to 2.
    """

    iri: str
    kind: str
    classes: tuple[str, ...]
    names: tuple[Name, ...]
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    importance: float

    def written(self) -> bytes:
        """Return the body as it stands in the index."""
        names = [(name.text, name.tag, name.rank) for name in self.names]
        fields = (self.iri, self.kind, self.classes, names, self.countries, self.regions, self.importance)
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def read(cls, document: Document) -> "Body":
        """Return the body of a document of the index."""
        iri, kind, classes, names, countries, regions, importance = json.loads(document.get_first(BODY) or b"")
        written = tuple(Name(*name) for name in names)
        return cls(iri, kind, tuple(classes), written, tuple(countries), tuple(regions), importance)


def iri_in(document: Document) -> str:
    """Return the IRI of the thing of a document, without reading the rest of its body."""
    body: bytes = document.get_first(BODY) or b""
    head = body[2 : body.find(b'"', 2)]  # it comes first, and no IRI has a quotation mark
    return head.decode() if body.startswith(b'["') and b"\\" not in head else Body.read(document).iri


def schema() -> Schema:
    """Return the fields of the index.

    ``words`` are all words of all names, folded and romanised; ``starts`` the beginnings of these; ``first`` and
    ``whole`` the first words and the whole names; ``initials`` those of names of several words.
    """
    builder = SchemaBuilder()
    for name in (IRI, CLASS, WHOLE):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (KIND, COUNTRY, REGION):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (WORDS, STARTS, FIRST, INITIALS):
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_float_field(WEIGHT, fast=True)
    builder.add_bytes_field(BODY, stored=True)
    return builder.build()


def create_index(folder: Path) -> Index:
    """Make an empty index in ``folder``; raises OSError where the disk refuses."""
    folder.mkdir()
    (folder / _VERSION_FILE).write_text(_version(), encoding="utf-8")
    try:
        index = Index(schema(), path=str(folder))
        index.config_reader("manual")  # else it goes on looking into the folder by itself
    except ValueError as error:
        raise OSError(f"{folder}: {error}") from error
    return index


def open_index(folder: Path) -> Index:
    """Open the index in ``folder`` to search in it; raises ReleaseError where it is missing, damaged or of another
    version.

    The engine locks a file in the folder when it opens an index, also to read. A release is never written to, and
    belongs to another account than the service where operators want it so. So the engine gets a folder of its own
    with links to the files, which can go again once they are open.
    """
    try:
        _check_version(folder)
        with tempfile.TemporaryDirectory(prefix="koinon-search-") as place:
            for path in folder.iterdir():
                if path.name not in LOCKS:
                    (Path(place) / path.name).symlink_to(path.resolve())
            index = Index.open(place)
            index.config_reader("manual")
            index.reload()
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{folder} cannot be opened ({error}).") from error
    return index


def open_to_change(folder: Path) -> Index:
    """Open the index in ``folder`` to write to it; raises ReleaseError as ``open_index`` does."""
    try:
        _check_version(folder)
        index = Index.open(str(folder))
        index.config_reader("manual")
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{folder} cannot be opened ({error}).") from error
    return index


def _check_version(folder: Path) -> None:
    if (folder / _VERSION_FILE).read_text(encoding="utf-8") != _version():
        raise ReleaseError(f"{folder} is of another version.")


def _version() -> str:
    return f"{VERSION} {sys.byteorder}\n"
