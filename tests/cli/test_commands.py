"""The command line: what people read, what machines read, and how each ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from building import PATIENT, PREFIXES, World, make_world, manifest
from koinon.cli.app import app
from koinon.cli.output import bytes_for_people
from koinon.model.settings import Settings


@pytest.fixture
def world(tmp_path: Path) -> World:
    return make_world(tmp_path)


def koinon(world: World, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "koinon.cli", *arguments],
        env={
            **os.environ,
            "KOINON_ASSETS": str(world.root / "assets"),
            "KOINON_HOME": str(world.home.root),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def build(world: World, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return koinon(world, "build", "--only", "--data", str(world.sources), *arguments)


def test_build_reports_on_stdout_and_shows_its_stages_as_plain_lines_elsewhere(world: World) -> None:
    done = build(world)
    assert done.returncode == 0
    assert done.stdout.startswith(f"Release {world.current.id} is current now")
    assert "patient: accepted" in done.stdout
    assert done.stderr.splitlines() == ["read: 3", "validate: 3", "write: 1", "dumps: 10"]


def test_build_json_is_one_document_and_nothing_else(world: World) -> None:
    done = build(world, "--json")
    report = json.loads(done.stdout)
    assert done.stderr == ""
    assert report["release"] == world.current.id
    assert report["published"] is True
    assert {source["slug"]: source["outcome"] for source in report["sources"]} == {
        "neighbour": "accepted",
        "patient": "accepted",
        "place": "accepted",
    }


def test_build_says_which_source_is_refused_why_and_where_and_exits_with_4(world: World) -> None:
    graph = world.sources / "patient" / "graph.ttl"
    graph.write_text(PATIENT.replace("skos:prefLabel", "skos:prefLabel ,", 1))
    done = build(world)
    assert done.returncode == 4
    assert "patient: REFUSED" in done.stdout
    assert "refused: graph.ttl, line 22, column 63" in done.stdout
    assert "[syntax]" in done.stdout


def test_warnings_are_counted_and_spelled_out_on_demand(world: World) -> None:
    assert "warning: " not in build(world).stdout
    assert "warning: " in build(world, "--details").stdout


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "words"),
    [
        (("build", "--data", "/nowhere/at/all", "--only"), {}, 2, "/nowhere/at/all"),
        (("build",), {"KOINON_MAX_SOURCE": "much"}, 2, "KOINON_MAX_SOURCE"),
        (("build",), {"KOINON_ASSETS": "/nowhere/at/all"}, 2, "KOINON_ASSETS"),
        (("release", "show"), {}, 3, "koinon build"),
        (("release", "show", "abc"), {}, 1, "koinon release list"),
        (("release", "verify"), {}, 3, "koinon build"),
        (("check", "/nowhere/at/all.ttl"), {}, 2, "/nowhere/at/all.ttl"),
        (("fly",), {}, 2, "fly"),
        (("serve", "--port", "99999"), {}, 2, "Port the service listens on; by default 8000"),
        (("doctor",), {"KOINON_BASE": "http://a"}, 2, "KOINON_BASE: 'http://a' is no base such as https://"),
        (("query", "SELECT * { ?s ?p ?o }"), {}, 2, "koinon query --file"),
        (("source", "add", "mine", "/dev"), {}, 2, "/dev holds no source.toml. Give a source folder"),
    ],
)
def test_an_error_is_said_in_words_with_its_own_exit_code(
    world: World, arguments: tuple[str, ...], environment: dict[str, str], code: int, words: str
) -> None:
    done = koinon(world, *arguments, **environment)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("where", [("--host", "192.0.2.1"), ("--host", "nowhere.invalid")])
def test_a_service_that_cannot_listen_names_the_next_step(world: World, where: tuple[str, ...]) -> None:
    world.build()
    done = koinon(world, "serve", *where, "--port", "0")
    assert done.returncode == 2
    assert where[1] in done.stderr
    assert "Give an address of this machine with --host" in done.stderr
    assert "Errno" not in done.stderr


def test_releases_are_listed_shown_and_verified(world: World) -> None:
    identifier = world.build().release
    listed = koinon(world, "release", "list")
    assert listed.stdout.startswith(f"* {identifier}")
    shown = json.loads(koinon(world, "release", "show", identifier[:8], "--json").stdout)
    assert shown["id"] == identifier
    assert {graph["slug"] for graph in shown["graphs"]} >= {"patient", "ontology", "code", "territory", "catalogue"}
    assert koinon(world, "release", "verify").stdout == f"Release {identifier} is whole.\n"
    graph = world.current.graph_file("patient")
    graph.write_bytes(graph.read_bytes() + b"\n")
    damaged = koinon(world, "release", "verify", "--json")
    assert damaged.returncode == 3
    assert json.loads(damaged.stdout)["whole"] is False


def test_check_judges_a_source_folder_and_writes_nothing(world: World) -> None:
    world.build()
    before = sorted(world.home.root.rglob("*"))
    good = koinon(world, "check", str(world.sources / "patient"))
    assert good.returncode == 0, good.stdout
    (world.sources / "patient" / "graph.ttl").write_text(PATIENT + "<place/gdansk> a org:Organization .\n")
    bad = koinon(world, "check", str(world.sources / "patient"), "--json")
    assert bad.returncode == 4
    rules = {f["rule"] for f in json.loads(bad.stdout)["sources"][0]["findings"] if f["severity"] == "refused"}
    assert "takeover" in rules
    assert sorted(world.home.root.rglob("*")) == before


def test_check_warns_of_what_nobody_defines_and_of_terms_that_nobody_reads(world: World) -> None:
    world.build()
    graph = world.sources / "patient" / "graph.ttl"
    graph.write_text(
        PATIENT
        + """<project/patient> koi:involvesActor <organisation/nobody> ; dct:sbuject "x"@pl ;
        <http://schema.org/startDate> "2024-06-10"^^xsd:date .\n"""
    )
    done = koinon(world, "check", str(graph.parent), "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)["sources"][0]["findings"]
    assert [f["severity"] for f in found if f["rule"] in {"dangling", "foreign-term"}] == ["warning"] * 3
    details = " ".join(f["detail"] for f in found)
    assert "organisation/nobody> is defined by no accepted source" in details
    assert "did you mean <http://purl.org/dc/terms/subject>?" in details
    assert "did you mean <https://schema.org/startDate>?" in details


def test_check_judges_a_single_file_without_a_manifest_or_a_release(world: World) -> None:
    file = world.root / "My project.ttl"
    text = f'{PREFIXES}<project/mine> a koi:Project ; skos:prefLabel "Mine"@en ; dct:title "Mine"@en .\n'
    file.write_text(text)
    good = koinon(world, "check", str(file), "--json")
    assert good.returncode == 0, good.stdout
    file.write_text(text.replace('skos:prefLabel "Mine"@en', 'skos:prefLabel "Mine"@en , "My"@en'))
    bad = koinon(world, "check", str(file))
    assert bad.returncode == 4
    assert "prefLabel" in bad.stdout


def test_check_of_a_folder_with_a_broken_manifest_names_file_and_key(world: World) -> None:
    text = manifest("patient", "page", lines={"sha256": 'sha256 = "abc"'})
    world.put("patient", {"source.toml": text, "graph.ttl": PATIENT})
    done = koinon(world, "check", str(world.sources / "patient"))
    assert done.returncode == 4
    assert "source.toml: document.sha256" in done.stdout


def test_doctor_lists_every_setting_and_says_what_is_wrong(world: World) -> None:
    before = koinon(world, "doctor")
    assert before.returncode == 1
    assert "koinon build" in before.stdout
    world.build()
    done = koinon(world, "doctor", KOINON_KEEP_RELEASES="3")
    assert done.returncode == 0
    for name in Settings.model_fields:
        assert f"KOINON_{name.upper()}=" in done.stdout
    assert "* KOINON_KEEP_RELEASES=3" in done.stdout
    assert world.current.id in done.stdout
    document = json.loads(koinon(world, "doctor", "--json").stdout)
    assert document["problems"] == []
    assert document["versions"]["pyoxigraph"]


def test_doctor_tells_of_variables_that_are_no_settings_and_shows_nothing_for_unset_ones(world: World) -> None:
    world.build()
    done = koinon(world, "doctor", KOINON_PROT="8080")
    assert done.returncode == 0
    assert "? KOINON_PROT is set, and is none of these settings" in done.stdout
    assert "KOINON_SHAPES=  GeoJSON file" in done.stdout
    assert "KOINON_PROT" in json.loads(koinon(world, "doctor", "--json", KOINON_PROT="1").stdout)["unknown"]
    assert "KOINON_PROT" not in koinon(world, "doctor").stdout


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"KOINON_HOME": "", "KOINON_MAX_SOURCE": ""}) == Settings()


def test_help_names_every_command_and_each_has_a_help_of_its_own() -> None:
    runner = CliRunner()
    shown = runner.invoke(app, ["--help"]).stdout
    for name in ("build", "check", "doctor", "release"):
        assert name in shown
        assert runner.invoke(app, [name, "--help"]).exit_code == 0


def test_a_terminal_sees_a_bar_and_the_report(world: World) -> None:
    import pty

    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "koinon.cli", "build", "--only", "--data", str(world.sources)],
        env={
            **os.environ,
            "KOINON_ASSETS": str(world.root / "assets"),
            "KOINON_HOME": str(world.home.root),
            "TERM": "xterm",
            "COLUMNS": "100",
        },
        stdout=subprocess.PIPE,
        stderr=child,
        text=True,
    )
    os.close(child)
    seen = b""
    try:
        while block := os.read(parent, 65536):
            seen += block
    except OSError:
        pass
    output, _ = process.communicate(timeout=60)
    os.close(parent)
    assert process.returncode == 0
    assert "━" in seen.decode(errors="replace")
    assert output.startswith("Release ")


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2 * 10**9, "2.0 GB")])
def test_sizes_are_given_in_the_unit_that_suits_them(count: int, text: str) -> None:
    assert bytes_for_people(count) == text
