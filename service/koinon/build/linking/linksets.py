"""Linksets as RDF: each link a mapping with its evidence, and the things that it joins.

Mappings use the terms of SSSOM (mapping_justification, confidence …), linksets those of VoID. Each linkset has a
subset for each two graphs that it joins, since ``void:subjectsTarget`` and ``void:objectsTarget`` are functional:
two graphs as values of one of them would be said to be the same. Links that nobody has
looked at and that are not sure enough are no statements: they stand in the table of links alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from koinon.build.graphs import GraphFile, write_graph
from koinon.engine import Term
from koinon.model.namespaces import CC_BY, DCAT, DCT, DEF, GRAPH, OWL, PROV, RDF, RDFS, SKOS, VOID, XSD
from koinon.release.links import SSSOM
from koinon.release.manifest import DERIVED
from koinon.release.mappings import ACCEPTED, PROPOSED, REJECTED, Link, Run

CANONICAL: Final = "links-canonical"
TITLES: Final = {
    "links-identity": "Links: who is the same",
    "links-concepts": "Links: concepts that mean the same",
    "links-projects": "Links: projects and programmes that several sources describe",
    CANONICAL: "Canonical view: what stands for all that accepted links join",
}
_TYPE: Final = RDF + "type"


def write_linkset(
    folder: Path, slug: str, links: Iterable[Link], run: Run, sources: Mapping[str, str]
) -> GraphFile:
    """Write the graph of one linkset; ``sources`` maps the things of links to the slugs of their graphs."""
    return _write(folder, slug, linkset(slug, links, run, sources))


def write_canonical(folder: Path, canonical: Mapping[str, str]) -> GraphFile:
    """Write the canonical view: which thing stands for each member of a cluster."""
    stands = NamedNode(DEF + "representedBy")
    triples = (Triple(NamedNode(one), stands, NamedNode(other)) for one, other in canonical.items() if one != other)
    return _write(folder, CANONICAL, triples)


def _write(folder: Path, slug: str, triples: Iterable[Triple]) -> GraphFile:
    title = {"en": TITLES.get(slug, slug)}
    return write_graph(triples, folder / f"{slug}.nt", slug=slug, name=GRAPH + slug, kind=DERIVED, title=title)


def linkset(slug: str, links: Iterable[Link], run: Run, sources: Mapping[str, str]) -> Iterator[Triple]:
    """Yield the triples of a linkset and of its links, those that are only proposed left out."""
    node = NamedNode(GRAPH + slug)
    told = [link for link in links if link.state != PROPOSED]
    held = [link for link in told if link.state == ACCEPTED]
    for name in (DCAT + "Dataset", SSSOM + "MappingSet"):
        yield _said(node, _TYPE, NamedNode(name))
    title = TITLES.get(slug, slug)
    yield from _described(node, title, held, run)
    joined: dict[tuple[str, str], list[Link]] = {}
    for link in held:
        if link.subject in sources and link.object in sources:
            joined.setdefault((sources[link.subject], sources[link.object]), []).append(link)
    for (one, other), between in sorted(joined.items()):
        part = NamedNode(f"{GRAPH}{slug}#{one}--{other}")
        yield _said(node, VOID + "subset", part)
        yield from _described(part, f"{title} ({one}, {other})", between, run)
        yield _said(part, VOID + "subjectsTarget", NamedNode(GRAPH + one))
        yield _said(part, VOID + "objectsTarget", NamedNode(GRAPH + other))
    measured = run.linksets.get(slug, {})
    for name, predicate in (("precision", DEF + "measuredPrecision"), ("recall", DEF + "measuredRecall")):
        if name in measured:
            yield _said(node, predicate, _decimal(float(measured[name])))
    activity = NamedNode(f"{GRAPH}{slug}#run")
    yield _said(activity, _TYPE, NamedNode(PROV + "Activity"))
    yield _said(activity, RDFS + "label", Literal(f"koinon link {run.model}", language="en"))
    sides = {side for link in told for side in (link.subject, link.object)}
    for source in sorted({sources[side] for side in sides & sources.keys()}):
        yield _said(activity, PROV + "used", NamedNode(GRAPH + source))
    for link in told:
        yield from mapping(link, node, activity)


def _described(node: NamedNode, title: str, links: Sequence[Link], run: Run) -> Iterator[Triple]:
    """Yield what a linkset, or the part of it that joins two graphs, is called, who made it and what it holds."""
    yield _said(node, _TYPE, NamedNode(VOID + "Linkset"))
    yield _said(node, DCT + "title", Literal(title, language="en"))
    yield _said(node, DCT + "license", NamedNode(CC_BY))
    yield _said(node, SSSOM + "mapping_tool", Literal("koinon link"))
    yield _said(node, SSSOM + "mapping_tool_version", Literal(run.model))
    yield _said(node, VOID + "triples", _number(len(links)))
    for name in sorted({link.predicate for link in links}):
        yield _said(node, VOID + "linkPredicate", NamedNode(name))


def mapping(link: Link, linkset: NamedNode, activity: NamedNode) -> Iterator[Triple]:
    """Yield the triples of one link; one in force is stated by itself too."""
    node = NamedNode(link.iri)
    one, predicate, other = (NamedNode(iri) for iri in (link.subject, link.predicate, link.object))
    if link.state == ACCEPTED:
        yield Triple(one, predicate, other)
    yield _said(node, _TYPE, NamedNode(SSSOM + "Mapping"))
    yield _said(node, OWL + "annotatedSource", one)
    yield _said(node, OWL + "annotatedProperty", predicate)
    yield _said(node, OWL + "annotatedTarget", other)
    if link.state == REJECTED:
        yield _said(node, SSSOM + "predicate_modifier", NamedNode(SSSOM + "NegatedPredicate"))
    yield _said(node, SSSOM + "mapping_justification", NamedNode(link.justification))
    yield _said(node, SSSOM + "confidence", _decimal(link.confidence))
    yield _said(node, DEF + "linkState", Literal(link.state))
    yield _said(node, DCT + "isPartOf", linkset)
    yield _said(node, PROV + "wasGeneratedBy", activity)
    for reviewer in link.reviewers:
        yield _said(node, SSSOM + "reviewer_label", Literal(reviewer))
    for number, reason in enumerate(link.reasons, 1):
        part = NamedNode(f"{link.iri}#f{number}")
        yield _said(node, DEF + "hasEvidence", part)
        yield _said(part, _TYPE, NamedNode(DEF + "Evidence"))
        yield _said(part, SKOS + "notation", Literal(reason.feature))
        yield _said(part, RDFS + "comment", Literal(reason.text, language="en"))
        yield _said(part, DEF + "evidenceWeight", _decimal(reason.weight))


def sources_of(links: Sequence[Link], slugs: Mapping[str, str]) -> dict[str, str]:
    """Return the slug of the graph of each thing of some links."""
    sides = {side for link in links for side in (link.subject, link.object)}
    return {side: slugs[side] for side in sorted(sides & slugs.keys())}


def _said(subject: NamedNode, predicate: str, value: Term) -> Triple:
    return Triple(subject, NamedNode(predicate), value)


def _number(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + "integer"))


def _decimal(value: float) -> Literal:
    """Return a decimal in its canonical form, as the store writes it."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return Literal("0" if text == "-0" else text, datatype=NamedNode(XSD + "decimal"))
