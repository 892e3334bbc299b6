"""``/data/dumps/…`` and ``/.well-known/void``: the whole release as one file, and the data set described."""

import os
import re
import stat
from typing import Annotated, Final, Never

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from koinon.model.errors import NotFoundError
from koinon.publish.documents import Document
from koinon.publish.graphs import N_QUADS
from koinon.publish.void import dump_address, void_description
from koinon.release.current import Release
from koinon.web.door import Door, PageFrame, Resource, answer
from koinon.web.representations import ALIASES, RDF_FORMS, is_unchanged, split_suffix
from koinon.web.routing import reads

router: Final = APIRouter()

VOID_FORMS: Final = (*RDF_FORMS, *ALIASES)
_VOID: Final = "/.well-known/void"
_RANGE: Final = re.compile(r"bytes=(?:(\d{1,18})-\d*|-\d{1,18})")
_ID: Final = re.compile(r"[0-9a-f]{64}")


@reads(router, "/data/dumps/latest.nq", status_code=307, response_class=RedirectResponse)
async def latest(request: Request) -> Response:
    """Send the reader to the dump of the release that is served now."""
    door = Door.of(request)
    async with door.release() as served:
        address = dump_address(door.reader(request).prefix, served.release.id)
    return RedirectResponse(address, 307, {"Cache-Control": "no-cache"})


@reads(router, "/data/dumps/{release}/dump.nq", response_class=FileResponse)
async def dump(
    request: Request, release: Annotated[str, Path(description="Id of a release, or how it begins.")]
) -> Response:
    """Answer with all statements of all graphs of a release as N-Quads; with Range a part of them."""
    found = await Door.of(request).following.earlier(release)
    status = await run_in_threadpool(_status, found)
    headers = {"ETag": f'"{found.id[:24]}-{status.st_size:x}-{status.st_mtime_ns:x}"'}
    lasting = _ID.fullmatch(release) is not None
    headers["Cache-Control"] = "public, max-age=86400" if lasting else "public, max-age=0, must-revalidate"
    if is_unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    asked = _RANGE.fullmatch(wanted.strip()) if wanted else None
    if asked is None:  # a range of another unit or form is passed over (§14.2), as several at once may be
        _drop_range(request)
    elif asked[1] and int(asked[1]) >= status.st_size:
        return _beyond(status.st_size)
    return FileResponse(found.dump, headers=headers, media_type=N_QUADS, stat_result=status)


@reads(router, _VOID)
async def void(request: Request) -> Response:
    """Describe the served release as a data set (VoID)."""
    return await _void(request, "")


@reads(router, _VOID + ".{suffix}")
async def void_form(
    request: Request, suffix: Annotated[str, Path(description="Suffix of a form: ttl, jsonld …")]
) -> Response:
    """Describe the served release as a data set, in the form of the suffix."""
    return await _void(request, suffix)


async def _void(request: Request, suffix: str) -> Response:
    reader = Door.of(request).reader(request)
    _, form = split_suffix(f"void.{suffix}", VOID_FORMS) if suffix else ("", None)
    if suffix and form is None:
        raise NotFoundError(f"The description has no form .{suffix[:20]}.")
    async with Door.of(request).release() as served:

        def document() -> Document:
            return void_description(reader.base, served.release.manifest, served.store)

        resource = Resource(_VOID, reader.absolute(_VOID) + "#dataset", VOID_FORMS, document, _no_page)
        return await answer(request, served, resource, form)


def _no_page(_: PageFrame) -> Never:
    raise NotFoundError("The description has no page.")


def _status(release: Release) -> os.stat_result:
    try:
        status = release.dump.stat()
    except OSError as error:
        raise NotFoundError(f"Release {release.id} has no dump.") from error
    if not stat.S_ISREG(status.st_mode):
        raise NotFoundError(f"Release {release.id} has no dump.")
    return status


def _drop_range(request: Request) -> None:
    del MutableHeaders(scope=request.scope)["range"]


def _beyond(size: int) -> Response:
    problem = {
        "type": "about:blank",
        "title": "Range Not Satisfiable",
        "status": 416,
        "detail": f"It has {size} bytes.",
    }
    return JSONResponse(problem, 416, {"Content-Range": f"bytes */{size}"}, "application/problem+json")
