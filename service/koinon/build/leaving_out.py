"""The policy ``record``: what is faulty is left out of a source's graph, and the source stays.

A wrong value takes out its statement; what is wrong with a thing takes out the thing, with its fragments and all
references of its source to it. Everything left out is counted as a finding of the rule that it breaks.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Final

from koinon.build.candidate import Candidate
from koinon.build.circles import circles
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import Index, indexed, write_lines
from koinon.build.ownership import owner_of
from koinon.model.namespaces import GRAPH, THINGS

RECORD: Final = "record"
ROUNDS: Final = 8
"""How often what is left may be judged again: a thing may break another rule once a value is gone."""


@dataclass(slots=True)
class Faults:
    """What is to be left out: lines of the graph file, things, and values wherever they stand."""

    lines: set[bytes] = field(default_factory=set)
    things: set[str] = field(default_factory=set)
    values: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        """Tell whether there is anything."""
        return bool(self.lines or self.things or self.values)


def leaves_out(candidate: Candidate) -> bool:
    """Tell whether a fault in the source takes out its record alone."""
    return candidate.source.manifest.policy == RECORD


def may_go(candidate: Candidate, iri: str) -> bool:
    """Tell whether a thing may be left out: an own one, but for what describes the source itself."""
    own = candidate.source.manifest.document.iri
    return owner_of(iri) not in {GRAPH + candidate.slug, own} and candidate.mints.own(iri)


def leave_out_references(candidate: Candidate, known: Container[str], codes: Container[str]) -> None:
    """Leave out references to own things that are defined nowhere, what has no type, unknown codes and circles."""
    index = candidate.index
    faults = Faults()
    for iri, place in sorted(index.codes.items()):
        if iri not in codes:
            faults.values.add(iri)
            _tell(candidate, "unknown-code", place, f"<{iri}> is in no code list")
    for iri, place in sorted(index.things.items()):
        if iri not in index.types and iri not in known and may_go(candidate, iri):
            faults.values.add(iri)
            _tell(candidate, "dangling", place, f"<{iri}> is this source's to define, but has no rdf:type here")
    for iri in sorted(index.untyped):
        if iri.startswith(THINGS) and iri not in known and may_go(candidate, iri):
            faults.things.add(iri)
            _tell(candidate, "untyped", f"<{iri}>", "it is this source's to define, but has no rdf:type here")
    for found in in_circles(candidate):
        faults.lines.add(f"{found.where} {found.detail.partition(' ')[0]} .\n".encode())
        candidate.add([left_out(candidate, found)])
    if faults:
        leave_out(candidate, faults)


def in_circles(candidate: Candidate) -> Iterator[Finding]:
    """Yield a finding for each statement by which something is a part of itself by way of others."""
    for part, name, whole in circles(candidate.index.wholes):
        detail = f"<{whole}> is itself a part of this by way of others"
        yield Finding(candidate.slug, "circle", f"<{part}> <{name}>", detail)


def leave_out(candidate: Candidate, faults: Faults) -> set[bytes]:
    """Write the candidate's graph without the faults; returns the IRIs of the things that lost something.

    A source that has nothing left of its own is refused. Raises OSError where the disk refuses.
    """
    touched: set[bytes] = set()
    index = Index()
    old = candidate.graph
    rest = old.path.with_name(f"{old.path.name}.rest")
    graph = write_lines(
        indexed(_rest(candidate, faults, touched), index, candidate.mints.own),
        rest,
        slug=old.slug,
        name=old.name,
        kind=old.kind,
        title=old.title,
    )
    rest.replace(old.path)
    candidate.replace(
        type(old)(old.slug, old.name, old.kind, old.title, old.path, graph.sha256, graph.triples), index
    )
    if not any(may_go(candidate, iri) for iri in candidate.minted):
        detail = "once what is faulty is left out, nothing remains; look at the warnings for the reasons"
        candidate.add([Finding(candidate.slug, "nothing-left", str(candidate.source.folder), detail)])
    return touched


def _rest(candidate: Candidate, faults: Faults, touched: set[bytes]) -> Iterator[bytes]:
    things = {thing.encode() for thing in faults.things}
    values = {value.encode() for value in faults.values}
    subject, owner, gone = b"", b"", False
    with candidate.graph.path.open("rb") as file:
        for line in file:
            about, _, value = line.split(b" ", 2)
            if about != subject:
                subject = about
                iri = about[1:-1]
                owner = iri.partition(b"#")[0]
                gone = iri in things or owner in things
            named = value[1:-4] if value.startswith(b"<") else b""
            wrong = named in values or named in things or named.partition(b"#")[0] in things
            if not gone and not wrong and line not in faults.lines:
                yield line
                continue
            if not gone:
                touched.add(owner)
            candidate.lost.update(iri.decode() for iri in (about[1:-1], named) if iri)


def _tell(candidate: Candidate, rule: str, where: str, detail: str) -> None:
    candidate.add([left_out(candidate, Finding(candidate.slug, rule, where, detail))])


def left_out(candidate: Candidate, finding: Finding) -> Finding:
    """Return the finding as one of what was left out, with the record that it came from where that is known."""
    place = candidate.places.of(finding.where[1:].partition(">")[0]) if candidate.places is not None else None
    where = f"{place}: {finding.where}" if place is not None else finding.where
    detail = f"left out: {finding.detail}"
    return Finding(finding.source, finding.rule, where, detail, Severity.WARNING, finding.messages)
