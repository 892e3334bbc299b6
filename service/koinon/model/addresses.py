"""The short names of things, as paths and parameters have them: ``project/resist``.

A thing of another node has that one's base behind its type: ``place@w3id.org~koinon/malopolskie``.
"""

from typing import Final

from koinon.model.namespaces import BASES, ID, THINGS


def key_of(base: str) -> str:
    """Return what stands for a base in a short name: ``w3id.org~koinon``."""
    return base.partition("://")[2].strip("/").replace("/", "~")


_OTHERS: Final = tuple((namespace, key_of(base)) for base, namespace in zip(BASES, THINGS, strict=True))[1:]
_NAMESPACES: Final = {key: namespace for namespace, key in _OTHERS}


def local_name(iri: str) -> str:
    """Return what stands behind the namespace of a thing of whatever node: ``project/resist``."""
    for namespace in THINGS:
        if iri.startswith(namespace):
            return iri[len(namespace) :]
    return iri


def name_of(iri: str) -> str:
    """Return the short name of a thing, with its fragment; an IRI that names no thing is returned as it is."""
    if iri.startswith(ID):
        return iri[len(ID) :]
    for namespace, key in _OTHERS:
        if iri.startswith(namespace):
            kind, slash, rest = iri[len(namespace) :].partition("/")
            return f"{kind}@{key}{slash}{rest}"
    return iri


def thing_of(name: str) -> str:
    """Return the IRI of a short name; raises ValueError where it names a node that this one does not know."""
    kind, slash, rest = name.partition("/")
    kind, at, key = kind.partition("@")
    if not at:
        return ID + name
    if key not in _NAMESPACES:
        known = ", ".join(_NAMESPACES) or "no other node"
        raise ValueError(f"{key!r} is no node that this one knows; known: {known}")
    return f"{_NAMESPACES[key]}{kind}{slash}{rest}"
