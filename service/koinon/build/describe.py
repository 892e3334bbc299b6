"""What a source's manifest says, as triples of the source's own graph: rights, reading, dates, and the document."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from koinon.build.graphs import lines_of
from koinon.build.languages import authority
from koinon.build.ownership import Mints
from koinon.build.sources import Manifest
from koinon.engine import Term
from koinon.model.namespaces import CODE, DCAT, DCT, DEF, FOAF, GRAPH, PROV, RDF, SCHEMA, SKOS, XSD

_TITLE: Final = f"<{DCT}title> ".encode()
_NAME: Final = f"<{SKOS}prefLabel> ".encode()


def graph_iri(slug: str) -> str:
    """Return the IRI of the named graph of the source ``slug``."""
    return GRAPH + slug


def describe(manifest: Manifest) -> Iterator[Triple]:
    """Yield the description of the source and of its document (DCAT 3 and PROV-O terms, and our own)."""
    graph = NamedNode(graph_iri(manifest.slug))
    document = NamedNode(manifest.document.iri)
    for subject, predicate, value in (*_of_graph(manifest, document), *_of_document(manifest)):
        yield Triple(graph if subject else document, NamedNode(predicate), value)


def titled(lines: Iterable[bytes], manifest: Manifest) -> Iterator[bytes]:
    """Pass the sorted lines of a source's graph on; where they do not name its document, its titles do.

    Only what the source mints is named so, and no page whose every statement says where it stands.
    """
    document = manifest.document.iri
    own = Mints(manifest.mints, manifest.home).own(document)
    if not own or manifest.reading.receipts == "every":
        yield from lines
        return
    about = f"<{document}> ".encode()
    every = iter(lines)
    following = b""
    for following in every:
        if following >= about:
            break
        yield following
    else:
        return
    said = []
    while following.startswith(about):
        said.append(following)
        following = next(every, b"")
    if not any(line.startswith((about + _TITLE, about + _NAME)) for line in said):
        names = {
            Triple(NamedNode(document), NamedNode(name), Literal(title, language=tag))
            for tag, title in manifest.title.items()
            for name in (DCT + "title", SKOS + "prefLabel")
        }
        said = sorted([*said, *(line + b"\n" for line in lines_of(names))])
    yield from said
    if following:
        yield following
    yield from every


def _of_graph(manifest: Manifest, document: NamedNode) -> Iterator[tuple[bool, str, Term]]:
    reading = manifest.reading
    yield True, RDF + "type", NamedNode(DCAT + "Dataset")
    yield True, RDF + "type", NamedNode(DEF + "SourceGraph")
    for tag, title in manifest.title.items():
        yield True, DCT + "title", Literal(title, language=tag)
    yield True, PROV + "hadPrimarySource", document
    yield True, DEF + "received", _date(reading.received)
    yield True, DEF + "rightsStatement", Literal(manifest.rights.statement, language="en")
    if manifest.credit is not None:
        yield True, SCHEMA + "creditText", Literal(manifest.credit)
    yield True, DCT + "license", NamedNode(manifest.rights.licence)
    yield True, DCT + "language", NamedNode(authority(manifest.language))
    yield True, DEF + "sourceKind", Literal(manifest.kind)
    yield True, DEF + "readingMethod", NamedNode(f"{CODE}reading-method/{reading.method}")
    yield True, DEF + "readBy", Literal(reading.by)
    yield True, DEF + "review", Literal(reading.review, language="en")
    yield True, DEF + "defaultBasis", NamedNode(f"{CODE}basis/{reading.basis}")
    crawled = manifest.document.crawled
    if crawled is not None:
        yield True, DEF + "crawled", _date(crawled) if isinstance(crawled, date) else Literal(crawled)


def _of_document(manifest: Manifest) -> Iterator[tuple[bool, str, Term]]:
    document = manifest.document
    if Mints(manifest.mints, manifest.home).own(document.iri):
        yield False, RDF + "type", NamedNode(FOAF + "Document")
    yield False, DCT + "language", NamedNode(authority(manifest.language))
    if document.sha256 is not None:
        yield False, DEF + "sha256", Literal(document.sha256)
    if document.not_held is not None:
        yield False, DEF + "absenceNote", Literal(document.not_held, language="en")
    if document.length is not None:
        yield False, DEF + "characterLength", Literal(str(document.length), datatype=NamedNode(XSD + "integer"))
    if document.issued is not None:
        yield False, DCT + "issued", _date(document.issued)
    if document.issued_absent is not None:
        yield False, DEF + "absenceNote", Literal(document.issued_absent, language="en")
    if document.address is not None:
        yield False, SCHEMA + "url", NamedNode(document.address)


def _date(value: date | str) -> Literal:
    text = value.isoformat() if isinstance(value, date) else value
    kind = {4: "gYear", 7: "gYearMonth"}.get(len(text), "date")
    return Literal(text, datatype=NamedNode(XSD + kind))
