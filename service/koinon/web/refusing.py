"""What a request gets that cannot be answered: a problem as RFC 9457 JSON, or as a page for people."""

import logging
from math import ceil
from typing import Final
from urllib.parse import quote

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response
from uvicorn.protocols.utils import ClientDisconnected

from koinon.model.errors import KoinonError, NotFoundError, QueryError, QuerySyntaxError, TooManyRequestsError
from koinon.query.limits import Limits
from koinon.web.door import Door, html
from koinon.web.links.shown import called
from koinon.web.middleware import CORS, SECURITY, methods_of
from koinon.web.missing import named, near
from koinon.web.negotiation import acceptable, combined
from koinon.web.problems import KINDS, ProblemError, kind_of, kind_of_status, limits_document, problem_document
from koinon.web.representations import VARY

_LOG: Final = logging.getLogger("koinon.web")
_PROBLEM: Final = "application/problem+json"
_RETRY_SECONDS: Final = "5"
_GONE: Final = 499  # what logs call a request whose client left; nobody reads it


async def refuse(request: Request, error: Exception) -> Response:
    """Answer with the problem that an error of koinon is."""
    assert isinstance(error, KoinonError)  # noqa: S101  # what the handler is registered for
    members: dict[str, object] = dict(error.members) if isinstance(error, ProblemError) else {}
    if isinstance(error, QuerySyntaxError) and error.line is not None:
        members |= {"line": error.line, "column": error.column}
    if isinstance(error, NotFoundError) or kind_of(error) == "gone":
        found = [hit.iri for hit in await near(request)]
        if found:
            members["near"] = found
    headers = dict(error.headers) if isinstance(error, ProblemError) else {}
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(ceil(error.retry_after))
    if isinstance(error, QueryError):
        members["limits"] = limits_document(Limits.of(Door.of(request).settings))
    return await respond(request, kind_of(error), str(error), members, headers)


async def client_gone(_: Request, __: Exception) -> Response:
    """Answer nobody."""
    return Response(status_code=_GONE)


async def http_error(request: Request, error: Exception) -> Response:
    """Answer with the problem that a status of the framework is, or lead to the address without a slash."""
    assert isinstance(error, HTTPException)  # noqa: S101  # what the handler is registered for
    if error.status_code == 404 and request.scope["path"].endswith("/"):
        return _without_slash(request)
    name = kind_of_status(error.status_code)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers = {"Allow": methods_of(request.scope["path"])}
    detail = {"not-found": "No address of this service looks like this."}.get(name, str(error.detail) + ".")
    return await respond(request, name, detail, {}, headers)


def _without_slash(request: Request) -> Response:
    """Send the reader of ``/projects/`` to ``/projects``; never to another host, as ``//host/`` would be."""
    reader = Door.of(request).reader(request)
    address = f"{reader.prefix}/{quote(reader.path.strip('/'))}" + (f"?{reader.query}" if reader.query else "")
    return RedirectResponse(address, 308)


async def validation_error(request: Request, _: Exception) -> Response:
    """Answer with the problem that a part of the address is of the wrong kind."""
    return await respond(request, "bad-request", "A part of the address is malformed.", {}, {})


async def unexpected(request: Request, error: Exception) -> Response:
    """Log a fault of ours, and answer with a problem; that a client is gone is no fault."""
    if isinstance(error, ClientDisconnected | ClientDisconnect):
        return Response(status_code=_GONE)
    _LOG.error("unexpected error at %s", request.url.path, exc_info=error)
    # This answer is made outside of the middleware that completes all others.
    return await respond(request, "internal-error", "The request could not be answered.", {}, {**SECURITY, **CORS})


async def respond(
    request: Request, name: str, detail: str, members: dict[str, object], headers: dict[str, str]
) -> Response:
    """Answer with a problem: as a page where the reader wants HTML most, else as RFC 9457 JSON."""
    door = Door.of(request)
    reader = door.reader(request)
    kind = KINDS[name]
    headers = {"Vary": VARY, "Cache-Control": "no-store"} | headers
    if kind.status == 503:
        headers.setdefault("Retry-After", _RETRY_SECONDS)
    wanted = acceptable(combined(request.headers, "accept"), [_PROBLEM, "application/json", "text/html"])
    if wanted and wanted[0] == "text/html" and "html" in (combined(request.headers, "accept") or ""):
        found = named(await near(request)) if members.get("near") else []
        instead = members.get("replacedBy", [])
        assert isinstance(instead, list)  # noqa: S101  # made by ``refuse_unknown``
        served = door.following.now()
        naming = served.naming(reader.language)
        return await html(
            request,
            "error.html",
            status=kind.status,
            headers=headers,
            name=name,
            kind=kind,
            detail=detail,
            near=[(iri, label) for iri, label in found if iri not in instead],
            replaced=[(iri, called(served.links, naming, iri)) for iri in instead],
            members=members,
        )
    body = problem_document(name, detail, reader.root, quote(request.url.path), members)
    return JSONResponse(body, kind.status, headers, _PROBLEM)
