"""What a candidate refers to: concepts and terms that there are, things that somebody defines, and wholes."""

from collections.abc import Container, Iterator
from difflib import get_close_matches

from koinon.build.candidate import Candidate
from koinon.build.findings import Finding, Severity
from koinon.build.graphs import Index
from koinon.build.leaving_out import in_circles, leave_out_references, leaves_out
from koinon.build.ownership import owner_of
from koinon.model.namespaces import BASES, THINGS


def judge_references(candidates: list[Candidate], known: Container[str], terms: set[str], codes: set[str]) -> None:
    """Refuse references to nothing: to a concept or term that does not exist, or to an own thing that has no type.

    ``known`` holds the typed things of all other graphs. References to others' things that are absent are only
    warned of, by ``dangling``, once it is known which graphs there are.
    """
    for candidate in candidates:
        if leaves_out(candidate):
            leave_out_references(candidate, known, codes)
        candidate.add(_unknown(candidate, terms, codes))
        candidate.add(_of_vocabularies(candidate, terms))
        candidate.add(_orphans(candidate, known))
        candidate.add(_own_dangling(candidate, known))
        candidate.add(in_circles(candidate))


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


def _of_vocabularies(candidate: Candidate, terms: set[str]) -> Iterator[Finding]:
    """Yield a refusal for each term of another vocabulary that the ontology uses and the source speaks of.

    What is Koinon's own is refused where statements are read; reference data may describe any vocabulary.
    """
    if candidate.source.manifest.kind == "reference":
        return
    for iri in sorted(terms):
        if not iri.startswith(BASES) and candidate.index.speaks_of(iri):
            yield Finding(candidate.slug, "vocabulary", f"<{iri}>", "a source never says what a term means")


def _orphans(candidate: Candidate, known: Container[str]) -> Iterator[Finding]:
    """Yield a warning for each part of an own thing that is described without the thing."""
    types = candidate.index.types
    for iri in sorted(iri for iri in types if "#" in iri):
        owner = owner_of(iri)
        if owner not in types and owner not in known and candidate.mints.own(owner):
            detail = f"it is a part of <{owner}>, of which this source says not what it is"
            yield Finding(candidate.slug, "orphan", f"<{iri}>", detail, Severity.WARNING)


def _foreign(iri: str, terms: set[str]) -> str:
    near = get_close_matches(iri, terms, n=1, cutoff=0.9)
    meant = f"; did you mean <{near[0]}>?" if near else ", so no page, shape or query knows it"
    return f"<{iri}> is none of the terms that Koinon takes from other vocabularies{meant}"


def _own_dangling(candidate: Candidate, known: Container[str]) -> Iterator[Finding]:
    index = candidate.index
    for iri, place in sorted(index.things.items()):
        if iri not in index.types and iri not in known and candidate.mints.own(iri):
            detail = f"<{iri}> is this source's to define, but has no rdf:type here"
            yield Finding(candidate.slug, "dangling", place, detail)
    for iri in sorted(index.untyped):
        if iri.startswith(THINGS) and iri not in known and candidate.mints.own(iri):
            yield Finding(
                candidate.slug, "untyped", f"<{iri}>", "it is this source's to define, but has no rdf:type here"
            )


def dangling(slug: str, index: Index, typed: Container[str], codes: set[str]) -> Iterator[Finding]:
    """Yield a warning for each thing that a graph speaks of and no accepted graph defines."""
    places = {iri: place for iri, place in index.things.items() if iri not in typed}
    places.update({iri: place for iri, place in index.codes.items() if iri not in codes})
    places.update({iri: f"<{iri}>" for iri in index.untyped if iri.startswith(THINGS) and iri not in typed})
    for iri in sorted(places):
        detail = f"<{iri}> is defined by no accepted source"
        yield Finding(slug, "dangling", places[iri], detail, Severity.WARNING)
