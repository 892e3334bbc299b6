"""What a check tells people and programs: formats told, findings grouped, every rule in words."""

import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

import koinon.build
from building import PREFIXES, World, make_world
from koinon.build import shacl_report
from koinon.build.checking import Checked, check_content, check_path
from koinon.build.findings import Severity
from koinon.build.grouping import Spot, groups
from koinon.build.telling import suffix_named, suffix_of, suffix_of_content
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import SH
from koinon.model.settings import Settings
from koinon.web.checking.explaining import RULES, explanation
from koinon.web.translations import translations

ROOT = Path(__file__).resolve().parents[2]

IRI = "<https://w3id.org/koinon/id/project/mine>"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = make_world(tmp_path_factory.mktemp("checking"))
    made.build()
    return made


def checked(world: World, text: str | bytes, name: str = "mine.ttl") -> Checked:
    content = text.encode() if isinstance(text, str) else text
    settings = Settings.from_environment({}, home=world.home.root, max_source=10**6)
    return check_content(content, name, settings, world.assets)


def rules(found: Checked, severity: Severity = Severity.REFUSED) -> dict[str, int]:
    return {rule: count for (grave, rule), count in found.counts.items() if grave == severity}


def test_a_part_without_its_whole_is_told_once_and_published(world: World) -> None:
    part = (
        "<project/lost#lead> a m8g:Participation, koi:ProjectParticipation ; m8g:hasParticipant "
        "<organisation/patient-office> ; m8g:role <https://w3id.org/koinon/code/role/partner> .\n"
    )
    alone = checked(world, PREFIXES + part)
    assert rules(alone, Severity.WARNING)["orphan"] == 1
    (told,) = (finding for finding in alone.findings if finding.rule == "orphan")
    assert "project/lost#lead" in told.where
    assert "project/lost>" in told.detail
    whole = checked(
        world, PREFIXES + part + "<project/lost> m8g:hasParticipation <project/lost#lead> ; a koi:Project .\n"
    )
    assert "orphan" not in rules(whole, Severity.WARNING)


def test_an_example_names_a_node_once(world: World) -> None:
    found = checked(world, PREFIXES + '<organisation/mine> a org:Organization ; skos:prefLabel "Mine"@en .\n')
    spots = [example.spot.text for group in groups(found) for example in group.examples]
    assert spots
    assert all(text.count("organisation/mine>") == 1 for text in spots)


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        ("@prefix a: <http://a/> . a:b a a:c .", ".ttl"),
        ("", ".ttl"),
        ("[ a <http://a/b> ] .", ".ttl"),
        ("[] a <http://a/b> .", ".ttl"),
        ('<http://a/b> <http://a/c> "{" .', ".ttl"),
        ('<http://a/b> <http://a/c> "x"@en <http://a/g> .', ".nq"),
        ("<http://a/g> { <http://a/b> a <http://a/c> }", ".trig"),
        ("PREFIX a: <http://a/>\nGRAPH a:g {\n a:b a a:c }", ".trig"),
        ('<?xml version="1.0"?><rdf:RDF/>', ".rdf"),
        ("  <rdf:RDF xmlns:rdf='x'/>", ".rdf"),
        ('\ufeff{"@id": "http://a/b"}', ".jsonld"),
        ('[{"@id": "http://a/b"}]', ".jsonld"),
        ("<!DOCTYPE html><html></html>", None),
        ("PK\x03\x04 a spreadsheet", None),
    ],
)
def test_a_format_is_told_by_how_a_text_begins(content: str, suffix: str | None) -> None:
    assert suffix_of_content(content.encode()) == suffix


def test_a_name_tells_the_format_before_the_content_does() -> None:
    assert suffix_of(b"{}", "a.ttl") == ".ttl"
    assert suffix_of(b'{"a": 1}', "notes.txt") == ".jsonld"
    assert suffix_of(b"<http://a/b> a <http://a/c> .", "ontology.owl") == ".rdf"
    named = ["turtle", "N-Triples", "application/ld+json; charset=utf-8", ".nq", "RDF/XML", "cobol", ""]
    assert [suffix_named(name) for name in named] == [".ttl", ".nt", ".jsonld", ".nq", ".rdf", None, None]


def test_places_are_read_in_their_parts() -> None:
    assert Spot.of("a, b.ttl, line 3, column 14") == Spot("a, b.ttl, line 3, column 14", "a, b.ttl", 3, 14)
    node = Spot.of('<http://a/b> <http://a/p> "two words"@en')
    assert (node.iri, node.path, node.value) == ("http://a/b", "<http://a/p>", '"two words"@en')
    assert Spot.of("<http://a/b> <http://a/b>").path == ""
    assert Spot.of("list.xlsx, Partners, row 17, Country") == Spot("list.xlsx, Partners, row 17, Country")


def test_everything_that_is_wrong_is_told_at_once(world: World) -> None:
    found = checked(
        world, f"{PREFIXES}{IRI} a koi:Project ; koi:involvesActor <organisation/nobody> ; koi:nope 1 ."
    )
    assert found.refused
    assert {"dangling", "unknown-term"} <= rules(found).keys()
    assert any(rule.endswith("Shape") or "-" in rule for rule in rules(found).keys() - RULES.keys())
    assert not [f for f in found.findings if "document/checked" in f.where + f.detail]
    assert found.triples == 3


def test_what_another_source_has_introduced_is_not_mine(world: World) -> None:
    found = checked(world, f'{PREFIXES}<project/patient> a koi:Project ; skos:prefLabel "Mine"@en .')
    assert rules(found)["claimed"] == 1
    assert "patient" in next(f.detail for f in found.findings if f.rule == "claimed")


def test_a_thousand_faults_are_counted_and_a_few_are_shown(world: World) -> None:
    text = PREFIXES + "".join(f"<project/p{i}> a koi:Project .\n" for i in range(1000))
    found = checked(world, text)
    grave = groups(found)[0]
    assert (grave.severity, grave.count, len(grave.examples)) == (Severity.REFUSED, 1000, 5)
    assert set(grave.messages) >= {"en", "pl", "el"}
    assert found.count(Severity.REFUSED) == sum(rules(found).values()) >= 1000
    assert len(found.findings) < 1000
    report = shacl_report.turtle(found).decode()
    assert f"of {found.counts.total()} results" in report


@pytest.mark.parametrize(
    ("text", "rule", "place"),
    [
        ("", "empty", ""),
        ("@prefix a: <b:c> .\na:x a\n", "syntax", "line 3"),
        (b"# \xb3\xf3d\x9f\n", "encoding", "line 1, column 3"),
        ('{"@context": "http://a.example/c", "@id": "http://a/b"}', "remote-context", "line 1"),
        ("<!DOCTYPE html><html></html>", "format", ""),
    ],
)
def test_what_cannot_be_read_says_where_it_breaks(world: World, text: str | bytes, rule: str, place: str) -> None:
    found = checked(world, text, "mine")
    assert rules(found) == {rule: 1}
    assert place in found.findings[0].where


def test_a_wrong_name_is_guessed(world: World) -> None:
    assert "looks like JSON-LD" in checked(world, '{"@id": "http://a/b"}').findings[0].detail


def test_the_shacl_report_has_every_finding_with_what_a_result_needs(world: World) -> None:
    found = checked(world, f"{PREFIXES}{IRI} a koi:Project ; koi:involvesActor <organisation/nobody> .")
    for written, syntax in (
        (shacl_report.turtle(found), RdfFormat.TURTLE),
        (shacl_report.json_ld(found), RdfFormat.JSON_LD),
    ):
        triples = [quad.triple for quad in parse(written, syntax)]
        results = {t.subject for t in triples if t.object == NamedNode(SH + "ValidationResult")}
        assert len(results) == found.counts.total()
        for name in ("focusNode", "resultSeverity", "sourceConstraintComponent", "resultMessage"):
            assert {t.subject for t in triples if t.predicate == NamedNode(SH + name)} == results
        assert NamedNode(f"{shacl_report.RULES}dangling") in {t.object for t in triples}
        assert [t.object.value for t in triples if t.predicate == NamedNode(SH + "conforms")] == ["false"]


def test_a_sound_source_conforms(world: World) -> None:
    found = check_path(world.sources / "patient", Settings.from_environment({}, home=world.home.root), world.assets)
    assert not found.refused, found.findings
    assert b"sh:conforms true" in shacl_report.turtle(found)


MADE_BY = re.compile(
    r"\b(?:SourceError|Finding|Note|Fault|Problem|BadRecord|BadObjectError|Unfit|Unknown|NotFound|_Rejected"
    r"|_?refuse|_error|cannot_read|reject|drop|[Nn]otes\.add|yield)\s*\(?\s*"
    r"(?:[\w.\[\]]+(?:\(\w*\))?,\s*|\"\",\s*)?\"([a-z][a-z-]+)\"[,)]"
)
RETURNED = re.compile(r"(?:return|else) \"([a-z]+(?:-[a-z]+)*)\"$", re.MULTILINE)


def rules_that_can_be_given() -> set[str]:
    """Rules by which readers, mappings, cleaning and judging find fault; the registry's end a command, in words."""
    folder = Path(koinon.build.__file__).parent
    aside = {"registry", "harvest", "linking"}
    paths = [path for path in folder.rglob("*.py") if not aside & set(path.parts)]
    found = {rule for path in paths for rule in MADE_BY.findall(path.read_text("utf-8"))}
    found |= set(RETURNED.findall((folder / "mapping" / "cleaning" / "cleaner.py").read_text("utf-8")))
    readers = (folder / "mapping" / "readers" / "opening.py").read_text("utf-8").partition("Raises SourceError")[2]
    found |= set(re.findall(r"``([a-z][a-z-]+)``", readers))
    for mapping in (ROOT / "data" / "mappings").glob("*.toml"):
        found |= set(re.findall(r"^rule = \"([a-z-]+)\"", mapping.read_text("utf-8"), re.MULTILINE))
    return found


def test_every_rule_that_can_be_given_has_a_title_and_a_remedy_in_every_language() -> None:
    named = rules_that_can_be_given()
    assert len(named) > 100, sorted(named)
    assert {"unread-sheet", "shape", "takeover", "hidden-row", "not-listed", "outside-europe", "year"} <= named
    assert [name for name in sorted(named) if not explanation(name, Severity.NOTE).mend] == []
    for language in INTERFACE_LANGUAGES:
        translated = translations(language).gettext
        for name in named:
            explained = explanation(name, Severity.NOTE)
            texts = [translated(text) for text in (explained.title, explained.why, explained.mend)]
            assert all(texts), (language, name)
            assert language == "en" or texts[0] != explained.title, (language, name)
    for name, rule in RULES.items():
        assert rule.title, name
        assert rule.why, name
        assert rule.mend, name
    assert explanation("rows", Severity.REFUSED).title == RULES["size"].title
    assert explanation("ProjectShape-name", Severity.WARNING).why
