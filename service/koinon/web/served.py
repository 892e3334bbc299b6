"""The release that is being served, and how the service follows ``current`` to the next one."""

import asyncio
import hashlib
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool

from koinon import __version__
from koinon.engine import GraphStore
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError, NotFoundError
from koinon.model.settings import Settings
from koinon.publish.bridge.atlas import Atlas
from koinon.publish.context import Context
from koinon.publish.credits import NamedBy
from koinon.publish.documents import STATEMENTS, Document, Place, thing_document
from koinon.publish.naming import Naming
from koinon.publish.ontology.terms import Terms
from koinon.publish.partitions import Partitions
from koinon.publish.vocabulary import Vocabulary
from koinon.query.catalogue import Catalogue, load_catalogue
from koinon.query.search import Index, open_search
from koinon.release.contents import FILE as CONTENTS
from koinon.release.contents import Contents
from koinon.release.current import QUERIES, Release, current_id, open_current, open_release
from koinon.release.facets import FILE as FACETS
from koinon.release.facets import Facets
from koinon.release.links import Links
from koinon.release.log import read_log
from koinon.release.paths import Home
from koinon.web.bodies import Bodies

_LOG: Final = logging.getLogger("koinon.web")
CHECK_SECONDS: Final = 1.0
_IDENTIFIER: Final = re.compile(r"[0-9a-f]{12,64}")
_EARLIER: Final = 100
"""Earlier releases that are remembered; their stores are opened by the workers alone."""
_OPEN: Final = 4
"""Earlier releases that are open for pages."""

CHOSEN: ContextVar["Served | None"] = ContextVar("chosen", default=None)
"""The earlier release that a request is answered from; None for the current one."""


@dataclass(slots=True, eq=False)
class Served:
    """One open release with everything that pages are made from.

    ``edition`` names what they are made from (release, software version, and the files that shape pages), for
    ETags; ``modified`` is when the newest of these came. ``place`` tells the folder of the store from one that was
    written anew in its place, as purging does: nobody goes on to read the one by the names of the other.
    """

    release: Release
    store: GraphStore
    vocabulary: Vocabulary
    context: Context
    catalogue: Catalogue
    contents: Contents
    search: Index
    links: Links
    facets: Facets
    named_by: NamedBy
    edition: str
    modified: datetime
    place: int | None
    bodies: Bodies = field(default_factory=Bodies)
    partitions: Partitions | None = None
    namings: dict[str, Naming] = field(default_factory=dict)
    _atlas: Atlas | None = None
    _terms: Terms | None = None

    @classmethod
    def open(cls, home: Home, assets: Assets, release: Release | None = None) -> "Served":
        """Open a release, by default the current one; raises a KoinonError where that cannot be done."""
        asked = release.path / QUERIES if release else assets.queries
        release = release or open_current(home)
        place = place_of(release)
        store = release.open()
        vocabulary = Vocabulary.load(store, assets.shapes)
        contents = Contents.of(release.path / CONTENTS, store)
        return cls(
            release=release,
            store=store,
            vocabulary=vocabulary,
            context=Context.read(assets.ontology / "context" / "v1.jsonld"),
            catalogue=load_catalogue(asked if asked.is_dir() else assets.queries),
            contents=contents,
            search=open_search(release, contents),
            facets=Facets.of(release.path / FACETS, contents),
            named_by=NamedBy(store),
            links=Links.of(release.path),
            edition=f"{edition_of(release)} {_fingerprint(assets)}",
            modified=_modified(home, release, assets),
            place=place,
        )

    @property
    def knows_regions(self) -> bool:
        """Whether ``atlas`` has been asked for, and is at hand."""
        return self._atlas is not None

    def atlas(self) -> Atlas:
        """Return what the release knows of regions; raises NotFoundError for one that has no table of relations."""
        if self._atlas is None:
            atlas = Atlas(self.release.path)
            atlas.warm()
            self._atlas = atlas
        return self._atlas

    def terms(self, assets: Assets) -> Terms:
        """Return what ontology and shapes say about terms; read once, when a page first asks (0.1 s)."""
        if self._terms is None:
            self._terms = Terms.read(self.store, assets.ontology, assets.shapes)
        return self._terms

    def naming(self, language: str) -> Naming:
        """Return what names things for readers of ``language``; it remembers what one page after another names."""
        return self.namings.setdefault(language, Naming(self.store, self.vocabulary, language))

    def has_subject(self, node: NamedNode) -> bool:
        """Tell whether the release says anything about the node."""
        return next(iter(self.store.triples(node)), None) is not None

    def document(
        self, topic: NamedNode, start: Place | None = None, *, statements: int = STATEMENTS, ranges: bool = True
    ) -> Document:
        """Return a page of the document about a thing, concept or code list, as ``thing_document`` does."""
        return thing_document(self.store, self.contents, topic, start, statements=statements, ranges=ranges)

    def graph_names(self) -> Iterable[str]:
        """Return the IRIs of all named graphs."""
        return (graph.value for graph in self.store.graph_names())


class Following:
    """Serves the current release, and moves on when ``current`` does, without dropping a request."""

    def __init__(self, settings: Settings, assets: Assets, moved: Callable[[Served], None]) -> None:
        """Prepare; ``start`` opens the first release. ``moved`` hears of each release that takes over."""
        self._assets = assets
        self._home = Home(settings.home)
        self._moved = moved
        self._served: Served | None = None
        self._checked = 0.0
        self._refused: str | None = None
        self._move: asyncio.Task[None] | None = None
        self._earlier: OrderedDict[str, Release] = OrderedDict()
        self._open: OrderedDict[str, Served] = OrderedDict()
        self._opening = asyncio.Lock()

    async def start(self) -> Served:
        """Open the current release; raises a KoinonError where there is none."""
        self._served = await run_in_threadpool(Served.open, self._home, self._assets)
        return self._served

    async def stop(self) -> None:
        """Wait until a move under way has ended, and let the release go."""
        if self._move is not None:
            await asyncio.gather(self._move, return_exceptions=True)
        self._served = None

    def now(self) -> Served:
        """Return the release that is served now; a request keeps the one it began with.

        It is the earlier one that the address names, where it names one.
        """
        chosen = CHOSEN.get()
        if chosen is not None:
            return chosen
        self._look()
        if self._served is None:
            raise KoinonError("The service is not ready yet. Try again in a few seconds.")
        return self._served

    async def earlier(self, identifier: str) -> Release:
        """Return a release by its id or how it begins; raises NotFoundError where there is none or several."""
        if _IDENTIFIER.fullmatch(identifier) is None:
            raise NotFoundError("A release is named by the first 12 or more hexadecimal digits of its id.")
        release = self._earlier.get(identifier)
        if release is None or not release.store.is_dir():
            release = await run_in_threadpool(open_release, self._home, identifier)
            self._earlier[identifier] = release
            if len(self._earlier) > _EARLIER:
                self._earlier.popitem(last=False)
        return release

    async def at(self, identifier: str) -> Served:
        """Open a release by its id or how it begins, for pages; raises NotFoundError where none or several do.

        A few stay open; the current one is the one that is served anyway.
        """
        release = await self.earlier(identifier)
        now = self.now()
        if release.id == now.release.id:
            return now
        async with self._opening:
            served = self._open.get(release.id)
            if served is None:
                served = await run_in_threadpool(Served.open, self._home, self._assets, release)
                self._open[release.id] = served
                if len(self._open) > _OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(release.id)
            return served

    def remembered(self, identifier: str) -> Release | None:
        """Return a release that ``earlier`` found before, as long as it is kept, or None."""
        release = self._earlier.get(identifier)
        return release if release is not None and release.store.is_dir() else None

    def _look(self) -> None:
        """Look at ``current`` at most once a second; open another release beside the running one."""
        now = time.monotonic()
        if now - self._checked < CHECK_SECONDS or (self._move is not None and not self._move.done()):
            return
        self._checked = now
        for gone in [one for one, served in self._open.items() if place_of(served.release) != served.place]:
            del self._open[gone]  # collected, purged, or written anew: what nobody can ask for keeps no disk
        identifier = current_id(self._home)
        if self._served is None or identifier in (None, self._refused):
            return
        if identifier == self._served.release.id and place_of(self._served.release) in (None, self._served.place):
            return
        self._move = asyncio.create_task(self._move_to(identifier or ""))

    async def _move_to(self, identifier: str) -> None:
        try:
            fresh = await run_in_threadpool(Served.open, self._home, self._assets)
        except KoinonError as error:
            self._refused = identifier
            _LOG.warning("release %s cannot be served, the previous one stays: %s", identifier, error)
            return
        self._served = fresh
        self._moved(fresh)
        _LOG.info("serving release %s", fresh.release.id)


def place_of(release: Release) -> int | None:
    """Return what tells the folder of a store from any other one at its path; None where there is none just now."""
    try:
        return release.store.stat().st_ino
    except OSError:
        return None


def edition_of(release: Release) -> str:
    """Return what the answers of a release to queries are made from, for their ETags."""
    return f"{release.id} {__version__}"


def _modified(home: Home, release: Release, assets: Assets) -> datetime:
    """Return when the release last became current, or the software that shapes its pages came, if that is later."""
    package = Path(__file__).parents[1]
    files = (path for folder in (package, assets.shapes, assets.queries) for path in folder.rglob("*.*"))
    software = max((path.stat().st_mtime for path in files if path.suffix != ".pyc"), default=0.0)
    times = [datetime.fromisoformat(entry.published_at) for entry in read_log(home.log) if entry.id == release.id]
    return max([*times, datetime.fromtimestamp(software, UTC)])


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
