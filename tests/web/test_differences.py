"""Differences between releases stand in nobody's way: pages do not wait for them, and few are there at once."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from building import World, make_world
from koinon.model.errors import BusyError, TooManyRequestsError
from koinon.web import releases
from koinon.web.differences import Differences
from small_release import service_on

SECONDS = 20


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = make_world(tmp_path_factory.mktemp("differing"))
    world.build()
    return world


def test_a_page_does_not_wait_for_a_difference(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = threading.Event(), threading.Event()

    def long(*_: object) -> Iterator[bytes]:
        begun.set()
        assert ended.wait(SECONDS)
        yield b"TC .\n"

    monkeypatch.setattr(releases, "rdf_patch", long)
    patch = f"/releases/{world.current.id}/diff/{world.current.id}"
    with service_on(world.home) as client, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(client.get, patch, headers={"Accept": "application/rdf-patch"})
        try:
            assert begun.wait(SECONDS)
            with httpx.Client(base_url=client.base_url, timeout=SECONDS / 2, trust_env=False) as other:
                assert other.get("/doc/project/patient", headers={"Accept": "text/html"}).status_code == 200
            assert not asked.done()
        finally:
            ended.set()
        assert asked.result().content == b"TC .\n"


def test_few_files_are_there_at_once_and_one_that_is_let_go_makes_room() -> None:
    async def ask() -> None:
        differences = Differences()
        held = [await differences.file("a", lambda: iter([b"x"])) for _ in range(2)]
        with pytest.raises(TooManyRequestsError):
            await differences.file("a", lambda: iter([b"x"]))
        held += [await differences.file(f"b{number}", lambda: iter([b"x"])) for number in range(6)]
        with pytest.raises(BusyError):
            await differences.file("c", lambda: iter([b"x"]))
        held.pop().close()
        again = await differences.file("c", lambda: iter([b"x", b"y"]))
        again.seek(0)
        assert again.read() == b"xy"
        for file in (again, *held):
            file.close()

    asyncio.run(ask())


def test_a_difference_that_cannot_be_made_takes_no_place() -> None:
    def broken() -> Iterator[bytes]:
        yield b"x"
        raise OSError("gone")

    async def ask() -> None:
        differences = Differences()
        for _ in range(9):
            with pytest.raises(OSError, match="gone"):
                await differences.file("a", broken)

    asyncio.run(ask())
