"""``/links`` and ``/links/{id}``: what was found to be the same, how sure that is, and why."""

import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from pyoxigraph import NamedNode
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from koinon.publish.credits import credits_of, graphs_naming
from koinon.publish.links import sssom
from koinon.publish.links.documents import link_document, links_document
from koinon.publish.sparql import query_about
from koinon.query.budgets import client_key
from koinon.release.links import STATES, Link
from koinon.web.bodies import Body
from koinon.web.door import Door, PageFrame, Resource, answer, sent, write
from koinon.web.links.shown import find, is_id, showing, titles
from koinon.web.links.withdrawn import refuse_withdrawn_link
from koinon.web.problems import ProblemError
from koinon.web.reader import Reader
from koinon.web.representations import (
    DOCUMENT_FORMS,
    HTML,
    JSON,
    PAGE,
    RDF_FORMS,
    TABLE,
    Form,
    Offer,
    alternates,
    content_type,
    form_of,
    not_modified,
    search,
    split_suffix,
)
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

TSV: Final = "text/tab-separated-values"
FORMS: Final = (PAGE, Form(JSON, "json", "JSON"), *RDF_FORMS, TABLE, Form(TSV, "sssom.tsv", "SSSOM (TSV)"))
BANDS: Final = ("accept", "review")
PAGE_SIZE: Final = 50
"""Links of a page."""
_LARGEST: Final = 500
_FILTERS: Final = ("state", "band", "source", "linkset")


@reads(router, "/links")
async def links(request: Request) -> Response:
    """List the links of the release by their ids.

    ``state``, ``band``, ``source`` and ``linkset`` choose; ``after`` is the last id of the page before, ``limit``
    how many a page has.
    """
    return await _list(request, None)


@reads(router, "/links.{suffix}")
async def links_form(
    request: Request, suffix: Annotated[str, Path(description="Suffix of a form, like sssom.tsv.")]
) -> Response:
    """List the links in the form of the suffix; ``sssom.tsv`` has all of them, whatever their number."""
    return await _list(request, form_of(suffix, FORMS))


@reads(router, "/links/{name}")
async def link(
    request: Request, name: Annotated[str, Path(description="Id of a link, with or without the suffix of a form.")]
) -> Response:
    """Tell everything about one link: both things, how sure it is, each reason with its weight, who reviewed it."""
    identifier, form = split_suffix(name, DOCUMENT_FORMS)
    door = Door.of(request)
    async with door.release() as served:
        if served.links.get(identifier) is None:
            await refuse_withdrawn_link(request, served, identifier)
        found = find(served, identifier)
        return await answer(request, served, _resource(request, served, found), form)


def _resource(request: Request, served: Served, found: Link) -> Resource:
    door = Door.of(request)
    reader = door.reader(request)

    def page(frame: PageFrame) -> Body:
        view = showing(served, reader).link(found)
        graphs = graphs_naming(served.store, _ends([found]))
        body = door.pages.render(
            "link.html",
            reader,
            frame=frame,
            view=view,
            credits=credits_of(served.store, graphs, reader.language),
            run=served.links.run(),
            query=query_about(NamedNode(found.iri)),
            release=served.release,
        )
        return Body(body)

    return Resource(
        f"/links/{found.id}", found.iri, DOCUMENT_FORMS, lambda: link_document(served.store, found), page
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which links an address asks for, and which page of them."""

    filters: dict[str, str]
    after: str
    limit: int

    @classmethod
    def of(cls, request: Request, served: Served) -> "_Asked":
        """Read and check the parameters; raises ProblemError."""
        given = request.query_params
        filters = {name: given[name] for name in _FILTERS if given.get(name)}
        _check(filters, "state", STATES)
        _check(filters, "band", BANDS)
        for name in ("source", "linkset"):
            if filters.get(name) and served.release.manifest.graph(filters[name]) is None:
                raise ProblemError("bad-request", f"{name} is the name of a graph of this release: see /graph.")
        after = given.get("after", "")
        if after and not is_id(after):
            raise ProblemError("bad-request", "after is the id of a link: 12 hexadecimal digits.")
        limit = given.get("limit", str(PAGE_SIZE))
        if not limit.isascii() or not limit.isdecimal() or not 1 <= int(limit[:6]) <= _LARGEST:
            raise ProblemError("bad-request", f"limit is a number from 1 to {_LARGEST}.")
        return cls(filters, after, int(limit))

    @property
    def parameters(self) -> dict[str, str]:
        """What the address has to carry for that."""
        limit = {"limit": str(self.limit)} if self.limit != PAGE_SIZE else {}
        return {**self.filters, **limit, **({"after": self.after} if self.after else {})}


def _check(filters: Mapping[str, str], name: str, known: tuple[str, ...]) -> None:
    if filters.get(name) and filters[name] not in known:
        raise ProblemError("bad-request", f"{name} is one of {', '.join(known)}.")


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of links, and what leads to the next."""

    served: Served
    reader: Reader
    asked: _Asked
    found: list[Link]
    following: str

    @property
    def next_parameters(self) -> dict[str, str]:
        """The parameters of the next page; empty on the last one."""
        return {**self.asked.parameters, "after": self.following} if self.following else {}


async def _list(request: Request, fixed: Form | None) -> Response:
    door = Door.of(request)
    async with door.release() as served:
        reader = door.reader(request)
        asked = _Asked.of(request, served)
        offer = Offer("/links", FORMS, reader.absolute("/links"), asked.parameters)
        chosen = offer.choose(request, reader, served.edition, fixed)
        form, headers = chosen.form, chosen.headers
        if chosen.is_unchanged:
            return not_modified(headers)
        if form.media_type == TSV:
            return _table(request, served, asked, headers)

        def make() -> Body:
            found = served.links.page(**asked.filters, after=asked.after, most=asked.limit + 1)
            more = found[asked.limit - 1].id if len(found) > asked.limit else ""
            page = _Page(served, reader, asked, found[: asked.limit], more)
            return Body(_written(door, page, form), more)

        made = await door.once(request, served, (reader.path, search(asked.parameters), headers["ETag"]), make)
        suffix = f".{form.suffix}" if fixed else ""
        following = search({**asked.parameters, "after": made.following})
        return sent(chosen, made, f"{reader.absolute('/links')}{suffix}{following}")


def _written(door: Door, page: _Page, form: Form) -> bytes:
    served, reader, asked = page.served, page.reader, page.asked
    if form.media_type == HTML:
        return _rendered(door, page)
    if form.media_type == JSON:
        return bytes(JSONResponse(_plain(page)).body)
    address = reader.absolute("/links") + search(asked.parameters)
    return write(links_document(served.store, page.found, address), form.media_type, served, reader)


def _rendered(door: Door, page: _Page) -> bytes:
    served, reader, asked = page.served, page.reader, page.asked
    views = showing(served, reader)
    counts = served.links.counts()
    totals = {
        "state": {state: _sum(counts, 1, state) for state in STATES},
        "band": {band: _sum(counts, 2, band) for band in BANDS},
        "linkset": {linkset: _sum(counts, 0, linkset) for linkset in sorted({key[0] for key in counts})},
        "source": {slug: count for slug, count in served.links.sources().items() if slug},
    }
    kept = {name: value for name, value in asked.parameters.items() if name != "after"}
    graphs = graphs_naming(served.store, _ends(page.found))
    return door.pages.render(
        "links.html",
        reader,
        frame=PageFrame(alternates(reader, "/links", FORMS, asked.parameters), "", asked.parameters),
        lines=[views.line(found) for found in page.found],
        total=served.links.count(**asked.filters),
        totals=totals,
        without=lambda name: {key: value for key, value in kept.items() if key != name},
        with_value=lambda name, value: {**kept, name: value},
        filters=asked.filters,
        titles=titles(served, reader),
        following=page.next_parameters,
        run=served.links.run(),
        credits=credits_of(served.store, graphs, reader.language),
        tsv=f"/links.sssom.tsv{search(asked.filters)}",
        release=served.release,
    )


def _ends(links: Iterable[Link]) -> Iterator[str]:
    """Yield the IRIs of what the links are between, for the credits of their sources."""
    for each in links:
        yield from (each.subject, each.object)


def _sum(counts: Mapping[tuple[str, str, str], int], place: int, value: str) -> int:
    return sum(count for key, count in counts.items() if key[place] == value)


def _plain(page: _Page) -> dict[str, Any]:
    links = page.served.links
    document: dict[str, Any] = {
        "release": page.served.release.id,
        "total": links.count(**page.asked.filters),
        "links": [plain(found) for found in page.found],
    }
    if page.following:
        document["next"] = f"{page.reader.absolute('/links.json')}?{urlencode(page.next_parameters)}"
    return document


def plain(found: Link) -> dict[str, Any]:
    """Return a link as JSON for programs."""
    return {
        "id": found.id,
        "iri": found.iri,
        "subject": found.subject,
        "predicate": found.predicate,
        "object": found.object,
        "probability": found.probability,
        "confidence": found.confidence,
        "band": found.band,
        "state": found.state,
        "linkset": found.linkset,
        "justification": found.justification,
        "reviewers": list(found.reviewers),
        "reasons": [reason._asdict() for reason in found.reasons],
    }


def _table(request: Request, served: Served, asked: _Asked, headers: dict[str, str]) -> Response:
    """Answer with the whole table, read from the release as it is sent; the client is charged for the work."""
    door = Door.of(request)
    address = door.reader(request).absolute("/links/")
    client = client_key(request.client.host) if request.client else ""
    door.asking.budgets.admit(client)
    pieces = sssom.table(served.links, asked.filters, served.release.id, address)

    async def sent() -> AsyncIterator[bytes]:
        while True:
            began = time.monotonic()
            piece = await run_in_threadpool(next, pieces, b"")
            door.asking.budgets.charge(client, time.monotonic() - began, failed=False)
            if not piece:
                return
            yield piece

    headers = {
        **headers,
        "Content-Disposition": f'attachment; filename="koinon-links-{served.release.id[:12]}.sssom.tsv"',
    }
    return StreamingResponse(sent(), headers=headers, media_type=content_type(TSV))
