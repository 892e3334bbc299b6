"""Telling the format of RDF that somebody hands in: by what they call it, by the file's name, by how it begins."""

import re
from typing import Final

from koinon.build.reading import FORMATS

TITLES: Final = {
    ".ttl": "Turtle",
    ".nt": "N-Triples",
    ".nq": "N-Quads",
    ".trig": "TriG",
    ".rdf": "RDF/XML",
    ".jsonld": "JSON-LD",
}
"""Suffix to the name that people know, in the order in which a list offers them."""

MEDIA_TYPES: Final = {
    "text/turtle": ".ttl",
    "application/x-turtle": ".ttl",
    "application/n-triples": ".nt",
    "application/n-quads": ".nq",
    "application/trig": ".trig",
    "application/rdf+xml": ".rdf",
    "application/ld+json": ".jsonld",
}
"""Media types to the suffix of their format; those of ``VAGUE`` leave it open."""

VAGUE: Final = {
    "text/plain": None,
    "application/octet-stream": None,
    "application/xml": ".rdf",
    "text/xml": ".rdf",
    "application/json": ".jsonld",
    "text/n3": ".ttl",
}
"""Media types that programs use for want of better, and what they mean by them, if that is one thing."""

_OTHER_NAMES: Final = {
    "turtle": ".ttl",
    "ntriples": ".nt",
    "nquads": ".nq",
    "rdfxml": ".rdf",
    "xml": ".rdf",
    "owl": ".rdf",
    "json": ".jsonld",
    "n3": ".ttl",
}
_BEGINNING: Final = 65_536
_JSON = re.compile(r"\ufeff?\s*(?:\{\s*[\"}]|\[\s*(?:[{\"\[]|\]\s*\Z))")
_XML = re.compile(r"\ufeff?\s*<(?:\?xml\b|!--|!DOCTYPE\s+rdf|(?:[\w.-]+:)?RDF\b)", re.IGNORECASE)
_WEB_PAGE = re.compile(r"\ufeff?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html\b)", re.IGNORECASE | re.DOTALL)
_TERM = r"(?:<[^<>]*>|_:\S+)"
_QUADS = re.compile(rf"(?m)^\s*{_TERM}\s+<[^<>]*>\s+(?:{_TERM}|\"(?:[^\"\\]|\\.)*\"\S*)\s+{_TERM}\s*\.")
_TRIG = re.compile(r"(?m)^\s*(?:GRAPH\s+)?(?:<[^<>]*>|[\w.-]*:[\w./-]*)?\s*\{")


def suffix_named(name: str) -> str | None:
    """Return the suffix of a format that is named by a suffix, a title or a media type; None for an unknown one."""
    plain = name.strip().lower()
    if plain.partition(";")[0].strip() in MEDIA_TYPES:
        return MEDIA_TYPES[plain.partition(";")[0].strip()]
    plain = re.sub(r"[^a-z0-9]", "", plain)
    return f".{plain}" if f".{plain}" in FORMATS else _OTHER_NAMES.get(plain)


def suffix_of_content(content: bytes) -> str | None:
    """Return the suffix of the format in which ``content`` seems to be written; None where it is no RDF.

    What is not UTF-8 counts as Turtle: reading it tells where the fault is.
    """
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        return None
    text = content[:_BEGINNING].decode("utf-8", "replace")
    if _WEB_PAGE.match(text):
        return None
    if _JSON.match(text):
        return ".jsonld"
    if _XML.match(text):
        return ".rdf"
    if _QUADS.search(text):
        return ".nq"
    return ".trig" if _TRIG.search(text) else ".ttl"


def suffix_of(content: bytes, name: str = "") -> str | None:
    """Return the suffix of the format of a file: as its name says, else as its content begins."""
    ending = name.rpartition(".")[2] if "." in name else ""
    return suffix_named(ending) or suffix_of_content(content)
