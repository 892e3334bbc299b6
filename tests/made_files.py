"""Small made-up files in every format that readers know, made by code so that each can be broken in one place."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from pathlib import Path

from koinon.build.mapping.readers import BadRecord, Limits, OpenTable, Wanted, WantedTable, open_tables
from koinon.build.mapping.records import Record

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
COLUMNS = ("Programme", "Acronym", "Country", "Budget")
ROWS = (
    ("Hills", "ΑΒΓ", "Greece", "1,200.50"),
    ("Hills", "103", "Polska", "0"),
    ("Coasts", "Łódź", "España", "77"),
)
WANTED = WantedTable("Projects", (frozenset(COLUMNS),))


@dataclass(frozen=True)
class Raw:
    """A cell as its XML, ``{at}`` standing for its reference."""

    xml: str


@dataclass
class Book:
    """A workbook: rows by sheet, and what else its parts say."""

    sheets: Mapping[str, Sequence[Sequence[object]]]
    merged: Mapping[str, Sequence[str]] = field(default_factory=dict)
    hidden: Sequence[str] = ()
    formats: Sequence[str] = ()
    since_1904: bool = False
    before_rows: str = ""
    prolog: str = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    parts: dict[str, str | bytes | None] = field(default_factory=dict)

    def bytes(self) -> bytes:
        """Return the file; ``parts`` replace, add or (None) leave out."""
        strings: dict[str, int] = {}
        parts: dict[str, str | bytes | None] = {
            "_rels/.rels": self._relations({"rId1": ("officeDocument", "xl/workbook.xml")}),
            "xl/workbook.xml": self._workbook(),
            "xl/_rels/workbook.xml.rels": self._relations(
                {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n, _ in enumerate(self.sheets, 1)}
                | {"rId90": ("sharedStrings", "sharedStrings.xml"), "rId91": ("styles", "styles.xml")}
            ),
            "xl/styles.xml": self._styles(),
        }
        for number, (name, rows) in enumerate(self.sheets.items(), 1):
            parts[f"xl/worksheets/sheet{number}.xml"] = self._sheet(name, rows, strings)
        texts = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in strings)
        parts["xl/sharedStrings.xml"] = f'{self.prolog}<sst xmlns="{MAIN}">{texts}</sst>'
        return packed(parts | self.parts)

    def _relations(self, targets: Mapping[str, tuple[str, str]]) -> str:
        inner = "".join(
            f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
            for key, (kind, target) in targets.items()
        )
        return f'{self.prolog}<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'

    def _workbook(self) -> str:
        state = dict.fromkeys(self.hidden, ' state="hidden"')
        inner = "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"{state.get(name, "")}/>'
            for n, name in enumerate(self.sheets, 1)
        )
        since = f'<workbookPr date1904="{int(self.since_1904)}"/>'
        head = f'{self.prolog}<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        return f"{head}{since}<sheets>{inner}</sheets></workbook>"

    def _styles(self) -> str:
        """Style 1 is a built-in date, 2 date and time, 3 time; those from 4 on are ``formats``."""
        own = "".join(
            f'<numFmt numFmtId="{164 + n}" formatCode="{escape(code)}"/>' for n, code in enumerate(self.formats)
        )
        ids = [0, 14, 22, 20, *(164 + n for n, _ in enumerate(self.formats))]
        cells = "".join(f'<xf numFmtId="{number}"/>' for number in ids)
        head = f'{self.prolog}<styleSheet xmlns="{MAIN}">'
        return f"{head}<numFmts>{own}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>"

    def _sheet(self, name: str, rows: Sequence[Sequence[object]], strings: dict[str, int]) -> str:
        lines = []
        for number, row in enumerate(rows, 1):
            cells = "".join(cell(value, f"{letter(n)}{number}", strings) for n, value in enumerate(row))
            lines.append(f'<row r="{number}">{cells}</row>')
        merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in self.merged.get(name, ()))
        tail = f"<mergeCells>{merged}</mergeCells>" if merged else ""
        data = f"{self.before_rows}<sheetData>{''.join(lines)}</sheetData>{tail}"
        return f'{self.prolog}<worksheet xmlns="{MAIN}">{data}</worksheet>'


def letter(index: int) -> str:
    """Return the name of a column, as spreadsheets count."""
    return (letter(index // 26 - 1) if index >= 26 else "") + chr(65 + index % 26)


def cell(value: object, at: str, strings: dict[str, int]) -> str:
    """Return the XML of a cell; empty for None."""
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.xml.replace("{at}", at)
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime):
        days = (value - datetime(1899, 12, 30)).total_seconds() / 86400
        return f'<c r="{at}" s="2"><v>{days!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{at}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{at}"><v>{value!r}</v></c>'
    return f'<c r="{at}" t="s"><v>{strings.setdefault(str(value), len(strings))}</v></c>'


def packed(parts: Mapping[str, str | bytes | None]) -> bytes:
    """Return a zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return file.getvalue()


def workbook(*rows: Sequence[object], **more: object) -> bytes:
    """Return a workbook with one sheet, ``Projects``."""
    return Book({"Projects": rows or (COLUMNS, *ROWS)}, **more).bytes()  # type: ignore[arg-type]


def csv_text(rows: Sequence[Sequence[str]] = (COLUMNS, *ROWS), delimiter: str = ",", end: str = "\r\n") -> str:
    """Return a CSV file in which every cell stands in quotes."""
    return "".join(delimiter.join('"' + one.replace('"', '""') + '"' for one in row) + end for row in rows)


def objects() -> list[dict[str, object]]:
    """Return the rows as objects."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in ROWS]


def geojson() -> dict[str, object]:
    """Return the rows as a collection of features."""
    features = [
        {"type": "Feature", "properties": one, "geometry": {"type": "Point", "coordinates": [23.335, 42.7]}}
        for one in objects()
    ]
    return {"type": "FeatureCollection", "licence": "CC0", "features": features}


def json_lines() -> str:
    """Return the rows as JSON Lines."""
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects())


def code_list(rows: str | None = None, columns: Sequence[str] = ("code", "Name"), prolog: str = "") -> str:
    """Return a Genericode file."""
    heads = "".join(
        f'<Column Id="{name}" Use="optional"><ShortName>{name}</ShortName></Column>' for name in columns
    )
    if rows is None:
        rows = code_row(code="GRC", Name="Ελλάδα") + code_row(code="POL", Name="Polska")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        '<gc:CodeList xmlns:gc="http://docs.oasis-open.org/codelist/ns/genericode/1.0/"><Identification>'
        '<ShortName>Land</ShortName><LongName Identifier="listId">https://lists.example/land</LongName>'
        f"<Version>7</Version></Identification><ColumnSet>{heads}</ColumnSet>"
        f"<SimpleCodeList>{rows}</SimpleCodeList></gc:CodeList>"
    )


def code_row(**values: str) -> str:
    """Return one row of a code list."""
    inner = "".join(
        f'<Value ColumnRef="{key}"><SimpleValue>{escape(text)}</SimpleValue></Value>'
        for key, text in values.items()
    )
    return f"<Row>{inner}</Row>"


def put(folder: Path, name: str, content: str | bytes) -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_one(
    path: Path, wanted: Wanted, limits: Limits | None = None
) -> tuple[OpenTable, list[Record | BadRecord]]:
    """Return the only table of a file and all that it holds."""
    (table,) = open_tables(path, wanted, limits or Limits())
    return table, list(table)


def values(found: Sequence[Record | BadRecord]) -> list[dict[str, object]]:
    """Return what the records hold, all of them being sound."""
    assert all(isinstance(one, Record) for one in found), found
    return [dict(one.values) for one in found if isinstance(one, Record)]


PARTS_AROUND = {
    "xl/workbook.xml": Book({"Projects": []})._workbook(),
    "xl/_rels/workbook.xml.rels": Book({"Projects": []})._relations(
        {"rId1": ("worksheet", "worksheets/sheet1.xml"), "rId2": ("sharedStrings", "sharedStrings.xml")}
    ),
}
"""The parts of a workbook whose sheet and texts are written by the test itself."""
