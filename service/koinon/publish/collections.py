"""Lists of all things of a class, sorted by label, with keyset paging."""

from dataclasses import dataclass
from typing import Final

from koinon.model.namespaces import DEF, ID, ORG
from koinon.publish.text import Text
from koinon.publish.vocabulary import short_name
from koinon.release.contents import Contents

SECTIONS: Final[dict[str, str]] = {
    "actors": ORG + "Organization",
    "projects": DEF + "Project",
    "programmes": DEF + "FundingProgramme",
    "clusters": DEF + "Cluster",
    "regions": DEF + "Territory",
}
"""The path of each list, and the class whose things it holds."""

PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: a thing and its label."""

    iri: str
    label: Text


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. ``after`` continues it, and is None on the last page."""

    entries: tuple[Entry, ...]
    total: int
    after: str | None


def list_page(contents: Contents, name: str, language: str, after: str | None, size: int = PAGE_SIZE) -> Page:
    """Return the page of a class that follows the thing ``after`` (``type/slug``; None: the first page)."""
    found = entries(contents, name, language, size + 1, ID + after if after else None)
    shown = found[:size]
    return Page(shown, contents.count(name), shown[-1].iri.removeprefix(ID) if len(found) > size else None)


def entries(contents: Contents, name: str, language: str, most: int, after: str | None = None) -> tuple[Entry, ...]:
    """Return at most ``most`` things of a class by label in the reader's language, those that follow ``after``."""
    found = contents.entries(name, language, after, most)
    return tuple(
        Entry(entry.iri, Text(entry.label, entry.tag) if entry.label != entry.iri else Text(short_name(entry.iri)))
        for entry in found
    )
