"""``/live`` and ``/ready``: for those who run the service."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from koinon import __version__
from koinon.model.errors import KoinonError
from koinon.publish.sparql import query_text
from koinon.query.job import BINDING_TYPES, Answer, Job
from koinon.web.door import Door
from koinon.web.routing import reads
from koinon.web.served import Served

router: Final = APIRouter()

_DEADLINE: Final = 5.0
_FRESH: Final = {"Cache-Control": "no-store"}


@reads(router, "/live", response_class=JSONResponse)
async def live() -> Response:
    """Tell that the process answers."""
    return JSONResponse({"status": "live"}, headers=_FRESH)


@reads(router, "/ready", response_class=JSONResponse)
async def ready(request: Request) -> Response:
    """Tell that a real query, through a real worker, was just answered on the served release; 503 where not."""
    try:
        async with Door.of(request).release() as served:
            answer = await _probe(request, served, "ready")
            if b"true" not in answer.body:
                answer = await _probe(request, served, "ready-in-graphs")
    except KoinonError as error:
        return JSONResponse({"status": "not ready", "detail": str(error)}, 503, _FRESH)
    if b"true" not in answer.body:
        return JSONResponse({"status": "not ready", "detail": "The release is empty."}, 503, _FRESH)
    facts = {
        "status": "ready",
        "release": served.release.id,
        "software": __version__,
        "query_seconds": round(answer.seconds, 6),
    }
    return JSONResponse(facts, headers=_FRESH)


async def _probe(request: Request, served: Served, query: str) -> Answer:
    job = Job(query_text(query), (BINDING_TYPES[0],), store=served.release.store)
    return await Door.of(request).pool.probe(job, _DEADLINE)
