# Long because: one table of broken files, read from top to bottom, is easier to complete than several.
"""Broken files: each is a sound made-up file with one fault, with the rule, the place and a word of the advice."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from koinon.build.mapping.readers import Limits, Wanted, WantedTable
from made_files import COLUMNS, ROWS, WANTED, Book, Raw, code_list, code_row, csv_text, geojson, packed, workbook

XLSX = Wanted("xlsx", (WANTED,), source="fund")
CSV = replace(XLSX, reader="csv")
LINES = replace(XLSX, reader="jsonl")
JSON = replace(XLSX, reader="json", tables=(WantedTable("features", (frozenset({"properties"}),)),))
CODES = replace(XLSX, reader="genericode", tables=(WantedTable("", (frozenset({"code", "Name"}),)),))
NAME = {"xlsx": "made.xlsx", "csv": "made.csv", "jsonl": "made.jsonl", "json": "made.json", "genericode": "made.gc"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
TITLES = 'Programme,Acronym,"Country",Budget\n'
GREEK = TITLES + "Λόφοι,ΑΒΓ,Ελλάδα,1\nΑκτές,ΔΕΖ,Θεσσαλονίκη και περίχωρα,2\n"
POLISH = TITLES + "Wzgórza,Łódź,Polska,1\nBrzegi,Gdańsk,Zażółć gęślą jaźń,2\n"
PAIRS = '{"a": 1}\n'


@dataclass(frozen=True)
class Broken:
    """One broken file; the message must have the rule, ``where`` at its beginning and ``advice`` in its detail."""

    name: str
    rule: str
    where: str
    advice: str
    wanted: Wanted
    content: Callable[[], str | bytes]
    limits: Limits = field(default_factory=Limits)


def book(**more: object) -> Callable[[], bytes]:
    return lambda: workbook(**more)


def part(name: str, content: str | bytes | None) -> Callable[[], bytes]:
    return book(parts={name: content})


def rows(*those: object) -> Callable[[], bytes]:
    return lambda: workbook(*those)  # type: ignore[arg-type]


def cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def cells(xml: str) -> Callable[[], bytes]:
    return rows(COLUMNS, [Raw(xml)])


def titles(*names: object) -> tuple[object, ...]:
    return names


def with_a_changed_byte(content: bytes) -> bytes:
    """Change one byte inside the packed sheet."""
    at = content.index(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml") + 40
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


WORKBOOKS = (
    Broken(
        "wrong sheet",
        "no-such-sheet",
        "made.xlsx",
        "did you mean 'Project'?",
        XLSX,
        lambda: Book({"Project": [COLUMNS], "Calls": [COLUMNS]}).bytes(),
    ),
    Broken(
        "renamed column",
        "missing-column",
        "made.xlsx, Projects, row 1",
        "(did you mean 'country'?)",
        XLSX,
        rows(titles("Programme", "Acronym", "country ", "Budget"), *ROWS),
    ),
    Broken(
        "title with a letter of another alphabet",
        "missing-column",
        "made.xlsx",
        "did you mean 'Соuntry'?",
        XLSX,
        rows(titles("Programme", "Acronym", "Соuntry", "Budget"), *ROWS),
    ),
    Broken(
        "missing column",
        "missing-column",
        "made.xlsx, Projects, row 1",
        "the table has 'Programme'",
        XLSX,
        rows(COLUMNS[:3], *ROWS),
    ),
    Broken(
        "column twice",
        "column-twice",
        "made.xlsx, Projects, row 1",
        "columns D and E",
        XLSX,
        rows((*COLUMNS, "Budget"), *ROWS),
    ),
    Broken(
        "titles further down",
        "header-row",
        "made.xlsx, Projects, row 4",
        "row 4 and not in row 1",
        XLSX,
        rows(["Export"], [], ["of 2026"], COLUMNS, *ROWS),
    ),
    Broken(
        "two rows of titles",
        "header-twice",
        "made.xlsx, Projects, row 1",
        "into one row",
        XLSX,
        rows(titles("Programme", "Acronym", "Partner", None), titles(None, None, "Country", "Budget"), *ROWS),
    ),
    Broken(
        "two rows of titles, merged",
        "header-twice",
        "made.xlsx, Projects, row 1",
        "into one row",
        XLSX,
        lambda: Book(
            {"Projects": [titles("Project", None, "Partner"), COLUMNS, *ROWS]},
            merged={"Projects": ["A1:B1", "C1:D1"]},
        ).bytes(),
    ),
    Broken(
        "merged titles",
        "merged-cells",
        "made.xlsx, Projects, row 1",
        "unmerge",
        XLSX,
        lambda: Book(
            {"Projects": [titles("Programme", "Acronym", "Country"), *ROWS]}, merged={"Projects": ["C1:D1"]}
        ).bytes(),
    ),
    Broken(
        "10,001 merged ranges",
        "merged-cells",
        "made.xlsx, Projects",
        "unmerge",
        XLSX,
        lambda: Book(
            {"Projects": [COLUMNS, *ROWS]}, merged={"Projects": [f"A{n}:B{n}" for n in range(2, 10_003)]}
        ).bytes(),
    ),
    Broken(
        "merged cells without end",
        "merged-cells",
        "made.xlsx, Projects, row",
        "overlap",
        XLSX,
        lambda: Book({"Projects": [COLUMNS, *ROWS * 20]}, merged={"Projects": ["A2:D1048576"] * 50}).bytes(),
        Limits(cells=5000),
    ),
    Broken(
        "1,001 sheets",
        "size",
        "made.xlsx",
        "more than 1000 sheets",
        XLSX,
        lambda: Book({f"S{number}": [] for number in range(1001)}).bytes(),
    ),
    Broken(
        "empty sheet",
        "missing-column",
        "made.xlsx, Projects, row 1",
        "no row of titles",
        replace(XLSX, tables=(WantedTable("Projects"),)),
        lambda: Book({"Projects": []}).bytes(),
    ),
    Broken(
        "zip bomb",
        "zip-bomb",
        "made.xlsx",
        "unpacked",
        XLSX,
        book(before_rows="<!-- " + "a" * 500_000 + " --><!-- " + "b" * 900_000 + " -->" * 1 + " " * 4_000_000),
    ),
    Broken(
        "zip bomb among the texts",
        "size",
        "made.xlsx",
        "share it out",
        XLSX,
        rows(COLUMNS, ["x" * 5000]),
        Limits(strings=4000),
    ),
    Broken(
        "more parts than any",
        "zip-bomb",
        "made.xlsx",
        "more parts",
        XLSX,
        lambda: packed({f"xl/{n:0200}": "" for n in range(4500)}),
    ),
    Broken(
        "part twice",
        "damaged",
        "made.xlsx",
        "save it again",
        XLSX,
        lambda: workbook(parts={"xl/worksheets/sheet2.xml": "<x/>"}).replace(b"sheet2", b"sheet1"),
    ),
    Broken("cut off", "damaged", "made.xlsx", "fetch or save it again", XLSX, lambda: cut(workbook(), 0.6)),
    Broken("bytes changed", "damaged", "made.xlsx", "save it again", XLSX, lambda: with_a_changed_byte(workbook())),
    Broken(
        "old workbook",
        "old-xls",
        "made.xlsx",
        "save it as xlsx",
        XLSX,
        lambda: OLE + "Workbook".encode("utf-16-le"),
    ),
    Broken(
        "encrypted",
        "encrypted",
        "made.xlsx",
        "without one",
        XLSX,
        lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
    ),
    Broken(
        "OpenDocument",
        "format",
        "made.xlsx",
        "OpenDocument",
        XLSX,
        lambda: packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}),
    ),
    Broken(
        "another packed file", "format", "made.xlsx", "no workbook", XLSX, lambda: packed({"word/document.xml": ""})
    ),
    Broken("web page", "format", "made.xlsx", "a web page", XLSX, lambda: "<!DOCTYPE html><html>Log in</html>"),
    Broken("CSV named xlsx", "format", "made.xlsx", "save it as an Excel workbook", XLSX, csv_text),
    Broken("empty file", "empty", "made.xlsx", "fetch or save it again", XLSX, lambda: b""),
    Broken(
        "DOCTYPE in a sheet",
        "doctype",
        "made.xlsx, Projects",
        "without",
        XLSX,
        part("xl/worksheets/sheet1.xml", f"{BOMB}<worksheet/>"),
    ),
    Broken(
        "DOCTYPE in the texts",
        "doctype",
        "made.xlsx, xl/sharedStrings.xml",
        "without",
        XLSX,
        part("xl/sharedStrings.xml", f"{OUTSIDE}<sst><si><t>&a;</t></si></sst>"),
    ),
    Broken(
        "sheet in UTF-16",
        "encoding",
        "made.xlsx, Projects",
        "not UTF-8",
        XLSX,
        part("xl/worksheets/sheet1.xml", "<worksheet/>".encode("utf-16")),
    ),
    Broken(
        "sheet in an old encoding",
        "encoding",
        "made.xlsx, Projects",
        "windows-1253",
        XLSX,
        part("xl/worksheets/sheet1.xml", '<?xml version="1.0" encoding="windows-1253"?><worksheet/>'),
    ),
    Broken(
        "sheet that ends too soon",
        "syntax",
        "made.xlsx, Projects",
        "no element found",
        XLSX,
        part("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"),
    ),
    Broken(
        "deep XML",
        "nesting",
        "made.xlsx, Projects",
        "100 deep",
        XLSX,
        part("xl/worksheets/sheet1.xml", "<worksheet>" + "<a>" * 5000),
    ),
    Broken(
        "tag without end",
        "token",
        "made.xlsx, Projects",
        "bytes",
        XLSX,
        part(
            "xl/worksheets/sheet1.xml",
            "<worksheet>" + "".join(f' a{n}="{n * n}"' for n in range(120_000)).join(("<c ", "")),
        ),
    ),
    Broken(
        "more rows than are taken",
        "rows",
        "made.xlsx, Projects, row 4",
        "share it out",
        XLSX,
        book(),
        Limits(rows=2),
    ),
    Broken(
        "more cells than are taken",
        "cells",
        "made.xlsx, Projects, row 2",
        "share it out",
        XLSX,
        book(),
        Limits(cells=6),
    ),
    Broken(
        "more columns than are taken",
        "columns",
        "made.xlsx, Projects, row 1",
        "more than 2000",
        XLSX,
        rows([f"c{n}" for n in range(2001)]),
    ),
    Broken(
        "column beyond any sheet",
        "damaged",
        "made.xlsx, Projects, row 2",
        "wrong place",
        XLSX,
        cells('<c r="ZZZ2"><v>1</v></c>'),
    ),
    Broken(
        "cells out of order",
        "damaged",
        "made.xlsx, Projects, row 2",
        "wrong place",
        XLSX,
        cells('<c r="B2"><v>1</v></c><c r="A2"><v>1</v></c>'),
    ),
    Broken(
        "rows out of order",
        "damaged",
        "made.xlsx, Projects",
        "wrong place",
        XLSX,
        part("xl/worksheets/sheet1.xml", '<worksheet><sheetData><row r="5"/><row r="2"/></sheetData></worksheet>'),
    ),
    Broken(
        "text that there is not",
        "damaged",
        "made.xlsx, Projects, row 2",
        "'99'",
        XLSX,
        cells('<c r="A2" t="s"><v>99</v></c>'),
    ),
    Broken(
        "style that there is not",
        "damaged",
        "made.xlsx, Projects, row 2",
        "'99'",
        XLSX,
        cells('<c r="A2" s="99"><v>9</v></c>'),
    ),
    Broken(
        "very long cell",
        "cell-size",
        "made.xlsx, Projects, row 2",
        "100000",
        XLSX,
        cells(f'<c r="A2" t="inlineStr"><is><t>{"a" * 100_001}</t></is></c>'),
    ),
    Broken("large file", "size", "made.xlsx", "at most 100", XLSX, book(), Limits(file=100)),
)


TABLES = (
    Broken(
        "Greek in cp1253",
        "encoding",
        "made.csv, row 2",
        "Windows-1253 (Greek)",
        CSV,
        lambda: GREEK.encode("cp1253"),
    ),
    Broken(
        "Polish in cp1250",
        "encoding",
        "made.csv, row 2",
        "Windows-1250 (Central European)",
        CSV,
        lambda: POLISH.encode("cp1250"),
    ),
    Broken(
        "accents that two encodings share",
        "encoding",
        "made.csv, row 2",
        "Windows-1250 (Central European) or Windows-1252 (Western European)",
        CSV,
        lambda: (TITLES + "Café,É,Société,1\n").encode("cp1252"),
    ),
    Broken(
        "French in cp1252",
        "encoding",
        "made.csv, row 2",
        "Windows-1252 (Western European)",
        CSV,
        lambda: (TITLES + "Forêt,É,Côté privé déjà,1\n").encode("cp1252"),
    ),
    Broken(
        "cp1253 that is declared and is not",
        "encoding",
        "made.csv, row 3",
        "cp1253",
        replace(CSV, encoding="cp1253"),
        lambda: TITLES.encode() + b"a,b,c,d\na,\xd2,c,d\n",
    ),
    Broken(
        "UTF-16 without mark",
        "encoding",
        "made.csv, row",
        "UTF-16 without",
        CSV,
        lambda: csv_text().encode("utf-16-le"),
    ),
    Broken("UTF-32", "encoding", "made.csv, row 1", "UTF-32", CSV, lambda: csv_text().encode("utf-32")),
    Broken("UTF-16 cut off", "encoding", "made.csv, row", "utf-16", CSV, lambda: csv_text().encode("utf-16")[:-1]),
    Broken("NUL", "nul", "made.csv, row 3", "NUL", CSV, lambda: TITLES + "a,b,c,d\na,\0,c,d\n"),
    Broken(
        "stray quote", "quotes", "made.csv, row 3", "twice", CSV, lambda: TITLES + 'a,b,c,d\na,"b"x,c,d\na,b,c,d\n'
    ),
    Broken(
        "quote that is not closed",
        "quotes",
        "made.csv, row 3",
        "up to line 5",
        CSV,
        lambda: TITLES + 'a,b,c,d\na,"b,c,d\na,b,c,d\na,b,c,d\n',
    ),
    Broken(
        "quote that swallows much",
        "cell-size",
        "made.csv, row 3",
        "not closed",
        CSV,
        lambda: TITLES + 'a,b,c,d\na,"b,c,d\n' + "a,b,c,d\n" * 40_000,
    ),
    Broken(
        "another delimiter", "delimiter", "made.csv, row 1", "a semicolon", CSV, lambda: csv_text(delimiter=";")
    ),
    Broken(
        "renamed column in CSV",
        "missing-column",
        "made.csv, row 1",
        "did you mean 'Contry'?",
        CSV,
        lambda: csv_text().replace("Country", "Contry"),
    ),
    Broken(
        "column twice in CSV",
        "column-twice",
        "made.csv, row 1",
        "columns C and D",
        CSV,
        lambda: csv_text().replace("Budget", "Country"),
    ),
    Broken(
        "titles further down in CSV",
        "header-row",
        "made.csv, row 3",
        "line 3",
        CSV,
        lambda: "Export\n2026\n" + csv_text(),
    ),
    Broken(
        "two rows of titles in CSV",
        "header-twice",
        "made.csv, row 1",
        "lines 1 and 2",
        CSV,
        lambda: "Programme,Acronym,,\n,,Country,Budget\n" + csv_text(ROWS),
    ),
    Broken("a million columns", "columns", "made.csv, row 1", "1000000 cells", CSV, lambda: "a," * 999_999 + "a\n"),
    Broken(
        "one endless line",
        "line-size",
        "made.csv, row 1",
        "is it a table?",
        CSV,
        lambda: b"a" * 2_100_000,
        Limits(record=2**20),
    ),
    Broken("lines of an old Mac", "line-ends", "made.csv, row 1", "LF", CSV, lambda: csv_text(end="\r")),
    Broken("more rows in CSV", "rows", "made.csv, row 4", "share it out", CSV, csv_text, Limits(rows=2)),
    Broken("more cells in CSV", "cells", "made.csv, row 3", "share it out", CSV, csv_text, Limits(cells=4)),
    Broken("blank lines alone", "empty", "made.csv", "empty", CSV, lambda: "\n\n \n"),
    Broken("workbook named csv", "format", "made.csv", "a packed file", CSV, workbook),
    Broken("login page", "format", "made.csv", "a web page", CSV, lambda: "\n<html><body>Log in</body></html>"),
    Broken(
        "gz cut off",
        "damaged",
        "made.csv",
        "fetch or save it again",
        CSV,
        lambda: cut(gzip.compress(csv_text().encode()), 0.7),
    ),
    Broken(
        "gz with wrong bytes",
        "damaged",
        "made.csv",
        "fetch or save it again",
        CSV,
        lambda: gzip.compress(csv_text().encode())[:-8] + b"12345678",
    ),
    Broken(
        "gz bomb",
        "zip-bomb",
        "made.csv",
        "unpacked",
        CSV,
        lambda: gzip.compress((csv_text() + '"a","b","c","d"\n' * 300_000).encode()),
    ),
)
OBJECTS = (
    Broken(
        "no such list",
        "no-such-list",
        "made.json",
        "did you mean 'feature'?",
        JSON,
        lambda: '{"feature": [], "x": 1}',
    ),
    Broken(
        "list that is an object", "no-such-list", "made.json", "'features'", JSON, lambda: '{"features": {"a": []}}'
    ),
    Broken(
        "object that is no list",
        "no-such-list",
        "made.json",
        "the path to one",
        replace(JSON, tables=(WantedTable(),)),
        lambda: '{"a": []}',
    ),
    Broken(
        "JSON cut off",
        "syntax",
        "made.json, features, row 3",
        "cut off",
        JSON,
        lambda: cut(json.dumps(geojson()).encode(), 0.9),
    ),
    Broken(
        "JSON cut off behind the list",
        "syntax",
        "made.json, row 1",
        "delimiter",
        JSON,
        lambda: json.dumps(geojson())[:-1],
    ),
    Broken(
        "list twice",
        "duplicate-key",
        "made.json",
        "'features' stands twice",
        JSON,
        lambda: '{"features": [], "features": []}',
    ),
    Broken(
        "something behind the file",
        "syntax",
        "made.json, row 4",
        "Extra data",
        JSON,
        lambda: '{"features": [\n{"properties": 1}\n]}\nx',
    ),
    Broken(
        "list of texts",
        "syntax",
        "made.json, features, row 1",
        "other than objects",
        JSON,
        lambda: '{"features": ["a", "b"]}',
    ),
    Broken(
        "missing comma",
        "syntax",
        "made.json, features, row 2",
        "line 2",
        JSON,
        lambda: '{"features": [{"properties": 1}\n{"properties": 1}]}',
    ),
    Broken("deep JSON around", "nesting", "made.json", "100 deep", JSON, lambda: '{"x": ' + "[" * 5000),
    Broken("NaN around", "number", "made.json, row 1", "NaN", JSON, lambda: '{"x": NaN, "features": []}'),
    Broken(
        "quote that is not closed in JSON",
        "record-size",
        "made.json, features, row 1",
        "not closed",
        JSON,
        lambda: '{"features": [{"properties": "a' + "b" * 600_000,
        Limits(record=2**16),
    ),
    Broken(
        "JSON in UTF-16",
        "encoding",
        "made.json, row 1",
        "UTF-8",
        JSON,
        lambda: json.dumps(geojson()).encode("utf-16"),
    ),
    Broken(
        "JSON in UTF-16 without mark",
        "encoding",
        "made.jsonl, row 1",
        "UTF-8",
        LINES,
        lambda: PAIRS.encode("utf-16-le"),
    ),
    Broken(
        "JSON in cp1253",
        "encoding",
        "made.jsonl, row 2",
        "UTF-8",
        LINES,
        lambda: PAIRS.encode() + '{"a": "Α"}'.encode("cp1253"),
    ),
    Broken(
        "item in cp1253",
        "encoding",
        "made.json, features, row 1",
        "line 2, column 17",
        JSON,
        lambda: b'{"features": [\n{"properties": "\xc1"}]}',
    ),
    Broken(
        "JSON in one endless line",
        "line-size",
        "made.jsonl, row 1",
        "JSON Lines",
        LINES,
        lambda: "[" + "1," * 300_000,
        Limits(record=2**16),
    ),
    Broken(
        "more lines",
        "rows",
        "made.jsonl, row 3",
        "share it out",
        replace(LINES, tables=(WantedTable(),)),
        lambda: PAIRS * 3,
        Limits(rows=2),
    ),
    Broken(
        "more items",
        "rows",
        "made.json, features, row 3",
        "share it out",
        JSON,
        lambda: json.dumps(geojson()),
        Limits(rows=2),
    ),
    Broken("workbook named json", "format", "made.json", "a packed file", JSON, workbook),
)
LISTS = (
    Broken("DOCTYPE", "doctype", "made.gc, row 1", "without", CODES, lambda: code_list(prolog=OUTSIDE)),
    Broken("XML bomb", "doctype", "made.gc, row 1", "without", CODES, lambda: code_list(prolog=BOMB)),
    Broken(
        "entity that nobody declares",
        "syntax",
        "made.gc, row 1",
        "undefined entity",
        CODES,
        lambda: code_list(code_row(code="X").replace("X", "&a;")),
    ),
    Broken("not closed", "syntax", "made.gc, row 1", "unclosed token", CODES, lambda: code_list()[:-20]),
    Broken("other XML", "format", "made.gc", "begins with 'rss'", CODES, lambda: "<rss><channel/></rss>"),
    Broken("no codes", "format", "made.gc", "CodeList with ColumnSet", CODES, lambda: "<CodeList/>"),
    Broken(
        "column that is absent",
        "missing-column",
        "made.gc, row 1",
        "did you mean 'Nme'?",
        CODES,
        lambda: code_list("", columns=("code", "Nme")),
    ),
    Broken(
        "column declared twice",
        "column-twice",
        "made.gc, row 1",
        "columns A and C",
        CODES,
        lambda: code_list("", columns=("code", "Name", "code")),
    ),
    Broken(
        "list in cp1253",
        "encoding",
        "made.gc, row 1",
        "windows-1253",
        CODES,
        lambda: code_list().replace("UTF-8", "windows-1253").encode("cp1253"),
    ),
    Broken(
        "list in cp1253 that says UTF-8",
        "syntax",
        "made.gc, row 1",
        "not UTF-8",
        CODES,
        lambda: code_list().encode("cp1253"),
    ),
    Broken("no XML", "syntax", "made.gc, row 1", "fetch or save", CODES, lambda: "code;Name\n"),
    Broken("deep code list", "nesting", "made.gc, row 1", "100 deep", CODES, lambda: "<CodeList>" + "<a>" * 200),
    Broken("more codes", "rows", "made.gc, row 1", "more than 1 rows", CODES, code_list, Limits(rows=1)),
    Broken("more values", "cells", "made.gc, row 1", "more than 3 values", CODES, code_list, Limits(cells=3)),
    Broken(
        "more columns in a list",
        "columns",
        "made.gc, row 1",
        "more than 1 columns",
        CODES,
        code_list,
        Limits(columns=1),
    ),
    Broken("very long value", "cell-size", "made.gc, row 1", "more than 5", CODES, code_list, Limits(cell=5)),
)
BROKEN = WORKBOOKS + TABLES + OBJECTS + LISTS
