"""The table of contents of a release lists, counts and sorts what its store holds, whoever writes it."""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from building import make_world
from koinon.build.importing import import_files
from koinon.build.statements import Input
from koinon.model.errors import ReleaseError
from koinon.model.languages import INTERFACE_LANGUAGES
from koinon.model.namespaces import CODE, DEF, ID, ORG, RDF, SKOS
from koinon.model.settings import Settings
from koinon.publish.collections import entries
from koinon.release.contents import FILE, Contents, sort_key, write_contents
from koinon.release.current import Release, open_current
from koinon.release.paths import Home
from small_release import make_release

NETWORK = DEF + "Network"
WORLD = """
<organisation/a> a koi:Network ; skos:prefLabel "Łódź"@pl , "Zed"@en .
<organisation/b> a koi:Network , koi:Other ; skos:prefLabel "lodz association"@en .
<organisation/c> a koi:Network ; dct:title "Mmm" ; skos:notation "zzz" .
<organisation/d> a koi:Network ; skos:prefLabel "Αθήνα"@el , "Athina"@el-latn .
<organisation/e> a koi:Network .
<organisation/e#part> a koi:Network ; skos:prefLabel "A part"@en .
<organisation/e#char=0,5> dct:source <organisation/e> .
[] a koi:Network .
"""


def small(tmp_path: Path, turtle: str = WORLD) -> Release:
    return open_current(make_release(tmp_path, "a" * 64, turtle))


def labels(contents: Contents, language: str) -> list[str]:
    return [entry.label.text for entry in entries(contents, NETWORK, language, 100)]


def test_a_list_is_sorted_by_letters_in_the_language_of_its_reader(tmp_path: Path) -> None:
    contents = Contents.read(small(tmp_path).open())
    named = "organisation/e"
    assert labels(contents, "en")[0].endswith(named)
    assert labels(contents, "en")[1:] == ["lodz association", "Mmm", "Zed", "Αθήνα"]
    assert labels(contents, "pl")[1:] == ["Łódź", "lodz association", "Mmm", "Αθήνα"]
    assert labels(contents, "el")[1:] == ["lodz association", "Mmm", "Zed", "Αθήνα"]


def test_counts_include_what_lists_leave_out(tmp_path: Path) -> None:
    contents = Contents.read(small(tmp_path).open())
    assert contents.count(NETWORK) == 7
    assert contents.count(DEF + "Other") == 1
    assert contents.count(DEF + "Nothing") == 0
    assert not contents.entries(DEF + "Nothing", "en", None, 5)


def test_parts_come_by_name_and_ranges_last(tmp_path: Path) -> None:
    contents = Contents.read(small(tmp_path).open())
    thing = NamedNode(ID + "organisation/e")
    part, span = NamedNode(thing.value + "#part"), NamedNode(thing.value + "#char=0,5")
    assert contents.parts(thing, "", 10) == [part, span]
    assert contents.parts(thing, "", 1) == [part]
    assert contents.parts(thing, part.value, 10) == [span]
    assert contents.parts(thing, "", 10, ranges=False) == [part]
    assert contents.parts(thing, span.value, 10) == []


def test_named_things_come_in_the_order_in_which_they_are_asked_for(tmp_path: Path) -> None:
    contents = Contents.read(small(tmp_path).open())
    asked = [f"{ID}organisation/{name}" for name in ("d", "a", "nobody", "b")]
    assert [entry.label for entry in contents.named(NETWORK, asked, "pl")] == ["Αθήνα", "Łódź", "lodz association"]


def test_all_things_of_a_class_come_in_the_order_of_every_language(tmp_path: Path) -> None:
    contents = Contents.read(small(tmp_path).open())
    for place, language in enumerate(INTERFACE_LANGUAGES):
        listed = [iri for iri, readers in contents.order(NETWORK) if readers >> place & 1]
        assert listed == [entry.iri for entry in contents.entries(NETWORK, language, None, 100)]


def agree(written: Contents, read: Contents, classes: list[str]) -> None:
    """Both say the same of every class and of the parts of what they list."""
    for name in classes:
        assert written.count(name) == read.count(name) > 0
        for language in INTERFACE_LANGUAGES:
            listed = written.entries(name, language, None, 1000)
            assert listed == read.entries(name, language, None, 1000)
            assert [(entry.key, entry.iri) for entry in listed] == sorted((e.key, e.iri) for e in listed)
            for entry in listed:
                node = NamedNode(entry.iri)
                assert entry.key == sort_key(entry.label)
                assert written.parts(node, "", 1000) == read.parts(node, "", 1000)


def test_a_build_writes_the_contents_of_its_store(tmp_path: Path) -> None:
    world = make_world(tmp_path)
    world.build()
    release = world.current
    assert (release.path / FILE).is_file()
    store = release.open()
    read = Contents.read(store)
    agree(Contents.of(release.path / FILE, store), read, [DEF + "Project", ORG + "Organization", SKOS + "Concept"])
    assert NamedNode(ID + "project/patient#coordinator") in read.parts(NamedNode(ID + "project/patient"), "", 9)
    assert NamedNode(CODE + "role/partner") in read.parts(NamedNode(CODE + "role"), "", 99)


def test_an_import_writes_the_contents_of_its_store(tmp_path: Path) -> None:
    file = tmp_path / "data.nt"
    thing = f"<{ID}organisation/a>"
    file.write_text(f'{thing} <{RDF}type> <{NETWORK}> .\n{thing} <{SKOS}prefLabel> "A" .\n')
    home = Home(tmp_path / "home")
    import_files(Settings.from_environment({}, home=home.root), [Input(file)])
    release = open_current(home)
    written = Contents.of(release.path / FILE, release.open())
    assert (release.path / FILE).is_file()
    assert labels(written, "en") == ["A"]


def test_a_table_of_an_earlier_format_is_read_anew(tmp_path: Path) -> None:
    release = small(tmp_path)
    path = release.path / FILE
    write_contents(path, release.store)
    assert path.is_file()
    path.write_bytes(path.read_bytes().replace(b"1 en pl", b"0 en pl"))
    assert labels(Contents.of(path, release.open()), "pl")[1] == "Łódź"


def test_a_damaged_table_is_told(tmp_path: Path) -> None:
    release = small(tmp_path)
    path = release.path / FILE
    path.write_bytes(b"no database" * 100)
    with pytest.raises(ReleaseError, match="contents"):
        Contents.of(path, release.open())
