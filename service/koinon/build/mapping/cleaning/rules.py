"""The rules of cleaning, as the part ``[rdf]`` of a mapping file states them (docs/sources/essglobal.md)."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from koinon.build.mapping.model import MAX_MAPPING, MappingError, Part, Slug, SourcePart, Tag, Version
from koinon.build.mapping.terms import Names


class Rename(Part):
    """A property that is said under another name; plain text gets the language ``lang``, where one is given."""

    p: str
    lang: Tag | None = None


class Codes(Part):
    """Texts of a property that are codes: what ``pattern`` matches whole is said with ``becomes``, untagged."""

    p: str
    pattern: str
    becomes: str


class RdfPart(Part):
    """``[rdf]``: ``keep`` maps classes to the properties that are kept of their things.

    ``drop`` maps properties that are left out on purpose to the reason; ``personal`` are those among them that name
    persons, whose values are counted and never shown. Of ``single`` properties a thing has one value a language:
    another becomes ``demoted``, or is left out. A thing without a name takes the texts of ``nameFrom`` as its name;
    text without a language gets the tag ``untagged``. ``suffixes`` says which syntax a suffix stands for.
    """

    keep: dict[str, tuple[str, ...]] = Field(min_length=1)
    rename: dict[str, Rename] = Field(default_factory=dict)
    drop: dict[str, str] = Field(default_factory=dict)
    personal: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    demoted: str | None = None
    suffixes: dict[str, str] = Field(default_factory=dict)
    codes: tuple[Codes, ...] = ()
    name_from: str | None = Field(default=None, alias="nameFrom")
    untagged: Tag | None = None


class CleaningFile(Part):
    """A mapping file with a part ``[rdf]`` in place of tables."""

    name: Slug
    version: Version
    source: SourcePart
    prefixes: dict[str, str] = Field(default_factory=dict)
    rdf: RdfPart


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The rules with IRIs for names.

    ``keep`` maps a class to properties, ``rename`` a property to another and a tag, ``codes`` a property to the
    pattern of its codes and the property that they become.
    """

    path: Path
    file: CleaningFile
    keep: Mapping[str, frozenset[str]]
    rename: Mapping[str, tuple[str, str | None]]
    drop: Mapping[str, str]
    personal: frozenset[str]
    single: frozenset[str]
    demoted: str | None
    codes: Mapping[str, tuple[re.Pattern[str], str]]
    name_from: str | None

    @property
    def source(self) -> SourcePart:
        """What the mapping knows of the publisher."""
        return self.file.source


def is_cleaning(path: Path) -> bool:
    """Tell whether a mapping file cleans RDF; False also where it cannot be read, which its reader then reports."""
    try:
        return "rdf" in tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return False


def load_cleaning(path: Path) -> Cleaning:
    """Read a mapping file with a part ``[rdf]``; raises MappingError with the file, the key and what is wanted."""
    try:
        data = path.read_bytes()
        if len(data) > MAX_MAPPING:
            raise MappingError(str(path), "file", f"it has more than {MAX_MAPPING} bytes")
        file = CleaningFile.model_validate(tomllib.loads(data.decode("utf-8-sig")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "file"
        detail = "there is no such key" if first["type"] == "extra_forbidden" else first["msg"]
        raise MappingError(str(path), where, detail.removeprefix("Value error, ")) from error
    except (OSError, ValueError, RecursionError) as error:
        raise MappingError(str(path), "file", f"it cannot be read as TOML: {error}") from error
    if file.name != path.stem:
        raise MappingError(str(path), "name", f"{file.name!r} is not the file's name {path.stem!r}")
    return _resolved(path, file)


def _resolved(path: Path, file: CleaningFile) -> Cleaning:
    names = Names(file.prefixes)

    def iri(name: str, key: str) -> str:
        try:
            return names.iri(name)
        except ValueError as error:
            raise MappingError(str(path), key, str(error)) from error

    def expression(pattern: str) -> re.Pattern[str]:
        try:
            return re.compile(pattern)
        except re.error as error:
            raise MappingError(str(path), "rdf.codes", f"{pattern!r} is no regular expression: {error}") from error

    rdf = file.rdf
    return Cleaning(
        path,
        file,
        keep={iri(c, "rdf.keep"): frozenset(iri(p, "rdf.keep") for p in ps) for c, ps in rdf.keep.items()},
        rename={iri(p, "rdf.rename"): (iri(r.p, "rdf.rename"), r.lang) for p, r in rdf.rename.items()},
        drop={iri(p, "rdf.drop"): why for p, why in rdf.drop.items()},
        personal=frozenset(iri(p, "rdf.personal") for p in rdf.personal),
        single=frozenset(iri(p, "rdf.single") for p in rdf.single),
        demoted=iri(rdf.demoted, "rdf.demoted") if rdf.demoted else None,
        codes={iri(c.p, "rdf.codes"): (expression(c.pattern), iri(c.becomes, "rdf.codes")) for c in rdf.codes},
        name_from=iri(rdf.name_from, "rdf.nameFrom") if rdf.name_from else None,
    )
