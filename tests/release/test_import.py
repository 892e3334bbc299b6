"""Any RDF files become a release as they are: every format, named and default graphs, and clear errors."""

import gzip
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, Store, parse

from building import World
from koinon.build.importing import ImportReport, import_files
from koinon.build.statements import Input
from koinon.build.verifying import verify_release
from koinon.model.errors import ConfigurationError, KoinonError, SourceError
from koinon.model.namespaces import XSD
from koinon.model.settings import Settings
from koinon.release.current import Release, current_id, open_current, release_folders
from koinon.release.imported import graph_slug
from koinon.release.log import read_log
from koinon.release.manifest import Manifest
from koinon.release.paths import Home

KILLED = Path(__file__).with_name("killed_build.py")
EX = "http://example.org/"
TURTLE = '@base <http://example.org/> . <a> <p> <b> , "x"@en ; <q> [ <r> 1 ] .'
SAME = {
    "data.ttl": TURTLE,
    "data.nt": f'<{EX}a> <{EX}p> <{EX}b> .\n<{EX}a> <{EX}p> "x"@en .\n<{EX}a> <{EX}q> _:n .\n'
    f'_:n <{EX}r> "1"^^<{XSD}integer> .\n',
    "data.nq": f'<{EX}a> <{EX}p> <{EX}b> .\n<{EX}a> <{EX}p> "x"@en .\n<{EX}a> <{EX}q> _:n .\n'
    f'_:n <{EX}r> "1"^^<{XSD}integer> .\n',
    "data.trig": f"{{ {TURTLE.partition(' . ')[2].removesuffix('.')} }}".join(
        ["@base <http://example.org/> . ", ""]
    ),
    "data.jsonld": json.dumps(
        {
            "@context": {"@vocab": EX, "@base": EX},
            "@id": "a",
            "p": [{"@id": "b"}, {"@value": "x", "@language": "en"}],
            "q": {"r": 1},
        }
    ),
    "data.rdf": f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{EX}" xml:base="{EX}">'
    '<rdf:Description rdf:about="a"><p rdf:resource="b"/><p xml:lang="en">x</p><q rdf:parseType="Resource">'
    f'<r rdf:datatype="{XSD}integer">1</r></q></rdf:Description></rdf:RDF>',
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def put(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def bring(home: Home, *inputs: Input | Path, **settings: object) -> ImportReport:
    given = [part if isinstance(part, Input) else Input(part) for part in inputs]
    return import_files(Settings.from_environment({}, home=home.root, **settings), given)


def store_of(home: Home) -> Store:
    return open_current(home).open().raw


def koinon(
    home: Home, *arguments: str, limit: Callable[[], None] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "koinon.cli", "release", *arguments, "--home", str(home.root)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=limit,
    )


def whole(home: Home) -> Release:
    release = open_current(home)
    assert verify_release(release) == []
    assert not [path.name for path in home.releases.iterdir() if path.name.startswith(".")]
    return release


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize("name", SAME)
def test_every_format_states_the_same(home: Home, tmp_path: Path, name: str, packed: bool) -> None:
    content = SAME[name].encode()
    path = put(tmp_path, name + ".gz" * packed, gzip.compress(content) if packed else content)
    report = bring(home, path)
    assert (report.triples, report.default_triples, report.graphs) == (4, 4, 0)
    wanted = {(f"{q.predicate}", "_" if isinstance(q.object, BlankNode) else f"{q.object}")
              for q in parse(SAME["data.ttl"], RdfFormat.TURTLE)}  # fmt: skip
    held = {(f"{q.predicate}", "_" if isinstance(q.object, BlankNode) else f"{q.object}") for q in store_of(home)}
    assert held == wanted
    assert whole(home).manifest.kind == "imported"


def test_the_default_graph_is_its_own_and_no_union(home: Home, tmp_path: Path) -> None:
    trig = f'<{EX}a> <{EX}p> "default" . <{EX}g> {{ <{EX}a> <{EX}p> "named" , "also" }} _:b {{ <{EX}a> <{EX}p> 1 }}'
    report = bring(home, put(tmp_path, "data.trig", trig))
    assert (report.triples, report.default_triples, report.graphs) == (4, 1, 1)
    default = [q.object.value for q in store_of(home).quads_for_pattern(None, None, None, DefaultGraph())]
    assert default == ["default"]
    entry = whole(home).manifest.graph_named(f"{EX}g")
    assert entry is not None
    assert (entry.triples, entry.kind) == (2, "imported")


def test_files_share_graphs_but_no_blank_nodes(home: Home, tmp_path: Path) -> None:
    one = put(tmp_path, "one.trig", f"_:x <{EX}p> 1 . <{EX}g> {{ _:x <{EX}q> 2 }}")
    two = put(tmp_path, "two.nt", f'_:x <{EX}p> "3" .\n')
    bring(home, Input(one), Input(two, graph=f"{EX}g"))
    store = store_of(home)
    nodes = {q.object.value: (q.subject, q.graph_name) for q in store}
    assert nodes["1"][0] == nodes["2"][0]
    assert nodes["3"][0] != nodes["1"][0]
    assert nodes["3"][1] == nodes["2"][1] == NamedNode(f"{EX}g")


def test_a_base_resolves_relative_names_and_a_format_wins_over_the_name(home: Home, tmp_path: Path) -> None:
    path = put(tmp_path, "data.txt", "<a> <p> <../b> .")
    bring(home, Input(path, format="ttl", base=f"{EX}x/y"))
    (quad,) = store_of(home)
    assert (quad.subject.value, quad.object.value) == (f"{EX}x/a", f"{EX}b")


def test_the_dump_holds_what_the_files_say_where_the_store_rewrites_it(home: Home, tmp_path: Path) -> None:
    written = {
        ("01", "int"): ("1", "integer"),
        ("1.50", "decimal"): ("1.5", "decimal"),
        ("1e0", "double"): ("1", "double"),
        ("1", "boolean"): ("true", "boolean"),
        ("P12M", "duration"): ("P1Y", "duration"),
        ("2020-01-01T00:00:00+00:00", "dateTime"): ("2020-01-01T00:00:00Z", "dateTime"),
        ("no number", "integer"): ("no number", "integer"),
    }
    lines = [f'<{EX}{i}> <{EX}p> "{value}"^^<{XSD}{kind}> .\n' for i, (value, kind) in enumerate(written)]
    bring(home, put(tmp_path, "data.nt", "".join(lines)))
    assert whole(home).dump.read_text().splitlines(keepends=True) == lines
    held = {q.subject.value: q.object for q in store_of(home)}
    for i, (value, kind) in enumerate(written.values()):
        assert held[f"{EX}{i}"] == Literal(value, datatype=NamedNode(XSD + kind))


def test_a_byte_order_mark_is_no_part_of_the_data(home: Home, tmp_path: Path) -> None:
    for name in ("data.nt", "data.ttl", "data.jsonld"):
        assert bring(home, put(tmp_path, name, b"\xef\xbb\xbf" + SAME[name].encode())).triples == 4


def test_the_same_files_are_the_same_release_and_are_imported_once(home: Home, tmp_path: Path) -> None:
    one, two = put(tmp_path, "one.ttl", TURTLE), put(tmp_path, "two.nt", SAME["data.nt"])
    first = bring(home, one, two)
    made = whole(home).dump.stat().st_mtime_ns
    again = bring(home, two.rename(tmp_path / "renamed.nt"), one)
    assert (again.release, again.known, again.published) == (first.release, True, False)
    assert whole(home).dump.stat().st_mtime_ns == made
    assert len(read_log(home.log)) == 1


def test_content_graph_base_and_format_each_make_another_release(home: Home, tmp_path: Path) -> None:
    path = put(tmp_path, "data.nt", SAME["data.nt"])
    more = put(tmp_path, "more.nt", SAME["data.nt"] + f"<{EX}a> <{EX}p> <{EX}c> .\n")
    given = (Input(path), Input(more), Input(path, graph=f"{EX}g"), Input(path, base=EX), Input(path, format="nq"))
    assert len({bring(home, one).release for one in given}) == len(given)
    assert len({bring(home, *[Input(path)] * count).release for count in (1, 2)}) == 2


def test_going_back_is_a_line_in_the_log_and_no_new_folder(home: Home, tmp_path: Path) -> None:
    one, two = put(tmp_path, "one.ttl", TURTLE), put(tmp_path, "two.ttl", TURTLE.replace('"x"', '"y"'))
    a, b = bring(home, one).release, bring(home, two).release
    used = koinon(home, "use", a[:12], "--json")
    assert json.loads(used.stdout) == {"id": a, "published": True}
    assert current_id(home) == a
    assert bring(home, two).published
    assert [entry.id for entry in read_log(home.log)] == [a, b, a, b]
    assert len(release_folders(home)) == 2
    assert koinon(home, "use", "f" * 64).returncode == 1


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


def test_an_empty_data_set_is_a_release_on_demand(home: Home, tmp_path: Path) -> None:
    done = koinon(home, "import", str(put(tmp_path, "a.ttl", "")), "--allow-empty", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["triples"] == 0
    assert whole(home).manifest.total == 0


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


DAMAGES: dict[str, Callable[[Release], object]] = {
    "dump": lambda release: release.dump.write_bytes(release.dump.read_bytes()[:-9]),
    "no dump": lambda release: release.dump.unlink(),
    "origin": lambda release: (release.path / "import.json").write_text("{}"),
    "store": lambda release: [path.write_bytes(b"") for path in release.store.glob("*.sst")],
    "a statement more": lambda release: Store(release.store).extend(
        parse(f"<{EX}more> <{EX}p> 1 .", RdfFormat.TURTLE)
    ),
    "count": lambda release: (release.path / "manifest.json").write_text(
        (release.path / "manifest.json").read_text().replace('"total": 4', '"total": 5')
    ),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_found_and_mended_by_importing_again(home: Home, tmp_path: Path, what: str) -> None:
    path = put(tmp_path, "good.ttl", TURTLE)
    bring(home, path)
    DAMAGES[what](open_current(home))
    done = koinon(home, "verify")
    assert (done.returncode, "Import the files again" in done.stdout) == (3, True)
    assert not bring(home, path).known
    whole(home)


def test_a_build_and_an_import_follow_each_other(world: World, tmp_path: Path) -> None:
    built = world.build().release
    hashes = world.hashes()
    imported = bring(world.home, put(tmp_path, "a.ttl", TURTLE)).release
    assert world.current.id == imported
    graph = world.sources / "neighbour" / "graph.ttl"
    graph.write_text(graph.read_text() + "oops")
    report = world.build()
    assert (report.release, report.parent) == (built, built)
    assert [source.outcome for source in report.sources if source.refused] == ["kept"]
    assert world.hashes() == hashes
    assert [entry.id for entry in read_log(world.home.log)] == [built, imported, built]
    assert bring(world.home, tmp_path / "a.ttl").release == imported
    assert verify_release(world.current) == []


def test_a_manifest_from_before_there_were_imports_is_that_of_a_built_release(world: World) -> None:
    world.build()
    path = world.current.path / "manifest.json"
    fields = json.loads(path.read_text())
    del fields["kind"], fields["default_triples"]
    path.write_text(json.dumps(fields))
    assert Manifest.read(path).kind == "built"
    assert verify_release(world.current) == []


def test_old_imports_are_collected_as_any_release(home: Home, tmp_path: Path) -> None:
    made = [bring(home, put(tmp_path, "a.nt", f'<{EX}a> <{EX}p> "{i}" .\n'), keep_releases=2).release
            for i in range(5)]  # fmt: skip
    assert {path.name for path in release_folders(home)} == set(made[-2:])


@pytest.mark.parametrize(
    ("iri", "slug"),
    [
        ("https://w3id.org/koinon/graph/resist", "resist"),
        ("https://w3id.org/koinon/graph/Not/Ours", "ours-"),
        ("http://example.org/people#me", "me-"),
        ("http://example.org/", "example-org-"),
        ("urn:x:g", "g-"),
        ("http://example.org/../%2e%2e/☃", "graph-"),
        ("http://example.org/" + "long" * 100, "longlong"),
    ],
)
def test_every_graph_has_a_safe_name_of_its_own(iri: str, slug: str) -> None:
    found = graph_slug(iri)
    assert found.startswith(slug)
    assert found.isascii()
    assert len(found) < 80
    assert found == slug or graph_slug(iri + "x") != found
