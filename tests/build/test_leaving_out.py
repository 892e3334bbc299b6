"""The policy ``record``: what is faulty is left out and counted, and the rest of the source is published."""

import pytest

from building import PREFIXES, World, manifest
from koinon.build.collecting import MOST_EXAMPLES
from koinon.build.findings import Severity
from koinon.build.report import Outcome, SourceReport

GLOBS = ("document/neighbour", "organisation/neighbour*", "project/neighbour*")
SOUND = (
    PREFIXES
    + """
<document/neighbour> a foaf:Document ; skos:prefLabel "Neighbour"@en .
<organisation/neighbour> a org:Organization ; skos:prefLabel "Neighbour"@en ;
    org:classification actor-type:association .
<project/neighbour> a koi:Project ; skos:prefLabel "Together"@en ; m8g:hasParticipation <project/neighbour#us> .
<project/neighbour#us> a koi:ProjectParticipation , m8g:Participation ; m8g:role role:partner ;
    m8g:hasParticipant <organisation/neighbour> .
"""
)
FAULTS: dict[str, str] = {
    "a value of the wrong kind": '<organisation/neighbour> foaf:homepage "neighbour.example" .',
    "a concept that is in no list": "<organisation/neighbour> org:classification actor-type:nonsense .",
    "a reference to an own thing that is nowhere": "<organisation/neighbour> "
    "koi:cooperatesWith <organisation/neighbour-2> .",
    "a thing without a name": "<organisation/neighbour-2> a org:Organization .",
    "a thing without a type": '<organisation/neighbour-2> skos:altLabel "Second"@en .',
    "a part that lacks what it needs": (
        "<project/neighbour> m8g:hasParticipation <project/neighbour#them> . "
        "<project/neighbour#them> a koi:ProjectParticipation , m8g:Participation ; "
        "m8g:hasParticipant <organisation/neighbour> ."
    ),
    "a thing without a name that others refer to": (
        "<organisation/neighbour-2> a org:Organization . "
        "<organisation/neighbour> koi:cooperatesWith <organisation/neighbour-2> ."
    ),
}


def put(world: World, graph: str, policy: str = "record") -> None:
    text = f'policy = "{policy}"\n{manifest("neighbour", globs=GLOBS)}'
    world.put("neighbour", {"source.toml": text, "graph.ttl": graph})


def report_of(world: World) -> SourceReport:
    (report,) = (source for source in world.build().sources if source.slug == "neighbour")
    return report


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_faulty_is_left_out_and_nothing_else(world: World, fault: str) -> None:
    put(world, SOUND)
    assert report_of(world).outcome == Outcome.ACCEPTED
    sound = world.hashes()["neighbour"]
    put(world, SOUND + FAULTS[fault])
    report = report_of(world)
    assert report.outcome == Outcome.ACCEPTED
    left = [finding for finding in report.findings if finding.detail.startswith("left out: ")]
    assert left
    assert {finding.severity for finding in left} == {Severity.WARNING}
    assert world.hashes()["neighbour"] == sound


@pytest.mark.parametrize("fault", FAULTS)
def test_under_the_policy_source_the_same_fault_refuses_the_source(world: World, fault: str) -> None:
    put(world, SOUND + FAULTS[fault], policy="source")
    assert report_of(world).outcome == Outcome.OUT


def test_what_is_wrong_many_times_is_counted_and_shown_a_few_times(world: World) -> None:
    many = "\n".join(f"<organisation/neighbour-{number}> a org:Organization ." for number in range(200))
    put(world, SOUND + many, policy="source")
    report = report_of(world)
    refusals = report.of(Severity.REFUSED)
    assert len(refusals) == MOST_EXAMPLES
    assert len({finding.where for finding in refusals}) == MOST_EXAMPLES


def test_a_source_of_which_nothing_is_left_is_refused(world: World) -> None:
    document = '<document/neighbour> a foaf:Document ; skos:prefLabel "Neighbour"@en .'
    put(world, f"{PREFIXES}{document} <organisation/neighbour> a org:Organization .")
    report = report_of(world)
    assert report.outcome == Outcome.OUT
    assert [finding.rule for finding in report.of(Severity.REFUSED)] == ["nothing-left"]


def test_what_a_source_may_not_say_refuses_it_under_either_policy(world: World) -> None:
    put(world, SOUND + "<organisation/neighbour> owl:sameAs <https://example.org/n> .")
    assert report_of(world).outcome == Outcome.OUT
