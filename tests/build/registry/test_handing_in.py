"""Handing a source in: what is kept, under whose rights, and what is refused without leaving a trace."""

import hashlib
import os
import stat
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from building import NEIGHBOUR, manifest
from koinon.build.registry.options import Options
from koinon.model.errors import ConfigurationError, NotFoundError, SourceError
from registering import OPTIONS, Desk, members


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_source_is_kept_by_hash_for_the_operator_only(desk: Desk) -> None:
    source = desk.add("Ada").source
    file = source.latest.files[0]
    assert (file.name, file.sha256) == ("members.ttl", digest(members("Ada")))
    kept = desk.folder / "raw" / file.sha256
    assert kept.read_text() == members("Ada")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((desk.folder / "journal.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((desk.world.home.sources / "audit.jsonl").stat().st_mode) == 0o600


def test_what_is_written_down_says_who_when_which_files_and_which_rights(desk: Desk) -> None:
    before = datetime.now(UTC).isoformat()
    source = desk.add("Ada", received=date(2026, 11, 1), schedule="P1M").source
    entry = desk.registry().get("members").entries[0]
    assert (entry.by, entry.action, entry.number) == ("desk", "add", 1)
    assert entry.at >= before[:23]
    assert entry.given is not None
    assert entry.given.rights == "facts only, text not reproduced"
    assert entry.given.licence == OPTIONS.licence
    assert entry.given.received == date(2026, 11, 1)
    assert source.due == date(2026, 12, 1)
    assert source.state == "pending"


def test_a_mapping_tells_all_that_is_known_of_its_publisher(desk: Desk) -> None:
    desk.mapping("coop-list", version=3)
    table = desk.file("export.csv", "a,b\n1,2\n")
    source = desk.registry().add("coop-list", [table], Options()).source
    given = desk.registry().manifest("coop-list", source.latest)
    assert given.mapping is not None
    assert (given.mapping.name, given.mapping.version) == ("coop-list", "3")
    assert given.files == ("export.csv",)
    assert (given.publisher, given.credit, given.policy) == ("A network", "© A network", "record")
    assert given.document.sha256 == digest("a,b\n1,2\n")
    assert given.reading.received == datetime.now(UTC).date()
    assert given.mints == ("organisation/coop-list-*", "document/coop-list")
    mapping = source.latest.mapping
    assert mapping is not None
    kept = desk.world.home.sources / "coop-list" / "raw" / mapping.sha256
    assert kept.read_bytes() == (desk.world.assets.data / "mappings" / "coop-list.toml").read_bytes()


def test_the_slug_is_that_of_the_mapping(desk: Desk) -> None:
    desk.mapping("export", source={"slug": "network", "mints": ["organisation/network-*"]})
    assert desk.registry().add("export", [desk.file("a.csv", "a")], Options()).source.slug == "network"


def test_what_an_operator_says_comes_before_the_mapping(desk: Desk) -> None:
    desk.mapping("coop-list")
    options = Options(credit="Thanks to all", title="Liste", language="fr")
    source = desk.registry().add("coop-list", [desk.file("a.csv", "a")], options).source
    given = desk.registry().manifest("coop-list", source.latest)
    assert (given.credit, given.title, given.publisher) == ("Thanks to all", {"fr": "Liste"}, "A network")


def test_a_folder_brings_its_own_manifest(desk: Desk) -> None:
    folder = desk.world.root / "inbox" / "any-name"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text(manifest("neighbour"))
    (folder / "graph.ttl").write_text(NEIGHBOUR)
    (folder / "notes.txt").write_text("not for Koinon")
    source = desk.registry().add("neighbour", [str(folder)], Options()).source
    assert [file.name for file in source.latest.files] == ["graph.ttl"]
    assert source.latest.received == date(2026, 11, 21)
    assert source.latest.rights == "facts only"


@pytest.mark.parametrize("statement", [None, "", "unknown", " N/A ", "none", "?"])
def test_a_source_without_a_rights_statement_is_refused_and_told_what_to_do(
    desk: Desk, statement: str | None
) -> None:
    with pytest.raises(SourceError, match=r"--rights.*--facts-only.*--because") as refused:
        desk.add("Ada", rights=statement)
    assert refused.value.rule == "rights"
    assert desk.tree() == {}


def test_a_mapping_without_a_rights_statement_is_refused_too(desk: Desk) -> None:
    desk.mapping("coop-list", source={"rights": None})
    with pytest.raises(SourceError) as refused:
        desk.registry().add("coop-list", [desk.file("a.csv", "a")], Options())
    assert refused.value.rule == "rights"


def test_a_reason_overrides_a_missing_statement_and_stays_on_record(desk: Desk) -> None:
    source = desk.add("Ada", rights=None, because="asked twice, no answer").source
    assert source.latest.override == "asked twice, no answer"
    rights = desk.registry().manifest("members", source.latest).rights
    assert (rights.statement, rights.override) == ("none stated by the publisher", "asked twice, no answer")


@pytest.mark.parametrize(
    ("options", "rule", "words"),
    [
        ({"licence": None}, "licence", "--licence"),
        ({"mints": None}, "mints", "--mints"),
        ({"mints": ("Organisation/*",)}, "manifest", "mints"),
        ({"language": "klingon"}, "manifest", "unknown language"),
        ({"schedule": "yearly"}, "manifest", "schedule"),
        ({"homepage": "javascript:alert(1)"}, "manifest", "homepage"),
        ({"licence": "CC BY"}, "manifest", "licence"),
        ({"kind": "page"}, "manifest", "page"),
        ({"issued": "yesterday"}, "manifest", "issued"),
    ],
)
def test_what_an_operator_says_wrong_refuses_the_source_and_leaves_nothing(
    desk: Desk, options: dict[str, object], rule: str, words: str
) -> None:
    with pytest.raises(SourceError, match=words) as refused:
        desk.add("Ada", **options)
    assert refused.value.rule == rule
    assert desk.tree() == {}


@pytest.mark.parametrize(
    "name", ["", "Members", "a b", "../evil", "a--b", "-a", "käse", "ontology", "a" * 101, "a/b"]
)
def test_a_bad_name_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(ConfigurationError, match="name"):
        desk.registry().add(name, [desk.file("members.ttl", members("Ada"))], OPTIONS)
    assert desk.tree() == {}


@pytest.mark.parametrize(
    "name", [".hidden.ttl", "a\nb.ttl", "a\u202eltt.ttl", "back\\slash.ttl", "x" * 201 + ".ttl"]
)
def test_a_file_with_a_bad_name_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(SourceError) as refused:
        desk.registry().add("members", [desk.file(name, members("Ada"))], OPTIONS)
    assert refused.value.rule == "file-name"
    assert desk.tree() == {}


def test_a_file_whose_name_is_no_text_is_refused(desk: Desk) -> None:
    desk.file("members.ttl", "")
    path = os.fsencode(desk.world.root / "inbox") + b"/caf\xe9.ttl"
    with open(path, "wb") as file:  # noqa: PTH123  a name of bytes
        file.write(b"x")
    with pytest.raises(SourceError) as refused:
        desk.registry().add("members", [os.fsdecode(path)], OPTIONS)
    assert refused.value.rule == "file-name"
    str(refused.value).encode()


def test_files_of_one_name_an_empty_one_and_an_unknown_format_are_refused(desk: Desk) -> None:
    (desk.world.root / "other").mkdir()
    twin = desk.world.root / "other" / "MEMBERS.ttl"
    twin.write_text(members("Eve"))
    first = desk.file("members.ttl", members("Ada"))
    for items, rule in (
        ([first, str(twin)], "file-name"),
        ([desk.file("empty.ttl", "")], "empty"),
        ([desk.file("table.csv", "a,b")], "format"),
    ):
        with pytest.raises(SourceError) as refused:
            desk.registry().add("members", items, OPTIONS)
        assert refused.value.rule == rule
    assert desk.tree() == {}


def test_what_is_no_file_is_refused_and_holds_nothing_up(desk: Desk) -> None:
    desk.file("members.ttl", "")
    pipe = desk.world.root / "inbox" / "pipe.ttl"
    os.mkfifo(pipe)
    with pytest.raises(SourceError, match="no file with content"):
        desk.registry().add("members", [str(pipe)], OPTIONS)
    with pytest.raises(ConfigurationError, match="not there"):
        desk.registry().add("members", ["/nowhere/members.ttl"], OPTIONS)
    with pytest.raises(ConfigurationError, match="one folder"):
        desk.registry().add("members", [], OPTIONS)


def test_a_file_above_the_limit_is_refused_without_being_kept(desk: Desk) -> None:
    path = desk.file("members.ttl", members("Ada"))
    with pytest.raises(SourceError, match="KOINON_MAX_SOURCE") as refused:
        desk.registry(max_source=100).add("members", [path], OPTIONS)
    assert refused.value.rule == "size"
    assert desk.tree() == {}


def test_a_name_is_taken_once(desk: Desk) -> None:
    desk.add("Ada")
    with pytest.raises(ConfigurationError, match="koinon source update members"):
        desk.add("Ada", received=date(2026, 1, 1))


def test_a_name_that_another_source_of_the_release_has_is_taken(desk: Desk) -> None:
    desk.world.build()
    with pytest.raises(ConfigurationError, match="neighbour that is not registered"):
        desk.registry().add("neighbour", [desk.file("n.ttl", NEIGHBOUR)], OPTIONS)


def test_a_mapping_that_is_broken_is_named(desk: Desk) -> None:
    desk.mapping("coop-list", more="[[[")
    with pytest.raises(ConfigurationError, match=r"coop-list\.toml"):
        desk.registry().add("coop-list", [desk.file("a.csv", "a")], Options())


def test_the_same_file_under_the_same_mapping_changes_nothing(desk: Desk) -> None:
    desk.add("Ada", received=date(2026, 1, 1))
    before = desk.tree()
    path = desk.file("members.ttl", members("Ada"))
    change = desk.registry().update("members", [path], Options(received=date(2026, 11, 1)))
    assert not change.changed
    assert desk.tree() == before


def test_another_file_is_another_version_and_what_was_said_before_holds(desk: Desk) -> None:
    first = desk.add("Ada", credit="© A network").source.latest
    change = desk.registry().update("members", [desk.file("members.ttl", members("Ada", "Eve"))], Options())
    latest = change.source.latest
    assert change.changed
    assert latest.version != first.version
    given = desk.registry().manifest("members", latest)
    assert (given.credit, given.title, given.rights.statement) == ("© A network", {"en": "Members"}, first.rights)
    assert given.document.sha256 == latest.files[0].sha256
    assert (desk.folder / "raw" / first.files[0].sha256).exists()


def test_a_new_version_of_the_mapping_is_another_version_of_the_source(desk: Desk) -> None:
    desk.mapping("coop-list", version=1)
    table = desk.file("a.csv", "a,b\n")
    desk.registry().add("coop-list", [table], Options(credit="Thanks"))
    assert not desk.registry().update("coop-list", [table], Options()).changed
    desk.mapping("coop-list", version=2)
    change = desk.registry().update("coop-list", [table], Options())
    assert change.changed
    given = desk.registry().manifest("coop-list", change.source.latest)
    assert given.mapping is not None
    assert (given.mapping.version, given.credit) == ("2", "Thanks")


def test_what_was_never_registered_cannot_be_updated(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="koinon source list"):
        desk.registry().update("members", ["a.ttl"], OPTIONS)


def test_an_update_needs_files_where_there_is_no_address(desk: Desk) -> None:
    desk.add("Ada")
    with pytest.raises(ConfigurationError, match="koinon source update members FILE"):
        desk.registry().update("members", [], Options())


def test_a_reason_given_once_holds_for_later_versions(desk: Desk) -> None:
    desk.add("Ada", rights=None, because="asked twice")
    change = desk.registry().update("members", [desk.file("members.ttl", members("Eve"))], Options())
    assert change.source.latest.override == "asked twice"


def test_options_over_earlier_ones() -> None:
    merged = Options(title="new").over(Options(title="old", credit="kept"))
    assert merged == Options(title="new", credit="kept")
    assert replace(OPTIONS, issued="2026", received=date(2026, 1, 1)).kept() == OPTIONS.kept()
