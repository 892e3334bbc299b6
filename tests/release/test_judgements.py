"""What people judge of two things is kept for good, can be taken back, and never counts more than it should."""

from pathlib import Path

import pytest

from koinon.model.errors import ConfigurationError, NotFoundError, StorageError
from koinon.release.chained import START
from koinon.release.judgements import Judgements, Standing, Verdict, file_of, judge, undo
from koinon.release.paths import Home

A, B, C = (f"https://w3id.org/koinon/id/organisation/{name}" for name in "abc")


@pytest.fixture
def kept(tmp_path: Path) -> Home:
    """Return a home of which nobody has judged anything."""
    return Home(tmp_path)


def standing(home: Home, one: str = A, other: str = B) -> Standing:
    """Return how a pair stands now."""
    return Judgements.read(home).standing(one, other)


def test_of_a_home_without_judgements_nothing_is_known(kept: Home) -> None:
    judgements = Judgements.read(kept)
    assert judgements == Judgements()
    assert judgements.head == START
    assert judgements.standing(A, B) is Standing.OPEN


def test_one_reviewer_makes_it_likely_and_a_second_one_sure(kept: Home) -> None:
    judge(kept, "desk", B, A, Verdict.SAME, "same number\n of registration")
    assert standing(kept) is Standing.SAME
    judge(kept, "desk", A, B, Verdict.SAME)
    assert standing(kept) is Standing.SAME, "one reviewer who says it twice is one"
    judge(kept, "registry", A, B, Verdict.SAME)
    assert standing(kept, B, A) is Standing.CONFIRMED
    opinion = Judgements.read(kept).opinion(A, B)
    assert opinion.reviewers == ("desk", "registry")
    assert Judgements.read(kept).lines[0].reason == "same number of registration"


def test_who_contradicts_keeps_a_link_from_being_accepted(kept: Home) -> None:
    for reviewer in ("desk", "registry", "network"):
        judge(kept, reviewer, A, B, Verdict.SAME)
    judge(kept, "operator", A, B, Verdict.DIFFERENT)
    assert standing(kept) is Standing.CONTRADICTED
    judge(kept, "operator", A, C, Verdict.DIFFERENT)
    assert list(Judgements.read(kept).with_standing(Standing.DIFFERENT)) == [(A, C)]


def test_who_is_unsure_says_nothing(kept: Home) -> None:
    judge(kept, "desk", A, B, Verdict.UNSURE)
    assert standing(kept) is Standing.OPEN
    judge(kept, "registry", A, B, Verdict.DIFFERENT)
    assert standing(kept) is Standing.DIFFERENT


def test_what_is_undone_is_as_it_was_before_and_stays_on_record(kept: Home) -> None:
    judge(kept, "desk", A, B, Verdict.SAME)
    later = judge(kept, "desk", A, B, Verdict.DIFFERENT)
    undo(kept, "desk", later.sequence, "wrong row")
    assert standing(kept) is Standing.SAME
    undo(kept, "desk", 1)
    assert standing(kept) is Standing.OPEN
    assert [line.verdict for line in Judgements.read(kept).history(B, A)] == ["same", "different", "undo", "undo"]


def test_nobody_undoes_what_another_said_but_the_operator(kept: Home) -> None:
    judge(kept, "desk", A, B, Verdict.SAME)
    for who, sequence in (("registry", 1), ("desk", 2), ("desk", 0), ("desk", -1)):
        with pytest.raises(NotFoundError):
            undo(kept, who, sequence)
    taken_back = undo(kept, "operator", 1, anyones=True)
    with pytest.raises(NotFoundError):
        undo(kept, "desk", 1)
    with pytest.raises(NotFoundError):
        undo(kept, "operator", taken_back.sequence)
    assert standing(kept) is Standing.OPEN


@pytest.mark.parametrize("other", [A, "no iri", "https://example.org/a b", "<script>:", ""])
def test_only_two_things_are_judged(kept: Home, other: str) -> None:
    with pytest.raises(ConfigurationError):
        judge(kept, "desk", A, other, Verdict.SAME)
    assert not file_of(kept).exists()


def test_a_line_that_was_changed_or_dropped_is_found_and_nothing_is_added(kept: Home) -> None:
    for verdict in (Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE):
        judge(kept, "desk", A, B, verdict)
    whole = file_of(kept).read_bytes()
    lines = whole.splitlines(keepends=True)
    for damaged in (whole.replace(b"different", b"same"), lines[0] + lines[2], b"".join(lines[1:])):
        file_of(kept).write_bytes(damaged)
        with pytest.raises(StorageError, match="does not follow"):
            Judgements.read(kept)
        with pytest.raises(StorageError):
            judge(kept, "desk", A, C, Verdict.SAME)
        assert file_of(kept).read_bytes() == damaged


def test_what_a_crash_cut_off_does_not_count_and_goes_with_the_next_line(kept: Home) -> None:
    judge(kept, "desk", A, B, Verdict.SAME)
    before = Judgements.read(kept)
    with file_of(kept).open("ab") as file:
        file.write(b'{"verdict": "diff')
    assert Judgements.read(kept) == before
    judge(kept, "registry", A, B, Verdict.SAME)
    assert standing(kept) is Standing.CONFIRMED
