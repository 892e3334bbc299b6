"""Which IRIs a graph may hold: absolute ones of known schemes; of Koinon's own, the forms that it gives out."""

import re
from typing import Final

from koinon.model.addresses import local_name
from koinon.model.namespaces import BASES, CANONICAL, THINGS

SCHEMES: Final = ("http", "https", "urn", "mailto", "tel")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.+)\Z", re.DOTALL)
_BAD = re.compile(
    r"[\x00-\x20<>\"{}|\\^`\x7f-\xa0\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
    r"|%(?![0-9A-Fa-f]{2})"
)
_AUTHORITY = re.compile(r"//([^/?#]*)")
_OURS = re.compile(r"https?://w3id\.org(?::\d*)?/koinon(?![\w.~%-])", re.IGNORECASE)
_THING = re.compile(r"[a-z]+(?:-[a-z]+)*/[a-z0-9]+(?:-[a-z0-9]+)*(?:#[A-Za-z0-9][A-Za-z0-9=,.;_-]*)?\Z")
_ADDRESS = re.compile(
    r"(?:(?:def|shapes|code|graph|context|statement|links|queries|releases|data|sparql)\b|\.well-known/|\Z)"
)


def iri_problem(iri: str) -> str | None:
    """Return what is wrong with the IRI, in words, or None where the graph may hold it (RFC 3987, section 2.2)."""
    if _BAD.search(iri):
        return f"{iri!r} has characters that no IRI has"
    parts = _SCHEME.match(iri)
    if parts is None:
        return f"{iri!r} is not an absolute IRI"
    if parts[1] not in SCHEMES:
        return f"the scheme of {iri!r} is none of {', '.join(SCHEMES)}"
    return _address_problem(iri, parts[2]) if parts[1] in {"http", "https"} else None


def _address_problem(iri: str, after_scheme: str) -> str | None:
    authority = _AUTHORITY.match(after_scheme)
    if authority is None or not authority[1]:
        return f"{iri!r} names no host"
    if "@" in authority[1]:
        return f"{iri!r} names a user before its host; leave the name, and any password, out"
    if iri.startswith(THINGS):
        if not _THING.match(local_name(iri)):
            return f"{iri!r} is not of the form id/{{type}}/{{slug}} in lower-case ASCII"
    elif iri.startswith(BASES):
        if not any(iri.startswith(base) and _ADDRESS.match(iri.removeprefix(base)) for base in BASES):
            return f"{iri!r} is no address that Koinon gives out"
    elif _OURS.match(iri):
        return f"{iri!r}: Koinon's addresses begin with {CANONICAL}"
    return None
