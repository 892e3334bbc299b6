"""The application: routers, errors, and the release that is opened when it starts."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from koinon import __version__
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError
from koinon.model.settings import Settings
from koinon.publish.collections import SECTIONS
from koinon.publish.maps.boundaries import Boundaries
from koinon.query.forking import Begun
from koinon.query.limits import Limits
from koinon.query.pool import WorkerPool
from koinon.release.changelog import ChangeLog
from koinon.release.paths import Home
from koinon.web import (
    boundaries,
    changes,
    check,
    citing,
    collections,
    completions,
    data,
    dumps,
    embedding,
    graphs,
    ldes,
    members,
    oai,
    ontology,
    operations,
    past,
    quality,
    queries,
    regions,
    releases,
    search,
    site,
    sitemap,
    sparql,
    start,
    static_files,
    things,
    translations,
    trying,
    vocabulary,
    void,
)
from koinon.web.asking import Asking, ClientGoneError
from koinon.web.checking.checks import Checks
from koinon.web.counting import Counting
from koinon.web.crediting import Crediting
from koinon.web.description import completed
from koinon.web.directory import Directory
from koinon.web.door import Door
from koinon.web.endpoint import Endpoint
from koinon.web.links import disputes, listing, review
from koinon.web.links import past as merges
from koinon.web.middleware import CommonHeaders
from koinon.web.observing import Observer
from koinon.web.press import SWITCH_SECONDS
from koinon.web.reconcile import routes as reconcile
from koinon.web.refusing import client_gone, http_error, refuse, unexpected, validation_error
from koinon.web.rendering import Pages
from koinon.web.served import Following, Served
from koinon.web.sources import routes as sources
from koinon.web.sources.described import SCHEMES
from koinon.web.sources.desk import Desk
from koinon.web.sparql import page
from koinon.web.travelling import Travelling
from koinon.web.unchanged import Unchanged

_AT_ONCE: Final = 2
"""Pages and documents that are made at once: threads share one interpreter, so more would only hold up the rest."""


class Service(FastAPI):
    """The routers, with the SPARQL endpoint in front of them."""

    def __init__(self, door: Door, **options: Any) -> None:
        """Prepare the service; ``options`` are FastAPI's."""
        super().__init__(**options)
        pages: ASGIApp = Travelling(
            Crediting(super().__call__, door.following),
            Home(door.settings.home),
            door.following,
            door.changes,
            refuse,
            door.reader,
        )
        pages = Unchanged(pages, Home(door.settings.home), door.following)
        self._endpoint = Endpoint(pages, door.following, door.asking, door.settings.query_max_length, page, refuse)

    def openapi(self) -> dict[str, Any]:
        """Return the description for programs, completed with what the framework does not see."""
        return completed(super().openapi(), SCHEMES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the endpoint answer, or pass the request on: it stands before all that a query does not need."""
        scope["app"] = self
        await self._endpoint(scope, receive, send)


def create_app(settings: Settings, begun: Begun | None = None) -> FastAPI:
    """Return the service for one home. It opens the current release when it starts, and follows it after that.

    ``begun`` is the process that query workers are forked from, where that was begun before.

    Raises ConfigurationError where the ontology, shapes or queries cannot be found; starting raises NoReleaseError
    where nothing has been built yet.
    """
    assets = Assets.locate(settings)
    root = Home(settings.home)
    translations.load_all()
    observer = Observer(settings, root)
    pool = WorkerPool(root.current / "store", settings, on_end=observer.worker_ended, begun=begun)

    def moved(served: Served) -> None:
        pool.open_first(served.release.store)
        observer.serving(served.release.id)

    following = Following(settings, assets, moved)
    asking = Asking(settings, pool, observer)
    checks = Checks(settings, asking.budgets)
    desk = Desk(settings, assets, observer.contribution)
    shapes = Boundaries.of(settings)
    door = Door(settings, assets, following, Pages(), pool, asking, checks, desk, ChangeLog(root), shapes)
    observer.watch("queue", lambda: pool.waiting)
    observer.watch("running", lambda: pool.running)
    observer.watch("pages", lambda: door.press.waiting)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = _AT_ONCE
        sys.setswitchinterval(SWITCH_SECONDS)
        moved(await following.start())
        door.press.warm(door.pages.warm)
        observer.start()
        try:
            await pool.start()
            yield
        finally:
            await checks.close()
            desk.close()
            await pool.close()
            await following.stop()
            observer.stop()

    app = Service(
        door,
        title="Koinon",
        version=__version__,
        summary="A knowledge graph and linked-data service for Europe's social economy",
        description=Limits.of(settings).sentence,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.door = door
    app.state.observer = observer
    for part in (
        operations,
        past,
        things,
        ontology,
        vocabulary,
        graphs,
        void,
        dumps,
        data,
        changes,
        citing,
        ldes,
        oai,
        releases,
        sitemap,
        sparql,
        queries,
        check,
        members,
        sources,
        quality,
        reconcile,
        search,
        completions,
        embedding,
        regions,
        review,
        disputes,
        merges,
        listing,
        collections,
        site,
        trying,
        boundaries,
        start,
        static_files,
    ):
        app.include_router(part.router)
        door.pages.routes.update(route.path for route in part.router.routes if isinstance(route, APIRoute))
    door.pages.routes.update("/" + name for name in SECTIONS)
    app.router.routes.insert(0, Directory(app.routes))
    app.add_exception_handler(KoinonError, refuse)
    app.add_exception_handler(ClientGoneError, client_gone)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, validation_error)
    app.add_exception_handler(Exception, unexpected)
    app.add_middleware(CommonHeaders)
    app.add_middleware(Counting, count=observer.answered)
    return app
