"""Statements as the generator writes them: terms that are already N-Quads text."""

from collections.abc import Iterator
from typing import NamedTuple

BASE = "https://w3id.org/koinon/"
PREFIXES = {
    "koi": f"{BASE}def#",
    "id": f"{BASE}id/",
    "code": f"{BASE}code/",
    "graph": f"{BASE}graph/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "m8g": "http://data.europa.eu/m8g/",
    "frapo": "http://purl.org/cerif/frapo/",
    "schema": "https://schema.org/",
    "adms": "http://www.w3.org/ns/adms#",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "lang": "http://publications.europa.eu/resource/authority/language/",
}
_KNOWN: dict[str, str] = {}


class Statement(NamedTuple):
    """One statement of a graph. ``again`` marks one that another graph has made before."""

    graph: str
    subject: str
    predicate: str
    value: str
    again: bool = False


def term(name: str) -> str:
    """Return the IRI of a prefixed name such as ``koi:Project``, in angle brackets."""
    found = _KNOWN.get(name)
    if found is None:
        prefix, _, local = name.partition(":")
        found = f"<{PREFIXES[prefix]}{local}>"
        if len(_KNOWN) < 50_000:
            _KNOWN[name] = found
    return found


def text(value: str, language: str = "") -> str:
    """Return a plain string, or one in a language."""
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{quoted}@{language}" if language else quoted


def typed(value: object, datatype: str) -> str:
    """Return a literal of an XML Schema datatype such as ``date``."""
    return f'"{value}"^^{term("xsd:" + datatype)}'


class About:
    """The statements that one graph makes about one subject."""

    def __init__(self, graph: str, subject: str, *, again: bool = False) -> None:
        self.graph, self.subject, self._again = graph, subject, again

    def __call__(self, predicate: str, *values: str) -> Iterator[Statement]:
        """Return one statement for each value, given as N-Quads text."""
        name = term(predicate)
        for value in values:
            yield Statement(self.graph, self.subject, name, value, self._again)

    def types(self, *names: str) -> Iterator[Statement]:
        """Say what the subject is."""
        return self("rdf:type", *(term(name) for name in names))

    def part(self, name: str) -> "About":
        """Return what is said of a part of the subject."""
        return About(self.graph, f"{self.subject[:-1]}#{name}>", again=self._again)
