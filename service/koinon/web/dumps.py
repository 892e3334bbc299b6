"""``/data/dumps/…`` and ``/.well-known/void``: the files of a release, and the data set described.

The bytes under an address with a whole release id never change, so they may be kept for good.
"""

import os
import re
import stat
from pathlib import Path as FilePath
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response

from koinon.model.errors import NotFoundError
from koinon.publish.graphs import N_QUADS
from koinon.publish.void import dump_address
from koinon.release.current import Release
from koinon.release.dumps import INDEX, SUMS, dump_files, folder_of
from koinon.release.log import read_log
from koinon.release.paths import Home
from koinon.web.door import Door
from koinon.web.representations import is_unchanged
from koinon.web.routing import reads

router: Final = APIRouter()

_RANGE: Final = re.compile(r"bytes=(?:(\d{1,18})-\d*|-\d{1,18})")
_DUMP: Final = "dump.nq"
_GZIP: Final = "application/gzip"
_CSV: Final = "text/csv; charset=utf-8; header=present"
_TYPES: Final = {"text/csv": _CSV}
_LISTS: Final = {INDEX: "application/json", SUMS: "text/plain; charset=utf-8"}
_DICTIONARY: Final = "csv-metadata.json"
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_ASK_AGAIN: Final = "public, max-age=0, must-revalidate"
_ID: Final = re.compile(r"[0-9a-f]{64}")


@reads(router, "/data/dumps/latest.nq", status_code=307, response_class=RedirectResponse)
async def latest(request: Request) -> Response:
    """Send the reader to the dump of the release that is served now."""
    door = Door.of(request)
    async with door.release() as served:
        address = dump_address(door.reader(request).prefix, served.release.id)
    return RedirectResponse(address, 307, {"Cache-Control": "no-cache"})


@reads(router, "/data/dumps/latest/{name:path}", status_code=307, response_class=RedirectResponse)
async def latest_file(
    request: Request, name: Annotated[str, Path(description="Name of a file, as index.json lists it.")]
) -> Response:
    """Send the reader to a file of the newest release that has it: files are made after a release is published."""
    door = Door.of(request)
    async with door.release() as served:
        current = served.release.id
    found = current if name == _DUMP else await run_in_threadpool(_newest, Home(door.settings.home), current, name)
    address = f"{door.reader(request).prefix}/data/dumps/{found}/{quote(name)}"
    return RedirectResponse(address, 307, {"Cache-Control": "no-cache"})


@reads(router, "/data/dumps/{release}/dump.nq", response_class=FileResponse)
async def dump(
    request: Request, release: Annotated[str, Path(description="Id of a release, or how it begins.")]
) -> Response:
    """Answer with all statements of all graphs of a release as N-Quads; with Range a part of them."""
    found = await Door.of(request).following.earlier(release)
    status = await run_in_threadpool(_status, found)
    tag = f"{found.id[:24]}-{status.st_size:x}-{status.st_mtime_ns:x}"
    lasting = _ID.fullmatch(release) is not None
    headers = {"ETag": f'"{tag}"', "Cache-Control": "public, max-age=86400" if lasting else _ASK_AGAIN}
    return _file(request, found.dump, status, N_QUADS, headers)


@reads(router, "/data/dumps/{release}/{name:path}", response_class=FileResponse)
async def dump_file(
    request: Request,
    release: Annotated[str, Path(description="Id of a release, or how it begins.")],
    name: Annotated[str, Path(description="Name of a file, as index.json lists it.")],
) -> Response:
    """Answer with a file of a release: RDF packed with gzip, a table, or the list of all with their sums."""
    found = await Door.of(request).following.earlier(release)
    home = Home(Door.of(request).settings.home)
    path, status, media_type, tag = await run_in_threadpool(_found, home, found.id, name)
    headers = {"ETag": f'"{tag}"', "Cache-Control": _FOR_GOOD if _ID.fullmatch(release) else _ASK_AGAIN}
    if media_type == _CSV:
        headers["Link"] = f'<{_DICTIONARY}>; rel="describedby"; type="application/csvm+json"'
    return _file(request, path, status, media_type, headers)


def _file(
    request: Request, path: FilePath, status: os.stat_result, media_type: str, headers: dict[str, str]
) -> Response:
    """Answer with a file, or the part of it that is asked for."""
    if is_unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    asked = _RANGE.fullmatch(wanted.strip()) if wanted else None
    if asked is None:  # a range of another unit or form is passed over (§14.2), as several at once may be
        _drop_range(request)
    elif asked[1] and int(asked[1]) >= status.st_size:
        return _beyond(status.st_size)
    return FileResponse(path, headers=headers, media_type=media_type, stat_result=status)


def _found(home: Home, release: str, name: str) -> tuple[FilePath, os.stat_result, str, str]:
    """Return a file, its status, media type and entity tag; raises NotFoundError where there is none."""
    folder = folder_of(home, release)
    listed = dump_files(home, release)
    entry = next((file for file in listed if file.name == name), None)
    if entry is None and not (listed and name in _LISTS):
        why = f"/data/dumps/{release}/{INDEX} lists all." if listed else "None are made of it, or not yet."
        raise NotFoundError(f"Release {release[:12]} has no file {name[:80]!r} for download. {why}")
    try:
        status = (folder / name).stat()
    except OSError as error:
        raise NotFoundError(f"Release {release[:12]} has no file {name[:80]!r} for download any more.") from error
    if entry is None:
        return folder / name, status, _LISTS[name], f"{release[:24]}-{status.st_size:x}-{status.st_mtime_ns:x}"
    media_type = _GZIP if entry.packed else _TYPES.get(entry.media_type, entry.media_type)
    return folder / name, status, media_type, entry.sha256


def _newest(home: Home, current: str, name: str) -> str:
    """Return the newest release, from the current one back, that has a file of this name."""
    log = [entry.id for entry in read_log(home.log)]
    last = len(log) - log[::-1].index(current) if current in log else len(log)
    for release in (current, *reversed(log[:last])):
        listed = dump_files(home, release)
        if listed and (name in _LISTS or any(file.name == name for file in listed)):
            return release
    raise NotFoundError(f"There is no file {name[:80]!r} for download. /data lists what there is.")


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
