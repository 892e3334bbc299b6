"""Others' things, while a source is judged: each gets the class by which the shapes know what may be said of it.

The shapes are those of ``shapes/others.ttl``; a graph never holds these classes.
"""

from collections.abc import Iterable
from typing import Final

from koinon.build.graphs import TYPE
from koinon.build.source_manifest import Manifest
from koinon.model.namespaces import SHAPES, THINGS

_PLACES: Final = tuple(f"{things}place/" for things in THINGS)
_CITED: Final = "every"
"""What the manifest of a source says whose every statement is cited by the characters of its page."""


def marks(foreign: Iterable[str], manifest: Manifest) -> bytes:
    """Return as N-Triples what kind of others' things the subjects ``foreign`` are; Koinon's own addresses only.

    The document that the source was read from is not among them: what is said of it comes from the manifest.
    """
    cited = manifest.reading.receipts == _CITED
    lines = []
    for iri in foreign:
        if iri.startswith(THINGS) and iri != manifest.document.iri:
            kind = "OthersPlace" if iri.startswith(_PLACES) and not cited else "OthersThing"
            lines.append(f"<{iri}> {TYPE} <{SHAPES}{kind}> .\n")
    return "".join(lines).encode()
