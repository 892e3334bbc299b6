"""Writing the search index of a release: from its whole store, or from the parent's index and what changed.

Segments of an index are never changed once they are written, so those of the parent are shared by hard links, and a
change costs what it concerns. Both ways give the same documents; only how they are spread over files differs.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Store, Triple
from tantivy import Document, Index, IndexWriter

from koinon.build.indexing.things import CODES, HIERARCHY, NAMES, Things, placed_in
from koinon.engine import OxigraphStore
from koinon.link.searching import forms_of
from koinon.model.errors import ReleaseError
from koinon.release.search_index import (
    BODY,
    CLASS,
    COUNTRY,
    FIRST,
    INITIALS,
    IRI,
    KIND,
    LOCKS,
    REGION,
    START_LETTERS,
    STARTS,
    WEIGHT,
    WHOLE,
    WORDS,
    WRITER_HEAP,
    Body,
    create_index,
    open_to_change,
)

MOST: Final = 100_000
"""Things that may be written anew; beyond that, an index is sooner written from nothing."""
_REWRITTEN: Final = {"meta.json", ".managed.json", "version"}
"""Files of an index that are replaced when it changes; all others stay as they were written."""
_NAMED: Final = f"""
SELECT DISTINCT ?thing {{
  ?thing {"|".join(map(str, NAMES))} ?name FILTER(isIRI(?thing) && !CONTAINS(STR(?thing), "#"))
}}
"""


def write_index(folder: Path, store: Path) -> None:
    """Write the index of the closed store in the folder ``store`` into ``folder``; raises OSError.

    What is at ``folder`` already gives way.
    """
    shutil.rmtree(folder, ignore_errors=True)
    opened = OxigraphStore(store).raw
    things = Things(opened)
    index = create_index(folder)
    with Writing(index, folder) as writer:
        for thing in named_things(opened):
            body = things.body(thing)
            if body is not None:
                writer.add_document(document_of(body))


def change_index(old: Path, new: Path, after: Store, differing: Iterable[tuple[bool, Triple]]) -> None:
    """Write the index ``new`` of the open store ``after`` from the parent's, ``old``.

    ``differing`` are the statements that only one of the two default graphs has (True: ``after``).

    Where the old index is missing, damaged or of another version, or much changed, all is written from ``after``.
    Raises OSError where the disk refuses.
    """
    concerned = concerned_things(after, differing)
    index = _shared(old, new) if concerned is not None else None
    if index is None:
        index, concerned = create_index(new), None
    things = Things(after)
    with Writing(index, new) as writer:
        for thing in named_things(after) if concerned is None else sorted(concerned, key=lambda node: node.value):
            if concerned is not None:
                writer.delete_documents_by_term(IRI, thing.value)
            body = things.body(thing)
            if body is not None:
                writer.add_document(document_of(body))


def concerned_things(after: Store, differing: Iterable[tuple[bool, Triple]]) -> set[NamedNode] | None:
    """Return the things of which the index may say something else after a change; None where they are too many.

    These are the things that the statements are about (by themselves or by a part), those that they name, and what
    lies in a place whose own place changed.
    """
    found: set[NamedNode] = set()
    places: set[NamedNode] = set()
    for _, (subject, predicate, value) in differing:
        if isinstance(subject, NamedNode):
            found.add(_whole(subject))
            if predicate in HIERARCHY:
                places.add(subject)
        if isinstance(value, NamedNode):
            found.add(_whole(value))
    seen = set(places)
    while places:
        for lies, is_place in placed_in(after, places.pop()):
            found.add(_whole(lies))
            if is_place and lies not in seen:
                seen.add(lies)
                places.add(lies)
            if len(found) > MOST:
                return None
    return None if len(found) > MOST else found


def named_things(store: Store) -> Iterator[NamedNode]:
    """Yield everything in the default graph that has a name."""
    for row in store.query(_NAMED):  # type: ignore[union-attr]  # it is a SELECT
        thing = row["thing"]
        if isinstance(thing, NamedNode):
            yield thing


def document_of(body: Body) -> Document:
    """Return the document of a thing, with all the terms that it is found by."""
    words: dict[str, None] = {}
    first: dict[str, None] = {}
    wholes: dict[str, None] = {}
    initials: dict[str, None] = {}
    for name in body.names:
        forms = forms_of(name.text)
        words.update((form, None) for each in forms.words for form in each)
        if forms.words and name.rank < CODES:
            first.update((form, None) for form in forms.words[0])
            initials.update(dict.fromkeys(forms.initials))
        wholes.update(dict.fromkeys(forms.wholes))
    starts = {word[:length] for word in words for length in range(1, START_LETTERS + 1)}
    document = Document()
    document.add_text(IRI, body.iri)
    document.add_text(KIND, body.kind)
    for field, terms in ((CLASS, body.classes), (COUNTRY, body.countries), (REGION, body.regions), (WHOLE, wholes)):
        for term in terms:
            document.add_text(field, term)
    document.add_text(WORDS, " ".join(words))
    document.add_text(STARTS, " ".join(sorted(starts)))
    document.add_text(FIRST, " ".join(first | {word[:length]: None for word in first for length in range(1, 5)}))
    document.add_text(INITIALS, " ".join(initials))
    # The engine multiplies a score by log2(2 + weight).
    document.add_float(WEIGHT, 2**body.importance - 2)
    document.add_bytes(BODY, body.written())
    return document


class Writing:
    """A writer that ends with everything on its way to the disk and no thread at work."""

    def __init__(self, index: Index, folder: Path) -> None:
        """Write to the index in ``folder``; raises OSError where another writer does."""
        self._folder = folder
        try:
            self._writer: IndexWriter = index.writer(WRITER_HEAP, 1)
        except ValueError as error:
            raise OSError(f"{folder}: {error}") from error

    def __enter__(self) -> "Writing":
        """Begin."""
        return self

    def add_document(self, document: Document) -> None:
        """Add a document; raises OSError where the disk refuses."""
        try:
            self._writer.add_document(document)
        except ValueError as error:  # so the binding tells that its thread met a full disk
            raise OSError(f"{self._folder}: {error}") from error

    def delete_documents_by_term(self, field: str, value: str) -> None:
        """Remove the documents that have this term."""
        self._writer.delete_documents_by_term(field, value)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Keep what was written, or, after an error, leave it; raises OSError where the disk refuses."""
        try:
            if kind is None:
                self._writer.commit()
            else:
                self._writer.rollback()
            self._writer.wait_merging_threads()
        except ValueError as error:
            if kind is None:
                raise OSError(f"{self._folder}: {error}") from error
        for name in LOCKS:
            (self._folder / name).unlink(missing_ok=True)


def _shared(old: Path, new: Path) -> Index | None:
    """Return an index at ``new`` that says the same as that at ``old``; None where that cannot be read."""
    try:
        new.mkdir()
        for entry in os.scandir(old):
            if entry.name in _REWRITTEN:
                shutil.copyfile(entry.path, new / entry.name)
            elif entry.name not in LOCKS:
                os.link(entry.path, new / entry.name)
        return open_to_change(new)
    except (ReleaseError, FileNotFoundError):
        shutil.rmtree(new, ignore_errors=True)
        return None


def _whole(node: NamedNode) -> NamedNode:
    return NamedNode(node.value.partition("#")[0]) if "#" in node.value else node
