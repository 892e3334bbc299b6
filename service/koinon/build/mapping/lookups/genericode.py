"""Code lists in Genericode (OASIS, version 1.0), as the EU's Publications Office publishes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers import expat

from koinon.model.errors import SourceError

LABEL_TAGS: Final[Mapping[str, str]] = {
    "bul": "bg", "ces": "cs", "dan": "da", "deu": "de", "ell": "el", "eng": "en", "est": "et", "fin": "fi",
    "fra": "fr", "gle": "ga", "hrv": "hr", "hun": "hu", "ita": "it", "lav": "lv", "lit": "lt", "mlt": "mt",
    "nld": "nl", "pol": "pl", "por": "pt", "ron": "ro", "slk": "sk", "slv": "sl", "spa": "es", "swe": "sv",
}  # fmt: skip
"""Code of a label column (``bul_label``) to BCP 47 tag: the 24 official languages of the European Union."""

_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list: ``name`` (``eu-programme``), ``iri`` of the authority table, ``version``, labels by code and tag.

    ``names`` are the labels in the column ``Name``, which is in English or in the languages of the place.
    """

    name: str
    iri: str
    version: str
    labels: Mapping[str, Mapping[str, str]]
    names: Mapping[str, str]

    def iri_of(self, code: str) -> str:
        """Return the IRI of an entry."""
        return f"{self.iri}/{code}"


@dataclass(slots=True)
class _Handler:
    """What expat calls while it reads."""

    depth: int = 0
    text: list[str] = field(default_factory=list)
    column: str = ""
    meaning: str = ""
    head: dict[str, str] = field(default_factory=dict)
    row: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    fault: str = ""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fault = f"elements are nested more than {_MAX_DEPTH} deep"
            raise ValueError(self.fault)
        self.text.clear()
        if name == "Value":
            self.column = attributes.get("ColumnRef", "")
        elif name == "LongName":
            self.meaning = attributes.get("Identifier", "name")

    def end(self, name: str) -> None:
        self.depth -= 1
        text = "".join(self.text).strip()
        self.text.clear()
        if name == "SimpleValue" and self.column and text:
            self.row[self.column] = text
        elif name == "Row":
            self.rows.append(self.row)
            self.row = {}
        elif name == "LongName":
            self.head.setdefault(self.meaning, text)
        elif name == "Version":
            self.head.setdefault("version", text)

    def doctype(self, *_: object) -> None:
        self.fault = "it has a DOCTYPE, which no code list needs"
        raise ValueError(self.fault)


def code_list(data: bytes, path: Path, source: str) -> CodeList:
    """Read one list; a SourceError names the line where it is no Genericode."""
    handler = _Handler()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = handler.begin
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text.append
    parser.StartDoctypeDeclHandler = handler.doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        where = f"{path.name}, line {parser.ErrorLineNumber or parser.CurrentLineNumber}"
        detail = f"the file is no code list in Genericode: {handler.fault or error}"
        raise SourceError(source, "syntax", where, detail) from error
    if not (handler.head.get("name") and handler.head.get("listId")):
        detail = "no LongName, or none with Identifier 'listId': get the list in Genericode from its publisher"
        raise SourceError(source, "syntax", path.name, detail)
    rows = [row for row in handler.rows if row.get("code")]
    labels = {
        row["code"]: {tag: row[f"{code}_label"] for code, tag in LABEL_TAGS.items() if f"{code}_label" in row}
        for row in rows
    }
    return CodeList(
        name=handler.head["name"],
        iri=handler.head["listId"].rstrip("/"),
        version=handler.head.get("version", ""),
        labels=labels,
        names={row["code"]: row["Name"] for row in rows if "Name" in row},
    )
