"""The release that is being served, and how the service follows ``current`` to the next one."""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from koinon import __version__
from koinon.engine import GraphStore
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError
from koinon.model.settings import Settings
from koinon.publish.collections import Collections
from koinon.publish.context import Context
from koinon.publish.documents import Document, Fragments, thing_document
from koinon.publish.vocabulary import Vocabulary
from koinon.query.catalogue import Catalogue, load_catalogue
from koinon.query.pool import WorkerPool
from koinon.release.current import Release, current_id, open_current
from koinon.release.paths import Home
from koinon.web.bodies import Bodies

_LOG: Final = logging.getLogger("koinon.web")
CHECK_SECONDS: Final = 1.0


@dataclass(slots=True, eq=False)
class Served:
    """One open release with everything that answers from it.

    ``edition`` names what answers are made from (release, software version, and the files that shape pages), for
    ETags; ``users`` are the requests that hold the release.
    """

    release: Release
    store: GraphStore
    vocabulary: Vocabulary
    context: Context
    catalogue: Catalogue
    collections: Collections
    fragments: Fragments
    pool: WorkerPool
    edition: str
    bodies: Bodies = field(default_factory=Bodies)
    users: int = 0
    retired: bool = field(default=False)

    @classmethod
    def open(cls, settings: Settings, assets: Assets) -> "Served":
        """Open the current release and start its query workers; raises a KoinonError where that cannot be done."""
        release = open_current(Home(settings.home))
        store = release.open()
        vocabulary = Vocabulary.load(store, assets.shapes)
        pool = WorkerPool(release.store, settings)
        pool.start()
        return cls(
            release=release,
            store=store,
            vocabulary=vocabulary,
            context=Context.read(assets.ontology / "context" / "v1.jsonld"),
            catalogue=load_catalogue(assets.queries),
            collections=Collections(store),
            fragments=Fragments(store),
            pool=pool,
            edition=f"{release.id} {__version__} {_fingerprint(assets)}",
        )

    def has_subject(self, node: NamedNode) -> bool:
        """Tell whether the release says anything about the node."""
        return next(iter(self.store.triples(node)), None) is not None

    def document(self, topic: NamedNode) -> Document:
        """Return the document about a thing, concept or code list; raises NotFoundError where nothing is known."""
        return thing_document(self.store, self.fragments, topic)

    def graph_names(self) -> Iterable[str]:
        """Return the IRIs of all named graphs."""
        return (graph.value for graph in self.store.graph_names())


class Following:
    """Serves the current release, and moves on when ``current`` does, without dropping a request."""

    def __init__(self, settings: Settings, assets: Assets) -> None:
        """Prepare; ``start`` opens the first release."""
        self._settings = settings
        self._assets = assets
        self._home = Home(settings.home)
        self._served: Served | None = None
        self._checked = 0.0
        self._refused: str | None = None
        self._move: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open the current release; raises a KoinonError where there is none."""
        self._served = await run_in_threadpool(Served.open, self._settings, self._assets)

    async def stop(self) -> None:
        """End the query workers."""
        if self._move is not None:
            await asyncio.gather(self._move, return_exceptions=True)
        if self._served is not None:
            await run_in_threadpool(self._served.pool.close)
            self._served = None

    @asynccontextmanager
    async def use(self) -> AsyncIterator[Served]:
        """Hold the release that is served now until the request is answered."""
        self._look()
        served = self._served
        if served is None:
            raise KoinonError("The service is not ready yet. Try again in a few seconds.")
        served.users += 1
        try:
            yield served
        finally:
            served.users -= 1
            if served.retired and served.users == 0:
                await run_in_threadpool(served.pool.close)

    def _look(self) -> None:
        """Look at ``current`` at most once a second; open another release beside the running one."""
        now = time.monotonic()
        if now - self._checked < CHECK_SECONDS or (self._move is not None and not self._move.done()):
            return
        self._checked = now
        identifier = current_id(self._home)
        if self._served is None or identifier in (None, self._served.release.id, self._refused):
            return
        self._move = asyncio.create_task(self._move_to(identifier or ""))

    async def _move_to(self, identifier: str) -> None:
        try:
            fresh = await run_in_threadpool(Served.open, self._settings, self._assets)
        except KoinonError as error:
            self._refused = identifier
            _LOG.warning("release %s cannot be served, the previous one stays: %s", identifier, error)
            return
        old, self._served = self._served, fresh
        _LOG.info("serving release %s", fresh.release.id)
        if old is not None:
            old.retired = True
            if old.users == 0:
                await run_in_threadpool(old.pool.close)


def _fingerprint(assets: Assets) -> str:
    """Return a hash of the files that shape answers besides the release: shapes, context, queries, templates."""
    package = Path(__file__).parent
    files = [
        path
        for folder in (
            assets.shapes,
            assets.ontology / "context",
            assets.queries,
            package / "templates",
            package / "static",
            package / "locale",
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
