"""Judging candidates against each other, the code lists and the shapes: what one file alone cannot show."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import shacl

from koinon.build.candidate import Candidate
from koinon.build.chunks import chunks
from koinon.build.context import Context, Types
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import Index
from koinon.build.leaving_out import (
    ROUNDS,
    Faults,
    leave_out,
    leaves_out,
    left_out,
    may_go,
)
from koinon.build.others import marks
from koinon.build.ownership import check_claims, check_types, owner_of
from koinon.build.progress import Progress
from koinon.build.settled import NOTHING_SETTLED, Settled
from koinon.build.shacl import Result, Validator
from koinon.model.namespaces import GRAPH, SH, SKOLEM, THINGS

_CLASS = SH + "ClassConstraintComponent"
_SETTLED = ""
"""Stands for the slugs of all settled sources."""
_SEVERITY = {"Violation": Severity.REFUSED, "Warning": Severity.WARNING, "Info": Severity.NOTE}


def judge_ownership(
    candidates: list[Candidate],
    kept: Mapping[str, Index],
    owners: Mapping[str, str],
    settled: Settled = NOTHING_SETTLED,
    stage: str = "final",
) -> None:
    """Refuse candidates that mint what is another's, or type what is another's otherwise than its owner does.

    ``kept`` holds the indexes of graphs of the parent that stand in for refused sources, by slug; ``owners``
    maps things to the slug that minted them in the parent release. ``stage`` is that of the ``settled`` sources.
    """
    by_slug = {candidate.slug: candidate for candidate in candidates}
    minted = {candidate.slug: candidate.minted for candidate in candidates}
    if kept:
        minted.update({slug: {thing for thing, owner in owners.items() if owner == slug} for slug in kept})
    for slug, things in (settled.left_out() if stage == "read" else {}).items():
        minted[slug] = things
    for thing in {thing for candidate in candidates for thing in candidate.minted}:
        if owners.get(thing) in settled:
            minted.setdefault(owners[thing], set()).add(thing)
    twice = _twice(minted.values())
    if twice:
        disputed = {slug: things & twice for slug, things in minted.items()}
        for finding in check_claims(disputed, owners):
            if finding.source in by_slug:
                by_slug[finding.source].add([finding])
    types: dict[str, Mapping[str, set[str]]] = {slug: index.types for slug, index in kept.items()}
    types.update({candidate.slug: candidate.index.types for candidate in candidates})
    types[_SETTLED] = settled.types(stage)
    for candidate in candidates:
        others = {slug: index for slug, index in types.items() if slug != candidate.slug}
        candidate.add(check_types(candidate.slug, candidate.mints, candidate.foreign_types, others))


def _twice(sets: Iterable[set[str]]) -> set[str]:
    """Return what is in more than one of the sets."""
    seen: set[str] = set()
    twice: set[str] = set()
    for things in sets:
        twice |= seen & things
        seen |= things
    return twice


def judge_shapes(
    candidates: list[Candidate],
    kept: Mapping[str, tuple[str, Path, Index]],
    validator: Validator,
    vocabulary: bytes,
    progress: Progress,
    settled: Settled,
) -> dict[str, list[Result]]:
    """Validate every candidate in its context and refuse those with a violation.

    Beside a candidate stands what it refers to: of the vocabulary, the types of others' things, and what reference
    graphs say of the things that it speaks of. ``kept`` maps slugs to kind, graph file and index of the parent's
    graphs that may stand in. Returns the results that concern each candidate, by slug: of each shape the first few.
    """
    results: dict[str, list[Result]] = {}
    slugs = {candidate.slug for candidate in candidates}
    types: list[Types] = [settled.types("judged"), *(c.index.types for c in candidates)]
    types += [index.types for slug, (_, _, index) in kept.items() if slug not in slugs]
    held = {c.slug: c.graph.path for c in candidates if c.graph.kind == "reference" and not c.refused}
    held.update({slug: path for slug, (kind, path, _) in kept.items() if kind == "reference" and slug not in held})
    held.update(settled.references)
    context = Context(vocabulary, types)
    for candidate in sorted(candidates, key=lambda c: c.graph.kind != "reference"):
        if candidate.refused:
            continue
        others = context.with_references(held[slug] for slug in sorted(held) if slug != candidate.slug)
        results[candidate.slug] = _judged(candidate, validator, others)
        progress.step(candidate.slug)
        if candidate.refused and held.pop(candidate.slug, None) and candidate.slug in kept:
            held[candidate.slug] = kept[candidate.slug][1]
    return results


def _judged(candidate: Candidate, validator: Validator, context: Context) -> list[Result]:
    """Validate a candidate; where its policy is so, leave out what is faulty until nothing is."""
    if not leaves_out(candidate):
        return validate(candidate, validator, context)
    results: list[Result] = []
    only: set[bytes] | None = None
    for _ in range(ROUNDS):
        faults = Faults()
        results += validate(candidate, validator, context, faults, only)
        if not faults or candidate.refused:
            return results
        only = leave_out(candidate, faults)
    return results + validate(candidate, validator, context, None, only)


def validate(
    candidate: Candidate,
    validator: Validator,
    context: Context,
    faults: Faults | None = None,
    only: set[bytes] | None = None,
) -> list[Result]:
    """Validate one candidate, part by part, and count what is its to answer for; returns a few results per shape.

    About its own things it answers for everything; about others' things, for the values that it gives. That a thing
    which no source defines lacks the wanted class is a dangling reference, warned of elsewhere. With ``faults``,
    what would refuse the source is noted there; with ``only``, no other things (by IRI) are looked at.
    """
    results: list[Result] = []
    for part in chunks(candidate.graph.path, candidate.graph.triples):
        lines = part if only is None else [line for line in part if _thing(line) in only]
        if not lines:
            continue
        subjects = {line[1 : line.index(b" ") - 1].decode() for line in lines}
        foreign = [iri for iri in sorted(subjects) if not _answers(candidate, iri)]
        beside = context.beside(lines, candidate.graph.path, foreign) + marks(foreign, candidate.source.manifest)
        found = validator.run(b"".join(lines) + beside)
        stated = set(lines) if foreign or faults is not None else set()
        # Of each shape the first few are kept, so their order must not be the engine's.
        for raw in sorted(found, key=_place):
            focus, value = _iri(raw.focus_node), raw.value
            if focus not in subjects:
                continue
            line = f"{raw.focus_node} {raw.path} {value} .\n".encode()
            if line not in stated and not _answers(candidate, focus):
                continue
            if raw.component_iri == _CLASS and value is not None and _absent(_iri(value), candidate, context):
                continue
            goes = (
                faults is not None and raw.severity == "Violation" and _note(candidate, faults, focus, line, stated)
            )
            _take(candidate, raw, validator, results, left=goes)
    return sorted(results, key=lambda r: (r.focus, r.path or "", r.value or "", r.component, r.shape))


def _place(raw: shacl.Result) -> tuple[str, ...]:
    return raw.focus_node, raw.path or "", raw.value or "", raw.component_iri, raw.source_shape or ""


def _thing(line: bytes) -> bytes:
    return line[1 : line.index(b" ") - 1].partition(b"#")[0]


def _note(candidate: Candidate, faults: Faults, focus: str, line: bytes, stated: set[bytes]) -> bool:
    """Note what has to be left out for a violation: its statement, else the thing; False where neither may go."""
    if owner_of(focus) in {GRAPH + candidate.slug, candidate.source.manifest.document.iri}:
        return False
    if line in stated:
        faults.lines.add(line)
        return True
    if may_go(candidate, focus):
        faults.things.add(focus)
        return True
    return False


def _answers(candidate: Candidate, iri: str) -> bool:
    """Tell whether the candidate answers for all that is said of ``iri``."""
    own = candidate.mints.own(iri) or owner_of(iri) == GRAPH + candidate.slug
    return own or iri.startswith(f"{SKOLEM}{candidate.slug}-")


def _absent(iri: str, candidate: Candidate, context: Context) -> bool:
    return iri.startswith(THINGS) and not candidate.mints.own(iri) and not context.types_of(iri)


def _take(
    candidate: Candidate, raw: shacl.Result, validator: Validator, results: list[Result], *, left: bool
) -> None:
    severity = Severity.WARNING if left else _SEVERITY[raw.severity]
    rule = rule_of(raw.root_shape or raw.source_shape or "", raw.component_iri)
    what = (raw.focus_node, raw.path, raw.value)
    if not candidate.found.wanted(severity, rule):
        candidate.found.count(severity, rule, what, None)
        return
    result = validator.result(raw)
    finding = finding_of(candidate.slug, result)
    if candidate.found.count(severity, rule, what, left_out(candidate, finding) if left else finding):
        results.append(result)


def finding_of(slug: str, result: Result) -> Finding:
    """Return a SHACL result as a finding, with the name of its shape as the rule."""
    where = result.focus
    if result.path is not None:
        where += f" {result.path}"
    if result.value is not None:
        where += f" {result.value[:200]}"
    shape = rule_of(result.shape, result.component)
    return Finding(slug, shape, where, result.message(), _SEVERITY[result.severity], result.messages)


def rule_of(shape: str, component: str) -> str:
    """Return the name under which the breaking of a shape is found."""
    return _iri(shape).rpartition("#")[2] or component.rpartition("#")[2]


def _iri(term: str) -> str:
    return term[1:-1] if term.startswith("<") else term
