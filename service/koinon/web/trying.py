"""``/api/try``: Swagger UI over the description for programs, where it was set up."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.web.door import Door, html
from koinon.web.representations import PAGE_ALONE, caching, entity_tag, is_unchanged, negotiate, not_modified
from koinon.web.routing import reads

router: Final = APIRouter()

NEEDED: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "try.js")
"""Files that the front-end project puts beside its own."""


@reads(router, "/api/try")
async def trying(request: Request) -> Response:
    """Let people who write programs try each address from a form."""
    negotiate(request, (PAGE_ALONE,))
    door = Door.of(request)
    if any(name not in door.pages.static for name in NEEDED):
        raise NotFoundError("Swagger UI is not set up on this node. The list of all addresses is at /api.")
    reader = door.reader(request)
    async with door.release() as served:
        headers = caching(entity_tag(served.edition, reader, "text/html"), reader.language)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        return await html(request, "api-try.html", headers=headers, release=served.release)
