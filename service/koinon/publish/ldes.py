"""The change log as a Linked Data Event Stream: version objects in pages that never change, under a small root.

A page holds positions of one step in one slice. Steps are grouped by thirty-two, groups again by thirty-two, so
that the root links to a few nodes however long the log is, and a client that has followed it so far asks for the
root and for what is new. Every node is written as N-Triples first, which costs next to nothing; other syntaxes are
made from that.

LDES (https://w3id.org/ldes/specification) and TREE (https://w3id.org/tree/specification). A version object is a
subject of its own: what it is a version of, when, and whether that was created, updated or deleted (ActivityStreams
2.0), the graphs that caused it, and, as ``foaf:topic``, every subject that the version describes; their statements,
as they are, stand beside it. A deleted thing has none.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from koinon.model.namespaces import DCT, FOAF, GRAPH, PREFIXES, PROV, RDF, SH, XSD
from koinon.release.changelog import EVERYTHING, Change, ChangeLog, Member, Step

LDES: Final = "https://w3id.org/ldes#"
TREE: Final = "https://w3id.org/tree#"
ACTIVITIES: Final = "https://www.w3.org/ns/activitystreams#"
WIDTH: Final = 32
"""Steps, or groups, that one node links to at most."""
PAGE: Final = 250
"""Positions of one page."""
SPAN: Final = 500
"""Pages of a step that one of them links to; the last of them leads on."""
SYNTAXES: Final[dict[str, RdfFormat]] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/trig": RdfFormat.TRIG,
    "application/ld+json": RdfFormat.JSON_LD,
}
"""Media type to syntax; the first is sent to whoever accepts all alike."""

KINDS: Final = {Change.CREATED: "Create", Change.CHANGED: "Update", Change.REMOVED: "Delete"}
"""What became of a thing, in the words of ActivityStreams 2.0."""
_TYPE: Final = NamedNode(RDF + "type")
_MODIFIED: Final = NamedNode(DCT + "modified")
_VERSION_OF: Final = NamedNode(DCT + "isVersionOf")
_TOPIC: Final = NamedNode(FOAF + "topic")
_CAUSE: Final = NamedNode(PROV + "wasDerivedFrom")


@dataclass(slots=True)
class Stream:
    """One slice of the change log as an event stream, as the service at ``base`` publishes it."""

    changes: ChangeLog
    base: str
    name: str = EVERYTHING
    title: str = "Koinon: all changes"
    _counts: dict[int, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of the root node."""
        return f"/ldes/{self.name}" if self.name else "/ldes"

    @property
    def root(self) -> NamedNode:
        """The root node."""
        return NamedNode(self.base + self.path)

    @property
    def collection(self) -> NamedNode:
        """The event stream."""
        return NamedNode(f"{self.base}{self.path}#stream")

    def exists(self) -> bool:
        """Tell whether any step has members in this slice."""
        return self.name == EVERYTHING or any(self._count(step.sequence) for step in self.changes.steps())

    def root_lines(self) -> bytes:
        """Return the root node: the description of the stream, its shape, and links to groups and newest steps."""
        return lines_of([*self._description(), *shape(self.base), *self._node(self.root), *self._links(self.root)])

    def group_lines(self, level: int, index: int) -> bytes | None:
        """Return a whole group of ``WIDTH ** level`` steps, or None where it is not whole yet or has nothing."""
        steps = self.changes.steps()
        size = WIDTH**level
        if level < 1 or index < 0 or (index + 1) * size > len(steps):
            return None
        if not any(self._count(step.sequence) for step in steps[index * size : (index + 1) * size]):
            return None
        node = NamedNode(f"{self.base}{self.path}/group/{level}/{index}")
        part = size // WIDTH
        inner = range(index * WIDTH, (index + 1) * WIDTH)
        links = (link for i in inner for link in self._link(node, level - 1, i, steps, part))
        return lines_of([*self._node(node), *links])

    def page_lines(self, sequence: int, number: int) -> bytes | None:
        """Return a page of a step, from 1, or None where the step has no such page."""
        step = self.changes.step(sequence)
        last = -(-self._count(sequence) // PAGE) if step else 0
        if step is None or not 1 <= number <= last:
            return None
        node = NamedNode(self._address(sequence, number))
        head = [*self._node(node), *self._onward(node, step, number, last)]
        blocks = [lines_of(head)]
        for member in self.changes.members(sequence, self.name, (number - 1) * PAGE, PAGE):
            blocks += self._member(member)
        return b"".join(blocks)

    def version(self, member: Member) -> NamedNode:
        """Return the version object of a member; its address answers."""
        return NamedNode(f"{self.base}/version/{member.sequence}/{member.number}")

    def version_lines(self, member: Member) -> bytes:
        """Return one version object with what it describes."""
        return b"".join(self._version(member))

    def _member(self, member: Member) -> Iterator[bytes]:
        yield lines_of([Triple(self.collection, NamedNode(TREE + "member"), self.version(member))])
        yield from self._version(member)

    def _version(self, member: Member) -> Iterator[bytes]:
        version = self.version(member)
        body = without_graphs(self.changes.body(member.sequence, member.number))
        subjects = sorted({line[1 : line.index(b">")].decode() for line in body})
        yield lines_of(
            [
                Triple(version, _TYPE, NamedNode(ACTIVITIES + KINDS[member.change])),
                Triple(version, _VERSION_OF, NamedNode(member.thing)),
                Triple(version, _MODIFIED, _time(member.published_at)),
                *(Triple(version, _CAUSE, NamedNode(GRAPH + cause)) for cause in member.causes),
                *(Triple(version, _TOPIC, NamedNode(subject)) for subject in subjects),
            ]
        )
        yield b"".join(body)

    def _description(self) -> Iterator[Triple]:
        stream, policy = self.collection, NamedNode(self.root.value + "#retention")
        yield Triple(stream, NamedNode(DCT + "title"), Literal(self.title, language="en"))
        for kind in ("Create", "Update", "Delete"):
            yield Triple(stream, NamedNode(f"{LDES}version{kind}Path"), _TYPE)
            yield Triple(stream, NamedNode(f"{LDES}version{kind}Object"), NamedNode(ACTIVITIES + kind))
        yield Triple(self.root, NamedNode(LDES + "retentionPolicy"), policy)
        yield Triple(policy, _TYPE, NamedNode(LDES + "RetentionPolicy"))
        kept = "Every version is kept and every page stays; only what has to go for legal reasons goes."
        yield Triple(policy, NamedNode(DCT + "description"), Literal(kept, language="en"))

    def _node(self, node: NamedNode) -> Iterator[Triple]:
        yield Triple(self.collection, _TYPE, NamedNode(LDES + "EventStream"))
        yield Triple(self.collection, NamedNode(LDES + "timestampPath"), _MODIFIED)
        yield Triple(self.collection, NamedNode(LDES + "versionOfPath"), _VERSION_OF)
        yield Triple(self.collection, NamedNode(TREE + "shape"), NamedNode(self.base + "/ldes/shape#Version"))
        yield Triple(self.collection, NamedNode(TREE + "view"), node)
        yield Triple(node, _TYPE, NamedNode(TREE + "Node"))

    def _links(self, root: NamedNode) -> Iterator[Triple]:
        """Yield the root's links: the largest whole groups first, and the steps that no whole group has yet."""
        steps = self.changes.steps()
        level = 0
        while WIDTH ** (level + 1) <= len(steps):
            level += 1
        done = 0
        while level >= 0:
            size = WIDTH**level
            while done + size <= len(steps):
                yield from self._link(root, level, done // size, steps, size)
                done += size
            level -= 1

    def _link(self, node: NamedNode, level: int, index: int, steps: list[Step], size: int) -> Iterator[Triple]:
        """Yield the link to a group, or, at level 0, to the first page of a step; none where it has no members."""
        covered = [step for step in steps[index * size : (index + 1) * size] if self._count(step.sequence)]
        if not covered:
            return
        if level == 0:
            target = self._address(covered[0].sequence, 1)
        else:
            target = f"{self.base}{self.path}/group/{level}/{index}"
        yield from _relations(node, target, covered[0].published_at, covered[-1].published_at)

    def _onward(self, node: NamedNode, step: Step, number: int, last: int) -> Iterator[Triple]:
        """Yield the links of a page to further pages of its step: of the first, and of one in ``SPAN``."""
        if (number - 1) % SPAN == 0:
            for further in range(number + 1, min(number + SPAN, last) + 1):
                yield from _relations(
                    node, self._address(step.sequence, further), step.published_at, step.published_at
                )

    def _address(self, sequence: int, number: int) -> str:
        return f"{self.base}{self.path}/page/{sequence}/{number}"

    def _count(self, sequence: int) -> int:
        if sequence not in self._counts:
            self._counts[sequence] = self.changes.count(sequence, self.name)
        return self._counts[sequence]


def shape(base: str) -> list[Triple]:
    """Return the SHACL shape of version objects, by which clients find all that belongs to one."""
    version, part = NamedNode(base + "/ldes/shape#Version"), NamedNode(base + "/ldes/shape#Part")
    properties = (
        ("type", _TYPE, "minCount", Literal(1)),
        ("isVersionOf", _VERSION_OF, "minCount", Literal(1)),
        ("modified", _MODIFIED, "minCount", Literal(1)),
        ("topic", _TOPIC, "node", part),
    )
    triples = [Triple(node, _TYPE, NamedNode(SH + "NodeShape")) for node in (version, part)]
    for name, path, constraint, value in properties:
        node = NamedNode(f"{base}/ldes/shape#Version-{name}")
        triples += [
            Triple(version, NamedNode(SH + "property"), node),
            Triple(node, NamedNode(SH + "path"), path),
            Triple(node, NamedNode(SH + constraint), value),
        ]
    return triples


def without_graphs(body: bytes) -> list[bytes]:
    """Return the N-Triples lines of N-Quads, each once: in the default graph all stands once."""
    lines = (line[: line.rindex(b" <")] + b" .\n" for line in body.splitlines() if line)
    return list(dict.fromkeys(lines))


def written(lines: bytes, media_type: str) -> bytes:
    """Return N-Triples in another syntax; N-Quads are the same, since all stands in the default graph."""
    if media_type in {"application/n-triples", "application/n-quads"}:
        return lines
    syntax = SYNTAXES[media_type]
    known = {**PREFIXES, "ldes": LDES, "tree": TREE, "as": ACTIVITIES}
    prefixes = {prefix: namespace for prefix, namespace in known.items() if namespace.encode() in lines}
    quads = parse(lines, RdfFormat.N_TRIPLES)
    return serialize(quads, format=syntax, prefixes=prefixes) or b""


def _relations(node: NamedNode, target: str, first: str, last: str) -> Iterator[Triple]:
    """Yield that ``target`` holds what was modified from ``first`` to ``last``."""
    for name, value in (("GreaterThanOrEqualTo", first), ("LessThanOrEqualTo", last)):
        relation = NamedNode(f"{target}#{name[:1].lower()}{name[1:]}")
        yield Triple(node, NamedNode(TREE + "relation"), relation)
        yield Triple(relation, _TYPE, NamedNode(f"{TREE}{name}Relation"))
        yield Triple(relation, NamedNode(TREE + "node"), NamedNode(target))
        yield Triple(relation, NamedNode(TREE + "path"), _MODIFIED)
        yield Triple(relation, NamedNode(TREE + "value"), _time(value))


def _time(text: str) -> Literal:
    return Literal(text, datatype=NamedNode(XSD + "dateTime"))


def lines_of(triples: Iterable[Triple]) -> bytes:
    """Return triples as N-Triples."""
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""
