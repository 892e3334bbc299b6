"""Vintages of one register, lists inside records, and what is more than memory takes."""

import pytest
from made_up_fund import Make, counts_of, lines

VINTAGES = """
[[table]]
name = "new"
reader = "csv"
columns.id = { titles = "Identifier", required = true }
columns.name = { titles = "Name", lang = "en" }
[[table.things]]
id = "organisation/{source}-{id}"
type = ["org:Organization"]
once = true
has = [{ p = "skos:prefLabel", column = "name", single = true }]
[[table]]
name = "old"
reader = "csv"
columns.id = { titles = "Organisation ID", required = true }
columns.name = { titles = ["Registered Name", "Legal Name"], lang = "en" }
columns.members = { titles = "Members", datatype = "integer", optional = true }
[[table.things]]
id = "organisation/{source}-{id}"
type = ["org:Organization"]
has = [
  { p = "skos:prefLabel", column = "name", single = true, demoted = "skos:altLabel" },
  { p = "koi:memberCount", column = "members", single = true },
]
"""
OLD = "Organisation ID,Legal Name,Members\nR1,Old name,5\nR2,Same,\nR 3,Bad,1\nR1,Old name,6\n"
NEW = "Identifier,Name\nR1,New name\nR2,Same\nR1,Again\n"


def test_vintages_are_told_apart_by_their_columns_and_the_newest_names(fund: Make) -> None:
    mapped = fund(VINTAGES, a_csv=OLD, b_csv=NEW)
    assert set(lines(mapped, "r1>")) == {
        "<organisation/fund-r1> <a> <http://www.w3.org/ns/org#Organization>",
        '<organisation/fund-r1> <skos:altLabel> "Old name"@en',
        '<organisation/fund-r1> <skos:prefLabel> "New name"@en',
        '<organisation/fund-r1> <koi:memberCount> "5"^^<xsd:integer>',
    }
    assert [line for line in lines(mapped, "r2>") if "Label" in line] == [
        '<organisation/fund-r2> <skos:prefLabel> "Same"@en'
    ]


def test_contradictions_repeated_ids_and_bad_identifiers_are_counted_with_their_places(fund: Make) -> None:
    report = fund(VINTAGES, a_csv=OLD, b_csv=NEW).report
    new, old = report.tables
    assert dict(new.rejected) == {"twice": 1}
    assert dict(old.rejected) == {"required-wrong": 1}
    assert dict(old.columns[0].rules) == {"identifier": 1}
    assert dict(report.contradictions) == {"https://w3id.org/koinon/def#memberCount": 1}
    (found,) = report.contradicting
    assert (str(found.place), str(found.other_place)) == ("a.csv, row 2", "a.csv, row 5")


def test_a_file_that_no_table_reads_is_refused_with_the_missing_columns(fund: Make) -> None:
    with pytest.raises(Exception, match="Identifier") as refused:
        fund(VINTAGES, c_csv="Ident,Title\nR1,x\n")
    assert refused.value.rule == "missing-column"


RECORDS = """
[[table]]
name = "v2"
reader = "jsonl"
keys = ["names"]
columns.id = { required = true, pattern = 'https://r\\.example/(?P<value>\\w+)' }
columns.country = { path = "places[0].country" }
[[table.things]]
name = "organisation"
id = "organisation/{source}-{id}"
type = ["org:Organization"]
[[table.each]]
path = "names"
columns.lang = {}
columns.value = { lang = { column = "lang", default = "und" } }
columns.kinds = { path = "types" }
[[table.each.things]]
about = "organisation"
has = [
  { p = "skos:prefLabel", column = "value", when = "kinds in 'label'", single = true, demoted = "skos:altLabel" },
  { p = "skos:altLabel", column = "value", when = "kinds in 'alias'" },
]
[[table.each]]
path = "relations"
columns.kind = {}
columns.other = { path = "id", pattern = 'https://r\\.example/(?P<value>\\w+)' }
[[table.each.things]]
name = "parent"
id = "organisation/{source}-{other}"
when = "kind = 'parent'"
[[table.each.things]]
about = "organisation"
has = [{ p = "org:subOrganizationOf", thing = "parent", known = true }]
[[table]]
name = "v1"
reader = "jsonl"
keys = ["name"]
columns.id = { required = true, pattern = 'https://r\\.example/(?P<value>\\w+)' }
columns.name = { lang = "und" }
columns.aliases = { lang = "und" }
[[table.things]]
id = "organisation/{source}-{id}"
type = ["org:Organization"]
has = [{ p = "skos:prefLabel", column = "name", single = true }, { p = "skos:altLabel", column = "aliases" }]
"""
JSONL = (
    '{"id": "https://r.example/a1", "names": [{"value": "Ένα", "lang": "el", "types": ["label"]},'
    ' {"value": "One", "lang": null, "types": ["label", "alias"]},'
    ' {"value": "Uno", "lang": "EL", "types": ["label"]}],'
    ' "relations": [{"kind": "parent", "id": "https://r.example/b2"}, {"kind": "parent", "id": "https://r.example/zz"},'
    ' {"kind": "child", "id": "https://r.example/b2"}], "spare": {"x": 1}}\n'
    '{"id": "https://r.example/b2", "name": "Two", "aliases": ["Two", "Zwei"]}\n'
    '{"id": "b3", "names": [{"value": "Three"}]}\n'
    '{"id": "https://r.example/c4"}\n'
)


def test_lists_inside_records_see_the_record_and_are_counted_as_tables(fund: Make) -> None:
    mapped = fund(RECORDS, r_jsonl=JSONL)
    assert set(lines(mapped, "a1>")) == {
        "<organisation/fund-a1> <a> <http://www.w3.org/ns/org#Organization>",
        '<organisation/fund-a1> <skos:prefLabel> "Ένα"@el',
        '<organisation/fund-a1> <skos:altLabel> "Uno"@el',
        '<organisation/fund-a1> <skos:prefLabel> "One"@und',
        "<organisation/fund-a1> <http://www.w3.org/ns/org#subOrganizationOf> <organisation/fund-b2>",
    }
    assert set(lines(mapped, "b2>")) == {
        "<organisation/fund-b2> <a> <http://www.w3.org/ns/org#Organization>",
        '<organisation/fund-b2> <skos:prefLabel> "Two"@und',
        '<organisation/fund-b2> <skos:altLabel> "Zwei"@und',
    }
    by_name = {each.name: each for each in mapped.report.tables}
    assert by_name["v2: names"].read == 4
    assert dict(by_name["v2: names"].rejected) == {"record": 1}
    assert dict(by_name["v2"].rejected)["required-wrong"] == 1
    assert counts_of(mapped.report, "v2")["spare"] == (0, 1, 0, 0, 1)
    assert dict(mapped.report.dangling) == {"http://www.w3.org/ns/org#subOrganizationOf": 1}
    for name, each in by_name.items():
        readable = each.read - each.unreadable
        assert each.read == each.mapped + sum(each.rejected.values()), name
        assert all(sum(counts) == readable for counts in counts_of(mapped.report, name).values()), name
