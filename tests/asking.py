"""Real workers on a store, and the event loop that they are asked from."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from koinon.model.settings import Settings
from koinon.query.job import Answer, Job
from koinon.query.pool import WorkerPool

SHARED = 10
"""Triples that all graphs of the small store have."""


@dataclass(frozen=True)
class Asker:
    """A started pool, and the event loop that it lives in."""

    pool: WorkerPool
    runner: asyncio.Runner

    def __call__(self, text: str, *, client: str = "", **more: Any) -> Answer:
        """Ask one query."""
        return self.runner.run(self.pool.run(Job(text, **more), client=client))

    def all(self, *jobs: Coroutine[Any, Any, Answer]) -> list[Answer | BaseException]:
        """Ask all at once; errors are among the results."""

        async def gather() -> list[Answer | BaseException]:
            return await asyncio.gather(*jobs, return_exceptions=True)

        return self.runner.run(gather())


@contextmanager
def asking(store: Path, settings: Settings, **more: Any) -> Iterator[Asker]:
    """Start a pool of real workers, and end it."""
    with asyncio.Runner() as runner:
        pool = WorkerPool(store, settings, **more)
        runner.run(pool.start())
        try:
            yield Asker(pool, runner)
        finally:
            runner.run(pool.close())
