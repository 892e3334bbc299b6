"""``/static``: style sheets, scripts and pictures of the pages, addressed by their hash."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.web.door import Door
from koinon.web.rendering import static_file
from koinon.web.representations import is_unchanged, not_modified
from koinon.web.routing import reads

router: Final = APIRouter()


@reads(router, "/static/{name}")
async def static(request: Request, name: Annotated[str, Path(description="Name of the file.")]) -> Response:
    """Answer with a style sheet or an image; its address carries its hash, so it may be kept for good."""
    pages = Door.of(request).pages
    if name not in pages.static:
        raise NotFoundError("There is no such file.")
    tag = f'"{pages.versions[name]}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=31536000, immutable"}
    if is_unchanged(request, tag):
        return not_modified(headers)
    return Response(static_file(name), headers=headers, media_type=pages.static[name])
