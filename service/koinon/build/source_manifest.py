"""What one ``source.toml`` says: whose words a source is, what may be done with them, and how they were read."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from koinon.build.iris import iri_problem
from koinon.build.languages import LANGUAGES
from koinon.model.namespaces import BASES, ID, SHARED, THINGS

MANIFEST = "source.toml"
RESERVED = frozenset({"ontology", "code", "territory", "catalogue", "shapes"})
"""Slugs of the graphs that no source may take."""


def _address(iri: str) -> str:
    problem = iri_problem(iri)
    if problem or not iri.startswith(("http://", "https://")):
        raise ValueError(problem or f"{iri!r} does not begin with http:// or https://")
    return iri


def _of_document(iri: str) -> str:
    if iri.startswith(BASES) and ("#" in iri or not iri.startswith(THINGS)):
        raise ValueError(f"{iri!r} is none of the addresses of a document; give {ID}document/… or its own address")
    return iri


def _minted(glob: str) -> str:
    if "://" in glob and not glob.removeprefix("!").startswith(THINGS):
        raise ValueError(f"{glob!r} begins with no base that this node knows; name it in KOINON_PEERS")
    return glob


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
HttpIri = Annotated[str, AfterValidator(_address)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Duration = Annotated[
    str,
    StringConstraints(
        pattern=r"^P([1-9]\d{0,2}Y([1-9]\d?M)?([1-9]\d{0,2}D)?|[1-9]\d{0,2}M([1-9]\d{0,2}D)?|[1-9]\d{0,2}[WD])$"
    ),
]
"""An ISO 8601 duration in whole years, months, weeks and days, such as ``P1Y`` or ``P3M``."""
Glob = Annotated[
    str,
    StringConstraints(pattern=r"^!?(https?://[^\s<>\"{}|\\^`*!#?]+/id/)?[a-z*][a-z*-]*/[a-z0-9*-]+$"),
    AfterValidator(_minted),
]
"""What a source mints: ``{type}/{slug}`` below its home, or, of another node, the whole IRI."""
FileName = Annotated[str, StringConstraints(pattern=r"^[^./\\\x00-\x1f\x7f][^/\\\x00-\x1f\x7f]*$", max_length=200)]
"""The plain name of a file beside the manifest."""


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
    """What may be done with the source, and the licence of the graph made from it.

    ``override`` is the reason why a source is taken although its publisher states no rights.
    """

    statement: Text
    licence: HttpIri
    override: Text | None = None


class Reading(_Part):
    """When the source was received, and how, by whom and with what review it was read."""

    received: date
    method: Slug
    by: Text
    review: Text
    basis: Literal["stated", "implied", "external"]
    receipts: Literal["every", "annotated"]


class MappingUse(_Part):
    """Which mapping makes statements of a source that is no RDF, and which version of it."""

    name: Slug
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]*$", max_length=64)]


def home_of(kind: object) -> str:
    """Return the namespace of what a source of this kind mints: reference data are the same on all nodes."""
    return SHARED if kind == "reference" else ID


class Manifest(_Part):
    """The content of one ``source.toml``.

    A source with a ``mapping`` names its ``files``, which are the publisher's own. ``policy`` says what a fault
    takes out: the whole ``source``, or only the ``record`` that has it. ``credit`` is the line that the publisher
    asks for; ``schedule`` says how often the publisher brings out a new edition.
    """

    slug: Slug
    title: dict[Tag, Text] = Field(min_length=1)
    kind: Literal["page", "external", "reference"]
    language: str
    format: Text | None = None
    files: Annotated[tuple[FileName, ...], Field(min_length=1)] | None = None
    mapping: MappingUse | None = None
    policy: Literal["source", "record"] = "source"
    publisher: Text | None = None
    homepage: HttpIri | None = None
    credit: Text | None = None
    schedule: Duration | None = None
    mints: tuple[Glob, ...]
    document: Document
    rights: Rights
    reading: Reading

    @property
    def home(self) -> str:
        """The namespace of what the source mints."""
        return home_of(self.kind)

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

    @field_validator("files")
    @classmethod
    def _each_file_once(cls, files: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if files is not None and (len(set(files)) < len(files) or MANIFEST in files):
            raise ValueError(f"each file is named once, and {MANIFEST} not at all")
        return files

    @model_validator(mode="after")
    def _a_mapping_has_files(self) -> Self:
        if self.mapping is not None and self.files is None:
            raise ValueError('a source with a mapping names its files: files = ["…"]')
        return self

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
