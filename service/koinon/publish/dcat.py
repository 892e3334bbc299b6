"""The catalogue of this node for data portals: DCAT-AP 3.0.1, with everything that a harvester follows.

One catalogue with the graph as a data set, each source as a data set, the releases as a series, and the services
(SPARQL endpoint, event stream). What a value is (a licence, a language, a place) is said beside it, since a portal
validates what it gets and looks nothing up. Long because DCAT-AP asks for much, and each part is a list of what is
said.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from koinon.engine import GraphStore, Triple
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import (
    ADMS,
    BASE,
    CC0,
    CC_BY,
    DCAT,
    DCT,
    DEF,
    FOAF,
    GRAPH,
    PROV,
    RDF,
    RDFS,
    SD,
    SKOS,
    THINGS,
    VOID,
    XSD,
)
from koinon.publish.credits import Credit, credit_of
from koinon.publish.documents import Document, document_of
from koinon.publish.releases import Listed
from koinon.release.dumps import DumpFile
from koinon.release.manifest import DERIVED, GraphEntry, Manifest

MOST: Final = 2_000
"""Sources, and releases, that are described; ``/graph`` and ``/releases`` list all."""

_DCATAP: Final = "http://data.europa.eu/r5r/"
_SPDX: Final = "http://spdx.org/rdf/terms#"
_VCARD: Final = "http://www.w3.org/2006/vcard/ns#"
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority/"
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_NUTS: Final = "http://data.europa.eu/nuts/code/"
_THEMES: Final = ("SOCI", "REGI", "ECON")
_LANGUAGES: Final = dict(
    zip(INTERFACE_LANGUAGES, ("ENG", "POL", "ELL", "LAV", "FRA", "ITA", "SPA", "CAT", "NOB"), strict=True)
)
KEYWORDS: Final = ("social economy", "clusters", "regions", "Interreg", "linked data")
_FILE_TYPES: Final = {
    "application/n-quads": "RDF_N_QUADS",
    "application/n-triples": "RDF_N_TRIPLES",
    "application/trig": "RDF_TRIG",
    "text/turtle": "RDF_TURTLE",
    "application/ld+json": "JSON_LD",
    "text/csv": "CSV",
    "application/vnd.apache.parquet": "PARQUET",
    "application/csvm+json": "JSON",
}
_LABEL: Final = NamedNode(RDFS + "label")
_ALL: Final = "All statements, as N-Quads"
TITLE: Final = "Koinon: the social economy of Europe's regions"
DESCRIPTION: Final = (
    "Actors, projects, funding programmes and clusters of the social economy, compiled from regional sources in "
    "their own languages into one graph. Every statement names its source."
)


@dataclass(frozen=True, slots=True)
class Node:
    """Who runs the node: a name, and where to write to (an address or ``mailto:``; empty: the node's own page)."""

    publisher: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What the catalogue is about: the served release, its dumps, and all releases of the log, the newest first."""

    manifest: Manifest
    store: GraphStore
    dumps: Sequence[DumpFile]
    listed: Sequence[Listed]


def catalogue(base: str, node: Node, held: Held) -> Document:
    """Return the catalogue at ``{base}/data``."""
    made = _Catalogue(base, node, held)
    return document_of(made.triples(), NamedNode(base + "/data#catalogue"))


class _Catalogue:
    def __init__(self, base: str, node: Node, held: Held) -> None:
        self._base = base
        self._by = node
        self._held = held
        self._page = NamedNode(base + "/data")
        self._catalogue = self._at("catalogue")
        self._graph = self._at("graph")
        self._series = self._at("releases")
        self._sparql = self._at("sparql")
        self._stream = self._at("stream")
        self._publisher = self._at("publisher")
        self._contact = self._at("contact")

    def triples(self) -> Iterator[Triple]:
        yield from self._of_catalogue()
        yield from self._of_graph()
        yield from self._of_services()
        yield from self._of_releases()
        for entry in self._held.manifest.graphs[:MOST]:
            yield from self._of_source(entry)
        yield from self._values()

    def _of_catalogue(self) -> Iterator[Triple]:
        catalogue = self._catalogue
        yield catalogue, _TYPE, _dcat("Catalog")
        yield from self._described(catalogue, TITLE, DESCRIPTION, CC_BY)
        yield catalogue, _name(FOAF, "homepage"), NamedNode(self._base + "/")
        yield NamedNode(self._base + "/"), _TYPE, _name(FOAF, "Document")
        yield catalogue, _dcat("themeTaxonomy"), NamedNode(_AUTHORITY + "data-theme")
        yield catalogue, _dcat("dataset"), self._graph
        yield catalogue, _dcat("dataset"), self._series
        yield catalogue, _dcat("service"), self._sparql
        yield catalogue, _dcat("service"), self._stream
        for code in _LANGUAGES.values():
            yield catalogue, _dct("language"), NamedNode(f"{_AUTHORITY}language/{code}")
        yield from self._dates(catalogue)

    def _of_graph(self) -> Iterator[Triple]:
        graph, manifest = self._graph, self._held.manifest
        yield graph, _TYPE, _dcat("Dataset")
        yield graph, _TYPE, _name(VOID, "Dataset")
        yield from self._described(graph, TITLE, DESCRIPTION, CC_BY)
        yield graph, _dct("identifier"), Literal(BASE.rstrip("/"))
        yield graph, _dcat("version"), Literal(manifest.id)
        yield graph, _name(VOID, "triples"), _number(manifest.total)
        yield graph, _dcat("landingPage"), NamedNode(self._base + "/")
        yield graph, _dcat("inSeries"), self._series
        yield graph, _dct("accrualPeriodicity"), NamedNode(_AUTHORITY + "frequency/IRREG")
        yield graph, _dct("accessRights"), NamedNode(_AUTHORITY + "access-right/PUBLIC")
        yield graph, _dct("conformsTo"), NamedNode(DEF.rstrip("#"))
        yield NamedNode(DEF.rstrip("#")), _TYPE, _dct("Standard")
        for word in KEYWORDS:
            yield graph, _dcat("keyword"), Literal(word, language="en")
        for theme in _THEMES:
            yield graph, _dcat("theme"), NamedNode(f"{_AUTHORITY}data-theme/{theme}")
        for code in _LANGUAGES.values():
            yield graph, _dct("language"), NamedNode(f"{_AUTHORITY}language/{code}")
        for code in self._countries():
            yield graph, _dct("spatial"), NamedNode(_NUTS + code)
        yield graph, _dct("provenance"), self._at("provenance")
        yield self._at("provenance"), _TYPE, _dct("ProvenanceStatement")
        text = "Each source is one named graph, read from what was received, validated with SHACL, kept by hash."
        yield self._at("provenance"), _LABEL, Literal(text, language="en")
        yield from self._dates(graph)
        address = f"{self._base}/data/dumps/{manifest.id}/dump.nq"
        yield from self._distribution(graph, "dump-nq", address, "application/n-quads", _ALL)
        for dump in self._held.dumps:
            if not dump.about.startswith("source/"):
                yield from self._dump(graph, dump)

    def _of_services(self) -> Iterator[Triple]:
        for service, path, title, standard, description in (
            (self._sparql, "/sparql", "SPARQL endpoint", "https://www.w3.org/TR/sparql11-protocol/", "/sparql"),
            (self._stream, "/ldes", "Event stream of all changes", "https://w3id.org/ldes/specification", "/ldes"),
        ):
            yield service, _TYPE, _dcat("DataService")
            yield from self._described(service, f"Koinon: {title}", f"{title} of the graph.", CC_BY)
            yield service, _dcat("endpointURL"), NamedNode(self._base + path)
            yield service, _dcat("endpointDescription"), NamedNode(self._base + description)
            yield service, _dcat("servesDataset"), self._graph
            yield service, _dcat("landingPage"), NamedNode(self._base + "/")
            yield service, _dct("conformsTo"), NamedNode(standard)
            yield NamedNode(standard), _TYPE, _dct("Standard")
        yield self._sparql, _name(SD, "endpoint"), NamedNode(self._base + "/sparql")
        yield self._graph, _name(VOID, "sparqlEndpoint"), NamedNode(self._base + "/sparql")

    def _of_releases(self) -> Iterator[Triple]:
        series = self._series
        yield series, _TYPE, _dcat("DatasetSeries")
        yield series, _TYPE, _dcat("Dataset")  # which it is (DCAT 3 §6.7), but a validator has no subclasses
        yield from self._described(
            series, "Koinon: all releases", "The graph as it was at each time. A release never changes.", CC_BY
        )
        first: dict[str, Listed] = {}
        for entry in reversed(self._held.listed):
            first.setdefault(entry.id, entry)
        releases = [entry for entry in first.values() if entry.state != "gone"][-MOST:]
        before: NamedNode | None = None
        for entry in releases:
            node = NamedNode(f"{self._base}/releases/{entry.id}")
            yield self._catalogue, _dcat("dataset"), node
            yield node, _TYPE, _dcat("Dataset")
            yield from self._described(
                node, f"Koinon, release {entry.id[:12]}", f"The graph since {entry.published_at}.", CC_BY
            )
            yield node, _dcat("inSeries"), series
            yield node, _dcat("version"), Literal(entry.id)
            yield node, _dct("isVersionOf"), self._graph
            yield self._graph, _dcat("hasVersion"), node
            yield node, _dct("issued"), _time(entry.published_at)
            if before is not None:
                yield node, _dcat("prev"), before
            before = node
            address = f"{self._base}/data/dumps/{entry.id}/dump.nq"
            name = f"dump-{entry.id[:12]}"
            yield from self._distribution(node, name, address, "application/n-quads", _ALL)
        if before is not None:
            yield series, _dcat("last"), before
            yield series, _dcat("first"), NamedNode(f"{self._base}/releases/{releases[0].id}")
            yield series, _dct("issued"), _time(releases[0].published_at)

    def _of_source(self, entry: GraphEntry) -> Iterator[Triple]:
        node = NamedNode(entry.name if entry.name.startswith(GRAPH) else f"{self._base}/graph/{entry.slug}")
        credit = credit_of(self._held.store, entry.name, "en")
        yield self._catalogue, _dcat("dataset"), node
        yield self._graph, _dct("hasPart"), node
        yield self._graph, _name(VOID, "subset"), node
        yield node, _TYPE, _dcat("Dataset")
        for tag, title in entry.title.items() or [("en", entry.slug)]:
            yield node, _dct("title"), Literal(title, language=tag) if tag else Literal(title)
        yield node, _dct("description"), Literal(_about(entry, credit), language="en")
        yield node, _dct("publisher"), self._publisher
        yield node, _dcat("contactPoint"), self._contact
        yield node, _dct("identifier"), Literal(entry.name)
        yield node, _name(VOID, "triples"), _number(entry.triples)
        landing = NamedNode(f"{self._base}/graph/{entry.slug}.html")
        yield node, _dcat("landingPage"), landing
        yield landing, _TYPE, _name(FOAF, "Document")
        if entry.sha256:
            yield node, _dcat("version"), Literal(entry.sha256)
        for value in self._stated(entry.name, DCT + "language"):
            yield node, _dct("language"), value
        for value in self._stated(entry.name, PROV + "hadPrimarySource"):
            yield node, _name(PROV, "hadPrimarySource"), value
        licence = credit.licence if credit and credit.licence else CC0 if entry.slug == "code" else CC_BY
        if credit is not None:
            yield from self._provenance(node, entry, credit)
        address = f"{self._base}/graph/{entry.slug}.ttl"
        rights = credit.rights.text if credit else ""
        yield from self._distribution(
            node, f"{entry.slug}-ttl", address, "text/turtle", "As Turtle", licence=licence, rights=rights
        )
        for dump in self._held.dumps:
            if dump.about == f"source/{entry.slug}":
                yield from self._dump(node, dump, licence, rights)

    def _provenance(self, node: NamedNode, entry: GraphEntry, credit: Credit) -> Iterator[Triple]:
        statement = self._at(f"provenance-{entry.slug}")
        yield node, _dct("provenance"), statement
        yield statement, _TYPE, _dct("ProvenanceStatement")
        text = " ".join(part for part in (credit.rights.text, credit.line) if part) or f"Received as {entry.slug}."
        yield statement, _LABEL, Literal(text, language="en")

    def _described(self, node: NamedNode, title: str, description: str, licence: str) -> Iterator[Triple]:
        yield node, _dct("title"), Literal(title, language="en")
        yield node, _dct("description"), Literal(description, language="en")
        yield node, _dct("publisher"), self._publisher
        yield node, _dcat("contactPoint"), self._contact
        yield node, _dct("license"), NamedNode(licence)

    def _dates(self, node: NamedNode) -> Iterator[Triple]:
        listed = self._held.listed
        if listed:
            yield node, _dct("issued"), _time(listed[-1].published_at)
            yield node, _dct("modified"), _time(listed[0].published_at)

    def _dump(self, node: NamedNode, dump: DumpFile, licence: str = CC_BY, rights: str = "") -> Iterator[Triple]:
        address = f"{self._base}/data/dumps/{self._held.manifest.id}/{dump.name}"
        name = "dump-" + dump.name.replace("/", "-").replace(".", "-")
        yield from self._distribution(
            node, name, address, dump.media_type, dump.name, licence=licence, rights=rights
        )
        distribution = self._at(f"distribution-{name}")
        yield distribution, _dcat("byteSize"), Literal(str(dump.size), datatype=_xsd("nonNegativeInteger"))
        if dump.packed:
            packed = NamedNode(_MEDIA + "application/gzip")
            yield distribution, _dcat("compressFormat"), packed
            yield packed, _TYPE, _dct("MediaType")
        checksum = self._at(f"checksum-{name}")
        yield distribution, _name(_SPDX, "checksum"), checksum
        yield checksum, _TYPE, _name(_SPDX, "Checksum")
        yield checksum, _name(_SPDX, "algorithm"), _name(_SPDX, "checksumAlgorithm_sha256")
        yield _name(_SPDX, "checksumAlgorithm_sha256"), _TYPE, _name(_SPDX, "ChecksumAlgorithm")
        yield checksum, _name(_SPDX, "checksumValue"), Literal(dump.sha256, datatype=_xsd("hexBinary"))

    def _distribution(
        self,
        node: NamedNode,
        name: str,
        address: str,
        media_type: str,
        title: str,
        *,
        licence: str = CC_BY,
        rights: str = "",
    ) -> Iterator[Triple]:
        distribution = self._at(f"distribution-{name}")
        media, file_type = NamedNode(_MEDIA + media_type), _FILE_TYPES[media_type]
        yield node, _dcat("distribution"), distribution
        yield distribution, _TYPE, _dcat("Distribution")
        yield distribution, _dct("title"), Literal(title, language="en")
        yield distribution, _dct("description"), Literal(title, language="en")
        yield distribution, _dcat("accessURL"), NamedNode(address)
        yield distribution, _dcat("downloadURL"), NamedNode(address)
        yield NamedNode(address), _TYPE, _name(RDFS, "Resource")
        yield distribution, _dcat("mediaType"), media
        yield media, _TYPE, _dct("MediaType")
        yield distribution, _dct("format"), NamedNode(f"{_AUTHORITY}file-type/{file_type}")
        yield NamedNode(f"{_AUTHORITY}file-type/{file_type}"), _TYPE, _dct("MediaTypeOrExtent")
        yield from _in_scheme(f"{_AUTHORITY}file-type", file_type)
        yield distribution, _dct("license"), NamedNode(licence)
        yield NamedNode(licence), _TYPE, _dct("LicenseDocument")
        yield distribution, _name(_DCATAP, "availability"), NamedNode(_AUTHORITY + "planned-availability/STABLE")
        if rights:
            statement = self._at(f"rights-{name}")
            yield distribution, _dct("rights"), statement
            yield statement, _TYPE, _dct("RightsStatement")
            yield statement, _LABEL, Literal(rights, language="en")

    def _values(self) -> Iterator[Triple]:
        """Yield what the values are that several descriptions share."""
        yield self._publisher, _TYPE, _name(FOAF, "Agent")
        yield self._publisher, _name(FOAF, "name"), Literal(self._by.publisher)
        yield self._contact, _TYPE, _name(_VCARD, "Organization")
        yield self._contact, _TYPE, _name(_VCARD, "Kind")
        yield self._contact, _name(_VCARD, "fn"), Literal(self._by.publisher)
        contact = self._by.contact or self._base + "/"
        how = "hasEmail" if contact.startswith("mailto:") else "hasURL"
        yield self._contact, _name(_VCARD, how), NamedNode(contact)
        yield NamedNode(CC_BY), _TYPE, _dct("LicenseDocument")
        for scheme, codes, kind in (
            ("data-theme", _THEMES, ""),
            ("language", tuple(_LANGUAGES.values()), "LinguisticSystem"),
            ("frequency", ("IRREG",), "Frequency"),
            ("access-right", ("PUBLIC",), "RightsStatement"),
            ("planned-availability", ("STABLE",), ""),
        ):
            yield NamedNode(_AUTHORITY + scheme), _TYPE, _skos("ConceptScheme")
            yield NamedNode(_AUTHORITY + scheme), _dct("title"), Literal(f"EU vocabulary: {scheme}", language="en")
            for code in codes:
                yield from _in_scheme(_AUTHORITY + scheme, code)
                if kind:
                    yield NamedNode(f"{_AUTHORITY}{scheme}/{code}"), _TYPE, _dct(kind)
        for code in self._countries():
            yield NamedNode(_NUTS + code), _TYPE, _dct("Location")
        languages = {v for e in self._held.manifest.graphs[:MOST] for v in self._stated(e.name, DCT + "language")}
        for language in sorted(languages, key=str):
            yield language, _TYPE, _dct("LinguisticSystem")
            yield from _in_scheme(*language.value.rsplit("/", 1))

    def _stated(self, graph: str, predicate: str) -> Iterator[NamedNode]:
        for _, _, value in self._held.store.triples(NamedNode(graph), NamedNode(predicate)):
            if isinstance(value, NamedNode):
                yield value

    def _countries(self) -> Iterable[str]:
        """Return the NUTS codes of the countries that the graph has as territories."""
        store = self._held.store
        level = Literal("0", datatype=_xsd("integer"))
        codes = set()
        for place, _, _ in store.triples(None, NamedNode(DEF + "nutsLevel"), level):
            if place.value.startswith(THINGS):
                codes |= {code for code in _codes(store, place) if len(code) == 2 and code.isalpha()}
        return sorted(codes)

    def _at(self, name: str) -> NamedNode:
        return NamedNode(f"{self._page.value}#{name}")


def _about(entry: GraphEntry, credit: Credit | None) -> str:
    kind = "computed by Koinon from all sources" if entry.kind == DERIVED else f"kind: {entry.kind}"
    said = f" {credit.rights.text}" if credit and credit.rights.text else ""
    return f"One named graph of Koinon, {entry.triples} statements ({kind}).{said}"


def _codes(store: GraphStore, place: NamedNode) -> Iterator[str]:
    for predicate in (SKOS + "notation", ADMS + "identifier"):
        for _, _, value in store.triples(place, NamedNode(predicate)):
            if isinstance(value, Literal):
                yield value.value
            else:
                for _, _, notation in store.triples(value, NamedNode(SKOS + "notation")):
                    if isinstance(notation, Literal):
                        yield notation.value


def _in_scheme(scheme: str, code: str) -> Iterator[Triple]:
    concept = NamedNode(f"{scheme}/{code}")
    yield concept, _TYPE, _skos("Concept")
    yield concept, _skos("inScheme"), NamedNode(scheme)
    yield concept, _skos("prefLabel"), Literal(code)


def _number(number: int) -> Literal:
    return Literal(str(number), datatype=_xsd("integer"))


def _time(text: str) -> Literal:
    return Literal(text, datatype=_xsd("dateTime"))


def _name(namespace: str, name: str) -> NamedNode:
    return NamedNode(namespace + name)


def _dcat(name: str) -> NamedNode:
    return NamedNode(DCAT + name)


def _dct(name: str) -> NamedNode:
    return NamedNode(DCT + name)


def _skos(name: str) -> NamedNode:
    return NamedNode(SKOS + name)


def _xsd(name: str) -> NamedNode:
    return NamedNode(XSD + name)


_TYPE: Final = NamedNode(RDF + "type")
