"""Decisions on scored pairs: one to one, registers, judgements, clusters. The scores here are made up."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from koinon.link.clusters import certain
from koinon.link.decisions import LIKELY, SAME_AS, Decisions, decide
from koinon.link.pairmodel import PRIOR, PairModel
from koinon.link.records import Record
from koinon.link.scored import Scored, ScoredPairs
from koinon.release.judgements import Judgements, Verdict, judge
from koinon.release.mappings import ACCEPTED, DISPUTED, PROPOSED, REJECTED, Link
from koinon.release.paths import Home

SURE = Scored(odds=12.0, bare=False, placed=False, thin=False, why=())
THING = "https://example.org/id/organisation/"


def record(name: str, source: str, *numbers: tuple[str, str], distinct: bool = True) -> Record:
    return Record(THING + name, source, ((name, "en"),), country="PL", identifiers=numbers, distinct=distinct)


def decided(
    records: Sequence[Record], scores: dict[tuple[str, str], Scored], judgements: Judgements | None = None
) -> Decisions:
    known = sorted(records, key=lambda one: one.iri)
    place = {one.iri.removeprefix(THING): number for number, one in enumerate(known)}
    pairs = {(min(place[a], place[b]), max(place[a], place[b])): scored for (a, b), scored in scores.items()}
    return decide(known, ScoredPairs.of(pairs), PairModel.shipped(), PRIOR, judgements or Judgements())


def states(found: Decisions) -> dict[tuple[str, str], str]:
    return {(link.subject.removeprefix(THING), link.object.removeprefix(THING)): link.state for link in found.links}


def only(found: Decisions) -> Link:
    assert len(found.links) == 1
    return found.links[0]


def test_a_sure_pair_is_accepted_as_likely_and_joined_in_the_canonical_view() -> None:
    found = decided([record("a", "one"), record("b", "two")], {("a", "b"): SURE})
    assert only(found).state == ACCEPTED
    assert only(found).predicate == LIKELY
    assert found.canonical == {THING + "a": THING + "a", THING + "b": THING + "a"}


def test_no_score_ever_makes_owl_same_as_but_a_shared_number_does() -> None:
    number = ("ROR", "05q5pz106")
    assert only(decided([record("a", "x", number), record("b", "y", number)], {})).predicate == SAME_AS
    surest = replace(SURE, odds=99.0)
    assert only(decided([record("a", "x"), record("b", "y")], {("a", "b"): surest})).predicate == LIKELY


def test_two_numbers_of_one_register_keep_two_records_apart_whatever_their_names_say() -> None:
    records = [record("a", "x", ("LEI", "A1")), record("b", "y", ("LEI", "B2"))]
    assert decided(records, {("a", "b"): replace(SURE, odds=99.0)}).links == ()


def test_a_part_and_its_whole_are_never_one() -> None:
    part = replace(record("a", "x"), apart=frozenset({THING + "b"}))
    assert decided([part, record("b", "y")], {("a", "b"): SURE}).links == ()


def test_a_record_has_one_partner_in_a_source_that_has_each_organisation_once() -> None:
    records = [record("a", "one"), record("b", "two"), record("c", "two")]
    found = decided(records, {("a", "b"): SURE, ("a", "c"): replace(SURE, odds=1.0)})
    assert states(found) == {("a", "b"): ACCEPTED}


def test_links_that_would_put_two_records_of_one_register_together_wait_for_people() -> None:
    ends = [record("a", "one", ("ROR", "1")), record("d", "three", ("ROR", "2"))]
    middle = [record("b", "two", distinct=False), record("c", "two", distinct=False)]
    scores = dict.fromkeys((("a", "b"), ("c", "d")), SURE) | {("b", "c"): replace(SURE, odds=20.0)}
    found = decided([*ends, *middle], scores)
    assert sorted(states(found).values()) == [ACCEPTED, ACCEPTED, PROPOSED]
    held = next(link for link in found.links if link.state == PROPOSED)
    assert held.reasons[-1].feature == "constraint"


def test_a_pair_of_two_countries_is_never_accepted_unseen() -> None:
    abroad = replace(record("b", "two"), country="LV")
    assert only(decided([record("a", "one"), abroad], {("a", "b"): SURE})).state == PROPOSED


def judged(tmp_path: Path, *said: tuple[str, Verdict]) -> Judgements:
    home = Home(tmp_path)
    for reviewer, verdict in said:
        judge(home, reviewer, THING + "a", THING + "b", verdict, "because")
    return Judgements.read(home)


def test_judgements_bind(tmp_path: Path) -> None:
    records, scores = [record("a", "one"), record("b", "two")], {("a", "b"): SURE}
    no = judged(tmp_path / "no", ("desk", Verdict.DIFFERENT))
    refused = decided(records, scores, no)
    assert only(refused).state == REJECTED
    assert refused.canonical == {}
    assert only(refused).reviewers == ("desk",)
    doubt = judged(tmp_path / "doubt", ("desk", Verdict.DIFFERENT), ("field", Verdict.SAME))
    assert only(decided(records, scores, doubt)).state == DISPUTED


def test_one_reviewer_accepts_and_two_make_it_certain(tmp_path: Path) -> None:
    records = [record("a", "one"), record("b", "two")]
    one = only(decided(records, {}, judged(tmp_path / "1", ("desk", Verdict.SAME))))
    assert (one.state, one.predicate) == (ACCEPTED, LIKELY)
    two = only(decided(records, {}, judged(tmp_path / "2", ("desk", Verdict.SAME), ("field", Verdict.SAME))))
    assert (two.state, two.predicate) == (ACCEPTED, SAME_AS)
    assert one.id == two.id, "what is likely today and certain tomorrow keeps its address"


def test_a_pair_that_people_hold_for_two_parts_a_cluster(tmp_path: Path) -> None:
    records = [record("a", "one"), record("b", "two"), record("c", "three")]
    scores = {("a", "c"): SURE, ("b", "c"): replace(SURE, odds=11.0)}
    found = decided(records, scores, judged(tmp_path, ("desk", Verdict.DIFFERENT)))
    assert states(found) == {("a", "b"): REJECTED, ("a", "c"): ACCEPTED, ("b", "c"): PROPOSED}


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_no_cluster_ever_has_two_numbers_of_one_register(data: st.DataObject) -> None:
    names = "abcdefgh"
    sources = {name: data.draw(st.sampled_from(("one", "two", "three"))) for name in names}
    numbers = {name: data.draw(st.sampled_from(((), (("ROR", "1"),), (("ROR", "2"),)))) for name in names}
    records = [record(name, sources[name], *numbers[name], distinct=sources[name] != "three") for name in names]
    chosen = data.draw(st.sets(st.sampled_from(list(combinations(names, 2))), max_size=20))
    found = decided(records, dict.fromkeys(sorted(chosen), SURE))
    clusters: dict[str, list[Record]] = {}
    for one in records:
        if one.iri in found.canonical:
            clusters.setdefault(found.canonical[one.iri], []).append(one)
    for members in clusters.values():
        assert len({number for one in members for number in certain(one)}) <= 1
        registers = [one.source for one in members if one.distinct]
        assert len(registers) == len(set(registers))
