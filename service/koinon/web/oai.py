"""``/oai``: projects and good practices for harvesters that speak OAI-PMH 2.0."""

from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from starlette.responses import Response

from koinon.publish.credits import credit_of
from koinon.publish.oai import index_of
from koinon.publish.oai_protocol import Provider
from koinon.web.door import Door
from koinon.web.problems import ProblemError
from koinon.web.receiving import whole_body
from koinon.web.representations import content_type, is_unchanged, not_modified, weak_tag
from koinon.web.routing import reads

router: Final = APIRouter()

_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST: Final = 8 * 1024
"""Bytes of a form; a request has a handful of short arguments."""
_MOST: Final = 20
_TYPE: Final = content_type("text/xml")


@reads(router, "/oai")
async def harvest(request: Request) -> Response:
    """Answer a request of OAI-PMH 2.0; its errors are answers too."""
    return await _answer(request, request.query_params.multi_items())


@router.post("/oai", response_class=Response)
async def harvest_by_form(request: Request) -> Response:
    """Answer the same, asked with a form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise ProblemError("bad-request", f"The body is a form: {_FORM}.")
    body = await whole_body(request, _LONGEST, "query-too-long")
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST)
    except ValueError as error:
        raise ProblemError("bad-request", f"The body is no form of UTF-8 with at most {_MOST} fields.") from error
    return await _answer(request, fields)


async def _answer(request: Request, fields: list[tuple[str, str]]) -> Response:
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        state = door.changes.state
        parts = repr((served.edition, state, reader.base, fields))
        headers = {
            "ETag": weak_tag(parts),
            "Cache-Control": "public, max-age=0, must-revalidate",
        }
        if request.method != "POST" and is_unchanged(request, headers["ETag"]):
            return not_modified(headers)

        def body() -> bytes:
            index = index_of(door.changes, state)
            name, contact = door.settings.publisher, door.settings.contact
            provider = Provider(
                door.changes,
                index,
                reader.absolute("/oai"),
                contact,
                name,
                lambda graph: credit_of(served.store, graph, "en"),
            )
            return provider.answer(fields)

        made = await door.make(request, body)
    return Response(made, headers=headers, media_type=_TYPE)
