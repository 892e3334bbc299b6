"""``koinon query`` asks a question of the current release, for people and for programs."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(home: Path, *words: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "KOINON_HOME": str(home), **more}
    return subprocess.run(
        [sys.executable, "-m", "koinon.cli", "query", *words],
        input=given,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_name_the_questions_are_listed(home: Path) -> None:
    listed = run(home).stdout
    assert "regions-sharing-a-cluster-model  Which regions share a cluster model but no project?" in listed
    assert {"name", "title", "audience", "parameters"} == set(json.loads(run(home, "--json").stdout)[0])


def test_a_table_has_aligned_columns_short_addresses_and_nothing_cut(home: Path) -> None:
    lines = run(home, "territories-of-a-project", "--param", "project=project/resist").stdout.splitlines()
    column = lines[0].index("basis")
    assert {line[column - 1] for line in lines} == {" "}
    assert any(line.startswith("place/pomorskie ") for line in lines)
    assert "…" not in "".join(lines)


def test_nothing_is_cut_on_a_narrow_terminal_either(home: Path) -> None:
    assert "…" not in run(home, "regions-sharing-a-cluster-model", COLUMNS="60").stdout


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_file_format_keeps_whole_addresses(home: Path, form: str) -> None:
    printed = run(home, "find-by-spelling", "--param", "spelling=RESIS", "--format", form).stdout
    rows = list(csv.reader(io.StringIO(printed), delimiter="," if form == "csv" else "\t"))
    assert rows[1][0].strip("<>") == "https://w3id.org/koinon/id/project/resist"


def test_a_query_of_ones_own_comes_from_a_file_or_the_standard_input(home: Path, tmp_path: Path) -> None:
    text = "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?p a <https://w3id.org/koinon/def#Project> }"
    (tmp_path / "own.rq").write_text(text, "utf-8")
    for answer in (
        run(home, "--file", str(tmp_path / "own.rq"), "--json"),
        run(home, "-f", "-", "--json", given=text),
    ):
        assert json.loads(answer.stdout)["results"]["bindings"][0]["n"]["value"] == "5"


def test_the_text_that_runs_can_be_shown(home: Path) -> None:
    shown = run(home, "events-of-a-project", "-p", "project=project/resist", "--show").stdout
    assert "<https://w3id.org/koinon/id/project/resist>" in shown
    assert "#+" not in shown


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        (("no-such-question",), 1, "There are:"),
        (("find-by-spelling", "-p", "spelling"), 6, "NAME=VALUE"),
        (("projects-active-on", "-p", "day=yesterday"), 6, "2023-01-15"),
        (("projects-active-on", "-p", "colour=red"), 6, "It has: day"),
        (("-f", "-"), 6, "not valid SPARQL"),
        (("duration-check", "--format", "turtle"), 6, "text/csv"),
    ],
)
def test_a_wrong_call_says_what_to_do(home: Path, words: tuple[str, ...], code: int, complaint: str) -> None:
    done = run(home, *words)
    assert done.returncode == code
    assert complaint in " ".join(done.stderr.split())
    assert not done.stdout
    assert "Traceback" not in done.stderr


def test_what_is_not_known_is_said_beside_the_empty_answer(home: Path) -> None:
    done = run(home, "project-participants", "-p", "project=respondet", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["results"]["bindings"] == []
    assert "Nothing is known about respondet (project)" in done.stderr
    assert "find-by-spelling" in done.stderr


def test_a_default_that_was_asked_with_is_named(home: Path) -> None:
    done = run(home, "project-participants")
    assert "project = project/respondet, " in done.stderr
    assert "Nothing is known" not in done.stderr


def test_a_missing_file_and_a_missing_release_say_what_to_do(home: Path, tmp_path: Path) -> None:
    missing = run(home, "-f", str(tmp_path / "none.rq"))
    assert missing.returncode == 2
    assert "none.rq" in "".join(missing.stderr.split())
    (tmp_path / "old.rq").write_bytes("ASK { ?s ?p 'Łódź' }".encode("iso-8859-2"))
    wrong = run(home, "-f", str(tmp_path / "old.rq"))
    assert wrong.returncode == 2
    assert "not UTF-8" in " ".join(wrong.stderr.split())
    empty = run(tmp_path, "duration-check")
    assert empty.returncode == 3
    assert "koinon build" in empty.stderr
