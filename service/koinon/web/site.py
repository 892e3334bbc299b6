"""Pages about the site itself: help, about, accessibility, privacy, problems, and the addresses for programs."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from koinon.model.errors import NotFoundError
from koinon.web.bodies import Body
from koinon.web.door import Door, html
from koinon.web.problems import KINDS
from koinon.web.reader import Reader
from koinon.web.representations import (
    DOCUMENT_FORMS,
    JSON,
    PAGE_ALONE,
    Offer,
    caching,
    entity_tag,
    is_unchanged,
    not_modified,
)
from koinon.web.routing import reads

router: Final = APIRouter()

_REFERENCE: Final = ("doc", "queries", "sparql")
"""Parts of the addresses that stand first in the list, as most programs need no other."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an address, as OpenAPI describes it: its name, where it stands and what it means."""

    name: str
    place: str
    description: str
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """What one address does: methods, summary and parameters."""

    path: str
    methods: tuple[str, ...]
    summary: str
    parameters: tuple[Parameter, ...]


@reads(router, "/help")
async def help_page(request: Request) -> Response:
    """Tell whoever is new what can be done here, in ten minutes for each audience."""
    return await _page(request, "help.html")


@reads(router, "/about")
async def about(request: Request) -> Response:
    """Tell what this is, how it is made, who runs it and what may be done with it."""
    return await _page(request, "about.html")


@reads(router, "/accessibility")
async def accessibility(request: Request) -> Response:
    """Tell how accessible the pages are, how that is checked, and where to complain."""
    return await _page(request, "accessibility.html")


@reads(router, "/privacy")
async def privacy(request: Request) -> Response:
    """Tell what this site keeps of its readers."""
    return await _page(request, "privacy.html")


@reads(router, "/problems/{name}")
async def problem(
    request: Request, name: Annotated[str, Path(description="Name of the kind of problem.")]
) -> Response:
    """Explain one kind of problem."""
    if name not in KINDS:
        raise NotFoundError(f"There is no problem of this name. There are: {', '.join(KINDS)}.")
    return await html(request, "problem.html", kind=KINDS[name], name=name)


@reads(router, "/api")
async def api(request: Request) -> Response:
    """List all addresses for programs, with their parameters, forms and errors."""
    return await _page(
        request,
        "api.html",
        groups=grouped(request.app.openapi()),
        forms=[form for form in DOCUMENT_FORMS if form.suffix],
        problems=KINDS,
    )


@reads(router, "/openapi.json")
async def description(request: Request) -> Response:
    """Describe all addresses for programs (OpenAPI 3.1)."""
    door = Door.of(request)
    reader = door.reader(request)
    async with door.release() as served:
        headers = caching(entity_tag(served.edition, reader, JSON), None)
        if is_unchanged(request, headers["ETag"]):
            return not_modified(headers)
        key = ("openapi", reader.prefix, headers["ETag"])
        body = served.bodies.get(key)
        if body is None:
            servers = {"servers": [{"url": reader.prefix}]} if reader.prefix else {}
            body = await door.make(request, lambda: Body(_written(request.app.openapi() | servers)), key)
            served.bodies.put(key, body)
    return Response(body.content, headers=headers, media_type=JSON)


def _written(described: dict[str, Any]) -> bytes:
    return json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()


async def _page(request: Request, template: str, **values: Any) -> Response:
    door = Door.of(request)
    reader: Reader = door.reader(request)
    async with door.release() as served:
        chosen = Offer("", (PAGE_ALONE,)).choose(request, reader, served.edition)
        if chosen.is_unchanged:
            return not_modified(chosen.headers)
        return await html(
            request,
            template,
            headers=chosen.headers,
            release=served.release,
            publisher=door.settings.publisher,
            contact=door.settings.contact,
            keeps=door.settings.query_log,
            **values,
        )


def grouped(described: dict[str, Any]) -> dict[str, list[Operation]]:
    """Return the operations of an OpenAPI document by the first part of their paths; ``""`` is the start page."""
    groups: dict[str, list[Operation]] = {name: [] for name in _REFERENCE}
    for path, item in sorted(described["paths"].items()):
        methods = {name.upper(): one for name, one in item.items() if name in {"get", "post", "put", "delete"}}
        if not methods:
            continue
        first = next(iter(methods.values()))
        parameters = tuple(
            Parameter(one["name"], one["in"], one.get("description", ""), one.get("required", False))
            for one in (*item.get("parameters", ()), *first.get("parameters", ()))
            if one.get("in") in {"path", "query"}
        )
        told = (first.get("description") or first.get("summary") or "").split("\n\n")[0].replace("``", "")
        groups.setdefault(path[1:].split("/")[0].split(".")[0], []).append(
            Operation(path, tuple(methods), told, parameters)
        )
    return {name: found for name, found in groups.items() if found}
