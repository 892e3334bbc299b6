"""RDF terms as canonical N-Triples (RDF 1.2 N-Triples, section 4), written straight as text; and prefixed names."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from koinon.build.iris import iri_problem
from koinon.model.namespaces import CODE, PREFIXES, SHARED, XSD

_ESCAPED = re.compile('["\\\\\n\r\t]')
_ESCAPES: Final = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
_LIST_PREFIX = re.compile(r"[a-z]+(?:-[a-z]+)*\Z")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH: Final = 48
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
"""What may stand for a column in one of our own addresses."""
BETWEEN: Final = "\x1f"
"""What stands between the parts of a key before it is hashed: no cell has it."""
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*\Z")


def literal(text: str) -> str:
    """Return text as a plain literal; it holds no control characters but tabs and line ends."""
    if _ESCAPED.search(text):
        for character, escape in _ESCAPES:
            text = text.replace(character, escape)
    return f'"{text}"'


def tagged(text: str, tag: str) -> str:
    """Return text in a language; the tag is in lower case, as RDF 1.2 compares it."""
    return f"{literal(text)}@{tag}"


def typed(lexical: str, datatype: str) -> str:
    """Return a value in its canonical lexical form with a datatype of XML Schema."""
    return f'"{lexical}"^^<{XSD}{datatype}>'


def node(iri: str) -> str:
    """Return an IRI as a term; ValueError where a graph may not hold it."""
    problem = iri_problem(iri)
    if problem:
        raise ValueError(problem)
    return f"<{iri}>"


def escaped(text: str) -> str:
    """Return text as a part of an IRI outside our own addresses (RFC 3986, section 2.1)."""
    return quote(text, safe="-._~")


@lru_cache(maxsize=1 << 16)
def hashed(key: str) -> str:
    """Return the eight hex digits that tell keys apart."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Return text in ASCII letters and digits with hyphens; empty where none of it is Latin."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_SLUG.sub("-", plain).strip("-")[:_SLUG_LENGTH].strip("-")


def slug(parts: Sequence[str]) -> str:
    """Return the slug of a key that is text: folded, then its hash, so that keys in any script stay apart."""
    readable = folded(" ".join(parts))
    digits = hashed(BETWEEN.join(parts))
    return f"{readable}-{digits}" if readable else digits


class Names:
    """Prefixed names as IRIs; every code list is a prefix by its own name."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Take the prefixes of a mapping beside those of the data model."""
        self._prefixes = {**PREFIXES, "id": SHARED, **prefixes}

    def property(self, name: str) -> str:
        """Return the IRI of a property or class; ValueError where its prefix is none of a vocabulary."""
        prefix, colon, local = name.partition(":")
        if not colon or (prefix not in self._prefixes and prefix not in {"http", "https"}):
            known = ", ".join(sorted(self._prefixes))
            raise ValueError(f"{name!r} is no prefixed name; known prefixes are {known}")
        return self.iri(name) if local else ""

    def iri(self, name: str) -> str:
        """Return the IRI of a prefixed name or of an address; ValueError where it is neither."""
        prefix, colon, local = name.partition(":")
        if prefix in {"http", "https"}:
            iri = name
        elif not colon or not local:
            raise ValueError(f"{name!r} is neither a prefixed name (theme:water) nor an address (https://…)")
        elif prefix in self._prefixes:
            iri = self._prefixes[prefix] + local
        elif _LIST_PREFIX.match(prefix) and SLUG.match(local):
            iri = f"{CODE}{prefix}/{local}"
        else:
            raise ValueError(f"{name!r} has a prefix that is not known")
        node(iri)
        return iri

    def meaning(self, text: str) -> str | None:
        """Return the IRI for which the text of a code table stands, or None where it is just text."""
        prefix, colon, local = text.partition(":")
        if not colon or not local or " " in text:
            return None
        if prefix in {"http", "https"} or prefix in self._prefixes or _LIST_PREFIX.match(prefix):
            return self.iri(text)
        return None
