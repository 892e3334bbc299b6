"""``koinon check``: files, pipes and folders, reports for people in their language and for programs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from building import PREFIXES, World, make_world

FAULTY = f"{PREFIXES}<project/mine> a koi:Project ; koi:involvesActor <organisation/nobody> .\n"
BROKEN = f"{PREFIXES}<project/mine> a koi:Project\n  koi:involvesActor <x> .\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("check"))


def check(world: World, *arguments: str, piped: str | bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "koinon.cli", "check", *arguments],
        env={
            **os.environ,
            "KOINON_ASSETS": str(world.root / "assets"),
            "KOINON_HOME": str(world.home.root),
        },
        input=piped.encode() if isinstance(piped, str) else piped,
        capture_output=True,
        check=False,
    )


def test_a_pipe_is_judged_and_its_report_says_what_why_and_how(world: World) -> None:
    done = check(world, "-", piped=FAULTY)
    assert done.returncode == 4
    text = done.stdout.decode()
    assert text.startswith("input.ttl: It would be refused.")
    assert "ERROR × 1: A link leads to nothing that is known [dangling]" in text
    assert "  Why it matters: A link to nothing" in text
    assert "  How to mend it: Correct the address" in text
    assert "<https://w3id.org/koinon/id/project/mine> <https://w3id.org/koinon/def#involvesActor>" in text


def test_the_report_speaks_polish(world: World) -> None:
    text = check(world, "-", "--lang", "pl", piped=BROKEN).stdout.decode()
    assert text.startswith("input.ttl: Zostałoby odrzucone.")
    assert "Tekst łamie reguły swojego formatu [syntax]" in text
    lines = BROKEN.count("\n")
    assert f"input.ttl, wiersz {lines}, kolumna 3" in text


@pytest.mark.parametrize("name", ["members.csv", "members.XLSX"])
def test_a_table_asks_for_its_mapping_instead_of_being_read_as_turtle(
    world: World, tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_text("id,name\n1,Alpha\n")
    done = check(world, str(file))
    assert done.returncode == 2
    assert f"{name} is a table. Say by which mapping it is read: --mapping members-list" in done.stderr.decode()
    assert check(world, str(file), "--format", "turtle").returncode == 4


def test_a_file_of_any_name_is_told_or_named(world: World, tmp_path: Path) -> None:
    file = tmp_path / "export.dat"
    file.write_text('{"@id": "https://w3id.org/koinon/id/project/mine", "http://a/b": 1}')
    assert json.loads(check(world, str(file), "--json").stdout)["format"] == "JSON-LD"
    done = check(world, str(file), "--json", "--format", "turtle")
    report = json.loads(done.stdout)
    assert done.returncode == 4
    assert [rule["rule"] for rule in report["rules"]] == ["syntax"]
    assert report["rules"][0]["examples"][0]["line"] == 1


@pytest.mark.parametrize(("form", "syntax"), [("turtle", RdfFormat.TURTLE), ("jsonld", RdfFormat.JSON_LD)])
def test_programs_get_a_shacl_report(world: World, form: str, syntax: RdfFormat) -> None:
    done = check(world, "-", "--report", form, piped=FAULTY)
    found = {quad.object.value for quad in parse(done.stdout, syntax) if hasattr(quad.object, "value")}
    assert "http://www.w3.org/ns/shacl#ValidationReport" in found
    assert "https://w3id.org/koinon/check#dangling" in found


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("-", "--lang", "de"), "en, pl, el"),
        (("-", "--format", "cobol"), "RDF/XML"),
        (("/nowhere/at/all",), "/nowhere/at/all"),
    ],
)
def test_a_wrong_wish_is_said_in_words(world: World, arguments: tuple[str, ...], words: str) -> None:
    done = check(world, *arguments)
    assert done.returncode == 2
    assert words in done.stderr.decode()
    assert done.stdout == b""


def test_what_would_move_the_cursor_is_not_printed(world: World) -> None:
    text = f'{PREFIXES}<project/mine> a koi:Project ; dct:title "\x9b2J\\u202Eevil\\u001b[31m" .'
    out = check(world, "-", piped=text).stdout.decode()
    assert not {"\x1b", "\x9b", "\u202e"} & set(out)
