"""View models: what an HTML page about a thing shows, as plain frozen data in the reader's language."""

from dataclasses import dataclass

from koinon.publish.maps.places import PlaceMap
from koinon.publish.text import Text


@dataclass(frozen=True, slots=True)
class Named:
    """Something with an address and a label."""

    iri: str
    label: Text


@dataclass(frozen=True, slots=True)
class Reference:
    """A mark beside a value that leads to note ``number``; ``basis`` is its notation."""

    number: int
    basis: str


@dataclass(frozen=True, slots=True)
class Value:
    """One value: a literal (``text``), a link (``iri`` and ``text``) or an owned part (``part``)."""

    text: Text
    datatype: str = ""
    iri: str = ""
    part: "Part | None" = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """One property and its values; ``columns`` are those of the table that its values, all parts, make, if any."""

    iri: str
    label: Text
    values: tuple[Value, ...]
    columns: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the thing, shown inside its page.

    ``anchor`` is its place on the page, ``heading`` what names it (a label, or whom and what it is about), and
    ``compact`` tells that its properties are short enough to stand on one line.
    """

    iri: str
    anchor: str
    heading: tuple[Value, ...]
    properties: tuple[Property, ...]
    compact: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Properties that belong together, as the shapes group them; ``label`` is None for the rest."""

    label: Text | None
    properties: tuple[Property, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """One source's word: its number on the page, basis (notation and label), character ranges and comment."""

    number: int
    basis: str
    basis_label: Text
    ranges: tuple[tuple[int, int], ...]
    comment: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source that the page cites, with the notes that rest on it. Dates are ISO 8601, empty where unknown."""

    graph: str
    title: Text
    document: Named | None
    language: str
    issued: str
    received: str
    address: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Things that point here by one property; ``more`` tells that not all are listed."""

    iri: str
    label: Text
    things: tuple[tuple[Named, Text | None], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A thing one step away; ``relation`` tells how, ``kind`` is ``thing`` or ``topic``."""

    iri: str
    label: Text
    relation: Text
    kind: str


@dataclass(frozen=True, slots=True)
class Network:
    """What leads to a thing (``left``), what it leads to (``right``), and how many others there are on its page."""

    left: tuple[Neighbour, ...]
    right: tuple[Neighbour, ...]
    more: int

    @property
    def rows(self) -> int:
        """How many rows the longer side has."""
        return max(len(self.left), len(self.right))


@dataclass(frozen=True, slots=True)
class ThingView:
    """The page about a thing; ``parts`` are those to which none of its properties leads.

    ``network`` and ``map`` are None where there is too little to draw.
    """

    iri: str
    label: Text
    definition: Text | None
    types: tuple[Value, ...]
    groups: tuple[Group, ...]
    parts: tuple[Value, ...]
    incoming: tuple[Incoming, ...]
    sources: tuple[Source, ...]
    network: Network | None = None
    map: PlaceMap | None = None
