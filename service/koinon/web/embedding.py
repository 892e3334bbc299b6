"""``/embed.js``: the script by which other sites show a thing or a list of this service."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from koinon.web.door import Door
from koinon.web.rendering import static_file
from koinon.web.representations import is_unchanged, not_modified
from koinon.web.routing import reads

router: Final = APIRouter()

_NAME: Final = "embed.js"
_HOUR: Final = "public, max-age=3600"


@reads(router, "/embed.js")
async def script(request: Request) -> Response:
    """Answer with the script; its address stays the same, so it is asked for again after an hour."""
    pages = Door.of(request).pages
    headers = {"ETag": f'"{pages.versions[_NAME]}"', "Cache-Control": _HOUR}
    if is_unchanged(request, headers["ETag"]):
        return not_modified(headers)
    return Response(static_file(_NAME), headers=headers, media_type=pages.static[_NAME])
