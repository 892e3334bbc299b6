"""From handed in to released and back: only what was accepted is in a release, and what was is never lost."""

from datetime import date

import pytest

from building import NEIGHBOUR, World, manifest
from koinon.build.registry.journals import every
from koinon.build.registry.options import Options
from koinon.build.registry.registered import Registered, State
from koinon.build.registry.registry import Registry, label
from koinon.build.registry.schedule import after
from koinon.build.report import Outcome
from koinon.model.errors import ConfigurationError, SourceError
from registering import Desk, members


def names(world: World) -> str:
    return world.current.graph_file("members").read_text()


def registered(registry: Registry) -> list[tuple[str, str]]:
    return [(s.slug, s.state.value) for s in every(registry.home) if isinstance(s, Registered)]


def outcomes(world: World) -> dict[str, Outcome]:
    return {source.slug: source.outcome for source in world.build().sources}


def test_only_an_accepted_source_is_in_a_release(desk: Desk) -> None:
    desk.add("Ada")
    assert "members" not in outcomes(desk.world)
    assert desk.registry().accept("members").changed
    assert outcomes(desk.world)["members"] is Outcome.ACCEPTED
    assert "members-ada" in names(desk.world)
    assert registered(desk.registry()) == [("members", "accepted")]


def test_accepting_checks_first_and_says_what_was_found(desk: Desk) -> None:
    desk.add("Ada")
    source = desk.registry().accept("members").source
    assert [entry.action for entry in source.entries] == ["add", "check", "accept"]
    result = source.result(source.latest.version)
    assert result is not None
    assert result.accepted
    assert result.triples > 0


def test_a_source_that_its_check_refuses_is_not_accepted(desk: Desk) -> None:
    desk.world.build()
    path = desk.file("wrong.ttl", members("Ada") + "this is no Turtle")
    change = desk.add("Ada")
    desk.registry().update("members", [path], Options())
    with pytest.raises(SourceError, match="koinon source check members") as refused:
        desk.registry().accept("members")
    assert refused.value.rule == "refused"
    source, checked = desk.registry().check("members")
    assert checked.refused
    assert source.state is State.PENDING
    assert change.changed
    assert "members" not in outcomes(desk.world)


def test_a_check_changes_no_release_and_leaves_the_state_as_it_was(desk: Desk) -> None:
    desk.world.build()
    release = desk.world.current.id
    desk.add("Ada")
    source, checked = desk.registry().check("members")
    assert not checked.refused
    assert source.state is State.PENDING
    assert desk.world.current.id == release
    assert desk.world.build().release == release


def test_a_new_version_waits_beside_the_accepted_one(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    desk.world.build()
    change = desk.registry().update("members", [desk.file("members.ttl", members("Eve"))], Options())
    assert change.source.state is State.ACCEPTED
    assert change.source.waiting
    desk.world.build()
    assert "members-ada" in names(desk.world)
    assert "members-eve" not in names(desk.world)
    desk.registry().accept("members")
    desk.world.build()
    assert "members-eve" in names(desk.world)
    assert "members-ada" not in names(desk.world)


def test_a_withdrawn_source_is_out_of_the_next_release_and_can_come_back(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    with_members = desk.world.build().release
    change = desk.registry().withdraw("members", "asked by the network")
    assert change.source.state is State.WITHDRAWN
    assert change.source.entries[-1].reason == "asked by the network"
    assert outcomes(desk.world)["members"] is Outcome.WITHDRAWN
    assert desk.world.current.manifest.graph("members") is None
    assert (desk.folder / "raw" / change.source.latest.files[0].sha256).exists()
    assert not desk.registry().withdraw("members", None).changed
    desk.registry().accept("members")
    assert desk.world.build().release == with_members


def test_accepting_twice_changes_nothing(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    before = desk.tree()
    assert not desk.registry().accept("members").changed
    assert desk.tree() == before


def test_a_registered_source_and_a_folder_of_one_name_are_both_refused(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    desk.world.build()
    desk.world.put("members", {"source.toml": manifest("members"), "graph.ttl": NEIGHBOUR})
    assert outcomes(desk.world)["members"] is Outcome.KEPT
    assert "members-ada" in names(desk.world)


@pytest.mark.parametrize("harm", ["changed", "lost", "manifest"])
def test_a_kept_file_that_the_disk_damaged_costs_its_source_nothing_but_says_so(desk: Desk, harm: str) -> None:
    source = desk.add("Ada").source
    desk.registry().accept("members")
    desk.world.build()
    before = desk.world.hashes()
    which = source.latest.manifest if harm == "manifest" else source.latest.files[0].sha256
    kept = desk.folder / "raw" / which
    if harm == "lost":
        kept.unlink()
    else:
        kept.write_bytes(kept.read_bytes()[:-1] + b"#")
    report = desk.world.build()
    assert [(s.slug, s.outcome, s.findings[0].rule) for s in report.refused] == [
        ("members", Outcome.KEPT, "raw-damaged")
    ]
    assert desk.world.hashes() == before


def test_a_damaged_journal_keeps_its_graph_and_hides_no_other_source(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    desk.world.build()
    before = desk.world.hashes()
    path = desk.folder / "journal.jsonl"
    path.write_bytes(b"{]\n" + path.read_bytes())
    report = desk.world.build()
    assert [(s.slug, s.outcome, s.findings[0].rule) for s in report.refused] == [
        ("members", Outcome.KEPT, "journal")
    ]
    assert desk.world.hashes() == before
    with pytest.raises(SourceError, match="Put it back from a copy"):
        desk.registry().get("members")


def test_a_journal_with_a_line_gone_is_damaged(desk: Desk) -> None:
    desk.add("Ada")
    desk.registry().check("members")
    desk.registry().accept("members")
    path = desk.folder / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    with pytest.raises(SourceError, match="lines are missing"):
        desk.registry().get("members")


def test_a_torn_last_line_never_happened(desk: Desk) -> None:
    desk.add("Ada")
    path = desk.folder / "journal.jsonl"
    with path.open("ab") as file:
        file.write(b'{"number": 2, "act')
    assert len(desk.registry().get("members").entries) == 1
    assert desk.registry().accept("members").changed
    assert [entry.number for entry in desk.registry().get("members").entries] == [1, 2, 3]


@pytest.mark.parametrize("text", ["", "  ", "a@b.example", "x" * 61, "a\nb", "a\u202eb"])
def test_who_does_it_is_a_label_that_is_no_address(text: str) -> None:
    with pytest.raises(ConfigurationError, match="--by"):
        label(text)
    assert label(" registry desk ") == "registry desk"


@pytest.mark.parametrize(
    ("day", "duration", "wanted"),
    [
        (date(2026, 1, 31), "P1M", date(2026, 2, 28)),
        (date(2024, 2, 29), "P1Y", date(2025, 2, 28)),
        (date(2026, 12, 1), "P1M", date(2027, 1, 1)),
        (date(2026, 11, 22), "P1Y6M", date(2028, 5, 22)),
        (date(2026, 11, 22), "P2W", date(2026, 12, 6)),
        (date(2026, 11, 22), "P40D", date(2027, 1, 1)),
        (date(9999, 1, 1), "P999Y", date.max),
        (date(9999, 12, 31), "P1D", date.max),
    ],
)
def test_when_the_next_edition_is_due(day: date, duration: str, wanted: date) -> None:
    assert after(day, duration) == wanted
