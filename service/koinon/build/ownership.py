"""Whose a thing is: a source defines what it mints, and may speak of others' things, never define them.

A source types and names (skos:prefLabel) only the things that its manifest's ``mints`` match. Fragments belong to
the thing before the ``#``. Of others' things it may repeat a type on which their owner agrees.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from pyoxigraph import NamedNode, Triple

from koinon.build.findings import Finding, Severity
from koinon.model.addresses import local_name
from koinon.model.namespaces import (
    BASES,
    CODE,
    DEF,
    GRAPH,
    ID,
    OWL,
    RDF,
    RDFS,
    SH,
    SHAPES,
    SKOLEM,
    SKOS,
    STATEMENT,
    THINGS,
)

TYPE = NamedNode(RDF + "type")
_NAMING = frozenset({NamedNode(SKOS + "prefLabel")})
_FORBIDDEN = {
    NamedNode(OWL + "sameAs"): "owl:sameAs is never stated; give an adms:identifier, or hand in a judged link",
    NamedNode(OWL + "imports"): "owl:imports is never followed, and so never stated",
}
_DEFINING = frozenset(
    NamedNode(iri)
    for iri in (
        RDFS + "subClassOf",
        RDFS + "subPropertyOf",
        RDFS + "domain",
        RDFS + "range",
        OWL + "equivalentClass",
        OWL + "equivalentProperty",
        OWL + "inverseOf",
        OWL + "disjointWith",
    )
)
_DOUBTFUL = frozenset(str(node).encode() for node in (*_FORBIDDEN, *_DEFINING))
_SHACL = f"<{SH}".encode()
_VOCABULARY = (CODE, DEF.removesuffix("#"), SHAPES, STATEMENT)


def owner_of(iri: str) -> str:
    """Return the IRI of the thing to which ``iri`` belongs: itself, or what stands before its fragment."""
    return iri.partition("#")[0]


class Mints:
    """The globs of a manifest: ``{type}/{slug}`` with ``*`` inside a part; ``!`` excludes.

    They name things below ``home``, which may be several namespaces; of another namespace they are whole IRIs.
    """

    def __init__(self, globs: Iterable[str], home: str | tuple[str, ...] = ID) -> None:
        """Compile the globs."""
        globs = tuple(globs)
        self._home = home
        # A harvested source names each of its things; no pattern of so many alternatives is quick.
        self._names = frozenset(glob for glob in globs if "*" not in glob and not glob.startswith("!"))
        self._own = _pattern(glob for glob in globs if "*" in glob and not glob.startswith("!"))
        self._not = _pattern(glob[1:] for glob in globs if glob.startswith("!"))
        self.own = lru_cache(maxsize=2**16)(self._matches)

    def _matches(self, iri: str) -> bool:
        """Tell whether the thing ``iri``, or the thing whose fragment it is, is minted by this source."""
        if not iri.startswith(THINGS):
            return False
        name = owner_of(iri)
        if iri.startswith(self._home):
            name = local_name(name)
        return (name in self._names or bool(self._own.match(name))) and not self._not.match(name)


def _pattern(globs: Iterable[str]) -> re.Pattern[str]:
    parts = [re.escape(glob).replace(r"\*", "[^/]*") for glob in globs]
    return re.compile(f"(?:{'|'.join(parts)})\\Z" if parts else r"(?!)")


def is_plainly_own(predicate: bytes) -> bool:
    """Tell whether a source may use the predicate, as written in N-Triples, of its own things without question."""
    return predicate not in _DOUBTFUL and not predicate.startswith(_SHACL)


def check_own(
    triples: Iterable[Triple], slug: str, mints: Mints, documents: frozenset[str], *, authority: bool
) -> Iterator[Finding]:
    """Yield a refusal for each subject of the source that is not its to speak of, or not in this way.

    Foreign types are not judged here, as that takes the other sources. ``documents`` are IRIs outside our namespace
    that the source describes (its primary document); a source with ``authority`` (reference data) may name and type
    any thing outside our namespace, such as the concepts of an authority table.
    """
    graph = GRAPH + slug
    skolem = f"{SKOLEM}{slug}-"
    for triple in triples:
        subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
        place = f"{triple.subject} {triple.predicate}"
        if triple.predicate in _FORBIDDEN:
            yield Finding(slug, "same-as", place, _FORBIDDEN[triple.predicate])
        defining = triple.predicate in _DEFINING or triple.predicate.value.startswith(SH)
        if defining or subject.startswith(_VOCABULARY):
            yield Finding(slug, "vocabulary", place, "a source never defines vocabulary, code lists or shapes")
        elif subject.startswith(GRAPH):
            if owner_of(subject) != graph:
                yield Finding(slug, "foreign-graph", place, "another graph is not this source's to describe")
        elif subject.startswith(SKOLEM):
            if not subject.startswith(skolem):
                yield Finding(slug, "takeover", place, "a blank node of another source")
        elif subject.startswith(THINGS):
            if triple.predicate in _NAMING and not mints.own(subject):
                detail = "the preferred label is its owner's to give; use skos:altLabel, or add it to mints"
                yield Finding(slug, "takeover", place, detail)
        elif subject.startswith(BASES):
            yield Finding(
                slug, "takeover", place, "this address is Koinon's own; a source speaks of things under id/"
            )
        elif authority or subject in documents:
            continue
        elif triple.predicate in {TYPE, *_NAMING}:
            yield Finding(slug, "takeover", place, "a thing outside Koinon's addresses is not defined here")


def check_types(
    slug: str, mints: Mints, types: Mapping[str, set[str]], others: Mapping[str, Mapping[str, set[str]]]
) -> Iterator[Finding]:
    """Yield a refusal for each type that a source gives to others' things and their owners don't.

    ``types`` maps the source's typed subjects to classes; ``others`` the same for every other source, by slug.
    Where the owner is not at hand, the type is only warned of.
    """
    for subject in sorted(types):
        if not subject.startswith(THINGS) or mints.own(subject):
            continue
        agreed = {cls for other in others.values() for cls in other.get(subject, ())}
        owned = any(subject in other for other in others.values())
        for cls in sorted(types[subject] - agreed):
            place = f"<{subject}> <{RDF}type>"
            if owned:
                detail = f"its owner does not say that it is a <{cls}>"
                yield Finding(slug, "takeover", place, detail)
            else:
                detail = f"no source at hand mints it, so <{cls}> rests on this source alone; add it to mints"
                yield Finding(slug, "unowned", place, detail, Severity.WARNING)


def check_claims(minted: Mapping[str, set[str]], owners: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a refusal for each source that mints a thing which is another's.

    ``minted`` maps slugs to the things that the source both types and claims by its globs. A thing belongs to the
    claimant that ``owners`` (of the parent release) names, else to the first of its claimants by slug.
    """
    claimants: defaultdict[str, list[str]] = defaultdict(list)
    for slug in sorted(minted):
        for thing in minted[slug]:
            claimants[thing].append(slug)
    for thing in sorted(claimants):
        slugs = claimants[thing]
        before = owners.get(thing)
        owner = before if before in slugs else slugs[0]
        for slug in slugs:
            if slug != owner:
                yield Finding(slug, "claimed", f"<{thing}>", f"the source {owner} mints it already")
