"""What changed, the newest first: in pages that people read, as RDF, and as an Atom feed.

A page begins after a place, ``{step}-{position}``, and goes from the newest step to older ones; inside a step
things stand in the order of its slice. Places never move, so that pages can be followed while new steps come.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from xml.etree import ElementTree

from pyoxigraph import Literal, NamedNode

from koinon.engine import Triple
from koinon.model.languages import best_label
from koinon.model.namespaces import DCT, GRAPH, HYDRA, PROV, RDF, RDFS, XSD
from koinon.publish.documents import Document, document_of
from koinon.publish.ldes import ACTIVITIES, KINDS
from koinon.publish.text import Text
from koinon.publish.vocabulary import short_name
from koinon.release.changelog import EVERYTHING, Change, ChangeLog, Member, Step

SIZE: Final = 100
"""Things of one page."""

_ATOM: Final = "http://www.w3.org/2005/Atom"
_PLACE: Final = re.compile(r"([1-9][0-9]{0,8})-([0-9]{1,9})")
_RELEASE: Final = re.compile(r"[0-9a-f]{12,64}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_UNSAFE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold (§2.2)."""


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """The things of one page, and where the next one begins (empty on the last)."""

    members: tuple[Member, ...]
    after: str
    steps: dict[int, Step]

    @property
    def newest(self) -> str:
        """When the newest change of the page was published, empty where there is none."""
        return self.members[0].published_at if self.members else ""


def changes_page(
    changes: ChangeLog,
    name: str = EVERYTHING,
    since: datetime | int | None = None,
    after: str = "",
    size: int = SIZE,
) -> ChangesPage:
    """Return the page of a slice that follows the place ``after``: what changed after ``since``, a time or a step.

    Raises ValueError for a place that none of these pages names.
    """
    first, position = read_place(after) if after else (2**63, 0)
    members: list[Member] = []
    steps = [step for step in reversed(changes.steps()) if step.sequence <= first and _is_after(step, since)]
    for step in steps:
        start = position if step.sequence == first else 0
        last = changes.count(step.sequence, name)
        while start < last and len(members) <= size:
            some = changes.members(step.sequence, name, start, size + 1 - len(members))
            start += size + 1 - len(members)
            members += some
        if len(members) > size:
            break
    shown = members[:size]
    following = f"{shown[-1].sequence}-{shown[-1].position}" if len(members) > size else ""
    return ChangesPage(tuple(shown), following, {step.sequence: step for step in steps})


def read_place(text: str) -> tuple[int, int]:
    """Return the step and the position that a place names; raises ValueError for anything else."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1]), int(found[2])


def _is_after(step: Step, since: datetime | int | None) -> bool:
    if since is None:
        return True
    return step.sequence > since if isinstance(since, int) else time_of(step.published_at) >= since


def read_since(changes: ChangeLog, text: str) -> datetime | int:
    """Return the time (ISO 8601; without a zone UTC) or the last step of the release that ``text`` names.

    Raises ValueError, saying what is meant, for anything else.
    """
    if _RELEASE.fullmatch(text):
        steps = [step.sequence for step in changes.steps() if step.release.startswith(text)]
        if steps:
            return steps[-1]
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        moment = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else time_of(text)
    except ValueError as error:
        raise ValueError(
            "since takes a date (2026-11-22), a time (2026-11-22T08:00:00Z) or the id of a release that was "
            "current once (/releases lists all)."
        ) from error
    return moment


def time_of(text: str) -> datetime:
    """Return an ISO 8601 time; without a zone it is UTC. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus in an address is read as a space
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def label_of(member: Member, language: str) -> Text:
    """Return what a thing is called, or was before it went."""
    found = best_label(dict(member.labels), language)
    return Text(*found) if found else Text(short_name(member.thing))


def changes_document(base: str, address: str, page: ChangesPage) -> Document:
    """Return the page as RDF: version objects, as ``/ldes`` has them, without what they say."""
    node = NamedNode(address)
    return document_of(_triples(base, node, page), node)


def _triples(base: str, node: NamedNode, page: ChangesPage) -> Iterator[Triple]:
    yield node, NamedNode(RDF + "type"), NamedNode(HYDRA + "Collection")
    for member in page.members:
        version = NamedNode(f"{base}/version/{member.sequence}/{member.number}")
        yield node, NamedNode(HYDRA + "member"), version
        yield version, NamedNode(RDF + "type"), NamedNode(ACTIVITIES + KINDS[member.change])
        yield version, NamedNode(DCT + "isVersionOf"), NamedNode(member.thing)
        when = Literal(member.published_at, datatype=NamedNode(XSD + "dateTime"))
        yield version, NamedNode(DCT + "modified"), when
        for cause in member.causes:
            yield version, NamedNode(PROV + "wasDerivedFrom"), NamedNode(GRAPH + cause)
        for tag, label in member.labels.items():
            yield version, NamedNode(RDFS + "label"), Literal(label, language=tag) if tag else Literal(label)


@dataclass(frozen=True, slots=True)
class Feed:
    """What an Atom feed says of itself: addresses of the feed, its page and the next feed, and words."""

    address: str
    page: str
    following: str
    title: str
    base: str
    verbs: dict[Change, str]
    language: str


def atom(feed: Feed, page: ChangesPage, begun: str) -> bytes:
    """Return the page as an Atom feed (RFC 4287); ``begun`` is its date where nothing has changed yet."""
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": feed.language})
    _text(root, "id", feed.address.partition("?")[0] if not feed.following else feed.address)
    _text(root, "title", feed.title)
    _text(root, "updated", _atom_time(page.newest or begun))
    _link(root, "self", feed.address, "application/atom+xml")
    _link(root, "alternate", feed.page, "text/html")
    if feed.following:
        _link(root, "next", feed.following, "application/atom+xml")
    author = ElementTree.SubElement(root, f"{{{_ATOM}}}author")
    _text(author, "name", "Koinon")
    for member in page.members:
        _entry(root, feed, member)
    ElementTree.register_namespace("", _ATOM)
    ElementTree.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(ElementTree.tostring(root, "utf-8"))


def _entry(root: ElementTree.Element, feed: Feed, member: Member) -> None:
    entry = ElementTree.SubElement(root, f"{{{_ATOM}}}entry")
    version = f"{feed.base}/version/{member.sequence}/{member.number}"
    _text(entry, "id", version)
    _text(entry, "title", f"{feed.verbs[member.change]}: {label_of(member, feed.language)}")
    _text(entry, "updated", _atom_time(member.published_at))
    _link(entry, "alternate", version, "text/turtle")
    _link(entry, "about", member.thing, "")
    if member.kind:
        ElementTree.SubElement(entry, f"{{{_ATOM}}}category", {"term": member.kind})
    for cause in member.causes:
        _link(entry, "via", f"{feed.base}/graph/{cause}", "text/html")
    _text(entry, "summary", member.thing)


def _text(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = _UNSAFE.sub("\ufffd", text)


def _link(parent: ElementTree.Element, relation: str, address: str, media_type: str) -> None:
    kind = {"type": media_type} if media_type else {}
    ElementTree.SubElement(parent, f"{{{_ATOM}}}link", {"rel": relation, "href": address, **kind})


def _atom_time(text: str) -> str:
    return time_of(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
