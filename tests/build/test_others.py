"""What a source may say of things that another mints: what the shapes list, and nothing else."""

import pytest

from building import NEIGHBOUR, World, manifest
from koinon.build.checking import check_path
from koinon.build.report import Outcome
from koinon.model.settings import Settings

OPEN = (
    '<project/patient> skos:hiddenLabel "Pateint"@en .',
    '<project/patient> schema:startDate "2024-01-01"^^xsd:date .',
    "<project/patient> dct:isPartOf <project/patient-of-all> .",
    "<project/patient> koi:fundedUnder <programme/other> .",
    "<organisation/patient-office> org:memberOf <organisation/neighbour> .",
    '<place/gdansk> skos:altLabel "Danzig"@de .',
    "<place/gdansk> rdfs:seeAlso <https://example.org/gdansk> .",
)
CLOSED = (
    '<project/patient> skos:notation "7" .',
    "<project/patient> dct:isReplacedBy <organisation/neighbour> .",
    "<project/patient> owl:deprecated true .",
    "<project/patient#coordinator> m8g:role role:partner .",
    "<place/gdansk> koi:nutsLevel 3 .",
    "<place/gdansk> dct:isPartOf <place/poland> .",
    "<place/gdansk> dct:type place-type:nuts-3 .",
    '<place/gdansk> skos:notation "PL633" .',
    "<place/nowhere> dct:isPartOf <place/poland> .",
)
"""The last is nobody's: that makes it no less another's."""


def put(world: World, line: str, policy: str = "source") -> None:
    text = f'policy = "{policy}"\n{manifest("neighbour")}'
    world.put("neighbour", {"source.toml": text, "graph.ttl": f"{NEIGHBOUR}{line}\n"})


def outcome(world: World) -> tuple[str, list[str]]:
    (report,) = (source for source in world.build().sources if source.slug == "neighbour")
    return report.outcome, [finding.rule for finding in report.findings if finding.rule.startswith("Others")]


@pytest.mark.parametrize("line", OPEN)
def test_what_is_on_the_list_is_a_claim_of_the_source(world: World, line: str) -> None:
    put(world, line)
    assert outcome(world) == (Outcome.ACCEPTED, [])


@pytest.mark.parametrize("line", CLOSED)
def test_what_is_not_on_the_list_refuses_the_source(world: World, line: str) -> None:
    put(world, line)
    rule = "OthersPlaceShape" if line.startswith("<place/") else "OthersThingShape"
    assert outcome(world) == (Outcome.OUT, [rule])


@pytest.mark.parametrize("line", CLOSED)
def test_where_records_are_left_out_only_that_statement_is(world: World, line: str) -> None:
    put(world, "")
    assert outcome(world)[0] == Outcome.ACCEPTED
    sound = world.hashes()["neighbour"]
    put(world, line, "record")
    assert outcome(world)[0] == Outcome.ACCEPTED
    assert world.hashes()["neighbour"] == sound


def test_a_page_with_a_receipt_for_each_statement_may_say_where_a_place_lies(world: World) -> None:
    graph = world.sources / "patient" / "graph.ttl"
    graph.write_text(f"{graph.read_text()}<place/gdansk> dct:isPartOf <place/poland> ~ c:70\\,80 .\n")
    assert not world.build().refused
    graph.write_text(f"{graph.read_text()}<place/gdansk> koi:nutsLevel 3 ~ c:70\\,80 .\n")
    assert [source.slug for source in world.build().refused] == ["patient"]


def test_of_its_own_things_a_source_says_what_it_wants(world: World) -> None:
    graph = world.sources / "place" / "graph.ttl"
    graph.write_text(f'{graph.read_text()}<place/gdansk> skos:notation "x" ; koi:nutsLevel 3 .\n')
    report = world.build()
    assert [f.rule for s in report.sources for f in s.findings if f.rule.startswith("Others")] == []


def test_a_check_says_so_in_the_language_of_the_reader(world: World) -> None:
    put(world, "<place/gdansk> koi:nutsLevel 3 .")
    checked = check_path(
        world.sources / "neighbour", Settings.from_environment({}, home=world.home.root), world.assets
    )
    (finding,) = (finding for finding in checked.findings if finding.rule == "OthersPlaceShape")
    assert checked.refused
    assert "place/gdansk> <https://w3id.org/koinon/def#nutsLevel>" in finding.where
    assert set(finding.messages or {}) == {"en", "pl", "el", "lv", "fr", "it", "es", "ca", "nb"}
