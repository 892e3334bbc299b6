"""The lists of things, the explanations of problems, and the static files."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.publish.collections import SECTIONS, list_page
from koinon.publish.credits import credits_of, graphs_naming
from koinon.web.door import Door, PageFrame, html
from koinon.web.problems import KINDS, ProblemError
from koinon.web.rendering import STATIC, static_file
from koinon.web.representations import PAGE_ALONE, caching, entity_tag, is_unchanged, negotiate, not_modified
from koinon.web.routing import reads

router: Final = APIRouter()

_AFTER: Final = re.compile(r"[a-z][a-z-]*/[a-z0-9][a-z0-9-]*")


@reads(router, "/problems/{name}")
async def problem(
    request: Request, name: Annotated[str, Path(description="Name of the kind of problem.")]
) -> Response:
    """Explain one kind of problem."""
    if name not in KINDS:
        raise NotFoundError(f"There is no problem of this name. There are: {', '.join(KINDS)}.")
    return await html(request, "problem.html", kind=KINDS[name], name=name)


@reads(router, "/static/{name}")
async def static(request: Request, name: Annotated[str, Path(description="Name of the file.")]) -> Response:
    """Answer with a style sheet or an image; its address carries its hash, so it may be kept for good."""
    if name not in STATIC:
        raise NotFoundError("There is no such file.")
    tag = f'"{Door.of(request).pages.versions[name]}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=31536000, immutable"}
    if is_unchanged(request, tag):
        return not_modified(headers)
    return Response(static_file(name), headers=headers, media_type=STATIC[name])


@reads(router, "/{section}")
async def section(
    request: Request,
    section: Annotated[str, Path(description="actors, projects, programmes, clusters or regions.")],
) -> Response:
    """List all things of one class, page by page (``?after=`` the last thing of the page before)."""
    if section not in SECTIONS:
        raise NotFoundError("No address of this service looks like this.")
    negotiate(request, (PAGE_ALONE,))
    after = request.query_params.get("after")
    if after is not None and not _AFTER.fullmatch(after):
        raise ProblemError("bad-request", "after takes the type and name of a thing, like project/resist.")
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        headers = caching(entity_tag(served.edition, reader, "text/html"), reader.language)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        page = list_page(served.contents, SECTIONS[section], reader.language, after)
        graphs = await run_in_threadpool(graphs_naming, served.store, [entry.iri for entry in page.entries])
        return await html(
            request,
            "list.html",
            headers=headers,
            credits=credits_of(served.store, graphs, reader.language),
            frame=PageFrame([], "", {"after": after} if after else {}),
            section=section,
            page=page,
            release=served.release,
        )
