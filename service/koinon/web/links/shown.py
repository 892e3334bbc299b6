"""Links of the served release, looked up and made ready for a reader."""

from typing import Final

from koinon.model.errors import NotFoundError
from koinon.publish.links.section import Section, section
from koinon.publish.links.views import Showing
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.release.links import LINK, Link, Links
from koinon.web.graph_list import title_of
from koinon.web.reader import Reader
from koinon.web.served import Served

_ID_DIGITS: Final = frozenset("0123456789abcdef")


def find(served: Served, identifier: str) -> Link:
    """Return the link with this id; raises NotFoundError."""
    found = served.links.get(identifier) if is_id(identifier) else None
    if found is None:
        raise NotFoundError("There is no link of this id in this release. /links lists all.")
    return found


def showing(served: Served, reader: Reader) -> Showing:
    """Return what makes views of links for a reader."""
    naming = Naming(served.store, served.vocabulary, reader.language)
    return Showing(served.links, naming, titles(served, reader))


def linked_of(served: Served, reader: Reader, iri: str) -> Section:
    """Return what the page of a thing says of its links and of what is disputed about it."""
    naming = Naming(served.store, served.vocabulary, reader.language)
    views = Showing(served.links, naming, titles(served, reader))
    return section(served.links, views, naming, served.release.path, iri)


def called(links: Links, naming: Naming, iri: str) -> Text:
    """Return what a thing is called; of a link, what the two things are that it joins."""
    link = links.get(iri.removeprefix(LINK)) if iri.startswith(LINK) else None
    if link is None:
        return naming(iri)
    return Text(f"{naming(link.subject).text} – {naming(link.object).text}")


def titles(served: Served, reader: Reader) -> dict[str, Text]:
    """Return the titles of all graphs by slug, in the reader's language."""
    return {entry.slug: title_of(entry, reader.language) for entry in served.release.manifest.graphs}


def is_id(text: str) -> bool:
    """Tell whether a text has the form of a link's id."""
    return len(text) == 12 and _ID_DIGITS.issuperset(text)
