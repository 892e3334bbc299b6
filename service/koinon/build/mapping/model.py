"""What a mapping file says (``docs/mappings.md``), read strictly: a key that is not known is an error."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    ValidationError,
    model_validator,
)

from koinon.build.languages import LANGUAGES
from koinon.model.errors import ConfigurationError

MAX_MAPPING = 2**22
"""Bytes of the largest mapping that is read."""


@dataclass
class MappingError(ConfigurationError):
    """A mapping is wrong: ``path`` is its file, ``key`` the place in it, ``detail`` what is wanted."""

    path: str
    key: str
    detail: str

    def __str__(self) -> str:
        """Return one line for people."""
        return f"{self.path}: {self.key}: {self.detail}"


def _tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Rule = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[a-z0-9]{2,8})*$")]
Texts = Annotated[tuple[str, ...], BeforeValidator(_tuple)]
Version = Annotated[str, BeforeValidator(_text), StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+-]*$")]


class Part(BaseModel):
    """A part of a mapping; it knows no other keys than those that are documented."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class SourcePart(Part):
    """``[source]``: what is known of the publisher, taken over into the manifest when a file is added.

    Many sources may come under a ``shared`` mapping, each with a slug, title, publisher and language of its own.
    """

    slug: Slug
    shared: StrictBool = False
    title: dict[Tag, str] = Field(min_length=1)
    publisher: str = Field(min_length=1)
    homepage: str | None = None
    rights: str = Field(min_length=1)
    licence: str
    credit: str | None = Field(default=None, min_length=1)
    language: str
    mints: tuple[str, ...] = Field(min_length=1)
    kind: Literal["external", "reference"] = "external"
    policy: Literal["source", "record"] = "record"
    schedule: str | None = None

    @model_validator(mode="after")
    def _known_language(self) -> Self:
        if self.language not in LANGUAGES:
            raise ValueError(f"unknown language {self.language!r}; known are {', '.join(sorted(LANGUAGES))}")
        return self

    @model_validator(mode="after")
    def _tells_of_its_publisher(self) -> Self:
        if not self.shared and (self.homepage is None or self.credit is None):
            raise ValueError("homepage and credit are needed, as the mapping is for one publisher")
        return self


class ConceptList(Part):
    """``[concepts.name]``: a list of the publisher's own; ``terms`` are texts, or codes with their labels."""

    title: dict[Tag, str] = Field(min_length=1)
    lang: Tag
    terms: tuple[str, ...] | dict[str, str] = ()
    ours: dict[str, str] = {}
    open: StrictBool = False


class LangFrom(Part):
    """A language that another column gives, by a table of codes where it doesn't write BCP 47."""

    column: Name
    table: str | None = None
    default: Tag | Literal["source"] | None = None


class Pad(Part):
    """Zeros before digits that lost them."""

    to: Annotated[StrictInt, Field(ge=2, le=40)]
    when: str | None = None


Datatype = Literal[
    "text", "date", "dateTime", "gYear", "decimal", "integer", "boolean", "url", "iri", "code", "concept", "lookup"
]


class Column(Part):
    """How the cells of one column are read."""

    titles: Texts | None = None
    path: str | tuple[str, ...] | None = None
    required: StrictBool = False
    optional: StrictBool = False
    null: Texts = ()
    html: StrictBool = False
    replace: tuple[tuple[str, str], ...] = ()
    pattern: str | None = None
    separator: str | None = Field(default=None, min_length=1)
    case: Literal["lower", "upper"] | None = None
    pad: Pad | None = None
    person: Literal["refuse", "lines"] | None = None
    max_length: Annotated[StrictInt, Field(gt=0)] = Field(default=100_000, alias="maxLength")
    datatype: Datatype = "text"
    format: Texts = ()
    group_char: str | None = Field(default=None, alias="groupChar", min_length=1, max_length=1)
    decimal_char: str = Field(default=".", alias="decimalChar", min_length=1, max_length=1)
    minimum: StrictInt | float | None = None
    maximum: StrictInt | float | None = None
    template: str | None = None
    table: str | None = None
    list: str | None = None
    with_: dict[str, Name] = Field(default={}, alias="with")
    lang: Tag | Literal["source"] | LangFrom | None = None
    hint: str | None = None

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        needs = {"code": "table", "lookup": "table", "concept": "list", "iri": "template"}
        wanted = needs.get(self.datatype)
        if wanted and getattr(self, wanted) is None:
            raise ValueError(f'datatype = "{self.datatype}" needs {wanted}')
        if self.datatype in {"date", "dateTime", "boolean"} and not self.format:
            raise ValueError(f'datatype = "{self.datatype}" needs format')
        allowed = {
            "format": {"date", "dateTime", "boolean"},
            "group_char": {"decimal", "integer"},
            "minimum": {"decimal", "integer"},
            "maximum": {"decimal", "integer"},
            "template": {"iri"},
            "table": {"code", "lookup"},
            "list": {"concept"},
            "with_": {"lookup"},
            "lang": {"text", "code"},
        }
        for key, kinds in allowed.items():
            if getattr(self, key) not in (None, (), {}) and self.datatype not in kinds:
                raise ValueError(f'{key.strip("_")} says nothing with datatype = "{self.datatype}"')
        for pattern in (self.pattern, *(pair[0] for pair in self.replace)):
            if pattern is not None:
                _expression(pattern)
        return self


def _expression(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error


class Statement(Part):
    """One property of a thing, and where its value comes from."""

    p: Texts = Field(min_length=1)
    column: Name | None = None
    part: str | None = None
    thing: Name | None = None
    value: str | None = None
    iri: str | None = None
    text: str | None = None
    lang: Tag | None = None
    datatype: Literal["decimal", "integer", "boolean", "date", "gYear"] | None = None
    when: str | None = None
    single: StrictBool = False
    demoted: str | None = None
    known: StrictBool = False

    @model_validator(mode="after")
    def _one_value(self) -> Self:
        given = [k for k in ("column", "thing", "value", "iri", "text") if getattr(self, k) is not None]
        if len(given) != 1:
            raise ValueError("give one of column, thing, value, iri, text")
        if self.part and not self.column:
            raise ValueError("part goes with column")
        if (self.lang or self.datatype) and self.text is None:
            raise ValueError("lang and datatype go with text; of a column they are said where it is described")
        if self.demoted and not self.single:
            raise ValueError("demoted goes with single = true")
        if self.known and self.thing is None:
            raise ValueError("known goes with thing")
        return self


class Thing(Part):
    """What a record becomes, or what it adds to a thing (``about``)."""

    name: Name | None = None
    id: str | None = None
    about: Name | None = None
    type: Texts = ()
    of: Name | None = None
    by: str | None = None
    when: str | None = None
    once: StrictBool = False
    has: tuple[Statement, ...] = ()

    @model_validator(mode="after")
    def _id_or_about(self) -> Self:
        if (self.id is None) == (self.about is None):
            raise ValueError("give either id or about")
        if (self.of is None) != (self.by is None):
            raise ValueError("of and by go together: {of} is linked to this thing by the property {by}")
        if self.about and (self.name or self.type or self.once):
            raise ValueError("a block with about only adds statements: no name, type or once")
        return self


class Claim(Part):
    """A value of a thing that sources may contradict."""

    of: Name
    kind: str
    column: Name
    part: str | None = None
    name: Slug | None = None
    currency: Name | None = None
    currency_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = Field(
        default=None, alias="currencyCode"
    )
    status: str = "claim-status:as-written"
    when: str | None = None


class Check(Part):
    """A rule between columns; where it doesn't hold, the columns (or the record) are rejected."""

    rule: Rule
    holds: str
    rejects: Literal["record"] | tuple[Name, ...]
    hint: str


class Join(Part):
    """Records of another table that belong to this one's."""

    table: str
    on: tuple[Name, ...] = Field(min_length=1)
    key: tuple[Name, ...] | None = None
    bring: dict[Name, Name] = {}
    missing: Literal["record", "columns", "ignore"] = "record"


class Level(Part):
    """What tables and lists inside records have in common."""

    columns: dict[Name, Column] = {}
    unused: dict[str, str] = {}
    checks: tuple[Check, ...] = ()
    things: tuple[Thing, ...] = ()
    claims: tuple[Claim, ...] = ()
    each: tuple["Each", ...] = ()


class Each(Level):
    """A list inside a JSON record."""

    path: str | tuple[str, ...]
    null: Texts = ()


class TablePart(Level):
    """``[[table]]``: one table of the publisher's file, or one vintage of it."""

    name: str = Field(min_length=1)
    reader: Literal["xlsx", "csv", "jsonl", "json", "genericode"]
    sheet: Texts | None = None
    header: Annotated[StrictInt, Field(ge=1)] = 1
    encoding: str = "utf-8"
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    path: str = ""
    file: str | None = None
    keys: tuple[str, ...] = ()
    null: Texts = ()
    ignore: dict[Name, Texts] = {}
    joins: tuple[Join, ...] = ()

    @model_validator(mode="after")
    def _fits_its_reader(self) -> Self:
        json = self.reader in {"json", "jsonl"}
        if self.keys and not json:
            raise ValueError("keys is for JSON; tables with a header are told apart by their columns")
        if (self.sheet is not None) and self.reader != "xlsx":
            raise ValueError("sheet is for xlsx")
        if self.each and not json:
            raise ValueError("each is for JSON")
        if self.ignore and json:
            raise ValueError("ignore is for tables with a header")
        return self


class MappingFile(Part):
    """A whole mapping."""

    name: Slug
    version: Version
    source: SourcePart
    prefixes: dict[str, str] = {}
    aside: tuple[str, ...] = ()
    codes: dict[str, dict[str, str]] = {}
    concepts: dict[Slug, ConceptList] = {}
    table: tuple[TablePart, ...] = Field(min_length=1)


def read_mapping(path: Path) -> MappingFile:
    """Read a mapping file; raises MappingError, naming the file, the key and what is wanted."""
    try:
        data = path.read_bytes()
        if len(data) > MAX_MAPPING:
            raise MappingError(str(path), "file", f"it has more than {MAX_MAPPING} bytes")
        fields: dict[str, Any] = tomllib.loads(data.decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise MappingError(str(path), "file", f"it cannot be read as TOML: {error}") from error
    try:
        mapping = MappingFile.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = _where(first["loc"], fields)
        detail = "there is no such key" if first["type"] == "extra_forbidden" else first["msg"]
        raise MappingError(str(path), where, detail.removeprefix("Value error, ")) from error
    if mapping.name != path.stem:
        raise MappingError(str(path), "name", f"{mapping.name!r} is not the file's name {path.stem!r}")
    return mapping


def _where(location: tuple[int | str, ...], fields: Any) -> str:
    """Return the place of an error: ``table[Projects].things[project].has[2]``, names where a block has one."""
    parts: list[str] = []
    for step in location:
        if isinstance(step, int):
            fields = fields[step] if isinstance(fields, list | tuple) and step < len(fields) else None
            name = fields.get("name") if isinstance(fields, dict) else None
            parts[-1] += f"[{name or step + 1}]"
        else:
            parts.append(step)
            fields = fields.get(step) if isinstance(fields, dict) else None
    return ".".join(parts) or "file"
