"""Judging candidates against each other, the code lists and the shapes: what one file alone cannot show."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from pyoxigraph import NamedNode, Triple

from koinon.build.candidate import Candidate
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import Index, as_text, read_graph
from koinon.build.ownership import check_claims, check_types, owner_of
from koinon.build.progress import Progress
from koinon.build.shacl import Result, Validator
from koinon.model.namespaces import GRAPH, ID, RDF, SH, SKOLEM

TYPE = NamedNode(RDF + "type")
_CLASS = SH + "ClassConstraintComponent"
_SEVERITY = {"Violation": Severity.REFUSED, "Warning": Severity.WARNING, "Info": Severity.NOTE}


def judge_ownership(candidates: list[Candidate], kept: Mapping[str, Index], owners: Mapping[str, str]) -> None:
    """Refuse candidates that mint what is another's, or type what is another's otherwise than its owner does.

    ``kept`` holds the indexes of graphs of the parent that stand in for refused sources, by slug; ``owners``
    maps things to the slug that minted them in the parent release.
    """
    by_slug = {candidate.slug: candidate for candidate in candidates}
    minted = {candidate.slug: candidate.minted for candidate in candidates}
    minted.update({slug: {thing for thing, owner in owners.items() if owner == slug} for slug in kept})
    for finding in check_claims(minted, owners):
        if finding.source in by_slug:
            by_slug[finding.source].add([finding])
    types: dict[str, Mapping[str, set[str]]] = {slug: index.types for slug, index in kept.items()}
    types.update({candidate.slug: candidate.index.types for candidate in candidates})
    for candidate in candidates:
        others = {slug: index for slug, index in types.items() if slug != candidate.slug}
        candidate.add(check_types(candidate.slug, candidate.mints, candidate.index.types, others))


def judge_references(candidates: list[Candidate], known: set[str], terms: set[str], codes: set[str]) -> None:
    """Refuse references to nothing: to a concept or term that does not exist, or to an own thing that has no type.

    ``known`` holds the typed things of all other graphs. References to others' things that are absent are only
    warned of, by ``dangling``, once it is known which graphs there are.
    """
    for candidate in candidates:
        candidate.add(_unknown(candidate, terms, codes))
        candidate.add(_own_dangling(candidate, known))


def _unknown(candidate: Candidate, terms: set[str], codes: set[str]) -> Iterator[Finding]:
    for iri, place in sorted(candidate.index.codes.items()):
        if iri not in codes:
            yield Finding(candidate.slug, "unknown-code", place, f"<{iri}> is in no code list")
    for iri, place in sorted(candidate.index.terms.items()):
        if iri not in terms:
            yield Finding(candidate.slug, "unknown-term", place, f"<{iri}> is not defined in the ontology")
    for iri, place in sorted(candidate.index.foreign.items()):
        if iri not in terms:
            yield Finding(candidate.slug, "foreign-term", place, _foreign(iri, terms), Severity.WARNING)


def _foreign(iri: str, terms: set[str]) -> str:
    near = get_close_matches(iri, terms, n=1, cutoff=0.9)
    meant = f"; did you mean <{near[0]}>?" if near else ", so no page, shape or query knows it"
    return f"<{iri}> is none of the terms that Koinon takes from other vocabularies{meant}"


def _own_dangling(candidate: Candidate, known: set[str]) -> Iterator[Finding]:
    index = candidate.index
    for iri, place in sorted(index.things.items()):
        if iri not in index.types and iri not in known and candidate.mints.own(iri):
            detail = f"<{iri}> is this source's to define, but has no rdf:type here"
            yield Finding(candidate.slug, "dangling", place, detail)
    for iri in sorted(index.subjects):
        if iri.startswith(ID) and iri not in index.types and iri not in known and candidate.mints.own(iri):
            yield Finding(
                candidate.slug, "untyped", f"<{iri}>", "it is this source's to define, but has no rdf:type here"
            )


def dangling(slug: str, index: Index, typed: set[str], codes: set[str]) -> Iterator[Finding]:
    """Yield a warning for each thing that a graph speaks of and no accepted graph defines."""
    places = {iri: place for iri, place in index.things.items() if iri not in typed}
    places.update({iri: place for iri, place in index.codes.items() if iri not in codes})
    places.update({iri: f"<{iri}>" for iri in index.subjects if iri.startswith(ID) and iri not in typed})
    for iri in sorted(places):
        detail = f"<{iri}> is defined by no accepted source"
        yield Finding(slug, "dangling", places[iri], detail, Severity.WARNING)


def judge_shapes(
    candidates: list[Candidate],
    kept: Mapping[str, tuple[str, Path, Index]],
    validator: Validator,
    vocabulary: bytes,
    progress: Progress,
) -> dict[str, list[Result]]:
    """Validate every candidate in its context and refuse those with a violation.

    The context is the vocabulary, the reference graphs, and the types of others' things that the candidate
    speaks of. ``kept`` maps slugs to kind, graph file and index of the parent's graphs that may stand in.
    Returns the results that concern each candidate, by slug.
    """
    results: dict[str, list[Result]] = {}
    references = [c for c in candidates if c.graph.kind == "reference" and not c.refused]
    others = [c for c in candidates if c.graph.kind != "reference" and not c.refused]
    held = {c.slug: c.graph.path for c in references}
    held.update({slug: path for slug, (kind, path, _) in kept.items() if kind == "reference" and slug not in held})
    if references:
        data = b"".join(held[slug].read_bytes() for slug in sorted(held))
        found = validator.with_context(vocabulary).validate(data)
        for candidate in references:
            results[candidate.slug] = _take(candidate, found, set())
            progress.step(candidate.slug)
            if candidate.refused:
                held.pop(candidate.slug)
                if candidate.slug in kept:
                    held[candidate.slug] = kept[candidate.slug][1]
    context = vocabulary + b"".join(held[slug].read_bytes() for slug in sorted(held))
    types = _all_types(candidates, kept)
    shared = validator.with_context(context)
    for candidate in others:
        foreign = as_text(_types_of(candidate, types))
        found = shared.validate(candidate.graph.path.read_bytes() + foreign)
        absent = {iri for iri in candidate.index.things if iri not in types and not candidate.mints.own(iri)}
        results[candidate.slug] = _take(candidate, found, absent)
        progress.step(candidate.slug)
    return results


def _all_types(candidates: Iterable[Candidate], kept: Mapping[str, tuple[str, Path, Index]]) -> dict[str, set[str]]:
    types: defaultdict[str, set[str]] = defaultdict(set)
    slugs = set()
    for candidate in candidates:
        slugs.add(candidate.slug)
        for iri, classes in candidate.index.types.items():
            types[iri] |= classes
    for slug, (_, _, index) in kept.items():
        if slug not in slugs:
            for iri, classes in index.types.items():
                types[iri] |= classes
    return types


def _types_of(candidate: Candidate, types: Mapping[str, set[str]]) -> Iterator[Triple]:
    for iri in sorted(candidate.index.things.keys() | candidate.index.subjects):
        if not candidate.mints.own(iri):
            for cls in sorted(types.get(iri, ())):
                yield Triple(NamedNode(iri), TYPE, NamedNode(cls))


def _take(candidate: Candidate, found: Iterable[Result], absent: set[str]) -> list[Result]:
    """Pick the results that are the candidate's to answer for, and add them to its findings.

    About its own things it answers for everything; about others' things, for the values that it gives. That a thing
    which no source defines lacks the wanted class is a dangling reference, warned of elsewhere.
    """
    doubtful = [
        r for r in found if not candidate.mints.own(_iri(r.focus)) and _iri(r.focus) in candidate.index.subjects
    ]
    given = _given(candidate.graph.path, doubtful)
    graph, skolem = GRAPH + candidate.slug, f"{SKOLEM}{candidate.slug}-"
    mine = []
    for result in found:
        focus = _iri(result.focus)
        if focus not in candidate.index.subjects:
            continue
        own = candidate.mints.own(focus) or owner_of(focus) == graph or focus.startswith(skolem)
        if not own and (result.focus, result.path, result.value) not in given:
            continue
        if result.component == _CLASS and result.value is not None and _iri(result.value) in absent:
            continue
        mine.append(result)
    candidate.add(finding_of(candidate.slug, result) for result in mine)
    return mine


def _given(path: Path, results: list[Result]) -> set[tuple[str, str | None, str | None]]:
    wanted = {(r.focus, r.path, r.value) for r in results if r.value is not None}
    if not wanted:
        return set()
    stated = {(str(t.subject), str(t.predicate), str(t.object)) for t in read_graph(path)}
    return {key for key in wanted if key in stated}


def finding_of(slug: str, result: Result) -> Finding:
    """Return a SHACL result as a finding, with the name of its shape as the rule."""
    where = result.focus
    if result.path is not None:
        where += f" {result.path}"
    if result.value is not None:
        where += f" {result.value[:200]}"
    shape = _iri(result.shape).rpartition("#")[2] or result.component.rpartition("#")[2]
    return Finding(slug, shape, where, result.message(), _SEVERITY[result.severity], result.messages)


def _iri(term: str) -> str:
    return term[1:-1] if term.startswith("<") else term
