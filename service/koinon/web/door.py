"""What every route needs: settings, the served release and the pages; and the one way to answer with a document."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from koinon.model.assets import Assets
from koinon.model.settings import Settings
from koinon.publish import jsonld, rdf
from koinon.publish.documents import Document, page_of
from koinon.publish.links.history import Histories
from koinon.publish.maps.boundaries import Boundaries
from koinon.publish.signposts import LINKSET, Signpost, as_header, signposts
from koinon.publish.statements_table import as_table
from koinon.query.budgets import client_key
from koinon.query.job import Answer, Job
from koinon.query.pool import WorkerPool
from koinon.release.changelog import ChangeLog
from koinon.web.asking import Asked, Asking
from koinon.web.bodies import Body
from koinon.web.checking.checks import Checks
from koinon.web.differences import Differences
from koinon.web.press import Press
from koinon.web.reader import Reader
from koinon.web.rendering import Pages
from koinon.web.representations import (
    CSV,
    HTML,
    JSON_LD,
    MEANT,
    VARY,
    Chosen,
    Form,
    Offer,
    alternates,
    content_type,
    not_modified,
    search,
)
from koinon.web.served import Following, Served
from koinon.web.sources.desk import Desk

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Door:
    """The parts of the service that its routes share."""

    settings: Settings
    assets: Assets
    following: Following
    pages: Pages
    pool: WorkerPool
    asking: Asking
    checks: Checks
    desk: Desk
    changes: ChangeLog
    boundaries: Boundaries = field(default_factory=Boundaries)
    press: Press = field(default_factory=Press)
    differences: Differences = field(default_factory=Differences)
    histories: Histories = field(default_factory=Histories)

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

    async def make(self, request: Request, work: Callable[[], Made], key: tuple[str, ...] | None = None) -> Made:
        """Make a page or a document outside the event loop, once for all who ask for the same ``key``.

        Raises BusyError and TooManyRequestsError where too many wait.
        """
        return await self.press.make(client_key(request.client.host) if request.client else "", work, key)

    async def once(self, request: Request, served: Served, key: tuple[str, ...], work: Callable[[], Body]) -> Body:
        """Return what ``work`` makes, as ``make`` does, or what it made from this release under this ``key``.

        The key names all that the body depends on: its address, and the ETag of its form.
        """
        made = served.bodies.get(key)
        if made is None:
            made = await self.make(request, work, key)
            served.bodies.put(key, made)
        return made

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
    its HTML; both run outside the event loop, and only when they are needed. ``after`` is where the asked page of
    it begins, empty for the first. ``beside`` names what it is made from beside the release, for ETags.
    """

    path: str
    topic: str
    forms: Sequence[Form]
    document: Callable[[], Document]
    page: Callable[["PageFrame"], Body]
    after: str = ""
    beside: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """What the address of this page of it carries."""
        return {"after": self.after} if self.after else {}


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
    offer = Offer(resource.path, resource.forms, resource.topic, resource.parameters)
    chosen = offer.choose(request, reader, served.edition + resource.beside, fixed)
    form, headers, is_page = chosen.form, chosen.headers, chosen.is_page
    if is_page:
        headers["Link"] += ", " + _signposts(reader, resource)
    if chosen.is_unchanged:
        return not_modified(headers)

    address = reader.absolute(resource.path) + (f".{form.suffix}" if form.suffix and not is_page else "")

    def body() -> Body:
        if is_page:
            links = alternates(reader, resource.path, resource.forms, resource.parameters)
            return resource.page(PageFrame(links, resource.topic, resource.parameters))
        document = resource.document()
        following = document.next.written(document.topic) if document.next else ""
        if following:
            here, there = (address + search(given) for given in (resource.parameters, {"after": following}))
            document = page_of(document, here, there)
        return Body(write(document, form.media_type, served, reader), following)

    key = (reader.path if is_page else resource.path, resource.after, headers["ETag"])
    made = await door.once(request, served, key, body)
    return sent(chosen, made, address + search({"after": made.following}))


def sent(chosen: Chosen, body: Body, following: str = "") -> Response:
    """Return the answer in the chosen form; its Link leads to ``following`` where the body goes on there."""
    headers = dict(chosen.headers)
    if body.following:
        headers["Link"] += f', <{following}>; rel="next"'
    return Response(body.content, headers=headers, media_type=content_type(chosen.form.media_type))


def _signposts(reader: Reader, resource: Resource) -> str:
    """Return what leads machines from a landing page to its identifier, its metadata and its licence."""
    others = alternates(reader, resource.path, resource.forms)
    forms = [(address, form.media_type) for address, form in others if form.media_type != HTML]
    posts = signposts(resource.topic, forms, dataset=resource.path.startswith("/graph/"))
    if resource.path.startswith(("/doc/", "/code/")) and resource.path.count("/") == 3:
        posts.append(Signpost("linkset", reader.absolute(f"/linkset{resource.path}"), LINKSET))
    return as_header(posts)


def write(document: Document, media_type: str, served: Served, reader: Reader) -> bytes:
    """Return the document in an RDF syntax, or as a table of its statements."""
    media_type = MEANT.get(media_type, media_type)
    if media_type == JSON_LD:
        return jsonld.write(document, served.context, reader.absolute("/context/v1.jsonld"))
    return as_table(document) if media_type == CSV else rdf.write(document, media_type)


async def html(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> Response:
    """Answer with a page that has no other form; it is made once where ``headers`` name it by an ETag."""
    door = Door.of(request)
    reader = door.reader(request)
    values.setdefault("frame", PageFrame([], "", {}))

    def render() -> bytes:
        return door.pages.render(template, reader, **values)

    tag = (headers or {}).get("ETag")
    if tag:
        key = (reader.path, search(values["frame"].parameters), tag)
        body = (await door.once(request, door.following.now(), key, lambda: Body(render()))).content
    elif status < 400:
        body = await door.make(request, render)
    else:  # what went wrong is told also when there is no place for anything else
        body = await run_in_threadpool(render)
    own = {"Vary": VARY, "Content-Language": reader.language, **(headers or {})}
    return Response(body, status, own, "text/html; charset=utf-8")
