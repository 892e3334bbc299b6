"""RDF syntaxes of a document, written by pyoxigraph with the prefixes of every door."""

from collections.abc import Iterable
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse, serialize
from pyoxigraph import Triple as RdfTriple

from koinon.engine import Triple
from koinon.model.namespaces import CODE, PREFIXES, RDF, THINGS, XSD
from koinon.publish.documents import Document

SYNTAXES: Final[dict[str, RdfFormat]] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/trig": RdfFormat.TRIG,
}
"""Media type to syntax. JSON-LD is not among them: ``jsonld`` writes it compact, with our context."""

_OURS: Final = (*THINGS, CODE)
_UNWRITTEN: Final = {RDF + "type", RDF + "langString", XSD + "string"}


def write(document: Document, media_type: str) -> bytes:
    """Return the document in one of the ``SYNTAXES``, UTF-8. TriG holds them in its default graph."""
    syntax = SYNTAXES[media_type]
    triples = [RdfTriple(*triple) for triple in document.triples]
    return serialize(triples, format=syntax, prefixes=used_prefixes(document.triples)) or b""


def converted(json_ld: bytes, base: str, media_type: str) -> bytes:
    """Return a JSON-LD document, which holds its context, in one of the ``SYNTAXES``: the same statements."""
    triples = [quad.triple for quad in parse(json_ld, RdfFormat.JSON_LD, base_iri=base)]
    prefixes = used_prefixes((triple.subject, triple.predicate, triple.object) for triple in triples)
    return serialize(triples, format=SYNTAXES[media_type], prefixes=prefixes) or b""


def used_prefixes(triples: Iterable[Triple]) -> dict[str, str]:
    """Return those of our prefixes that the triples use, so that a short document has a short head."""
    iris = {text for triple in triples for term in triple for text in _iris(term)}
    return {
        prefix: namespace
        for prefix, namespace in PREFIXES.items()
        if any(iri.startswith(namespace) and not iri.startswith(_OURS) for iri in iris)
    }


def _iris(term: object) -> tuple[str, ...]:
    if isinstance(term, Literal):
        return () if term.datatype.value in _UNWRITTEN else (term.datatype.value,)
    return (term.value,) if isinstance(term, NamedNode) and term.value not in _UNWRITTEN else ()
