"""A page is made once for all who ask at the same time; what waits is bounded, and clients take turns."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from koinon.model.errors import BusyError, NotFoundError, TooManyRequestsError
from koinon.web.press import Press

SECONDS = 20


class Gate:
    """Work that begins at once and ends when it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.open = threading.Event()

    def __call__(self) -> str:
        self.begun += 1
        assert self.open.wait(SECONDS)
        return "made"


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not true():
            await asyncio.sleep(0.005)


def test_a_hundred_readers_of_one_page_cost_one_page() -> None:
    async def ask() -> None:
        press, gate = Press(places=1), Gate()
        readers = [asyncio.create_task(press.make(f"client {i}", gate, "page")) for i in range(100)]
        await until(lambda: gate.begun > 0)
        gate.open.set()
        assert set(await asyncio.gather(*readers)) == {"made"}
        assert gate.begun == 1
        assert await press.make("later", lambda: "again", "page") == "again", "it keeps nothing itself"

    asyncio.run(ask())


def test_what_went_wrong_is_told_to_all_who_wait() -> None:
    def fail() -> str:
        raise NotFoundError("nothing")

    async def ask() -> None:
        press = Press(places=1)
        found = await asyncio.gather(*(press.make("a", fail, "page") for _ in range(5)), return_exceptions=True)
        assert [type(error) for error in found] == [NotFoundError] * 5
        assert await press.make("a", lambda: 1, "page") == 1

    asyncio.run(ask())


def test_a_reader_who_leaves_takes_the_page_from_nobody_else() -> None:
    async def ask() -> None:
        press, gate = Press(places=1), Gate()
        first = asyncio.create_task(press.make("a", gate, "page"))
        second = asyncio.create_task(press.make("b", gate, "page"))
        await until(lambda: gate.begun > 0)
        first.cancel()
        await asyncio.sleep(0)
        gate.open.set()
        assert await second == "made"

    asyncio.run(ask())


def test_a_flood_is_refused_and_leaves_room_for_others() -> None:
    async def ask() -> None:
        press, gate = Press(places=1, waiting=12, waiting_each=8), Gate()
        flood = [asyncio.create_task(press.make("flood", gate, i)) for i in range(40)]
        await until(lambda: press.waiting == 8)
        others = [asyncio.create_task(press.make(f"other {i}", gate)) for i in range(6)]
        await until(lambda: press.waiting == 12)
        gate.open.set()
        found = await asyncio.gather(*flood, return_exceptions=True)
        assert sum(answer == "made" for answer in found) == 9
        assert sum(isinstance(answer, TooManyRequestsError) for answer in found) == 31
        answers = await asyncio.gather(*others, return_exceptions=True)
        assert [type(answer) for answer in answers] == [str] * 4 + [BusyError] * 2
        assert press.waiting == 0

    asyncio.run(ask())


def test_a_reader_waits_for_one_page_of_a_crawler_and_not_for_all() -> None:
    async def ask() -> None:
        press, gate, order = Press(places=1), Gate(), list[str]()
        running = asyncio.create_task(press.make("crawler", gate))
        crawl = [asyncio.create_task(press.make("crawler", lambda: order.append("crawler"))) for _ in range(30)]
        await until(lambda: press.waiting == 30)
        reader = asyncio.create_task(press.make("reader", lambda: order.append("reader")))
        await until(lambda: press.waiting == 31)
        gate.open.set()
        await asyncio.gather(running, reader, *crawl)
        assert order.index("reader") <= 1

    asyncio.run(ask())


@pytest.mark.parametrize("moment", ["before", "at"])
def test_no_place_is_lost_when_a_waiting_reader_leaves(moment: str) -> None:
    async def ask() -> None:
        press, gate = Press(places=1), Gate()
        running = asyncio.create_task(press.make("a", gate))
        waiting = asyncio.create_task(press.make("b", lambda: "b"))
        await until(lambda: press.waiting == 1)
        if moment == "before":
            waiting.cancel()
        gate.open.set()
        await running
        if moment == "at":
            waiting.cancel()
        async with asyncio.timeout(SECONDS):
            assert await asyncio.gather(*(press.make("c", lambda: "c") for _ in range(5))) == ["c"] * 5

    asyncio.run(ask())
