"""Any RDF files become a release as they are: formats, graphs, ids, damage, and builds beside it."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, Store, parse

from building import World
from importing import EX, SAME, TURTLE, bring, koinon, put, store_of, whole
from koinon.build.statements import Input
from koinon.build.verifying import verify_release
from koinon.model.namespaces import XSD
from koinon.release.current import Release, current_id, open_current, release_folders
from koinon.release.imported import graph_slug
from koinon.release.log import read_log
from koinon.release.manifest import Manifest
from koinon.release.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


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


def test_an_empty_data_set_is_a_release_on_demand(home: Home, tmp_path: Path) -> None:
    done = koinon(home, "import", str(put(tmp_path, "a.ttl", "")), "--allow-empty", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["triples"] == 0
    assert whole(home).manifest.total == 0


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


def test_an_imported_release_is_listed_and_shown_as_one(home: Home, tmp_path: Path) -> None:
    bring(home, Input(put(tmp_path, "a.ttl", TURTLE), graph=f"{EX}g"))
    assert "1 graphs, 4 statements, imported" in koinon(home, "list").stdout
    assert json.loads(koinon(home, "list", "--json").stdout)["releases"][0]["kind"] == "imported"
    shown = koinon(home, "show").stdout
    assert "4 statements, 0 of them in the default graph" in shown
    assert "(imported): 4 statements" in shown
    assert "sha256" not in shown


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
