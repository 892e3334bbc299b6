"""Projects and good practices as records of OAI-PMH 2.0, made from the change log.

A record is the last version of a thing in the slices of its class; what has gone, or is of neither class any more,
is a deleted record for good. An identifier is the thing's IRI: it needs no second naming scheme, and says which
node it is from. https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from koinon.model.namespaces import CODE, DCT, DEF, FOAF, FRAPO, GRAPH, RDF, SKOS, THINGS, XSD
from koinon.publish.credits import Credit
from koinon.release.changelog import ChangeLog, Step

PROJECTS: Final = "projects"
PRACTICES: Final = "practices"
CLASSES: Final = {PROJECTS: "Project", PRACTICES: "GoodPractice"}
"""The sets of all things of a class, and the class."""
SOURCE: Final = "source-"
"""How the set of a source begins; the slug follows."""
TIME: Final = "%Y-%m-%dT%H:%M:%SZ"

Element = tuple[str, str, str]
"""An element of oai_dc: its name, its text and its language, which may be empty."""
_TYPE: Final = RDF + "type"
_TITLES: Final = (SKOS + "prefLabel", DCT + "title")
_DESCRIPTIONS: Final = (DCT + "description", DCT + "abstract", SKOS + "definition")
_NUMBERS: Final = (FRAPO + "hasGrantNumber", DCT + "identifier")
_DATES: Final = {XSD + name for name in ("date", "gYear", "gYearMonth", "dateTime")}


@dataclass(frozen=True, slots=True)
class Entry:
    """A record in the index: when it last changed (to the second), its thing, that version, and its sets."""

    stamp: str
    thing: str
    sequence: int
    number: int
    sets: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """The place of the record in the order in which all are listed."""
        return self.stamp, self.thing


@dataclass(frozen=True, slots=True)
class Index:
    """All records of a state of the change log in order, their sets, and the time of the first step."""

    entries: Sequence[Entry]
    by_thing: dict[str, Entry]
    sets: Sequence[str]
    steps: Sequence[Step]

    @property
    def earliest(self) -> str:
        """The time before which no record changed."""
        return stamp_of(self.steps[0].published_at) if self.steps else datetime.now(UTC).strftime(TIME)

    def listed(self, first: str, last: str, name: str) -> list[Entry]:
        """Return the records from one time to another, of the set ``name``; all three may be empty."""
        return [
            entry
            for entry in self.entries
            if (not first or entry.stamp >= first)
            and (not last or entry.stamp <= last)
            and (not name or name in entry.sets)
        ]


@dataclass(frozen=True, slots=True)
class Record:
    """What is told of one entry: whether it is deleted, and the elements of its metadata."""

    entry: Entry
    deleted: bool
    elements: Sequence[Element] = field(default=())


def stamp_of(published_at: str) -> str:
    """Return a time of the release log in UTC, to the second, as the protocol spells it."""
    return datetime.fromisoformat(published_at).astimezone(UTC).strftime(TIME)


@lru_cache(maxsize=2)
def index_of(changes: ChangeLog, state: str) -> Index:  # noqa: ARG001  # the state is what makes it stale
    """Return the index of the change log, made once for each ``state``; raises ReleaseError for a damaged one."""
    found: dict[str, Entry] = {}
    steps = changes.steps()
    for step in steps:
        stamp, fresh = stamp_of(step.published_at), dict[str, Entry]()
        for name, kind in CLASSES.items():
            part = f"class/{kind}"
            most = changes.count(step.sequence, part)
            sources = changes.also_in(step.sequence, part, "source")
            for member in changes.members(step.sequence, part, 0, most):
                before = fresh[member.thing].sets if member.thing in fresh else ()
                of = (SOURCE + source.removeprefix("source/") for source in sources.get(member.number, ()))
                sets = tuple(dict.fromkeys((*before, name, *of)))
                fresh[member.thing] = Entry(stamp, member.thing, step.sequence, member.number, sets)
        found |= fresh
    entries = sorted(found.values(), key=lambda entry: entry.key)
    others = {name for entry in entries for name in entry.sets} - set(CLASSES)
    return Index(entries, found, (*CLASSES, *sorted(others)), steps)


def record(changes: ChangeLog, entry: Entry, credit: Callable[[str], Credit | None] | None = None) -> Record:
    """Return the record of an entry, with its metadata where ``credit`` tells what there is to say of a graph."""
    about = f"<{entry.thing}> ".encode()
    body = changes.body(entry.sequence, entry.number)
    lines = b"".join(line for line in body.splitlines(keepends=True) if line.startswith(about))
    quads = list(parse(lines, RdfFormat.N_QUADS))
    types = [q.object.value for q in quads if q.predicate.value == _TYPE and isinstance(q.object, NamedNode)]
    classes = [kind for kind in CLASSES.values() if DEF + kind in types]
    if not classes:
        return Record(entry, deleted=True)
    if credit is None:
        return Record(entry, deleted=False)
    elements = (*_said(entry.thing, quads, classes), *_credited(quads, credit))
    return Record(entry, deleted=False, elements=tuple(dict.fromkeys(elements)))


def _said(thing: str, quads: Sequence[Quad], classes: Sequence[str]) -> Iterator[Element]:
    texts = [(q.predicate.value, q.object) for q in quads if isinstance(q.object, Literal)]
    names = [(q.predicate.value, q.object) for q in quads if isinstance(q.object, NamedNode)]
    yield from (("title", text.value, text.language or "") for p, text in texts if p in _TITLES)
    yield from (("subject", node.value, "") for p, node in names if p != _TYPE and node.value.startswith(CODE))
    yield from (("description", text.value, text.language or "") for p, text in texts if p in _DESCRIPTIONS)
    yield from (("date", text.value, "") for _, text in texts if text.datatype.value in _DATES)
    yield from (("type", kind, "") for kind in classes)
    yield "identifier", thing, ""
    yield from (("identifier", text.value, "") for p, text in texts if p in _NUMBERS)
    yield from (("identifier", node.value, "") for p, node in names if p == FOAF + "homepage")
    others = {node.value.partition("#")[0] for _, node in names if node.value.startswith(THINGS)}
    yield from (("relation", other, "") for other in sorted(others - {thing}))


def _credited(quads: Sequence[Quad], credit: Callable[[str], Credit | None]) -> Iterator[Element]:
    graphs = sorted({q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode)})
    for graph in graphs:
        found = credit(graph)
        if found is None:
            continue
        yield "source", graph, ""
        if found.licence:
            yield "rights", found.licence, ""
        if found.rights.text:
            yield "rights", found.rights.text, found.rights.lang
        if found.line:
            yield "rights", found.line, ""


def graph_of(name: str) -> str:
    """Return the IRI of the graph of the set of a source."""
    return GRAPH + name.removeprefix(SOURCE)
