"""The namespaces of the graph, and the prefixes under which every door shows them.

Vocabulary, code lists, shapes and reference data are the same on all nodes, under ``CANONICAL``. What a node mints
itself stands under its own ``BASE``, which the environment gives when the process starts: no request looks it up,
and no process serves two (decision 0045).
"""

import os
from typing import Final

CANONICAL: Final = "https://w3id.org/koinon/"
BASE: Final = os.environ.get("KOINON_BASE") or CANONICAL
PEERS: Final = os.environ.get("KOINON_PEERS", "")
BASES: Final = tuple(dict.fromkeys((BASE, CANONICAL, *filter(None, map(str.strip, PEERS.split(","))))))
"""The bases whose things this node may hold: its own, the canonical one, and those of the nodes that it follows."""
THINGS: Final = tuple(base + "id/" for base in BASES)
"""The namespaces of things, this node's own first."""

DEF: Final = CANONICAL + "def#"
CODE: Final = CANONICAL + "code/"
SHAPES: Final = CANONICAL + "shapes#"
SHARED: Final = CANONICAL + "id/"
"""The namespace of the things of reference data: places, programmes, funds and legal forms."""
ID: Final = BASE + "id/"
GRAPH: Final = BASE + "graph/"
STATEMENT: Final = BASE + "statement/"
SKOLEM: Final = BASE + ".well-known/genid/"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCT: Final = "http://purl.org/dc/terms/"
DCAT: Final = "http://www.w3.org/ns/dcat#"
PROV: Final = "http://www.w3.org/ns/prov#"
SH: Final = "http://www.w3.org/ns/shacl#"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
ORG: Final = "http://www.w3.org/ns/org#"
M8G: Final = "http://data.europa.eu/m8g/"
FRAPO: Final = "http://purl.org/cerif/frapo/"
SCHEMA: Final = "https://schema.org/"
ADMS: Final = "http://www.w3.org/ns/adms#"
LOCN: Final = "http://www.w3.org/ns/locn#"
OA: Final = "http://www.w3.org/ns/oa#"
GEO: Final = "http://www.w3.org/2003/01/geo/wgs84_pos#"
VOID: Final = "http://rdfs.org/ns/void#"
HYDRA: Final = "http://www.w3.org/ns/hydra/core#"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
DQV: Final = "http://www.w3.org/ns/dqv#"
LDQD: Final = "http://www.w3.org/2016/05/ldqd#"

PREFIXES: Final[dict[str, str]] = {
    "koi": DEF,
    "rdf": RDF,
    "rdfs": RDFS,
    "xsd": XSD,
    "owl": OWL,
    "skos": SKOS,
    "dct": DCT,
    "dcat": DCAT,
    "prov": PROV,
    "sh": SH,
    "foaf": FOAF,
    "org": ORG,
    "m8g": M8G,
    "frapo": FRAPO,
    "schema": SCHEMA,
    "adms": ADMS,
    "locn": LOCN,
    "oa": OA,
    "geo": GEO,
    "void": VOID,
    "sd": SD,
    "dqv": DQV,
    "ldqd": LDQD,
}
"""Prefix to namespace IRI, in the order in which documents declare them."""

CC_BY: Final = "https://creativecommons.org/licenses/by/4.0/"
CC0: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
"""The licences of what Koinon itself publishes: data and ontology, and code lists."""
