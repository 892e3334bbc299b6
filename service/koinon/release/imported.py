"""What an imported release says of its origin: the files it was made of, from which its id comes."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Self

from koinon.model.errors import ReleaseError
from koinon.model.namespaces import GRAPH

IMPORTING: Final = "1"
"""Version of the code that imports. It enters the release id: raise it whenever the same files come to give another
store, or old releases would be taken for new ones."""
ORIGIN: Final = "import.json"
"""File of an imported release that names what it was made of."""

_OWN_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,100}")
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_STEM: Final = 40
_DIGEST: Final = 12


@dataclass(frozen=True, slots=True, order=True)
class ImportedFile:
    """One file as it was read: the SHA-256 of its bytes, its size, and the options that shaped what it states.

    ``format`` is the media type of its syntax, ``graph`` the IRI of the graph that its own default graph went into
    (None: the default graph) and ``base`` the IRI that relative ones were resolved against, if any.
    """

    sha256: str
    format: str
    graph: str | None
    base: str | None
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Origin:
    """The files of an imported release, and the size and SHA-256 of the dump that was written of them."""

    files: tuple[ImportedFile, ...]
    dump_lines: int
    dump_sha256: str

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the origin of the release in ``folder``; raises ReleaseError where it is missing or damaged."""
        path = folder / ORIGIN
        try:
            fields = json.loads(path.read_text(encoding="utf-8"))
            files = tuple(ImportedFile(**file) for file in fields.pop("files"))
            return cls(files=files, **fields)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReleaseError(f"{path} cannot be read ({error}). Import the files again.") from error

    def write(self, folder: Path) -> None:
        """Write the origin into the release in ``folder``."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / ORIGIN).write_text(text + "\n", encoding="utf-8")


def import_id(files: Iterable[ImportedFile]) -> str:
    """Return the id of the release that is made of ``files``.

    It is the SHA-256, in hexadecimal, of the line ``import, tab, IMPORTING`` and the sorted lines ``file, tab,
    hash, tab, media type, tab, graph, tab, base`` (an option that was not given is empty). A file that is given
    twice counts twice, as its blank nodes do; names, paths and the order of the files don't matter.
    """
    lines = sorted(f"file\t{file.sha256}\t{file.format}\t{file.graph or ''}\t{file.base or ''}\n" for file in files)
    return hashlib.sha256("".join((f"import\t{IMPORTING}\n", *lines)).encode()).hexdigest()


def graph_slug(iri: str) -> str:
    """Return the name under which ``/graph/{slug}`` answers with the graph ``iri``, the same in every release.

    It is the graph's own slug for a graph of ours, and otherwise the last part of the IRI in plain letters with
    the beginning of the IRI's SHA-256, so that two graphs never share one.
    """
    own = iri.removeprefix(GRAPH)
    if own != iri and _OWN_SLUG.fullmatch(own):
        return own
    last = re.split(r"[/#:]", iri.rstrip("/#:"))[-1]
    stem = _OTHER.sub("-", last.lower()).strip("-")[:_STEM].strip("-")
    digest = hashlib.sha256(iri.encode()).hexdigest()[:_DIGEST]
    return f"{stem or 'graph'}-{digest}"
