"""Made-up sources of every format, each with a mapping, registered and accepted beside the small world's own."""

import json
import shutil
from collections.abc import Mapping, Sequence

from building import ROOT, World
from koinon.build.pipeline import build
from koinon.build.report import BuildReport
from koinon.model.settings import Settings
from made_files import Book, code_list, code_row
from registering import LICENCE, OPTIONS, Desk, members

COLUMNS = ("Number", "Name", "Start", "End", "Budget", "Website", "Part of")
GOOD = ("1", "Hills", "2024-01-31", "2025-01-31", "1200.5", "https://hills.example/", "")
ROWS: tuple[Sequence[object], ...] = (
    GOOD,
    ("2", "Coasts", "2024-02-01", "2024-03-01", "10", "", "1"),
)
PARTNERS = ("Project", "Partner", "Role", "Region")
PARTNER_ROWS: tuple[Sequence[object], ...] = (
    ("1", "Hill cooperative", "Yes", "PL634"),
    ("1", "Valley cooperative", "No", ""),
)

_PROJECT_COLUMNS = """
columns.number = { TITLE = "Number", required = true }
columns.name = { TITLE = "Name", required = true, lang = "en", person = "refuse", maxLength = 300 }
columns.start = { TITLE = "Start", datatype = "date", format = "yyyy-MM-dd" }
columns.end = { TITLE = "End", datatype = "date", format = "yyyy-MM-dd" }
columns.budget = { TITLE = "Budget", datatype = "decimal", minimum = 0 }
columns.website = { TITLE = "Website", datatype = "url" }
columns.whole = { TITLE = "Part of" }

[[table.checks]]
rule = "end-before-start"
holds = "start <= end"
rejects = ["start", "end"]
hint = "The project ends before it starts. Ask the publisher."

[[table.things]]
name = "project"
id = "project/{source}-{number}"
type = ["koi:Project"]
once = true
has = [
  { p = "skos:prefLabel", column = "name", single = true },
  { p = "schema:startDate", column = "start" },
  { p = "schema:endDate", column = "end" },
  { p = "foaf:homepage", column = "website" },
  { p = "dct:isPartOf", iri = "https://w3id.org/koinon/id/project/{source}-{whole}", when = "whole" },
]

[[table.claims]]
of = "project"
kind = "claim-kind:total-budget"
column = "budget"
"""
_PARTNERS = """
[[table]]
name = "Partners"
reader = "xlsx"
sheet = "Partners"
columns.number = { titles = "Project", required = true }
columns.partner = { titles = "Partner", required = true, lang = "en", person = "refuse" }
columns.role = { titles = "Role", datatype = "code", table = "role" }
columns.region = { titles = "Region", datatype = "lookup", table = "nuts" }

[[table.joins]]
table = "Projects"
on = ["number"]
missing = "record"

[[table.things]]
name = "project"
id = "project/{source}-{number}"
has = []

[[table.things]]
name = "organisation"
id = "organisation/{source}-{slug(partner)}"
type = ["org:Organization"]
has = [
  { p = "skos:prefLabel", column = "partner", single = true },
  { p = "org:classification", value = "actor-type:cooperative" },
  { p = "koi:locatedIn", column = "region" },
]

[[table.things]]
name = "lead"
id = "{project}#lead"
of = "project"
by = "m8g:hasParticipation"
type = ["koi:ProjectParticipation", "m8g:Participation"]
when = "role = 'Yes'"
has = [
  { p = "m8g:role", column = "role", single = true },
  { p = "m8g:hasParticipant", thing = "organisation", single = true },
]
"""


def _head(name: str, *mints: str) -> str:
    return f"""
name = "{name}"
version = 1
[source]
slug = "{name}"
title = {{ en = "{name}" }}
publisher = "Example"
homepage = "https://fund.example/"
rights = "free to reuse with credit"
licence = "{LICENCE}"
credit = "Source: {name}"
language = "en"
mints = {json.dumps([*mints, f"document/{name}"])}
policy = "record"
[codes.role]
"Yes" = "role:lead-partner"
"No" = "role:partner"
"""


def _projects(reader: str, more: str = "", title: str = "titles") -> str:
    return f'[[table]]\nname = "Projects"\nreader = "{reader}"\n{more}{_PROJECT_COLUMNS.replace("TITLE", title)}'


_LIST = """
[[table]]
name = "Places"
reader = "genericode"
columns.code = { titles = "code", required = true }
columns.name = { titles = "Name", lang = "en" }
[[table.things]]
name = "place"
id = "project/{source}-{code}"
type = ["koi:Project"]
has = [{ p = "skos:prefLabel", column = "name", single = true }]
"""
_REGIONS = """
[[table]]
name = "Codes"
reader = "csv"
columns.code = { titles = "code", required = true }
columns.version = { titles = "version" }
columns.country = { titles = "country" }
[[table.things]]
name = "place"
id = "place/nuts-{code}"
type = ["koi:Territory", "dct:Location"]
has = [
  { p = "skos:prefLabel", text = "{code}, {country}", lang = "en", single = true },
  { p = "dct:type", value = "place-type:nuts-3" },
  { p = "dct:isPartOf", iri = "https://w3id.org/koinon/id/place/pomorskie" },
  { p = "koi:nutsLevel", text = "3", datatype = "integer" },
]
"""


def workbook(
    projects: Sequence[Sequence[object]] = (COLUMNS, *ROWS),
    partners: Sequence[Sequence[object]] = (PARTNERS, *PARTNER_ROWS),
    **more: object,
) -> bytes:
    """Return the workbook of the fund."""
    return Book({"Projects": projects, "Partners": partners}, **more).bytes()  # type: ignore[arg-type]


def csv(*rows: Sequence[object], titles: Sequence[str] = COLUMNS) -> str:
    """Return a table of projects as CSV."""
    return "".join(",".join(map(str, row)) + "\r\n" for row in (titles, *(rows or ROWS)))


def project(**values: object) -> tuple[object, ...]:
    """Return a third project with some cells changed."""
    cells: Mapping[str, object] = dict(
        zip(COLUMNS, ("3", "Lakes", "2024-05-01", "2024-06-01", "5", "", ""), strict=True)
    )
    assert values.keys() <= cells.keys(), values
    return tuple((cells | values).values())


def records(*rows: Sequence[object]) -> list[dict[str, object]]:
    """Return projects as JSON objects."""
    return [dict(zip(COLUMNS, row, strict=True)) for row in (rows or ROWS)]


def features(*rows: Sequence[object]) -> dict[str, object]:
    """Return projects as a collection of features."""
    return {"type": "FeatureCollection", "features": [{"properties": one} for one in records(*rows)]}


def lines(*rows: Sequence[object]) -> str:
    """Return projects as JSON Lines."""
    return "".join(json.dumps(one) + "\n" for one in records(*rows))


def put_mappings(world: World) -> None:
    """Put the mappings into the world's assets."""
    folder = world.assets.data / "mappings"
    folder.mkdir(exist_ok=True)
    properties = _PROJECT_COLUMNS.replace('TITLE = "', 'path = "properties.')
    for name in ("claim-kind", "claim-status"):
        (world.assets.ontology / "code" / f"{name}.ttl").symlink_to(ROOT / "ontology" / "code" / f"{name}.ttl")
    texts = {
        "fund": _head("fund", "project/fund-*", "organisation/fund-*")
        + _projects("xlsx", 'sheet = "Projects"\n')
        + _PARTNERS,
        "csvfund": _head("csvfund", "project/csvfund-*") + _projects("csv"),
        "linesfund": _head("linesfund", "project/linesfund-*") + _projects("jsonl", title="path"),
        "mapfund": _head("mapfund", "project/mapfund-*")
        + f'[[table]]\nname = "Projects"\nreader = "json"\npath = "features"\n{properties}',
        "listfund": _head("listfund", "project/listfund-*") + _LIST,
        "nuts": _head("nuts", "place/nuts-*").replace('"record"', '"record"\nkind = "reference"') + _REGIONS,
    }
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")


FILES: Mapping[str, str] = {
    "fund": "fund.xlsx",
    "csvfund": "fund.csv",
    "linesfund": "fund.jsonl",
    "mapfund": "fund.json",
    "listfund": "fund.gc",
    "members": "members.ttl",
}
"""The file that each source is handed in with."""


def hand_in_all(desk: Desk) -> None:
    """Register and accept every source, and build the release that stays."""
    put_mappings(desk.world)
    shutil.move(desk.world.sources, desk.world.assets.data / "own")
    registry = desk.registry()
    codes = "code,version,country\nPL634,2021,Poland\nPL634,2024,Poland\n"
    good: Mapping[str, str | bytes] = {
        "fund": workbook(),
        "csvfund": csv(),
        "linesfund": lines(),
        "mapfund": json.dumps(features()),
        "listfund": code_list(code_row(code="a1", Name="Hill") + code_row(code="a2", Name="Coast")),
    }
    registry.add("nuts", [desk.file("nuts.csv", codes)], type(OPTIONS)())
    for name, content in good.items():
        registry.add(name, [desk.file(FILES[name], content)], type(OPTIONS)())
    registry.add("members", [desk.file("members.ttl", members("Ada", "Bo"))], OPTIONS)
    for name in ("nuts", *FILES):
        registry.accept(name)
    report = make_release(desk.world)
    assert not report.refused, report.lines(details=True)


def make_release(world: World) -> BuildReport:
    """Build what the world has and what is accepted."""
    settings = Settings.from_environment({}, home=world.home.root)
    return build(settings, world.assets, [world.assets.data])
