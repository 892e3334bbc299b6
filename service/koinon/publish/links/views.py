"""What pages about links show, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass

from koinon.publish.links.sides import Row, rows
from koinon.publish.links.waterfall import Waterfall, waterfall
from koinon.publish.naming import Naming
from koinon.publish.text import Text
from koinon.publish.vocabulary import local_name
from koinon.release.links import Link, Links, Said


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things: its name in the reader's language, and what the linker compared; ``graph`` says it."""

    iri: str
    label: Text
    said: Said | None
    source: Text | None

    @property
    def graph(self) -> str:
        """The slug of the source, or empty."""
        return self.said.source if self.said else ""


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as a page shows it: ``predicate`` and ``justification`` as texts, its picture, and both sides."""

    link: Link
    left: Side
    right: Side
    predicate: str
    justification: str
    picture: Waterfall | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A link in a list."""

    link: Link
    left: Side
    right: Side
    predicate: str


class Showing:
    """Makes views of the links of one release, for one language; ``titles`` are those of graphs, by slug."""

    def __init__(self, links: Links, naming: Naming, titles: Mapping[str, Text]) -> None:
        """Look names up with ``naming``."""
        self._links = links
        self._naming = naming
        self._titles = titles

    def link(self, link: Link) -> LinkView:
        """Return everything that the page of a link shows."""
        left, right = self.side(link.subject), self.side(link.object)
        compared = rows(left.said, right.said, self._naming.languages) if left.said and right.said else ()
        return LinkView(
            link,
            left,
            right,
            local_name(link.predicate),
            local_name(link.justification),
            waterfall(link.reasons),
            compared,
        )

    def line(self, link: Link) -> Line:
        """Return what a list shows of a link."""
        return Line(link, self.side(link.subject), self.side(link.object), local_name(link.predicate))

    def side(self, iri: str) -> Side:
        """Return one of the two things."""
        said = self._links.said(iri)
        unnamed = said is not None and said.name and not self._naming.names(iri)
        label = Text(said.name, said.language) if said and unnamed else self._naming(iri)
        return Side(iri, label, said, self._titles.get(said.source) if said else None)
