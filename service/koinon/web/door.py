"""What every route needs: settings, the served release and the pages; and the one way to answer with a document."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from koinon.model.assets import Assets
from koinon.model.settings import Settings
from koinon.publish import jsonld, rdf
from koinon.publish.documents import Document
from koinon.query.job import Answer, Job
from koinon.query.pool import WorkerPool
from koinon.web.asking import Asked, Asking
from koinon.web.reader import Reader
from koinon.web.rendering import Pages
from koinon.web.representations import (
    HTML,
    JSON_LD,
    MEANT,
    VARY,
    Form,
    alternates,
    caching,
    content_type,
    entity_tag,
    is_unchanged,
    link_header,
    negotiate,
    not_modified,
)
from koinon.web.served import Following, Served


@dataclass(frozen=True, slots=True)
class Door:
    """The parts of the service that its routes share."""

    settings: Settings
    assets: Assets
    following: Following
    pages: Pages
    pool: WorkerPool
    asking: Asking

    @staticmethod
    def of(request: Request) -> "Door":
        """Return the door of the application that got the request."""
        door: Door = request.app.state.door
        return door

    def reader(self, request: Request) -> Reader:
        """Return the reader behind the request."""
        return Reader.of(request, self.settings)

    @asynccontextmanager
    async def release(self) -> AsyncIterator[Served]:
        """Hold the served release until the answer is ready."""
        yield self.following.now()

    async def ask(self, request: Request, served: Served, job: Job, timeout: float | None = None) -> Answer:
        """Answer a query of the catalogue on the served release, for the client of the request.

        Raises the QueryError that happened, and ClientGoneError where the client leaves before the answer.
        """
        client = request.client.host if request.client else ""
        job = replace(job, store=served.release.store)
        asked = Asked(job, served.release.id, "catalogue", client, request.receive, timeout)
        return await self.asking.ask(asked)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with several forms.

    ``path`` is its address without suffix, ``topic`` the IRI it is about, ``document`` makes its graph and ``page``
    its HTML; both run outside the event loop, and only when they are needed.
    """

    path: str
    topic: str
    forms: Sequence[Form]
    document: Callable[[], Document]
    page: Callable[["PageFrame"], bytes]


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What the frame of every page shows.

    The links to its other forms, the canonical IRI, and the parameters that it keeps in another language.
    """

    alternates: list[tuple[str, Form]]
    canonical: str
    parameters: Mapping[str, str]


async def answer(request: Request, served: Served, resource: Resource, fixed: Form | None = None) -> Response:
    """Answer with the form that suffix or Accept choose; 304 where the reader has it, 406 where nothing fits."""
    door = Door.of(request)
    reader = door.reader(request)
    form = negotiate(request, resource.forms, fixed)
    is_page = form.media_type == HTML
    headers = caching(entity_tag(served.edition, reader, form.media_type), reader.language if is_page else None)
    headers["Link"] = link_header(reader, resource.path, resource.forms, resource.topic)
    if fixed is None and form.suffix:
        headers["Content-Location"] = f"{reader.prefix}{resource.path}.{form.suffix}"
    if is_unchanged(request, headers["ETag"]):
        return not_modified(headers)

    def body() -> bytes:
        if is_page:
            links = alternates(reader, resource.path, resource.forms)
            return resource.page(PageFrame(links, resource.topic, {}))
        return write(resource.document(), form.media_type, served, reader)

    key = (reader.path if is_page else resource.path, headers["ETag"])
    made = served.bodies.get(key)
    if made is None:
        made = await run_in_threadpool(body)
        served.bodies.put(key, made)
    return Response(made, headers=headers, media_type=content_type(form.media_type))


def write(document: Document, media_type: str, served: Served, reader: Reader) -> bytes:
    """Return the document in an RDF syntax."""
    media_type = MEANT.get(media_type, media_type)
    if media_type == JSON_LD:
        return jsonld.write(document, served.context, reader.absolute("/context/v1.jsonld"))
    return rdf.write(document, media_type)


async def html(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> Response:
    """Answer with a page that has no other form."""
    door = Door.of(request)
    reader = door.reader(request)
    values.setdefault("frame", PageFrame([], "", {}))
    body = await run_in_threadpool(door.pages.render, template, reader, **values)
    own = {"Vary": VARY, "Content-Language": reader.language, **(headers or {})}
    return Response(body, status, own, "text/html; charset=utf-8")
