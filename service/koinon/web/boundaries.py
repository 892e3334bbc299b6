"""``/boundaries``: the shapes of regions that the operator supplied, for maps, as GeoJSON (RFC 7946)."""

import hashlib
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from koinon.publish.maps.boundaries import is_code
from koinon.web.door import Door
from koinon.web.problems import ProblemError
from koinon.web.representations import JSON, Form, is_unchanged, negotiate, not_modified
from koinon.web.routing import reads

router: Final = APIRouter()

GEOJSON: Final = "application/geo+json"
_FORMS: Final = (Form(GEOJSON, "geojson", "GeoJSON"), Form(JSON, "", "GeoJSON"))
_MOST: Final = 400
"""Regions of one answer."""


@reads(router, "/boundaries")
async def boundaries(request: Request) -> Response:
    """Return the boundaries of the regions of ``?code=``, with commas: of those the operator supplied some for."""
    form = negotiate(request, _FORMS)
    door = Door.of(request)
    codes = [code for code in request.query_params.get("code", "").split(",") if code]
    wrong = next((code for code in codes if not is_code(code)), None)
    if wrong is not None:
        raise ProblemError("bad-request", f"{wrong[:20]!r} is no code of NUTS, like PL63.")
    if not codes or len(codes) > _MOST:
        raise ProblemError("bad-request", f"Name 1 to {_MOST} regions: ?code=PL63,EL51. Here are {len(codes)}.")
    content = await door.make(request, lambda: door.boundaries.collection(codes))
    tag = f'"{hashlib.sha256(form.media_type.encode() + content).hexdigest()[:24]}"'
    headers = {"ETag": tag, "Cache-Control": "public, max-age=3600", "Vary": "Accept"}
    if is_unchanged(request, tag):
        return not_modified(headers)
    return Response(content, headers=headers, media_type=form.media_type)
