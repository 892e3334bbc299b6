"""Links are judged at the terminal of the service's machine: by id, by pair, or one after the other."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from koinon.cli.app import app
from koinon.model.errors import ConfigurationError, NotFoundError
from koinon.release.judgements import Judgements, Standing
from koinon.release.paths import Home
from made_links import STATES, iri, linked_release, made_link

FIRST = made_link("alpha", "beta")
RUN = CliRunner()


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("KOINON_HOME", str(tmp_path))
    return linked_release(tmp_path)


def told(*arguments: str, keys: str = "") -> str:
    """Run ``koinon link …`` and return what it printed; its error is raised."""
    result = RUN.invoke(app, ["link", *arguments], input=keys, catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def standing(home: Home) -> Standing:
    return Judgements.read(home).standing(FIRST.subject, FIRST.object)


def test_one_command_withdraws_a_link_and_another_takes_that_back(kept: Home) -> None:
    said = json.loads(told("judge", FIRST.id, "different", "--because", "two towns", "--as", "desk", "--json"))
    assert said["standing"] == "different"
    assert standing(kept) is Standing.DIFFERENT
    told("undo", str(said["sequence"]), "--because", "wrong row")
    assert standing(kept) is Standing.OPEN


def test_two_things_without_a_link_are_judged_by_their_names(kept: Home) -> None:
    told("judge", iri("epsilon"), "same", "--with", iri("alpha"), "--as", "desk")
    assert Judgements.read(kept).standing(iri("alpha"), iri("epsilon")) is Standing.SAME


def test_keys_judge_one_link_after_the_other_and_take_back(kept: Home) -> None:
    shown = told("review", "--as", "desk", keys="b\nseen in the register\na\nr\nu\ns\n")
    assert "a.S.A." not in shown
    assert f"{FIRST.id}  60.0%" in shown
    assert "+9.5  meanings: words: social = κοινωνική" in shown
    lines = Judgements.read(kept).lines
    assert [line.verdict for line in lines] == ["same", "different", "undo", "unsure"]
    assert lines[0].reason == "seen in the register"
    assert standing(kept) is Standing.SAME
    waiting = sum(1 for state, _, _ in STATES.values() if state in ("proposed", "disputed"))
    assert len(Judgements.read(kept).pairs) == waiting
    assert "Nothing waits for you" in told("review", "--as", "desk")
    assert "Nothing waits for you" not in told("review", "--as", "registry", keys="q\n")


def test_who_stops_keeps_what_was_judged(kept: Home) -> None:
    told("review", "--as", "desk", keys="a\nq\n")
    assert [line.verdict for line in Judgements.read(kept).lines] == ["same"]
    assert standing(kept) is Standing.SAME


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (["judge", "0" * 12, "same"], NotFoundError, "/links.sssom.tsv of the service lists all"),
        (["judge", FIRST.id, "perhaps"], ConfigurationError, None),
        (["judge", iri("alpha"), "same", "--with", iri("alpha")], ConfigurationError, None),
        (["judge", FIRST.id, "same", "--as", "ada@example.org"], ConfigurationError, None),
        (["undo", "7"], NotFoundError, None),
    ],
)
def test_what_cannot_be_is_refused(
    kept: Home, arguments: list[str], error: type[Exception], words: str | None
) -> None:
    with pytest.raises(error, match=words):
        told(*arguments)
    assert not Judgements.read(kept).lines
