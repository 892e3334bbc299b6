# Long because: one table of broken inputs, read from top to bottom, is easier to complete than several.
"""Broken inputs of every format: each is a sound file with one fault, with what its report must say."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from made_up_sources import (
    COLUMNS,
    GOOD,
    PARTNER_ROWS,
    PARTNERS,
    ROWS,
    csv,
    features,
    lines,
    project,
    records,
    workbook,
)

from building import PREFIXES
from made_files import Book, Raw, code_list, code_row, packed
from registering import members

Content = str | bytes
BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
GREEK = ("3", "Λίμνες και ποτάμια της Ηπείρου", "2024-05-01", "2024-06-01", "5", "", "")
POLISH = ("3", "Zażółć gęślą jaźń w Łodzi", "2024-05-01", "2024-06-01", "5", "", "")
LATVIAN = ("3", "Ezeri un upes Latgalē", "2024-05-01", "2024-06-01", "5", "", "")


@dataclass(frozen=True)
class Broken:
    """One broken input for the source ``source``.

    A fault that takes out the whole file has no ``gone``; else the rest is taken, and ``gone`` must not stand in
    the graph. The report has ``rule`` at ``where`` (a part of it), and ``told`` in what it says of the place.
    """

    name: str
    source: str
    content: Callable[[], Content]
    rule: str
    where: str
    told: str = ""
    gone: str = ""


def book(projects: Sequence[Sequence[object]] = (), **more: object) -> Callable[[], bytes]:
    """Return a workbook whose projects are the good ones and then these."""
    return lambda: workbook((COLUMNS, *ROWS, *projects), **more)


def sheet(*rows: Sequence[object], **more: object) -> Callable[[], bytes]:
    """Return a workbook with just these rows in the sheet of projects."""
    return lambda: workbook(rows, **more)


def partners(*rows: Sequence[object]) -> Callable[[], bytes]:
    return lambda: workbook(partners=(PARTNERS, *PARTNER_ROWS, *rows))


def table(*rows: Sequence[object]) -> Callable[[], str]:
    """Return a CSV with the good projects and then these."""
    return lambda: csv(*ROWS, *rows)


def rdf(turtle: str) -> Callable[[], str]:
    """Return the good members with more Turtle."""
    return lambda: members("Ada", "Bo") + turtle


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


def renamed_sheet() -> bytes:
    """Return a workbook in which the sheet of projects has another name."""
    return Book({"Sheet1": (COLUMNS, *ROWS), "Partners": (PARTNERS, *PARTNER_ROWS)}).bytes()


WORKBOOKS = (
    Broken("no such sheet", "fund", renamed_sheet, "no-such-sheet", "fund.xlsx", "Projects"),
    Broken(
        "renamed column",
        "fund",
        sheet((*COLUMNS[:1], "Title", *COLUMNS[2:]), *ROWS),
        "missing-column",
        "fund.xlsx, Projects, row 1",
        "'Name'",
    ),
    Broken(
        "column missing", "fund", sheet(*(row[:3] for row in (COLUMNS, *ROWS))), "missing-column", "row 1", "'End'"
    ),
    Broken(
        "column twice",
        "fund",
        sheet((*COLUMNS, "Budget"), *((*row, "1") for row in ROWS)),
        "column-twice",
        "fund.xlsx, Projects, row 1",
        "Budget",
    ),
    Broken(
        "two rows of titles",
        "fund",
        sheet(("Number", "Name", "Time", None, None, None, None), (None, None, *COLUMNS[2:]), *ROWS),
        "header-twice",
        "fund.xlsx, Projects, row 1",
        "one row",
    ),
    Broken(
        "titles further down",
        "fund",
        sheet(["Export"], [], COLUMNS, *ROWS),
        "header-row",
        "fund.xlsx, Projects, row 3",
        "row 3",
    ),
    Broken(
        "merged titles",
        "fund",
        sheet(COLUMNS[:6], *ROWS, merged={"Projects": ["F1:G1"]}),
        "merged-cells",
        "fund.xlsx, Projects, row 1",
        "unmerge",
    ),
    Broken(
        "formula without a value",
        "fund",
        book([project(Budget=Raw('<c r="{at}"><f>SUM(E2:E3)</f></c>'))]),
        "formula",
        "fund.xlsx, Projects, row 4",
        gone="fund-3#claim",
    ),
    Broken(
        "a cell that is an error",
        "fund",
        book([project(Budget=Raw('<c r="{at}" t="e"><v>#REF!</v></c>'))]),
        "cell-error",
        "fund.xlsx, Projects, row 4",
        "#REF!",
        gone="fund-3#claim",
    ),
    Broken("zip bomb", "fund", book(before_rows=" " * 2**25), "zip-bomb", "fund.xlsx", "unpack"),
    Broken("cut off", "fund", lambda: workbook()[:-300], "damaged", "fund.xlsx", "again"),
    Broken(
        "another packed file",
        "fund",
        lambda: packed({"word/document.xml": ""}),
        "format",
        "fund.xlsx",
        "no workbook",
    ),
    Broken("a web page", "fund", lambda: "<!DOCTYPE html><html>Log in</html>", "format", "fund.xlsx", "a web page"),
    Broken("CSV that is called xlsx", "fund", csv, "format", "fund.xlsx", "workbook"),
    Broken("nothing", "fund", lambda: b"", "empty", "fund.xlsx"),
    Broken(
        "XML bomb in a sheet",
        "fund",
        book(parts={"xl/worksheets/sheet1.xml": f"{BOMB}<worksheet/>"}),
        "doctype",
        "fund.xlsx, Projects",
    ),
    Broken(
        "a sheet that fetches a file",
        "fund",
        book(parts={"xl/sharedStrings.xml": f"{OUTSIDE}<sst><si><t>&a;</t></si></sst>"}),
        "doctype",
        "fund.xlsx, xl/sharedStrings.xml",
    ),
    Broken(
        "deep XML",
        "fund",
        book(parts={"xl/worksheets/sheet1.xml": "<worksheet>" + "<a>" * 5000}),
        "nesting",
        "fund.xlsx, Projects",
    ),
    Broken(
        "a million columns",
        "fund",
        lambda: workbook((COLUMNS, *ROWS, [Raw('<c r="BDWGN4"><v>1</v></c>')])),
        "damaged",
        "fund.xlsx, Projects, row 4",
    ),
    Broken(
        "orphan partner",
        "fund",
        partners(("99", "Lost cooperative", "No", "")),
        "record: orphan",
        "fund.xlsx, Partners, row 4",
        gone="Lost cooperative",
    ),
    Broken(
        "two lead partners",
        "fund",
        partners(("1", "Second lead", "Yes", "")),
        "contradiction",
        "fund.xlsx, Partners, row 4",
        "hill-cooperative",
        gone="hasParticipant> <https://w3id.org/koinon/id/organisation/fund-second-lead",
    ),
    Broken(
        "role in no list",
        "fund",
        partners(("2", "Dune cooperative", "Perhaps", "")),
        "unknown",
        "fund.xlsx, Partners, row 4",
        "Perhaps",
        gone="Perhaps",
    ),
    Broken(
        "NUTS code of no version",
        "fund",
        partners(("2", "Dune cooperative", "No", "PL999")),
        "unknown",
        "fund.xlsx, Partners, row 4",
        "PL999",
        gone="PL999",
    ),
    Broken(
        "NUTS code with the letter O",
        "fund",
        partners(("2", "Dune cooperative", "No", "PL6O4")),
        "unknown",
        "fund.xlsx, Partners, row 4",
        "PL6O4",
        gone="PL6O4",
    ),
)


TABLES = (
    Broken(
        "renamed column in a CSV",
        "csvfund",
        lambda: csv().replace("Budget", "Cost"),
        "missing-column",
        "fund.csv, row 1",
    ),
    Broken(
        "swapped columns",
        "csvfund",
        lambda: csv(*ROWS, ("4", "2024-05-01", "Lakes", "2024-06-01", "5", "", "")),
        "date",
        "fund.csv, row 4",
        "Lakes",
        gone='startDate> "Lakes',
    ),
    Broken(
        "Greek in cp1253",
        "csvfund",
        lambda: csv(*ROWS, GREEK).encode("cp1253"),
        "encoding",
        "fund.csv, row 4",
        "Greek",
    ),
    Broken(
        "Polish in cp1250",
        "csvfund",
        lambda: csv(*ROWS, POLISH).encode("cp1250"),
        "encoding",
        "fund.csv, row 4",
        "1250",
    ),
    Broken(
        "Latvian in cp1257", "csvfund", lambda: csv(*ROWS, LATVIAN).encode("cp1257"), "encoding", "fund.csv, row 4"
    ),
    Broken("UTF-16 that does not say so", "csvfund", lambda: csv().encode("utf-16-le"), "encoding", "fund.csv"),
    Broken("binary", "csvfund", lambda: b"\0\1\2\3" * 100, "encoding", "fund.csv"),
    Broken(
        "a quotation that isn't closed",
        "csvfund",
        lambda: csv() + '3,"Lakes,2024-05-01,2024-06-01,5,,\r\n' + "x,y\r\n" * 5,
        "quotes",
        "fund.csv, row 4",
    ),
    Broken(
        "a stray quotation mark",
        "csvfund",
        lambda: csv() + '3,"Lakes" and rivers,2024-05-01,2024-06-01,5,,\r\n',
        "quotes",
        "fund.csv, row 4",
    ),
    Broken(
        "a cell too many",
        "csvfund",
        lambda: csv() + "3,Lakes,,,,,,x,y\r\n",
        "record: too-many-cells",
        "fund.csv, row 4",
        gone="Lakes",
    ),
    Broken("a million columns in a CSV", "csvfund", lambda: "," * 1_000_000 + csv(), "columns", "fund.csv"),
    Broken(
        "semicolons instead of commas", "csvfund", lambda: csv().replace(",", ";"), "delimiter", "fund.csv, row 1"
    ),
    Broken("only titles", "csvfund", lambda: csv().split("\r\n")[0] + "\r\n", "nothing-left", "fund.csv"),
    Broken(
        "no name",
        "csvfund",
        table(project(Name="")),
        "record: required-missing",
        "fund.csv, row 4",
        gone="csvfund-3",
    ),
    Broken(
        "31 February",
        "csvfund",
        table(project(Start="2024-02-31")),
        "impossible-date",
        "fund.csv, row 4",
        gone="02-31",
    ),
    *(
        Broken(f"date as {text}", "csvfund", table(project(Start=text)), "date", "fund.csv, row 4", text, gone=text)
        for text in ("01/05/2024", "1.5.2024", "May 2024", "2024/05/01", "5-1-24", "45413")
    ),
    Broken(
        "end before start",
        "csvfund",
        table(project(Start="2024-06-01", End="2024-05-01")),
        "end-before-start",
        "fund.csv, row 4",
        "ends before it starts",
        gone="2024-06-01",
    ),
    Broken("negative budget", "csvfund", table(project(Budget="-5")), "range", "fund.csv, row 4", gone='"-5"'),
    Broken(
        "a budget in words", "csvfund", table(project(Budget="five")), "number", "fund.csv, row 4", gone='"five"'
    ),
    Broken(
        "javascript: as website",
        "csvfund",
        table(project(Website="javascript:alert(1)")),
        "url-scheme",
        "fund.csv, row 4",
        gone="javascript:",
    ),
    Broken(
        "an e-mail as website", "csvfund", table(project(Website="ada@example.org")), "email", "row 4", gone="ada@"
    ),
    Broken(
        "two websites",
        "csvfund",
        table(project(Website="www.a.example www.b.example")),
        "two-urls",
        "row 4",
        gone="b.example",
    ),
    Broken(
        "the same project twice",
        "csvfund",
        table(("1", *project()[1:])),
        "record: twice",
        "fund.csv, row 4",
        gone="Lakes",
    ),
    Broken(
        "number with a slash",
        "csvfund",
        table(project(Number="../3")),
        "identifier",
        "fund.csv, row 4",
        gone="csvfund-..",
    ),
    Broken(
        "a person instead of a name",
        "csvfund",
        table(project(Name="Dr. Ada Example")),
        "person",
        "fund.csv, row 4",
        gone="Ada Example",
    ),
    Broken(
        "a name without end", "csvfund", table(project(Name="x" * 500)), "too-long", "fund.csv, row 4", gone="xxxx"
    ),
    Broken(
        "part of itself",
        "csvfund",
        lambda: csv((*GOOD[:6], "2"), ROWS[1]),
        "circle",
        "fund.csv, row 3",
        gone="isPartOf> <https://w3id.org/koinon/id/project/csvfund-1>",
    ),
    Broken(
        "part of nothing",
        "csvfund",
        table(project(**{"Part of": "77"})),
        "dangling",
        "fund.csv, row 4",
        gone="csvfund-77",
    ),
)


def feature(**changed: object) -> dict[str, object]:
    found = features(project())
    assert isinstance(found["features"], list)
    found["features"][0]["properties"] |= changed
    return found


JSON = (
    Broken(
        "deep JSON", "mapfund", lambda: '{"features": ' + deep(5000) + "}", "nothing-left", "fund.json", "100 deep"
    ),
    Broken(
        "deep line",
        "linesfund",
        lambda: lines() + deep(5000) + "\n",
        "record: nesting",
        "fund.jsonl, row 3",
        gone="[[",
    ),
    Broken(
        "key twice",
        "linesfund",
        lambda: lines() + '{"Number": "3", "Number": "4"}\n',
        "record: duplicate-key",
        "fund.jsonl, row 3",
        "'Number'",
        gone="lines-3",
    ),
    Broken("not ended", "mapfund", lambda: json.dumps(features())[:-9], "syntax", "fund.json"),
    Broken(
        "a line that is cut",
        "linesfund",
        lambda: lines() + '{"Number": "3"',
        "record: syntax",
        "fund.jsonl, row 3",
        gone="lines-3",
    ),
    Broken(
        "not a number",
        "linesfund",
        lambda: lines() + '{"Number": NaN}\n',
        "record: number",
        "fund.jsonl, row 3",
        gone="NaN",
    ),
    Broken(
        "no such list",
        "mapfund",
        lambda: json.dumps({"items": records()}),
        "no-such-list",
        "fund.json",
        "features",
    ),
    Broken("JSON in UTF-16", "mapfund", lambda: json.dumps(features()).encode("utf-16"), "encoding", "fund.json"),
    Broken("JSON that is a page", "mapfund", lambda: "<html>Log in</html>", "format", "fund.json", "a web page"),
    Broken(
        "a record that is none",
        "linesfund",
        lambda: lines() + '"Lakes"\n',
        "record: not-an-object",
        "fund.jsonl, row 3",
        gone="Lakes",
    ),
    Broken(
        "a date that is a list",
        "linesfund",
        lambda: lines(*ROWS, project(Start=["x"])),
        "date",
        "fund.jsonl, row 3",
        gone='"x"',
    ),
    Broken("list with a DOCTYPE", "listfund", lambda: code_list(prolog=BOMB), "doctype", "fund.gc"),
    Broken("list cut off", "listfund", lambda: code_list()[:-40], "syntax", "fund.gc"),
    Broken(
        "list without names",
        "listfund",
        lambda: code_list(code_row(code="a"), ("code",)),
        "missing-column",
        "fund.gc",
    ),
    Broken("list that is a page", "listfund", lambda: "<html><body/></html>", "format", "fund.gc"),
)

ORGANISATION = 'a org:Organization ; skos:prefLabel "X"@en ; org:classification actor-type:association .\n'
RDF = (
    Broken(
        "syntax error", "members", lambda: members("Ada").replace(" ;", " ;;,", 1), "syntax", "members.ttl, line"
    ),
    Broken(
        "unknown prefix",
        "members",
        rdf("<organisation/members-ada> nowhere:x 1 .\n"),
        "syntax",
        "members.ttl, line",
    ),
    Broken("Turtle in cp1253", "members", lambda: members("Άδα").encode("cp1253"), "encoding", "members.ttl, line"),
    Broken(
        "it writes into another's graph",
        "members",
        lambda: (
            "<https://w3id.org/koinon/id/organisation/patient-office> "
            "<http://www.w3.org/2004/02/skos/core#altLabel> "
            '"X" <https://w3id.org/koinon/graph/patient> .\n'
        ),
        "foreign-graph",
        "members",
    ),
    Broken(
        "it takes another's thing",
        "members",
        rdf(f"<organisation/patient-office> {ORGANISATION}"),
        "takeover",
        "patient-office",
    ),
    Broken(
        "it types what it doesn't mint",
        "members",
        rdf(f"<organisation/somebody> {ORGANISATION}"),
        "unowned",
        "somebody",
    ),
    Broken(
        "it redefines the ontology",
        "members",
        rdf("koi:Project rdfs:subClassOf org:Organization .\n"),
        "vocabulary",
        "Project",
    ),
    Broken(
        "it adds to a code list",
        "members",
        rdf('actor-type:mine skos:prefLabel "Mine"@en .\n'),
        "vocabulary",
        "actor-type/mine",
    ),
    Broken(
        "it equates",
        "members",
        rdf("<organisation/members-ada> owl:sameAs <organisation/patient-office> .\n"),
        "same-as",
        "members-ada",
    ),
    Broken(
        "31 February in RDF",
        "members",
        rdf('<organisation/members-ada> schema:foundingDate "2024-02-31"^^xsd:date .\n'),
        "literal",
        "2024-02-31",
    ),
    Broken(
        "a circle of parts",
        "members",
        rdf(
            "<organisation/members-ada> dct:isPartOf <organisation/members-bo> .\n"
            "<organisation/members-bo> dct:isPartOf <organisation/members-ada> .\n"
        ),
        "circle",
        "members-",
    ),
    Broken(
        "javascript: in RDF",
        "members",
        rdf("<organisation/members-ada> foaf:homepage <javascript:alert(1)> .\n"),
        "",
        "members-ada",
    ),
    Broken("no name at all", "members", lambda: f"{PREFIXES}[] {ORGANISATION}", "blank-only", "the whole source"),
)

BROKEN = (*WORKBOOKS, *TABLES, *JSON, *RDF)
