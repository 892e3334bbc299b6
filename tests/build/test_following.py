"""The builder builds what was decided, all of it, once, from the folders it was shown; it never guesses."""

import json
import time
from pathlib import Path

import pytest

from building import World, make_world
from koinon.build import following
from koinon.build.following import build_pending, follow
from koinon.build.pending import Status, is_pending, read_status, status_file
from koinon.build.registry.disk import audit
from koinon.build.registry.options import Options
from koinon.model.settings import Settings
from koinon.release.current import current_id
from registering import Desk, members


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = make_world(tmp_path)
    assert world.run()[0] == 0
    return world


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def settings(world: World) -> Settings:
    return Settings.from_environment({}, home=world.home.root)


def built(world: World) -> Status:
    return build_pending(settings(world), world.assets, read_status(world.home))


def slugs(world: World) -> set[str]:
    return {entry.slug for entry in world.current.manifest.graphs}


def test_only_a_decision_is_something_to_build(desk: Desk, world: World) -> None:
    assert not is_pending(world.home, Status())
    desk.add("Ada")
    desk.registry().check("members")
    assert not is_pending(world.home, Status())
    desk.registry().accept("members")
    assert is_pending(world.home, Status())
    status = built(world)
    assert (status.outcome, status.release) == ("built", current_id(world.home))
    assert "members" in slugs(world)
    assert not is_pending(world.home, status)
    desk.registry().update("members", [desk.file("members.ttl", members("Eve"))], Options())
    assert not is_pending(world.home, status)
    desk.registry().withdraw("members", None)
    assert is_pending(world.home, status)
    built(world)
    assert "members" not in slugs(world)


def test_it_goes_on_with_the_folders_of_the_last_build_by_command(desk: Desk, world: World) -> None:
    before = slugs(world)
    desk.add("Ada")
    desk.registry().accept("members")
    assert built(world).outcome == "built"
    assert slugs(world) == before | {"members"}


def test_it_does_not_guess_the_folders_where_that_would_drop_sources(desk: Desk, world: World) -> None:
    (world.home.root / "folders.json").unlink()
    (world.assets.data / "other").mkdir()
    for name in ("source.toml", "graph.ttl"):
        (world.assets.data / "other" / name).write_text(
            (world.sources / "place" / name).read_text().replace('slug = "place"', 'slug = "other"'), "utf-8"
        )
    release = current_id(world.home)
    desk.add("Ada")
    desk.registry().accept("members")
    status = built(world)
    assert (status.outcome, status.failures, current_id(world.home)) == ("failed", 1, release)
    assert "koinon build" in status.detail
    assert is_pending(world.home, status)


def test_what_failed_is_tried_again_until_it_is_built(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "LONGEST_WAIT", 0.1)
    shapes = world.root / "assets" / "shapes"
    target = shapes.readlink()
    desk.add("Ada")
    desk.registry().accept("members")
    shapes.unlink()
    shapes.mkdir()
    (shapes / "bad.ttl").write_text("this is no shape")
    failures: list[int] = []

    def mend() -> bool:
        failures.append(read_status(world.home).failures)
        if failures[-1] == 2 and not shapes.is_symlink():
            (shapes / "bad.ttl").unlink()
            shapes.rmdir()
            shapes.symlink_to(target)
        return read_status(world.home).outcome == "built" and "members" in slugs(world)

    follow(settings(world), world.assets, mend, idle=60)
    assert max(failures) == 2
    assert read_status(world.home).failures == 0


def test_several_decisions_are_one_build(desk: Desk, world: World) -> None:
    log = world.home.log.read_text().count("\n")
    desk.add("Ada")
    desk.registry().accept("members")
    desk.registry().withdraw("members", None)
    desk.registry().accept("members")
    follow(settings(world), world.assets, lambda: not is_pending(world.home, read_status(world.home)))
    assert "members" in slugs(world)
    assert world.home.log.read_text().count("\n") == log + 1


def test_it_ends_when_there_is_nothing_to_do(world: World) -> None:
    began = time.monotonic()
    follow(settings(world), world.assets, lambda: time.monotonic() - began > 60, idle=0.5)
    assert time.monotonic() - began < 60
    assert not status_file(world.home).exists()


def test_a_status_that_cannot_be_read_counts_as_none(desk: Desk, world: World) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    built(world)
    for text in ("", "{", "[]", json.dumps({"considered": 10**9, "what": 1})):
        status_file(world.home).write_text(text)
        assert is_pending(world.home, read_status(world.home))
        assert built(world).outcome == "built"
        assert not is_pending(world.home, read_status(world.home))


def test_a_log_that_was_put_back_from_a_copy_is_built_anew(desk: Desk, world: World) -> None:
    desk.add("Ada")
    desk.registry().accept("members")
    copy = audit(world.home).read_bytes()
    desk.registry().withdraw("members", "a long reason " * 20)
    built(world)
    audit(world.home).write_bytes(copy)
    assert is_pending(world.home, read_status(world.home))
