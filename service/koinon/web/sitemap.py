"""``/robots.txt``, ``/sitemap.xml`` and ``/linkset/…``: what crawlers and harvesters look for first."""

from typing import Annotated, Final
from xml.sax.saxutils import escape

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from koinon.model.errors import NotFoundError
from koinon.model.namespaces import CODE, GRAPH, ID
from koinon.publish.collections import SECTIONS
from koinon.publish.signposts import LINKSET, as_linkset, signposts
from koinon.release.changelog import ChangeLog
from koinon.release.things import count_things, some_things
from koinon.web.door import Door
from koinon.web.reader import local_path
from koinon.web.representations import DOCUMENT_FORMS, alternates, is_unchanged, not_modified, weak_tag
from koinon.web.routing import reads
from koinon.web.things import named_node

router: Final = APIRouter()

PART: Final = 10_000
"""Addresses of one part; the protocol allows 50,000."""
_XML: Final = "application/xml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PAGES: Final = ("/", "/queries", "/graph", "/changes", "/releases", "/def", "/shapes", "/quality")
_CLOSED: Final = ("/sparql?", "/check", "/cite", "/version/", "/timemap/", "/ldes/", "/releases/", "/*?lang=")
"""What crawlers have nothing from: answers to questions, and the same in other words or times."""
_NAMESPACES: Final = {"doc": ID, "code": CODE}


@reads(router, "/robots.txt")
async def robots(request: Request) -> Response:
    """Tell crawlers what to leave out, and where the sitemap is."""
    reader = Door.of(request).reader(request)
    closed = "".join(f"Disallow: {reader.prefix}{path}\n" for path in _CLOSED)
    text = f"User-agent: *\n{closed}\nSitemap: {reader.absolute('/sitemap.xml')}\n"
    return PlainTextResponse(text, headers={"Cache-Control": "public, max-age=3600"})


@reads(router, "/sitemap.xml")
async def sitemap(request: Request) -> Response:
    """List the parts of the sitemap, each with the day of its newest change."""
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        tag = weak_tag(served.edition, reader.base, "index")
        headers = {"ETag": tag, "Cache-Control": "public, max-age=0, must-revalidate"}
        if is_unchanged(request, tag):
            return not_modified(headers)
        steps = door.changes.steps()
        when = f"<lastmod>{steps[-1].published_at}</lastmod>" if steps else ""
        parts = -(-count_things(served.release) // PART)
        rows = "".join(
            f"<sitemap><loc>{escape(reader.absolute(f'/sitemap/{number}.xml'))}</loc>{when}</sitemap>\n"
            for number in range(parts + 1)
        )
    body = f'{_HEAD}<sitemapindex xmlns="{_SPACE}">\n{rows}</sitemapindex>\n'
    return Response(body, headers=headers, media_type=_XML)


@reads(router, "/sitemap/{number}.xml")
async def part(request: Request, number: Annotated[int, Path(ge=0, le=10**6, description="From 0.")]) -> Response:
    """List the pages of this site (0) or documents of things (1 and on), each with the day of its last change."""
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        tag = weak_tag(served.edition, reader.base, str(number))
        headers = {"ETag": tag, "Cache-Control": "public, max-age=0, must-revalidate"}
        if is_unchanged(request, tag):
            return not_modified(headers)

        def body() -> bytes | None:
            if number == 0:
                rows = [(path, "") for path in (*_PAGES, *(f"/{name}" for name in SECTIONS))]
            else:
                things = some_things(served.release, (number - 1) * PART, PART)
                if not things:
                    return None
                changed = last_changes(door.changes, things[0], things[-1])
                rows = [(local_path(iri) or "", changed.get(iri, "")) for iri in things]
            urls = "".join(
                f"<url><loc>{escape(reader.absolute(path))}</loc>"
                + (f"<lastmod>{when}</lastmod>" if when else "")
                + "</url>\n"
                for path, when in rows
            )
            return f'{_HEAD}<urlset xmlns="{_SPACE}">\n{urls}</urlset>\n'.encode()

        made = await door.make(request, body, ("sitemap", tag))
    if made is None:
        raise NotFoundError("The sitemap has fewer parts. /sitemap.xml lists them.")
    return Response(made, headers=headers, media_type=_XML)


def last_changes(changes: ChangeLog, first: str, last: str) -> dict[str, str]:
    """Return when things, by IRI from ``first`` to ``last``, last changed."""
    found: dict[str, str] = {}
    for step in reversed(changes.steps()):
        for thing in changes.things(step.sequence, first, last):
            found.setdefault(thing, step.published_at)
    return found


@reads(router, "/linkset/{kind}/{type}/{name}")
async def linkset(
    request: Request,
    kind: Annotated[str, Path(description="doc or code")],
    type: Annotated[str, Path(description="Kind of thing, or code list.")],
    name: Annotated[str, Path(description="Name of the thing, or notation of the concept.")],
) -> Response:
    """Answer with all signposts of a document at once (RFC 9264)."""
    if kind not in _NAMESPACES:
        raise NotFoundError("There are linksets of documents: /linkset/doc/project/resist.")
    door = Door.of(request)
    reader = door.reader(request)
    topic = named_node(_NAMESPACES[kind], type, name)
    async with door.release() as served:
        if not served.has_subject(topic):
            raise NotFoundError(f"Nothing is known about {topic.value}.")
    path = f"/{kind}/{type}/{name}"
    forms = [(a, f.media_type) for a, f in alternates(reader, path, DOCUMENT_FORMS) if f.suffix != "html"]
    posts = signposts(topic.value, forms, dataset=topic.value.startswith(GRAPH))
    document = as_linkset(reader.absolute(path), posts, [address for address, _ in forms])
    return JSONResponse(
        document, headers={"Cache-Control": "public, max-age=0, must-revalidate"}, media_type=LINKSET
    )
