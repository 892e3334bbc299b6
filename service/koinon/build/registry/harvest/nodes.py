"""Reading one node of an event stream: where it leads, and which versions of which things it has.

LDES (https://w3id.org/ldes/specification) and TREE (https://w3id.org/tree/specification). A version either has the
statements as its own, or stands beside those of the subjects that it names with ``foaf:topic``, as Koinon's do.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urldefrag

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from koinon.build.graphs import lines_of
from koinon.model.errors import SourceError
from koinon.model.namespaces import DCT, FOAF, RDF

LDES: Final = "https://w3id.org/ldes#"
TREE: Final = "https://w3id.org/tree#"
ACTIVITIES: Final = "https://www.w3.org/ns/activitystreams#"
ACCEPT: Final = "application/n-triples, application/n-quads;q=0.9, text/turtle;q=0.8, application/trig;q=0.7"
SYNTAXES: Final = {
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/n-quads": RdfFormat.N_QUADS,
    "text/turtle": RdfFormat.TURTLE,
    "application/trig": RdfFormat.TRIG,
}
AHEAD: Final = 86_400.0
"""Seconds by which a peer's clock may be ahead of ours."""

_Term = NamedNode | BlankNode
_MEMBER: Final = NamedNode(TREE + "member")
_NODE: Final = NamedNode(TREE + "node")
_TYPE: Final = NamedNode(RDF + "type")
_TOPIC: Final = NamedNode(FOAF + "topic")
_DELETE: Final = NamedNode(ACTIVITIES + "Delete")
_PATHS: Final = {LDES + "timestampPath": DCT + "modified", LDES + "versionOfPath": DCT + "isVersionOf"}


@dataclass(frozen=True, slots=True)
class Version:
    """What a thing was at a time (ISO 8601, UTC): its statements as N-Triples, none where it is gone."""

    iri: str
    thing: str
    modified: str
    gone: bool
    body: bytes

    @property
    def rank(self) -> tuple[str, int, str]:
        """What tells which of two versions of a thing is the newer one."""
        return self.modified, len(self.iri), self.iri


@dataclass(frozen=True, slots=True)
class Node:
    """A node: the addresses to which it leads, in order, and its versions."""

    links: tuple[str, ...]
    versions: tuple[Version, ...]


def read_node(slug: str, address: str, media_type: str, content: bytes) -> Node:
    """Read a node; raises SourceError (``media-type``, ``syntax``, ``member``, ``clock``)."""
    return _Reader(slug, address).read(media_type, content)


class _Reader:
    def __init__(self, slug: str, address: str) -> None:
        self._slug = slug
        self._address = address
        self._about: defaultdict[_Term, list[Triple]] = defaultdict(list)
        self._now = datetime.now(UTC).timestamp()

    def read(self, media_type: str, content: bytes) -> Node:
        syntax = SYNTAXES.get(media_type)
        if syntax is None:
            raise self._refused("media-type", f"{media_type or 'no media type'}; wanted is one of {ACCEPT}")
        paths = dict(_PATHS)
        links: dict[str, None] = {}
        members: dict[_Term, None] = {}
        try:
            for quad in parse(content, syntax, base_iri=self._address, rename_blank_nodes=True):
                if not isinstance(quad.subject, Triple):
                    self._about[quad.subject].append(quad.triple)
                if quad.predicate == _NODE and isinstance(quad.object, NamedNode):
                    links[urldefrag(quad.object.value).url] = None
                elif quad.predicate == _MEMBER and isinstance(quad.object, _Term):
                    members[quad.object] = None
                elif quad.predicate.value in paths and isinstance(quad.object, NamedNode):
                    paths[quad.predicate.value] = quad.object.value
        except (SyntaxError, MemoryError) as error:
            raise self._refused("syntax", f"it cannot be read: {error}") from error
        when, of = (NamedNode(paths[name]) for name in _PATHS)
        return Node(tuple(links), tuple(self._version(member, when, of) for member in members))

    def _version(self, member: _Term, when: NamedNode, of: NamedNode) -> Version:
        own = self._about.get(member, [])
        things = {t.object.value for t in own if t.predicate == of and isinstance(t.object, NamedNode)}
        times = {t.object.value for t in own if t.predicate == when and isinstance(t.object, Literal)}
        if len(things) != 1 or len(times) != 1:
            detail = f"the member {member} does not say once what it is a version of, and once when"
            raise self._refused("member", detail)
        (thing,), modified = things, self._time(times.pop(), member)
        gone = any(t.predicate == _TYPE and t.object == _DELETE for t in own)
        body: Iterable[Triple] = ()
        if not gone:
            topics = [t.object for t in own if t.predicate == _TOPIC and isinstance(t.object, _Term)]
            body = self._of_topics(topics, member) if topics else self._as_own(own, member, thing, {when, of})
        lines = lines_of(body)
        return Version(member.value, thing, modified, gone, b"".join(line + b"\n" for line in lines))

    def _of_topics(self, topics: list[_Term], member: _Term) -> Iterator[Triple]:
        for topic in topics:
            if topic not in self._about:
                detail = f"the member {member} is about {topic}, of which nothing is said: the page is not whole"
                raise self._refused("member", detail)
            yield from self._about[topic]

    def _as_own(self, own: list[Triple], member: _Term, thing: str, left: set[NamedNode]) -> Iterator[Triple]:
        waiting, seen = [member], {member}
        while waiting:
            subject = waiting.pop()
            named = NamedNode(thing) if subject == member else subject
            for triple in own if subject == member else self._about.get(subject, []):
                if subject == member and triple.predicate in left:
                    continue
                yield Triple(named, triple.predicate, triple.object)
                if isinstance(triple.object, BlankNode) and triple.object not in seen:
                    seen.add(triple.object)
                    waiting.append(triple.object)

    def _time(self, text: str, member: _Term) -> str:
        try:
            when = datetime.fromisoformat(text.strip())
            when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
            ahead = when.timestamp() - self._now
        except (ValueError, OverflowError) as error:
            raise self._refused("member", f"the member {member} has no time that can be read: {text!r}") from error
        if ahead > AHEAD:
            detail = (
                f"the member {member} is of {text}, which is to come: it would hide what really follows. The "
                "peer's clock has to be mended, or ours"
            )
            raise self._refused("clock", detail)
        return when.isoformat(timespec="microseconds")

    def _refused(self, rule: str, detail: str) -> SourceError:
        return SourceError(self._slug, rule, self._address, detail)
