"""The application: routers, errors, and the release that is opened when it starts."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import ceil
from typing import Any, Final
from urllib.parse import quote

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from koinon import __version__
from koinon.model.assets import Assets
from koinon.model.errors import KoinonError, QueryError, QuerySyntaxError, TooManyRequestsError
from koinon.model.settings import Settings
from koinon.query.limits import Limits
from koinon.query.pool import WorkerPool
from koinon.release.paths import Home
from koinon.web import dumps, graphs, home, operations, queries, sparql, things, translations, vocabulary
from koinon.web.asking import Asking, ClientGoneError
from koinon.web.door import Door, html
from koinon.web.endpoint import Endpoint
from koinon.web.middleware import CORS, SECURITY, CommonHeaders, methods_of
from koinon.web.negotiation import acceptable, combined
from koinon.web.observing import Observer
from koinon.web.press import SWITCH_SECONDS
from koinon.web.problems import KINDS, ProblemError, kind_of, kind_of_status, limits_document, problem_document
from koinon.web.rendering import Pages
from koinon.web.representations import VARY
from koinon.web.served import Following, Served
from koinon.web.sparql import page

_LOG: Final = logging.getLogger("koinon.web")
_PROBLEM: Final = "application/problem+json"
_RETRY_SECONDS: Final = "5"
_GONE: Final = 499  # what logs call a request whose client left; nobody reads it
_AT_ONCE: Final = 2
"""Pages and documents that are made at once: threads share one interpreter, so more would only hold up the rest."""


class Service(FastAPI):
    """The routers, with the SPARQL endpoint in front of them."""

    def __init__(self, door: Door, **options: Any) -> None:
        """Prepare the service; ``options`` are FastAPI's."""
        self._door = door
        super().__init__(**options)

    def build_middleware_stack(self) -> ASGIApp:
        """Return the whole stack: the endpoint stands before all that a query does not need."""
        door = self._door
        inner = super().build_middleware_stack()
        endpoint = Endpoint(inner, door.following, door.asking, door.settings.query_max_length, page, _koinon_error)
        return ServerErrorMiddleware(endpoint, _unexpected)


def create_app(settings: Settings) -> FastAPI:
    """Return the service for one home. It opens the current release when it starts, and follows it after that.

    Raises ConfigurationError where the ontology, shapes or queries cannot be found; starting raises NoReleaseError
    where nothing has been built yet.
    """
    assets = Assets.locate(settings)
    root = Home(settings.home)
    translations.load_all()
    observer = Observer(settings, root)
    pool = WorkerPool(root.current / "store", settings, on_end=observer.worker_ended)

    def moved(served: Served) -> None:
        pool.store = served.release.store
        observer.serving(served.release.id)

    following = Following(settings, assets, moved)
    door = Door(settings, assets, following, Pages(), pool, Asking(settings, pool, observer))
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
        redirect_slashes=False,
    )
    app.state.door = door
    for part in (operations, things, vocabulary, graphs, dumps, sparql, queries, home):
        app.include_router(part.router)
    app.add_exception_handler(KoinonError, _koinon_error)
    app.add_exception_handler(ClientGoneError, _client_gone)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(Exception, _unexpected)
    app.add_middleware(CommonHeaders)
    return app


async def _koinon_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, KoinonError)  # noqa: S101  # what the handler is registered for
    members: dict[str, object] = dict(error.members) if isinstance(error, ProblemError) else {}
    if isinstance(error, QuerySyntaxError) and error.line is not None:
        members |= {"line": error.line, "column": error.column}
    headers = dict(error.headers) if isinstance(error, ProblemError) else {}
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(ceil(error.retry_after))
    if isinstance(error, QueryError):
        members["limits"] = limits_document(Limits.of(Door.of(request).settings))
    return await respond(request, kind_of(error), str(error), members, headers)


async def _client_gone(_: Request, __: Exception) -> Response:
    return Response(status_code=_GONE)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # what the handler is registered for
    if error.status_code == 404 and request.scope["path"].endswith("/"):
        return _without_slash(request)
    name = kind_of_status(error.status_code)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers = {"Allow": methods_of(request.scope["path"])}
    detail = {"not-found": "No address of this service looks like this."}.get(name, str(error.detail) + ".")
    return await respond(request, name, detail, {}, headers)


def _without_slash(request: Request) -> Response:
    """Send the reader of ``/projects/`` to ``/projects``; never to another host, as ``//host/`` would be."""
    reader = Door.of(request).reader(request)
    address = f"{reader.prefix}/{quote(reader.path.strip('/'))}" + (f"?{reader.query}" if reader.query else "")
    return RedirectResponse(address, 308)


async def _validation_error(request: Request, _: Exception) -> Response:
    return await respond(request, "bad-request", "A part of the address is malformed.", {}, {})


async def _unexpected(request: Request, error: Exception) -> Response:
    _LOG.error("unexpected error at %s", request.url.path, exc_info=error)
    # This answer is made outside of the middleware that completes all others.
    return await respond(request, "internal-error", "The request could not be answered.", {}, {**SECURITY, **CORS})


async def respond(
    request: Request, name: str, detail: str, members: dict[str, object], headers: dict[str, str]
) -> Response:
    """Answer with a problem: as a page where the reader wants HTML most, else as RFC 9457 JSON."""
    door = Door.of(request)
    reader = door.reader(request)
    kind = KINDS[name]
    headers = {"Vary": VARY, "Cache-Control": "no-store"} | headers
    if kind.status == 503:
        headers.setdefault("Retry-After", _RETRY_SECONDS)
    wanted = acceptable(combined(request.headers, "accept"), [_PROBLEM, "application/json", "text/html"])
    if wanted and wanted[0] == "text/html" and "html" in (combined(request.headers, "accept") or ""):
        return await html(
            request, "error.html", status=kind.status, headers=headers, name=name, kind=kind, detail=detail
        )
    body = problem_document(name, detail, reader.base, quote(request.url.path), members)
    return JSONResponse(body, kind.status, headers, _PROBLEM)
