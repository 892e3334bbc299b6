"""Where terms of others come from: the vocabularies that the graph reuses, and the release that was read of each.

``ontology/catalog.md`` says more of each; a test holds the two together.
"""

from dataclasses import dataclass
from typing import Final

from koinon.model.namespaces import (
    ADMS,
    DCAT,
    DCT,
    DEF,
    FOAF,
    FRAPO,
    GEO,
    LOCN,
    M8G,
    OA,
    ORG,
    OWL,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    VOID,
    XSD,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A vocabulary: its prefix, namespace, name and the release that was read (names are no texts to translate)."""

    prefix: str
    namespace: str
    name: str
    release: str = ""


_READ: Final = {
    DEF: ("Koinon", ""),
    ORG: ("Organization Ontology", "W3C, 2014-01-16"),
    M8G: ("SEMIC Core Vocabularies", "Core Business 2.3.0, CPOV 2.1.2, CPSV-AP 3.2.0"),
    FRAPO: ("FRAPO", "1.2.0, 2026-08-14"),
    SCHEMA: ("schema.org", ""),
    FOAF: ("FOAF", "0.1, 2014-01-14"),
    DCT: ("DCMI Metadata Terms", "2020-01-20"),
    SKOS: ("SKOS", "W3C, 2009-08-18"),
    PROV: ("PROV-O", "W3C, 2013-04-30"),
    OA: ("Web Annotation", "W3C, 2017-02-23"),
    DCAT: ("DCAT", "3, W3C, 2024-08-22"),
    ADMS: ("ADMS", ""),
    LOCN: ("Core Location", ""),
    GEO: ("Basic Geo", "2009-04-20"),
    VOID: ("VoID", "W3C, 2011-03-03"),
    RDF: ("RDF", "W3C"),
    RDFS: ("RDF Schema", "W3C"),
    OWL: ("OWL", "W3C"),
    XSD: ("XML Schema", "W3C"),
}


def source_of(iri: str) -> Source | None:
    """Return the vocabulary of a term, or None for one under no prefix of ours."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return Source(prefix, namespace, *_READ.get(namespace, (prefix, "")))
    return None
