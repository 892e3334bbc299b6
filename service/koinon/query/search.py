"""Finding things by their names: in any script and case, with or without accents, romanised, half typed, mistyped.

A thing is found where each word of the text begins a word of its names; where nothing is, also where words are
nearly right, and then where some of them are. Hits are ranked by how well they match and by their importance.
"""

from collections.abc import Sequence
from typing import Protocol

from koinon.model.errors import ReleaseError
from koinon.query.asked import Asked
from koinon.query.finding import TermIndex
from koinon.query.hits import DEEPEST, MOST, Counts, Hit, Hits, Things
from koinon.release.contents import Contents
from koinon.release.current import Release

__all__ = ["DEEPEST", "MOST", "Counts", "Hit", "Hits", "Index", "Things", "open_search"]


class Index(Protocol):
    """Finds the things of a release by their names. Safe to use from any thread."""

    def search(
        self,
        text: str,
        types: Sequence[str] = (),
        regions: Sequence[str] = (),
        language: str = "en",
        most: int = 20,
        offset: int = 0,
    ) -> Hits:
        """Return the things that ``text`` names, of any of the classes and in any of the territories given by IRI.

        An IRI as text finds its thing. ``most`` beyond MOST and ``offset`` beyond DEEPEST are cut to these.
        """
        ...

    def things(self, text: str, types: Sequence[str], most: int) -> Things:
        """Return the IRIs of the first ``most`` things that ``search`` finds, best first."""
        ...

    def counts(
        self, text: str, types: Sequence[str] = (), regions: Sequence[str] = (), how: str = "words"
    ) -> Counts:
        """Return how the things that ``search`` finds are spread; ``how`` is how its hits say they were found."""
        ...


def open_search(release: Release, contents: Contents) -> Index:
    """Open the search index of a release; one without, as an earlier version made, is searched in its contents."""
    try:
        return TermIndex.open(release)
    except ReleaseError:
        return ContentsIndex(contents)


class ContentsIndex:
    """The names in a table of contents: those that begin with a text, or have a word that does."""

    def __init__(self, contents: Contents) -> None:
        """Search in an open table."""
        self._contents = contents

    def search(
        self,
        text: str,
        types: Sequence[str] = (),
        regions: Sequence[str] = (),
        language: str = "en",  # noqa: ARG002  # what is found is the name that matched
        most: int = 20,
        offset: int = 0,
    ) -> Hits:
        """Return what ``text`` names, as ``Index.search`` does; regions are not known here and find nothing."""
        asked = Asked.of(text)
        most, offset = max(0, min(most, MOST)), max(0, min(offset, DEEPEST))
        if regions or not (asked.wholes or asked.iri):
            return Hits(0, ())
        found = self._contents.find(asked.iri or asked.wholes[0], types, offset + most + 1)
        hits = [Hit(iri, kind, label, tag, label, tag, 0.0, (kind,)) for kind, iri, label, tag in found]
        return Hits(len(hits), tuple(hits[offset : offset + most]))

    def things(self, text: str, types: Sequence[str], most: int) -> Things:
        """Return the IRIs of what ``text`` names, as ``Index.things`` does."""
        asked = Asked.of(text)
        if not (asked.wholes or asked.iri):
            return Things(0, ())
        found = self._contents.find(asked.iri or asked.wholes[0], types, most)
        return Things(len(found), tuple(iri for _, iri, _, _ in found))

    def counts(
        self,
        text: str,  # noqa: ARG002
        types: Sequence[str] = (),  # noqa: ARG002
        regions: Sequence[str] = (),  # noqa: ARG002
        how: str = "words",  # noqa: ARG002
    ) -> Counts:
        """Return nothing: a table of contents cannot count what it finds."""
        return Counts((), (), ())
