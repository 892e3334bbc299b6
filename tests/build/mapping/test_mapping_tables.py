"""Whole mappings over small made-up files: what is said, what is left out, and that all of it is counted."""

import csv
import io
from datetime import date, datetime
from pathlib import Path

import pytest
from made_up_fund import Make, counts_of, lines
from pyoxigraph import RdfFormat, parse

from koinon.build.mapping.lines import Lines
from made_files import workbook

PROJECTS = """
[[table]]
name = "Projects"
reader = "csv"
file = "projects*"
null = ["n/a"]
unused = { "Contact" = "names persons" }
columns.acronym = { titles = "Acronym", required = true }
columns.title = { titles = "Title", lang = "und" }
columns.start = { titles = "Start", datatype = "date", format = "d/M/yyyy" }
columns.end = { titles = "End", datatype = "date", format = "d/M/yyyy" }
columns.budget = { titles = "Budget", datatype = "decimal", groupChar = ",", minimum = 0 }
columns.themes = { titles = "Themes", separator = ";", datatype = "concept", list = "theme" }
columns.site = { titles = "Site", datatype = "url" }
[[table.checks]]
rule = "end-before-start"
holds = "start <= end"
rejects = ["start", "end"]
hint = "Ask the publisher."
[[table.things]]
name = "project"
id = "project/{source}-{slug(acronym)}"
type = ["koi:Project"]
has = [
  { p = "skos:prefLabel", column = "title", single = true, demoted = "skos:altLabel" },
  { p = "frapo:hasAcronym", column = "acronym" },
  { p = "schema:startDate", column = "start", single = true },
  { p = "schema:endDate", column = "end", single = true },
  { p = "dct:subject", column = "themes" },
  { p = "foaf:homepage", column = "site" },
]
[[table.claims]]
of = "project"
kind = "claim-kind:total-budget"
column = "budget"
"""
HEADER = "Acronym,Title,Start,End,Budget,Themes,Site,Contact,Extra\n"
ROWS = (
    'ALPHA,Άλφα,1/2/2020,28/2/2021,"1,250.50",Water; social  ECONOMY,www.alpha.example,Ann,x\n'
    "BETA,Beta,31/2/2020,1/1/2021,-5,Water;Wind,javascript:alert(1),n/a,\n"
    ",No acronym,1/1/2020,,7,Water,,,\n"
    "GAMMA,n/a,2/1/2020,1/1/2020,,Cooperation,info@gamma.example,,\n"
)


def test_a_row_becomes_a_thing_with_its_parts(fund: Make) -> None:
    alpha = lines(fund(PROJECTS, projects_csv=HEADER + ROWS), "alpha")
    thing = "<project/fund-alpha-"
    assert {
        line.split(" ", 1)[1] for line in alpha if line.startswith(thing) and "#" not in line.split(" ")[0]
    } == {
        "<a> <koi:Project>",
        '<skos:prefLabel> "Άλφα"@und',
        '<http://purl.org/cerif/frapo/hasAcronym> "ALPHA"',
        '<schema:startDate> "2020-02-01"^^<xsd:date>',
        '<schema:endDate> "2021-02-28"^^<xsd:date>',
        "<http://purl.org/dc/terms/subject> <topic/fund-theme-water>",
        "<http://purl.org/dc/terms/subject> <topic/fund-theme-social-economy>",
        "<http://xmlns.com/foaf/0.1/homepage> <http://www.alpha.example/>",
        f"<koi:hasClaim> {next(x for x in alpha if '#claim-total-budget> <a>' in x).split(' ')[0]}",
    }
    claim = {line.split(" ", 1)[1] for line in alpha if "#claim-total-budget" in line.split(" ")[0]}
    assert '<http://purl.org/cerif/frapo/hasMonetaryValue> "1250.5"^^<xsd:decimal>' in claim
    assert "<a> <koi:AmountClaim>" in claim
    assert not any("hasCurrencyCode" in line for line in claim)


def test_a_text_that_hides_or_mixes_letters_is_taken_and_told_with_its_place(fund: Make) -> None:
    rows = (
        "A,Οlive,,,,,,,\nB,Сoast and Сliff,,,,,,,\nC,Sea\u202edaeD,,,,,,,\nD,Caf\ufffd,,,,,,,\nE,a\u200bb,,,,,,,\n"
    )
    mapped = fund(PROJECTS, projects_csv=HEADER + rows)
    told = {note.rule: (str(note.place), note.count) for note in mapped.report.tables[0].notes}
    assert told == {
        "mixed-scripts": ("projects.csv, row 2, Title", 2),
        "direction": ("projects.csv, row 4, Title", 1),
        "lost-character": ("projects.csv, row 5, Title", 1),
        "control-character": ("projects.csv, row 6, Title", 1),
    }
    said = "\n".join(lines(mapped))
    assert all(text in said for text in ('"SeadaeD"', '"Caf\ufffd"', '"ab"'))


def test_what_a_workbook_keeps_as_a_date_or_a_number_is_read_whatever_its_publisher_writes(fund: Make) -> None:
    tables = PROJECTS.replace('"csv"', '"xlsx"').replace('groupChar = ","', 'groupChar = ".", decimalChar = ","')
    titles = HEADER.strip().split(",")
    typed = ("ALPHA", "Alpha", date(2020, 2, 1), datetime(2021, 2, 28, 12), 1250.5)
    as_text = ("BETA", "Beta", "1/2/2020", "2020-02-28", "1.250,50")
    mapped = fund(tables, projects_xlsx=workbook(titles, typed, as_text))
    alpha, beta = "\n".join(lines(mapped, "alpha")), "\n".join(lines(mapped, "beta"))
    for said in (alpha, beta):
        assert '<schema:startDate> "2020-02-01"^^<xsd:date>' in said
        assert 'hasMonetaryValue> "1250.5"^^' in said
    assert '<schema:endDate> "2021-02-28"^^<xsd:date>' in alpha
    assert "endDate" not in beta


def test_every_cell_is_counted_once_and_the_totals_add_up(fund: Make) -> None:
    report = fund(PROJECTS, projects_csv=HEADER + ROWS).report
    counts = counts_of(report, "Projects")
    assert counts == {
        "Acronym": (3, 1, 0, 0, 0),
        "Title": (2, 1, 1, 0, 0),
        "Start": (1, 0, 3, 0, 0),
        "End": (2, 1, 1, 0, 0),
        "Budget": (1, 1, 2, 0, 0),
        "Themes": (2, 0, 1, 1, 0),
        "Site": (1, 1, 2, 0, 0),
        "Contact": (0, 2, 0, 0, 2),
        "Extra": (0, 3, 0, 0, 1),
    }
    assert all(sum(each) == 4 for each in counts.values())
    cells = [cell for row in csv.reader(io.StringIO(ROWS)) for cell in row if cell]
    assert sum(sum(each) - each[1] for each in counts.values()) == len(cells) - 1  # n/a of GAMMA's title is missing


def test_examples_name_place_value_and_what_to_do_but_no_person_or_mail(fund: Make) -> None:
    report = fund(PROJECTS, projects_csv=HEADER + ROWS).report
    text = "\n".join(report.lines())
    assert (
        "projects.csv, row 3, Start: '31/2/2020': '31/2/2020' is no day of the calendar [impossible-date]" in text
    )
    assert "row 5, Start: '2020-01-02, 2020-01-01': Ask the publisher. [end-before-start]" in text
    assert "row 4, Acronym: the record cannot be mapped without this value" in text
    assert "unknown: 'Wind' 1" in text
    assert "info@gamma.example" not in text
    assert "Extra: 3 missing, 1 unused (the mapping doesn't know this column)" in text
    assert report.as_json()["statements"] == report.statements


def test_many_columns_that_the_mapping_does_not_know_are_one_line(fund: Make) -> None:
    more = "".join(f",Tag {number}" for number in range(20))
    head, first, *_ = (HEADER + ROWS).splitlines()
    text = "\n".join(fund(PROJECTS, projects_csv=f"{head}{more}\n{first}{',x' * 20}\n").report.lines())
    assert text.count("the mapping doesn't know") == 1
    assert "21 keys that the mapping doesn't know" in text
    assert "Tag 9" not in text


def test_a_rejected_value_is_not_said_and_the_rest_of_the_record_is(fund: Make) -> None:
    beta = "\n".join(lines(fund(PROJECTS, projects_csv=HEADER + ROWS), "beta"))
    assert '"2021-01-01"' in beta
    assert "topic/fund-theme-water" in beta
    assert "startDate" not in beta
    assert "claim" not in beta
    assert "javascript" not in beta


def test_lists_of_the_publisher_are_minted_where_used_and_ours_taken_where_we_have_them(fund: Make) -> None:
    mapped = fund(PROJECTS, projects_csv=HEADER + ROWS)
    assert '<topic/fund-theme-water> <skos:prefLabel> "Water"@en' in lines(mapped)
    assert "<topic/fund-theme-water> <skos:inScheme> <scheme/fund-theme>" in lines(mapped)
    gamma = lines(mapped, "gamma")
    assert any(line.endswith("<https://w3id.org/koinon/code/theme/cooperation>") for line in gamma)
    assert not lines(mapped, "theme-cooperation")


def test_the_file_is_sorted_canonical_and_the_same_every_time(fund: Make) -> None:
    first = fund(PROJECTS, projects_csv=HEADER + ROWS)
    data = first.path.read_bytes()
    found = data.split(b"\n")[:-1]
    assert found == sorted(set(found))
    assert [f"{quad.triple} .".encode() for quad in parse(data, RdfFormat.N_TRIPLES)] == found
    assert first.triples == len(found)
    again = fund(PROJECTS, name="again.nt", projects_csv=HEADER + ROWS)
    turned = fund(PROJECTS, name="turned.nt", projects_csv=HEADER + "".join(reversed(ROWS.splitlines(True))))
    assert again.sha256 == turned.sha256 == first.sha256


def test_each_thing_knows_the_row_that_it_came_from(fund: Make) -> None:
    mapped = fund(PROJECTS, projects_csv=HEADER + ROWS)
    iri = "https://w3id.org/koinon/id/" + lines(mapped, "gamma")[0].split("> ")[0][1:]
    assert str(mapped.places.of(iri)) == "projects.csv, row 5"
    assert str(mapped.places.of(f"{iri}#nothing")) == "projects.csv, row 5"
    assert mapped.places.of("https://w3id.org/koinon/id/project/other") is None


PARTNERS = (
    PROJECTS
    + """
[[table]]
name = "Partners"
reader = "csv"
file = "partners*"
columns.acronym = { titles = "Acronym", required = true }
columns.name = { titles = "Partner", lang = "und", required = true }
columns.country = { titles = "Country" }
columns.town = { titles = "Town" }
columns.code = { titles = "Postcode", pad = { to = 5, when = "country = 'DE'" } }
columns.street = { titles = "Street", person = "lines" }
columns.lead = { titles = "Lead", datatype = "code", table = "role" }
[[table.joins]]
table = "Projects"
on = ["acronym"]
[[table.things]]
name = "organisation"
id = "organisation/{source}-{slug(name, country?)}"
type = ["org:Organization"]
has = [{ p = "skos:prefLabel", column = "name", single = true }]
[[table.things]]
id = "{organisation}#address"
of = "organisation"
by = "locn:address"
type = ["locn:Address"]
has = [
  { p = "locn:postName", column = "town" },
  { p = "locn:postCode", column = "code" },
  { p = "locn:thoroughfare", column = "street" },
]
[[table.things]]
name = "project"
id = "project/{source}-{slug(acronym)}"
has = [{ p = "m8g:hasParticipation", thing = "partner" }]
[[table.things]]
name = "partner"
id = "{project}#partner-{hash(name, country?)}"
type = ["koi:ProjectParticipation", "m8g:Participation"]
has = [{ p = "m8g:role", column = "lead" }, { p = "m8g:hasParticipant", thing = "organisation" }]
"""
)
PARTNER_ROWS = (
    "Acronym,Partner,Country,Town,Postcode,Street,Lead\n"
    "ALPHA,Μονάδα,EL,,,,Yes\n"
    'ALPHA,Werkstatt,DE,Dresden,1069,"c/o Ann Example, Hof 3",no\n'
    "BETA,Werkstatt,AT,,1069,c/o Ann Example,No\n"
    "DELTA,Nobody's,DE,,,,No\n"
    "ALPHA,Werkstatt,DE,,,,maybe\n"
)


def test_tables_are_joined_by_key_and_orphans_are_counted(fund: Make) -> None:
    mapped = fund(PARTNERS, projects_csv=HEADER + ROWS, partners_csv=PARTNER_ROWS)
    (partners,) = (each for each in mapped.report.tables if each.name == "Partners")
    assert dict(partners.rejected) == {"orphan": 1}
    assert (partners.read, partners.mapped) == (5, 4)
    assert not lines(mapped, "nobody")
    alpha = [line for line in lines(mapped, "alpha") if "hasParticipation>" in line]
    assert len(alpha) == 2
    assert all(sum(counts) == 5 for counts in counts_of(mapped.report, "Partners").values())


def test_one_body_of_several_rows_is_one_thing_and_bodies_of_two_countries_are_two(fund: Make) -> None:
    mapped = fund(PARTNERS, projects_csv=HEADER + ROWS, partners_csv=PARTNER_ROWS)
    named = [line for line in lines(mapped, "organisation") if '"Werkstatt"' in line]
    assert len(named) == 2
    assert len([line for line in lines(mapped, "organisation") if '"Μονάδα"' in line]) == 1


def test_fragments_are_made_only_where_something_is_said_and_persons_never(fund: Make) -> None:
    mapped = fund(PARTNERS, projects_csv=HEADER + ROWS, partners_csv=PARTNER_ROWS)
    text = "\n".join(lines(mapped))
    assert '"01069"' in text
    assert '"1069"' in text
    assert '"Hof 3"' in text
    assert "Ann" not in text
    assert "Ann" not in "\n".join(mapped.report.lines())
    assert len([line for line in lines(mapped) if line.endswith("<http://www.w3.org/ns/locn#Address>")]) == 2


def test_codes_are_matched_whatever_their_case_and_others_are_unknown(fund: Make) -> None:
    mapped = fund(PARTNERS, projects_csv=HEADER + ROWS, partners_csv=PARTNER_ROWS)
    roles = sorted(line.rsplit("/", 1)[1] for line in lines(mapped, "#partner") if "m8g/role>" in line)
    assert roles == ["lead-partner>", "partner>", "partner>"]
    assert counts_of(mapped.report, "Partners")["Lead"] == (3, 0, 1, 1, 0)


def test_a_large_graph_is_sorted_in_runs_and_the_same_as_in_memory(
    fund: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rows = HEADER + "".join(f"P{n},Πρόγραμμα {n},1/1/2020,,{n},Water,,,\n" for n in range(300))
    whole = fund(PROJECTS, projects_csv=rows)
    monkeypatch.setattr(Lines.__init__, "__kwdefaults__", {"lines": 100, "size": 10**6})
    parted = fund(PROJECTS, name="parted.nt", projects_csv=rows)
    assert parted.sha256 == whole.sha256
    assert not list(tmp_path.glob("*.run-*"))


def test_text_that_looks_like_statements_stays_text(fund: Make) -> None:
    hostile = 'X" . <urn:a> <urn:b> <urn:c> .\\n,"a > b"" ^^ \\u0000"'
    mapped = fund(PROJECTS, projects_csv=HEADER + f'EVIL,"{hostile.replace(chr(34), chr(34) * 2)}",,,,,,,\n')
    (label,) = (
        q.object
        for q in parse(mapped.path.read_bytes(), RdfFormat.N_TRIPLES)
        if "evil" in str(q.subject) and "prefLabel" in str(q.predicate)
    )
    assert label.value == hostile


MAP = """
[[table]]
name = "sites"
reader = "json"
path = "features"
columns.id = { path = "properties.id", required = true }
columns.longitude = { path = "geometry.coordinates[0]", datatype = "decimal", minimum = -180, maximum = 180 }
columns.latitude = { path = "geometry.coordinates[1]", datatype = "decimal", minimum = -90, maximum = 90 }
columns.tags = { path = "properties.tags" }
[[table.things]]
name = "place"
id = "project/{source}-{id}"
type = ["koi:Project"]
has = [
  { p = "schema:longitude", column = "longitude" },
  { p = "schema:latitude", column = "latitude" },
  { p = "schema:keywords", column = "tags" },
]
[[table.each]]
path = "properties.sites"
columns.url = { path = "url", datatype = "url" }
columns.town = { path = "address.town" }
[[table.each.things]]
id = "{place}#site"
has = [{ p = "schema:url", column = "url" }, { p = "schema:addressLocality", column = "town" }]
"""


@pytest.mark.parametrize(
    ("coordinates", "rule", "shown"),
    [
        ("10,50", "shape", "10,50"),
        ({"lon": 10, "lat": 50}, "shape", "{…}"),
        (10.5, "shape", "10.5"),
        ([[10, 50], [11, 51]], "shape", "[…]"),
        ([[[10, 50], [11, 51]]], "shape", "[…]"),
        (["ten", "fifty"], "number", "ten"),
        ([True, True], "number", "true"),
    ],
    ids=str,
)
def test_coordinates_that_are_no_two_numbers_are_counted_and_never_guessed(
    fund: Make, coordinates: object, rule: str, shown: str
) -> None:
    good = {"properties": {"id": "a"}, "geometry": {"coordinates": [10, "50"]}}
    odd = {"properties": {"id": "b"}, "geometry": {"coordinates": coordinates}}
    mapped = fund(MAP, map_json={"features": [good, odd]})
    assert [line.split(" ", 1)[1] for line in lines(mapped, "fund-a") if "itude" in line] == [
        '<schema:latitude> "50"^^<xsd:decimal>',
        '<schema:longitude> "10"^^<xsd:decimal>',
    ]
    assert not [line for line in lines(mapped, "fund-b") if "itude" in line]
    columns = {column.title: column for column in mapped.report.tables[0].columns}
    longitude = columns["geometry.coordinates[0]"]
    assert (longitude.mapped, longitude.rejected, dict(longitude.rules)) == (1, 1, {rule: 1})
    (told,) = (e for e in mapped.report.tables[0].examples if e.place.column == "geometry.coordinates[0]")
    assert (told.rule, told.place.row, told.value) == (rule, 2, shown)
    assert told.detail


def test_what_stands_where_json_should_have_an_object_or_a_text_is_counted(fund: Make) -> None:
    properties = {"id": "a", "tags": ["x", ["y", "z"]], "sites": ["https://a.example/", {"address": "Town"}]}
    report = fund(MAP, map_json={"features": [{"properties": properties, "geometry": "POINT (10 50)"}]}).report
    told = {(e.rule, e.place.column, e.value) for table in report.tables for e in table.examples}
    assert told == {
        ("shape", "geometry.coordinates[0]", "POINT (10 50)"),
        ("shape", "geometry.coordinates[1]", "POINT (10 50)"),
        ("shape", "properties.tags", "[…]"),
        ("shape", "url", "https://a.example/"),
        ("shape", "address.town", "https://a.example/"),
        ("shape", "address.town", "Town"),
    }
