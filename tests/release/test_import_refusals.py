"""A file that cannot be imported is named with the place; whatever goes wrong, the current release stays."""

import gzip
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from importing import EX, SAME, TURTLE, bring, koinon, put, whole
from koinon.build.verifying import verify_release
from koinon.model.errors import ConfigurationError, KoinonError, SourceError
from koinon.release.current import current_id, open_current, release_folders
from koinon.release.paths import Home

KILLED = Path(__file__).with_name("killed_build.py")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


DEEP = 20_000
WRONG: dict[str, tuple[str, str | bytes, int, str]] = {
    "syntax in Turtle": ("a.ttl", f"<{EX}a> <{EX}p> 1 .\n<{EX}a> <{EX}p> oops .", 4, "a.ttl: line 2, column 47"),
    "syntax in N-Triples": ("a.nt", f'<{EX}a> <{EX}p> "1" .\n<{EX}a> <{EX}p> .\n', 4, "a.nt: line 2, column"),
    "syntax in N-Quads": ("a.nq", f"<{EX}a> <{EX}p> <{EX}b> 7 .\n", 4, "a.nq: line 1, column"),
    "syntax in TriG": ("a.trig", f"<{EX}g> {{\n <{EX}a> ; }}", 4, "a.trig: line 2, column"),
    "syntax in JSON-LD": ("a.jsonld", '{"@id":\n}', 4, "a.jsonld: line 2, column"),
    "syntax in RDF/XML": ("a.rdf", "<html><body>no</body></html>", 4, "a.rdf: "),
    "syntax in a packed file": ("a.nt.gz", gzip.compress(b"\n\noops"), 4, "a.nt.gz: line 3, column 1"),
    "Latin-1": ("a.ttl", f'<{EX}a> <{EX}p> "é" .'.encode("latin-1"), 4, "UTF-8"),
    "UTF-16": ("a.ttl", f'<{EX}a> <{EX}p> "é" .'.encode("utf-16"), 4, "UTF-8"),
    "relative": ("a.ttl", "<a> <p> <b> .", 4, "--base"),
    "relative in JSON-LD": ("a.jsonld", f'{{"@id": "a", "{EX}p": 1}}', 4, "--base"),
    "torn gzip": ("a.nt.gz", gzip.compress(SAME["data.nt"].encode() * 99)[:-9], 4, "not whole"),
    "no gzip": ("a.nt.gz", SAME["data.nt"], 4, "not packed with gzip"),
    "deep triple terms": ("a.nt", "<x:s> <x:p> " + "<<(<x:s><x:p>" * DEEP + "1" + ")>>" * DEEP + " .", 4, "nest"),
    "deep JSON": ("a.jsonld", f'{{"{EX}p":' * DEEP + "1" + "}" * DEEP, 4, "nest"),
    "a bomb of entities": (
        "a.rdf",
        '<!DOCTYPE r [<!ENTITY a0 "http://x/">'
        + "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(12))
        + "]><r/>",
        4,
        "grows",
    ),
    "a literal beyond the parser": ("a.nt", f'<{EX}a> <{EX}p> "{"x" * 17_000_000}" .', 4, "longer than"),
    "empty": ("a.ttl", "", 2, "state nothing"),
    "a comment only": ("a.ttl", "# nothing", 2, "state nothing"),
    "unknown suffix": ("a.csv", "a,b", 2, "--format"),
    "no suffix": ("data", TURTLE, 2, "--format"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_named_with_the_place_and_changes_nothing(home: Home, tmp_path: Path, what: str) -> None:
    name, content, code, words = WRONG[what]
    before = bring(home, put(tmp_path, "good.ttl", TURTLE)).release
    with pytest.raises(KoinonError) as caught:
        bring(home, put(tmp_path, name, content))
    assert caught.value.exit_code == code
    assert words in str(caught.value)
    assert name in str(caught.value) or code == 2
    assert whole(home).id == before
    assert len(release_folders(home)) == 1


@pytest.mark.parametrize("name", ["missing.ttl", "folder.ttl"])
def test_what_is_no_file_is_named(home: Home, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.ttl").mkdir()
    done = koinon(home, "import", str(tmp_path / name))
    assert (done.returncode, name in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_an_unreadable_file_is_named(home: Home, tmp_path: Path) -> None:
    path = put(tmp_path, "a.ttl", TURTLE)
    path.chmod(0)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        bring(home, path)


def test_an_iri_that_is_none_is_refused_before_anything_is_read(home: Home, tmp_path: Path) -> None:
    done = koinon(home, "import", str(put(tmp_path, "a.ttl", TURTLE)), "--graph", "not an IRI")
    assert (done.returncode, "no absolute IRI" in done.stderr) == (2, True)
    assert not home.releases.exists()


@pytest.mark.parametrize("form", ['{"@context": "%s", "p": 1}', '{"@context": {"@import": "%s"}, "p": 1}'])
def test_a_remote_context_is_refused_and_nobody_is_called(home: Home, tmp_path: Path, form: str) -> None:
    with socket.socket() as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen()
        canary.setblocking(False)
        address = f"http://127.0.0.1:{canary.getsockname()[1]}/context"
        with pytest.raises(SourceError, match=r"never fetched.*\[remote-context\]"):
            bring(home, put(tmp_path, "a.jsonld", form % address))
        with pytest.raises(BlockingIOError):
            canary.accept()


def test_nesting_is_told_from_brackets_in_texts_and_names(home: Home, tmp_path: Path) -> None:
    text = "<<(" * 300 + "[{" * 300
    turtle = f'<{EX}a> <{EX}p> "{text}" , """{text}" \\""" """ , \'{text}\' . # {text}\n' * 3
    assert bring(home, put(tmp_path, "a.ttl", turtle)).triples == 2
    assert bring(home, put(tmp_path, "a.jsonld", json.dumps({f"{EX}p": [text + '"\\', "x"]}))).triples == 2
    wide = f"<{EX}a> <{EX}p> " + " , ".join(f"<<( <x:s> <x:p> {i} )>>" for i in range(500)) + " ."
    assert bring(home, put(tmp_path, "b.ttl", wide)).triples == 500


@pytest.mark.long
def test_an_import_killed_at_any_moment_leaves_a_valid_current(home: Home, tmp_path: Path) -> None:
    before = bring(home, put(tmp_path, "good.ttl", TURTLE)).release
    command = ["release", "import", str(put(tmp_path, "next.nt", SAME["data.nt"])), "--home", str(home.root)]

    def run(moment: int) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "PYTHONPATH": str(KILLED.parents[1])}
        return subprocess.run(
            [sys.executable, str(KILLED), str(moment), *command],
            capture_output=True, text=True, timeout=120, check=False, env=environment,
        )  # fmt: skip

    last = run(0)
    assert last.returncode == 0, last.stderr
    count = int(last.stderr.rpartition("moments ")[2])
    after = open_current(home).id
    killed = 0
    for moment in sorted({*range(1, count, 4), *range(count - 6, count + 1)}):
        assert koinon(home, "use", before).returncode == 0
        subprocess.run(["rm", "-r", str(home.release(after))], check=True)
        done = run(moment)
        killed += done.returncode == -signal.SIGKILL
        assert done.returncode in {0, -signal.SIGKILL}
        assert current_id(home) in {before, after}
        assert verify_release(open_current(home)) == []
        assert koinon(home, *command[1:3]).returncode == 0
        assert whole(home).id == after
    assert killed > 5


@pytest.mark.parametrize("size", [500, 20_000])
def test_a_disk_that_takes_no_more_is_a_clear_error_and_current_stays(
    home: Home, tmp_path: Path, size: int
) -> None:
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    before = bring(home, put(tmp_path, "good.ttl", TURTLE)).release
    lines = (f'<{EX}{i}> <{EX}p> "value {i}" .\n' for i in range(5_000))
    done = koinon(home, "import", str(put(tmp_path, "a.nt", "".join(lines))), limit=limit)
    assert (done.returncode, "KOINON_HOME" in done.stderr, "Traceback" in done.stderr) == (5, True, False), (
        done.stderr
    )
    assert whole(home).id == before
