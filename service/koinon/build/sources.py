"""Finding the sources: every folder under a data folder with a ``source.toml``, read strictly.

A manifest that cannot be read refuses its own source, naming the file and the key, and no other.
"""

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from koinon.build.findings import Finding
from koinon.build.iris import iri_problem
from koinon.build.languages import LANGUAGES
from koinon.model.errors import ConfigurationError
from koinon.model.namespaces import BASE, ID

MANIFEST = "source.toml"
MAX_MANIFEST = 2**20
"""Bytes of the largest manifest that is read."""
RESERVED = frozenset({"ontology", "code", "territory", "catalogue", "shapes"})
"""Slugs of the graphs that no source may take."""


def _address(iri: str) -> str:
    problem = iri_problem(iri)
    if problem or not iri.startswith(("http://", "https://")):
        raise ValueError(problem or f"{iri!r} does not begin with http:// or https://")
    return iri


def _of_document(iri: str) -> str:
    if iri.startswith(BASE) and ("#" in iri or not iri.startswith(ID)):
        raise ValueError(f"{iri!r} is none of the addresses of a document; give {ID}document/… or its own address")
    return iri


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
HttpIri = Annotated[str, AfterValidator(_address)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Document(_Part):
    """The primary source document: which it is, which bytes were read, and what is not known of it."""

    iri: Annotated[HttpIri, AfterValidator(_of_document)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    not_held: Text | None = None
    length: int | None = Field(default=None, gt=0)
    issued: date | Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{2})?$")] | None = None
    issued_absent: Text | None = None
    address: HttpIri | None = None
    crawled: date | Literal["unknown"] | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.sha256 is None) == (self.not_held is None):
            raise ValueError("give either sha256 (of the received file) or not_held (the reason)")
        if self.issued is not None and self.issued_absent is not None:
            raise ValueError("give either issued or issued_absent, not both")
        return self


class Rights(_Part):
    """What may be done with the source, and the licence of the graph made from it."""

    statement: Text
    licence: HttpIri


class Reading(_Part):
    """When the source was received, and how, by whom and with what review it was read."""

    received: date
    method: Slug
    by: Text
    review: Text
    basis: Literal["stated", "implied", "external"]
    receipts: Literal["every", "annotated"]


class Manifest(_Part):
    """The content of one ``source.toml``."""

    slug: Slug
    title: dict[Tag, Text] = Field(min_length=1)
    kind: Literal["page", "external", "reference"]
    language: str
    format: Text | None = None
    mints: tuple[Annotated[str, StringConstraints(pattern=r"^!?[a-z*][a-z*-]*/[a-z0-9*-]+$")], ...]
    document: Document
    rights: Rights
    reading: Reading

    @field_validator("slug")
    @classmethod
    def _not_reserved(cls, slug: str) -> str:
        if slug in RESERVED:
            raise ValueError(f"{slug} is the name of a graph that Koinon makes itself")
        return slug

    @field_validator("language")
    @classmethod
    def _known_language(cls, tag: str) -> str:
        if tag not in LANGUAGES:
            raise ValueError(f"unknown language {tag!r}; known are {', '.join(sorted(LANGUAGES))}")
        return tag

    @model_validator(mode="after")
    def _ranges_need_a_length(self) -> Self:
        if self.reading.receipts == "every" and self.document.length is None:
            raise ValueError('receipts = "every" needs document.length, in characters')
        return self

    @model_validator(mode="after")
    def _a_page_is_held_and_cited(self) -> Self:
        if self.kind == "page" and (self.document.sha256 is None or self.reading.receipts != "every"):
            raise ValueError(
                'kind = "page" needs document.sha256 and document.length of the received file, and '
                'reading.receipts = "every"; what is not held is kind = "external"'
            )
        return self


@dataclass(frozen=True, slots=True)
class Source:
    """A source folder with its manifest; ``files`` are its RDF files, sorted by name."""

    folder: Path
    manifest: Manifest
    files: tuple[Path, ...]

    @property
    def slug(self) -> str:
        """The name of the source and of its graph."""
        return self.manifest.slug


def find_sources(folders: Iterable[Path], suffixes: Iterable[str]) -> tuple[list[Source], list[Finding]]:
    """Read every manifest under ``folders``; files with one of the ``suffixes`` are a source's RDF files.

    Returns the sources, sorted by slug, and one finding for each manifest that is refused (under its folder's
    name). Raises ConfigurationError where a folder does not exist, cannot be read or holds no source.
    """
    wanted = frozenset(suffixes)
    sources: list[Source] = []
    refused: list[Finding] = []
    times: Counter[str] = Counter()
    for path in _manifests(folders):
        folder = path.parent
        times[folder.name] += 1
        manifest = read_manifest(path)
        if isinstance(manifest, Finding):
            refused.append(manifest)
            continue
        files = tuple(sorted(p for p in folder.iterdir() if not p.is_dir() and p.suffix.lower() in wanted))
        if not files:
            detail = f"the folder holds no RDF file; wanted is one of {', '.join(sorted(wanted))}"
            refused.append(Finding(manifest.slug, "empty", str(folder), detail))
            continue
        sources.append(Source(folder, manifest, files))
    for source in sources:
        if times[source.slug] > 1:
            detail = f"{times[source.slug]} folders have this slug; each source needs its own"
            refused.append(Finding(source.slug, "slug-twice", str(source.folder / MANIFEST), detail))
    return sorted((s for s in sources if times[s.slug] == 1), key=lambda s: s.slug), refused


def read_manifest(path: Path) -> Manifest | Finding:
    """Read one ``source.toml``; a finding names the file, the line or the key, and what is wrong with it."""
    folder = path.parent.name
    try:
        if not path.is_file() or path.stat().st_size > MAX_MANIFEST:
            return Finding(folder, "manifest", str(path), f"it is no file of at most {MAX_MANIFEST} bytes")
        fields = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        return Finding(folder, "manifest", str(path), f"it cannot be read as TOML: {error}")
    try:
        manifest = Manifest.model_validate(fields)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in e['loc']) or 'file'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors()
        )
        return Finding(folder, "manifest", str(path), problems)
    if manifest.slug != folder:
        return Finding(
            folder, "manifest", str(path), f"slug: {manifest.slug!r} is not the folder's name {folder!r}"
        )
    return manifest


def manifest_for_file(path: Path) -> Manifest:
    """Return the manifest that a file without one is checked with: it may mint anything in our namespace."""
    slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "file"
    return Manifest(
        slug=f"checked-{slug}"[:100].rstrip("-"),
        title={"en": path.name},
        kind="external",
        language="und",
        mints=("*/*", f"!document/checked-{slug}"),
        document=Document(
            iri=f"https://w3id.org/koinon/id/document/checked-{slug}", not_held="checked, not handed in"
        ),
        rights=Rights(statement="unknown", licence="https://creativecommons.org/licenses/by/4.0/"),
        reading=Reading(
            received=date(1970, 1, 1),
            method="declared",
            by="unknown",
            review="none",
            basis="external",
            receipts="annotated",
        ),
    )


def _manifests(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield every manifest under the folders once, links followed, whatever begins with a dot left out."""
    seen: set[Path] = set()
    for folder in map(Path.absolute, folders):
        if not folder.is_dir():
            raise ConfigurationError(
                f"{folder} is not a folder. Give the folder that holds the sources with --data."
            )
        found = False
        for parent, below, names in os.walk(folder, onerror=_unreadable, followlinks=True):
            here = Path(parent).resolve()
            below[:] = sorted(name for name in below if not name.startswith("."))
            if here in seen:
                found = True
                below.clear()
            elif MANIFEST in names or MANIFEST in below:
                found = True
                yield Path(parent) / MANIFEST
            seen.add(here)
        if not found:
            raise ConfigurationError(
                f"{folder} holds no source: there is no {MANIFEST} in it or below. "
                "Give the folder that holds the sources with --data."
            )


def _unreadable(error: OSError) -> None:
    raise ConfigurationError(
        f"{error.filename} cannot be read ({error.strerror}). Mend that, then build again."
    ) from error
