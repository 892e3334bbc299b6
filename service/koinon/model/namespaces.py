"""The namespaces of the graph, and the prefixes under which every door shows them."""

from typing import Final

BASE: Final = "https://w3id.org/koinon/"
DEF: Final = BASE + "def#"
ID: Final = BASE + "id/"
CODE: Final = BASE + "code/"
GRAPH: Final = BASE + "graph/"
SHAPES: Final = BASE + "shapes#"
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
